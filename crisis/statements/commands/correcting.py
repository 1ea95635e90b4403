"""Beginning the correction or the retraction of what went out."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.policy import Action
from crisis.statements.commands.guards import out_of
from crisis.statements.commands.writing import begin
from crisis.statements.content import (
    Content,
    Correction,
    Language,
    Paragraph,
    Retraction,
    Texts,
    Type,
    paragraphs_of,
)
from crisis.statements.model.events import StatementCreated
from crisis.statements.model.statement import Statement
from crisis.statements.places import Value
from crisis.statements.templates import must_hold_no_place, opening_of_correction


@command(Action.DRAFT_STATEMENT, on=Statement)
def prepare_correction(
    statement: Statement, work: Work, *, what_was_wrong: dict[Language, str]
) -> StatementCreated:
    """Begin a correction: what was wrong, what is right and why, then the text that was released.

    The right and the reason are left as places to fill, and nothing can be submitted before they
    are. Audience and channels are those of the text it corrects.
    Raises `Invalid` (`places`) where what was wrong has a place to fill itself.
    """
    must_hold_no_place(what_was_wrong, field="wrong")
    released = out_of(statement).text
    return _begin_about(
        statement,
        work,
        replace(
            released,
            type=Type.CORRECTION,
            titles=_named(released.titles, _CORRECTION),
            bodies=_put_before(
                released, opening_of_correction(_told_of(statement, work, what_was_wrong))
            ),
            correction=Correction(
                corrects=statement.id,
                what_was_wrong=what_was_wrong,
                since=_released_at(statement),
            ),
            next_update_at=None,
        ),
    )


@command(Action.DRAFT_STATEMENT, on=Statement)
def prepare_retraction(
    statement: Statement, work: Work, *, reason: dict[Language, str]
) -> StatementCreated:
    """Begin the retraction of what was released."""
    return _begin_about(
        statement,
        work,
        replace(
            out_of(statement).text,
            type=Type.RETRACTION,
            titles=_named(out_of(statement).text.titles, _RETRACTION),
            retraction=Retraction(retracts=statement.id, reason=reason),
            next_update_at=None,
        ),
    )


def _begin_about(statement: Statement, work: Work, content: Content) -> StatementCreated:
    incident = work.session.get_one(Incident, statement.incident_id)
    return begin(incident, work, content, about=statement)


def _told_of(
    statement: Statement, work: Work, what_was_wrong: dict[Language, str]
) -> dict[str, Value]:
    zone = ZoneInfo(work.session.get_one(Incident, statement.incident_id).zone)
    return {
        "ref_old": {each: f"{word}{statement.number}" for each, word in _STATEMENT.items()},
        "time_old": _released_at(statement).astimezone(zone).strftime("%H:%M"),
        "wrong": {language: " ".join(text.split()) for language, text in what_was_wrong.items()},
    }


_STATEMENT: Final[Texts] = {"ar": "", "en": "statement ", "fr": "communiqué "}
"""As the opening of a correction needs it: in Arabic the word stands there already."""


_CORRECTION: Final[Texts] = {"ar": "تصحيح: ", "en": "Correction: ", "fr": "Rectificatif : "}
_RETRACTION: Final[Texts] = {"ar": "سحب: ", "en": "Retraction: ", "fr": "Retrait : "}
"""Stand once before a title, so that lists do not name two texts alike. The spaces are ordinary
ones, as in the prefix of an exercise: titles go out as text messages."""
_TITLE: Final = 200
"""Characters a title has at most; one that leaves no room for the kind goes without it."""


def _named(titles: Texts, kind: Texts) -> Texts:
    named = {language: kind[language] + title for language, title in titles.items()}
    return {
        language: title
        if title.startswith(kind[language].rstrip(": ")) or len(named[language]) > _TITLE
        else named[language]
        for language, title in titles.items()
    }


def _put_before(content: Content, opening: Texts) -> dict[Language, tuple[Paragraph, ...]]:
    return {
        language: (*paragraphs_of(opening[language]), *body)
        for language, body in content.bodies.items()
    }


def _released_at(statement: Statement) -> datetime:
    at = out_of(statement).released_at
    assert at is not None, "what is out went out at a time"
    return at
