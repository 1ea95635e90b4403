"""What goes out of a statement, and where to."""

from datetime import datetime, timedelta
from typing import Any, Final

from crisis.kernel import clock
from crisis.kernel.errors import Invalid
from crisis.kernel.words import Message
from crisis.statements.content import NEVER_PUBLIC, SITUATION, Content, Type
from crisis.statements.queries.view import StatementView
from crisis.statements.reading import says, sentences_of
from crisis.statements.subject import promised_in
from crisis.timeline import terms
from crisis.web.locale import clock_time

CHANNELS: Final = tuple(terms.CHANNEL)
NEXT_UPDATE_AFTER: Final = {4: 60, 3: 120, 2: 240, 1: 720, 0: 1440}
"""Minutes until people expect to hear again, by level."""


def outgoing(statement: StatementView) -> Content:
    """The text that went out, else the one that was signed last, else the draft."""
    if statement.released:
        return statement.contents[statement.released.version]
    if statement.latest:
        return statement.contents[statement.latest.number]
    return statement.content


def release_context(statement: StatementView, incident: dict[str, Any]) -> dict[str, Any]:
    """What a form that sends it out offers: channels, and when we speak again."""
    content = outgoing(statement)
    wait = timedelta(minutes=NEXT_UPDATE_AFTER[incident["level"]])
    told = promised_in_text(statement)
    promised = told if told and told > clock.now() else None
    return {
        "content": content,
        "channels": [each for each in CHANNELS if each in content.channels] or CHANNELS,
        "chosen": sorted(content.channels) or ["website"],
        "next_update_at": promised or content.next_update_at or clock.now() + wait,
        "offers_time": promised is not None or is_about_the_situation(statement),
        "must_promise": is_about_the_situation(statement),
        "public": Type(statement.type) not in NEVER_PUBLIC,
    }


def promised_in_text(statement: StatementView) -> datetime | None:
    """When the text says that people hear from us again, as it was meant when it was sent for
    approval; what a correction says was wrong does not count."""
    content, latest = outgoing(statement), statement.latest
    wrong = content.correction.what_was_wrong if content.correction else {}
    return promised_in(
        (
            sentence
            for language in content.languages
            for sentence in sentences_of(content, language)
            if not says(sentence.text, wrong.get(language, ""))
        ),
        after=latest.submitted_at if latest else clock.now(),
        zone=statement.incident.zone,
    )


def must_agree(statement: StatementView, next_update_at: datetime | None) -> None:
    """Raises `Invalid` (`other_hour`) where the text promises another hour than this."""
    zone = statement.incident.zone
    told = promised_in_text(statement)
    promised = told and clock_time(told, zone)
    given = next_update_at and clock_time(next_update_at, zone)
    if promised is None or promised == given:
        return
    differs = (
        Message(
            "The text promises {promised}, and this is {given}. Which is right?",
            promised=promised,
            given=given,
        )
        if given
        else Message("The text promises {promised}, and this is left empty.", promised=promised)
    )
    raise Invalid(differs, code="other_hour", fields={"next_update": differs})


def is_about_the_situation(statement: StatementView) -> bool:
    """Whether people must be told when they hear from us again."""
    return statement.type in SITUATION
