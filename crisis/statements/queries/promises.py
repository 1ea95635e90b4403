"""When we speak again, as we promised, and statements on the axis of time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.policy import Action
from crisis.statements.model.statement import Statement
from crisis.statements.queries.stored import all_of


@dataclass(frozen=True)
class Promise:
    """That we speak again, and when."""

    number: int
    due_at: datetime
    missed: bool


@dataclass(frozen=True)
class Pin:
    """A statement on the axis of an incident: gone out, or due."""

    number: int | None
    """None for what is due: the next number may go to a text that never goes out."""
    at: datetime
    is_due: bool


@dataclass(frozen=True)
class Placed:
    """A pin on a drawn axis, `at` 0 to 100."""

    number: int | None
    time: datetime
    at: float
    is_due: bool
    crowded: bool
    """Whether the next one leaves no room for its words."""


@query(Action.FOLLOW_INCIDENT, on=Incident)
def promised(incident: Incident, session: Session) -> Promise | None:
    """When this incident speaks again, as it promised; None when nothing is promised."""
    return promise_of(all_of(session, incident.id))


def promise_of(found: Sequence[Statement]) -> Promise | None:
    """The next update that was promised last; whoever speaks of the situation again renews it.

    A correction says what was wrong, and leaves the promise standing unless it makes its own.
    """
    out = [
        (version.released_at, each.number, version.next_update_at)
        for each in found
        if (version := each.released)
        and version.released_at
        and (each.overtakes or version.next_update_at)
    ]
    if not out:
        return None
    _released_at, number, promised = max(out, key=lambda told: told[:2])
    return Promise(number, promised, promised <= clock.now()) if promised else None


def pins_of(found: Sequence[Statement]) -> list[Pin]:
    """Statements on the axis of time: those that went out, and the one that is promised."""
    gone = [
        Pin(each.number, out.released_at, is_due=False)
        for each in reversed(found)
        if (out := each.released) and out.released_at
    ]
    promised = promise_of(found)
    if promised is None:
        return gone
    return [*gone, Pin(None, promised.due_at, is_due=True)]


def placed(
    pins: Sequence[Pin], place: Callable[[datetime], float], *, words: float
) -> list[Placed]:
    """The pins in the order of time; of those whose words, so wide, would cover each other, the
    later keeps them."""
    told = sorted(pins, key=lambda each: each.at)
    stands = [place(each.at) for each in told]
    return [
        Placed(each.number, each.at, at, each.is_due, crowded=after - at < words)
        for each, at, after in zip(told, stands, [*stands, inf][1:], strict=True)
    ]
