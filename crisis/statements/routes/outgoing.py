"""What goes out of a statement, and where to."""

from datetime import timedelta
from typing import Any, Final

from crisis.kernel import clock
from crisis.statements.content import NEVER_PUBLIC, SITUATION, Content, Type
from crisis.statements.queries.view import StatementView
from crisis.timeline import terms

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
    return {
        "content": content,
        "channels": [each for each in CHANNELS if each in content.channels] or CHANNELS,
        "chosen": sorted(content.channels) or ["website"],
        "next_update_at": content.next_update_at or clock.now() + wait,
        "must_promise": is_about_the_situation(statement),
        "public": Type(statement.type) not in NEVER_PUBLIC,
    }


def is_about_the_situation(statement: StatementView) -> bool:
    """Whether people must be told when they hear from us again."""
    return statement.type in SITUATION
