"""What goes out: the signed text, byte for byte, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from crisis.incidents.model import Incident
from crisis.kernel import clock, database
from crisis.kernel.database import Base
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.journal import Line
from crisis.policy import Actor, Duty
from crisis.statements.commands.releasing import (
    note_evidence,
    release_statement,
    withdraw_statement,
)
from crisis.statements.commands.signing import answer_statement, withdraw_answer
from crisis.statements.content import Content, Type, canonical_bytes, fingerprint
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, State
from tests import given
from tests.parts.refusals import refused


def a_signed_text(**text: Any) -> tuple[Incident, Statement, list[Actor]]:
    """A statement that Health and Interior have signed, and who signed it."""
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident, "MOH")
    interior, of_interior = given.a_liaison(incident, "MOI")
    statement = given.a_statement(on=incident, text=given.a_text(**text))
    given.submitted(statement, of_health, of_interior)
    return incident, given.answered(statement, health, interior), [health, interior]


def test_the_text_that_goes_out_is_the_text_that_was_signed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    signed = given.version(statement)
    out = given.sent_out(statement, by=given.runs(incident))
    assert out.state is State.RELEASED
    assert out.released is not None
    assert out.released.content == signed.content == statement.draft
    assert {slot.given.text_hash for slot in out.released.slots if slot.given} == {signed.sha256}


def test_nothing_goes_out_before_the_last_signature(house: str) -> None:
    incident, statement, (health, _) = a_signed_text()
    withdraw_answer(health, statement.id)
    with refused(Conflict, "not_approved") as missing:
        given.sent_out(statement, by=given.runs(incident))
    assert str(missing.value) == "1 signature is missing."
    given.answered(statement, health, answer=Answer.OBJECT)
    with refused(Conflict, "not_approved"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_draft_does_not_go_out(house: str) -> None:
    incident = given.an_incident()
    statement = given.a_statement(on=incident)
    with refused(Conflict, "not_submitted"):
        let_out(statement, given.runs(incident), version=1)


def test_a_signed_text_that_was_edited_since_does_not_go_out(house: str) -> None:
    incident, statement, _ = a_signed_text()
    given.edited(statement, by=given.actor(statement.created_by), body="ابقوا في بيوتكم.")
    with refused(Conflict, "stale_version"):
        given.sent_out(statement, by=given.runs(incident))


def test_an_earlier_version_does_not_go_out(house: str) -> None:
    incident, statement, people = a_signed_text()
    slots = [SlotSpec(ministry_id=each.ministry_id) for each in people]
    given.submitted(statement, *slots)
    given.answered(statement, *people)
    with refused(Conflict, "stale_version"):
        let_out(statement, given.runs(incident), version=1)
    let_out(statement, given.runs(incident), version=2)


def test_who_signs_does_not_release_without_the_duty_to(house: str) -> None:
    _, statement, (health, _) = a_signed_text()
    with pytest.raises(Forbidden):
        given.sent_out(statement, by=health)


def test_what_is_written_for_those_who_speak_is_never_published(house: str) -> None:
    incident, statement, _ = a_signed_text(type=Type.LINES_TO_TAKE)
    with refused(Conflict, "never_public"):
        given.sent_out(statement, by=given.runs(incident))
    assert given.sent_out(statement, by=given.runs(incident), channels=[]).released


def test_it_goes_out_where_it_was_signed_for_and_nowhere_else(house: str) -> None:
    incident, statement, _ = a_signed_text()
    with refused(Conflict, "other_channels"):
        given.sent_out(statement, by=given.runs(incident), channels=["website", "radio"])


def test_the_next_update_is_promised_for_a_time_that_lies_ahead(house: str) -> None:
    incident, statement, _ = a_signed_text()
    with pytest.raises(Invalid, check=lambda error: "next_update_at" in error.fields):
        release_statement(
            given.runs(incident),
            statement.id,
            version=1,
            channels=["website"],
            next_update_at=clock.now() - timedelta(minutes=1),
        )


def test_what_is_out_is_neither_edited_signed_released_nor_given_up_again(house: str) -> None:
    incident, statement, (health, _) = a_signed_text()
    by, out = given.runs(incident), given.version(statement)
    given.sent_out(statement, by=by)
    with refused(Conflict, "released"):
        given.edited(statement, by=given.actor(statement.created_by), body="نص آخر.")
    with refused(Conflict, "released"):
        given.answered(statement, health)
    with refused(Conflict, "released"):
        withdraw_answer(health, statement.id)
    with refused(Conflict, "released"):
        let_out(statement, by, version=out.number)
    with refused(Conflict, "released"):
        withdraw_statement(by, statement.id, reason="فات الأوان")


def test_nothing_goes_out_of_an_incident_that_is_over(house: str) -> None:
    incident, statement, _ = a_signed_text()
    given.closed(incident, by=given.someone(Duty.DIRECTOR, on=incident))
    with refused(Conflict, "closed"):
        given.sent_out(statement, by=given.runs(incident))


def test_where_it_can_be_seen_is_noted_for_its_own_channels(house: str) -> None:
    incident, statement, _ = a_signed_text()
    by = given.runs(incident)
    with refused(Conflict, "not_released"):
        note_evidence(by, statement.id, channel="website", evidence="https://gcc.gov.example/1")
    given.sent_out(statement, by=by)
    note_evidence(by, statement.id, channel="website", evidence="https://gcc.gov.example/1")
    assert given.version(statement).channels == {"website": "https://gcc.gov.example/1"}
    with refused(Conflict, "not_released"):
        note_evidence(by, statement.id, channel="radio", evidence="12:00")


def test_an_update_takes_the_place_of_the_one_before(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    first, second = (given.a_statement(on=incident, text=an_update()) for _ in range(2))
    for each in (first, second):
        given.submitted(each, of_health)
        given.answered(each, health)
        given.sent_out(each, by=given.runs(incident))
    earlier = given.statement(first.id)
    assert (earlier.state, earlier.ended_by_id) == (State.SUPERSEDED, second.id)
    assert given.statement(second.id).state is State.RELEASED


# ── somebody changes rows behind our back ────────────────────────────────────────────────────────


def test_a_single_changed_byte_is_noticed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    frozen = bytearray(given.version(statement).content)
    frozen[-40] ^= 1
    behind_our_back("statement_version", of(statement), content=bytes(frozen))
    with refused(Conflict, "tampered") as told:
        given.sent_out(statement, by=given.runs(incident))
    assert "not the text that was signed" in str(told.value)
    assert given.statement(statement.id).released is None


def test_another_fingerprint_is_noticed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    behind_our_back("statement_version", of(statement), sha256="0" * 64)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_another_text_with_its_own_fingerprint_is_noticed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    other = canonical_bytes(given.a_text("ابقوا في بيوتكم."))
    sha256 = fingerprint(other)
    behind_our_back("statement_version", of(statement), content=other, sha256=sha256)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))
    for each in answers(statement):
        behind_our_back("statement_answer", {"id": each}, text_hash=sha256)
    with refused(Conflict, "tampered"):  # the journal still tells what was signed
        given.sent_out(statement, by=given.runs(incident))


def test_the_bytes_of_another_version_are_noticed(house: str) -> None:
    incident, statement, people = a_signed_text()
    first = given.version(statement)
    given.edited(statement, by=given.actor(statement.created_by), body="ابقوا في بيوتكم.")
    given.submitted(statement, *[SlotSpec(ministry_id=each.ministry_id) for each in people])
    given.answered(statement, *people)
    behind_our_back("statement_version", of(statement), content=first.content, sha256=first.sha256)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_an_answer_for_another_text_is_noticed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    behind_our_back("statement_answer", {"id": answers(statement)[0]}, text_hash="0" * 64)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_signature_that_nobody_asks_for_any_more_is_noticed(house: str) -> None:
    incident, statement = one_signature_short()
    last = given.version(statement).slots[-1]
    slots = Base.metadata.tables["statement_slot"]
    with database.engine().begin() as connection:
        connection.execute(slots.delete().where(slots.c.id == last.id))
    assert given.statement(statement.id).state is State.APPROVED
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_signature_asked_of_somebody_else_is_noticed(house: str) -> None:
    incident, statement = one_signature_short()
    legal = given.someone(Duty.LEGAL, on=incident)
    last = given.version(statement).slots[-1]
    behind_our_back("statement_slot", {"id": last.id}, ministry_id=None, duties=["legal"])
    given.answered(statement, legal)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_signature_that_nobody_gave_is_noticed(house: str) -> None:
    incident, statement = one_signature_short()
    first, last = given.version(statement).slots
    behind_our_back("statement_answer", {"slot_id": first.id}, slot_id=last.id)
    behind_our_back("statement_slot", {"id": first.id}, waived=True)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_an_objection_turned_into_a_signature_is_noticed(house: str) -> None:
    incident, statement, (health, _) = a_signed_text()
    withdraw_answer(health, statement.id)
    given.answered(statement, health, answer=Answer.OBJECT)
    behind_our_back("statement_answer", {"answer": "object"}, answer="approve")
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_signature_taken_back_does_not_return(house: str) -> None:
    incident, statement, (health, _) = a_signed_text()
    withdraw_answer(health, statement.id)
    behind_our_back("statement_answer", {"person_id": health.id}, withdrawn_at=None)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_an_author_who_is_struck_off_the_list_still_signs_nothing(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident, by=health)
    read = given.submitted(statement, of_health)
    behind_our_back("statement_version", of(statement), authors=[])
    answer_statement(health, statement.id, answer=Answer.APPROVE, version=1, text_hash=read.sha256)
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def test_a_journal_that_was_rewritten_is_noticed(house: str) -> None:
    incident, statement, _ = a_signed_text()
    with database.reading() as session:
        line = session.scalars(select(Line).where(Line.name == "statement.submitted")).one()
    unguarded()
    behind_our_back(
        "journal", {"stream": line.stream, "seq": line.seq}, facts={**line.facts, "reason": "x"}
    )
    with refused(Conflict, "tampered"):
        given.sent_out(statement, by=given.runs(incident))


def an_update() -> Content:
    text = given.a_text(f"{given.INSTRUCTION} التحديث التالي الساعة 23:00.", type=Type.UPDATE)
    return replace(text, next_update_at=clock.now() + timedelta(hours=1))


def let_out(statement: Statement, by: Actor, *, version: int) -> None:
    release_statement(by, statement.id, version=version, channels=["website"], next_update_at=None)


def one_signature_short() -> tuple[Incident, Statement]:
    """A statement that Health has signed and Interior has not."""
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident, "MOH")
    _, of_interior = given.a_liaison(incident, "MOI")
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health, of_interior)
    return incident, given.answered(statement, health)


def of(statement: Statement) -> dict[str, Any]:
    return {"id": given.version(statement).id}


def answers(statement: Statement) -> list[UUID]:
    return [each.id for slot in given.version(statement).slots for each in slot.answers]


def behind_our_back(table: str, where: Mapping[str, Any], **values: Any) -> None:
    """Change rows by SQL, past every command."""
    rows = Base.metadata.tables[table]
    changed = update(rows).where(*(rows.c[name] == each for name, each in where.items()))
    with database.engine().connect() as connection:
        found = connection.execute(changed.values(**values))
        connection.commit()
    assert found.rowcount == 1


def is_postgres() -> bool:
    return database.engine().dialect.name == "postgresql"


def unguarded() -> None:
    """Take away the guards of the journal, as whoever owns the database can."""
    on = " ON journal" if is_postgres() else ""
    with database.engine().begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER journal_is_never_changed{on}")
