"""Translations made after signing: bytes, reviewer and release of their own."""

import pytest
from sqlalchemy import select, update

from crisis.incidents.model import Incident
from crisis.kernel import database
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.policy import Actor, Duty
from crisis.statements.commands.correcting import prepare_retraction
from crisis.statements.commands.renditions import (
    release_rendition,
    review_rendition,
    write_rendition,
)
from crisis.statements.content import (
    Content,
    Language,
    Type,
    canonical_bytes,
    fingerprint,
    paragraphs_of,
)
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from tests import given
from tests.parts.refusals import refused

ENGLISH = "Keep away from the valley tonight."


def a_signed_text(type: Type = Type.PRESS_RELEASE) -> tuple[Incident, Statement, Actor, SlotSpec]:
    """A statement that Health has signed."""
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident, text=given.a_text(type=type))
    given.submitted(statement, of_health)
    return incident, given.answered(statement, health), health, of_health


def a_translation(body: str = ENGLISH, language: Language = "en") -> Content:
    return Content(
        Type.PRESS_RELEASE,
        titles={language: "To the people of the valley"},
        bodies={language: paragraphs_of(body)},
    )


def written(of: Statement, *, by: Actor, body: str = ENGLISH) -> str:
    """The fingerprint of an English translation just written."""
    return write_rendition(by, of.id, language="en", content=a_translation(body)).text_hash


def the_translation(of: Statement) -> Rendition:
    with reading() as session:
        return session.scalars(select(Rendition).where(Rendition.statement_id == of.id)).one()


def let_out(of: Statement, *, by: Actor) -> None:
    release_rendition(by, of.id, language="en", channels=["website"])


def a_translator(on: Incident) -> Actor:
    return given.someone(Duty.TRANSLATOR_LEAD, on=on)


def test_a_translation_goes_out_once_somebody_else_has_reviewed_it(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    translator, reviewer = a_translator(incident), a_translator(incident)
    sha256 = written(statement, by=translator)
    with refused(Forbidden, "author"):
        review_rendition(translator, statement.id, language="en", text_hash=sha256)
    review_rendition(reviewer, statement.id, language="en", text_hash=sha256)
    given.sent_out(statement, by=given.runs(incident))
    let_out(statement, by=given.runs(incident))
    out = the_translation(statement)
    assert out.released_at is not None
    assert fingerprint(out.content) == sha256


def test_a_translation_alters_nothing_that_was_signed(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    before = given.version(statement)
    written(statement, by=a_translator(incident))
    after = given.version(statement)
    assert (after.content, after.sha256) == (before.content, before.sha256)
    assert given.statement(statement.id).revision == statement.revision


def test_only_a_signed_text_is_translated(house: str) -> None:
    incident = given.an_incident()
    statement = given.a_statement(on=incident)
    with refused(Conflict, "not_approved"):
        written(statement, by=a_translator(incident))


def test_a_language_that_was_signed_is_not_written_again(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    with refused(Conflict, "already"):
        write_rendition(
            a_translator(incident),
            statement.id,
            language="ar",
            content=a_translation(given.INSTRUCTION, "ar"),
        )


def test_a_translation_says_it_in_its_own_language_only(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    with refused(Invalid, "other_language"):
        write_rendition(
            a_translator(incident), statement.id, language="fr", content=a_translation()
        )


def test_what_was_not_reviewed_does_not_go_out(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    translator, reviewer = a_translator(incident), a_translator(incident)
    with refused(Conflict, "missing"):
        review_rendition(reviewer, statement.id, language="en", text_hash="0" * 64)
    first = written(statement, by=translator)
    given.sent_out(statement, by=given.runs(incident))
    with refused(Conflict, "not_reviewed"):
        let_out(statement, by=given.runs(incident))
    review_rendition(reviewer, statement.id, language="en", text_hash=first)
    written(statement, by=translator, body="Stay away from the valley.")
    with refused(Conflict, "not_reviewed"):
        let_out(statement, by=given.runs(incident))
    with refused(Conflict, "stale_version"):
        review_rendition(reviewer, statement.id, language="en", text_hash=first)


def test_a_translation_does_not_go_out_before_its_original(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    sha256 = written(statement, by=a_translator(incident))
    review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    with refused(Conflict, "not_reviewed"):
        let_out(statement, by=given.runs(incident))


def test_a_translation_of_a_text_that_changed_does_not_go_out(house: str) -> None:
    incident, statement, health, of_health = a_signed_text()
    sha256 = written(statement, by=a_translator(incident))
    review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    given.edited(statement, by=given.actor(statement.created_by), body="ابقوا في بيوتكم.")
    given.submitted(statement, of_health)
    given.answered(statement, health)
    given.sent_out(statement, by=given.runs(incident))
    with refused(Conflict, "not_reviewed"):
        let_out(statement, by=given.runs(incident))


def test_a_translation_that_is_out_stays_as_it_is(house: str) -> None:
    incident, statement, _, _ = a_signed_text()
    translator, reviewer = a_translator(incident), a_translator(incident)
    sha256 = written(statement, by=translator)
    review_rendition(reviewer, statement.id, language="en", text_hash=sha256)
    given.sent_out(statement, by=given.runs(incident))
    let_out(statement, by=given.runs(incident))
    with refused(Conflict, "released"):
        written(statement, by=translator, body="Something else.")
    with refused(Conflict, "released"):
        review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    with refused(Conflict, "released"):
        let_out(statement, by=given.runs(incident))


def test_a_text_taken_back_is_not_spread_in_other_languages(house: str) -> None:
    incident, statement, health, of_health = a_signed_text()
    sha256 = written(statement, by=a_translator(incident))
    review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    given.sent_out(statement, by=given.runs(incident))
    begun = prepare_retraction(
        given.actor(statement.created_by), statement.id, reason={"ar": "لم تصدر عن الوزارة."}
    )
    retraction = given.statement(begun.statement_id)
    given.submitted(retraction, of_health)
    given.answered(retraction, health)
    given.sent_out(retraction, by=given.runs(incident))
    with refused(Conflict, "taken_back"):
        let_out(statement, by=given.runs(incident))


def test_what_is_not_published_is_not_published_in_translation(house: str) -> None:
    incident, statement, _, _ = a_signed_text(Type.QA)
    sha256 = written(statement, by=a_translator(incident))
    review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    given.sent_out(statement, by=given.runs(incident), channels=[])
    with refused(Conflict, "never_public"):
        let_out(statement, by=given.runs(incident))


@pytest.mark.parametrize("with_its_fingerprint", [True, False])
def test_a_translation_changed_behind_our_back_does_not_go_out(
    house: str, with_its_fingerprint: bool
) -> None:
    incident, statement, _, _ = a_signed_text()
    sha256 = written(statement, by=a_translator(incident))
    review_rendition(a_translator(incident), statement.id, language="en", text_hash=sha256)
    given.sent_out(statement, by=given.runs(incident))
    other = canonical_bytes(a_translation("The valley is safe."))
    values: dict[str, object] = {"content": other}
    if with_its_fingerprint:
        values["sha256"] = fingerprint(other)
    with database.engine().begin() as connection:
        connection.execute(update(Rendition).values(**values))
    with refused(Conflict, "tampered"):
        let_out(statement, by=given.runs(incident))
    assert the_translation(statement).released_at is None
