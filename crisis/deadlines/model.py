"""A deadline is a row: what is due, when, and whether it was done.

Nothing here lives in a scheduler's memory. A row is claimed under a lease by whichever worker is
awake; each claim, and each change of plan, counts its fence up, so that a worker that slept through
its lease can no longer act on what it once held.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crisis.incidents.levels import ANSWERED_WITHIN, SPOKEN_WITHIN
from crisis.kernel.database import IncidentRecord
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message

LEASE: Final = timedelta(seconds=30)
"""How long a worker may take between claiming a deadline and firing it."""
SHARES: Final = (50, 80, 100)
"""The cycles of a deadline that warns on its way: after so many hundredths of its span."""


class Code(StrEnum):
    """What kind of thing is due."""

    APPROVAL = "approval"
    """A signature. Subject: the slot. Cycles: `SHARES`."""
    DUTY = "duty"
    """An answer to being asked to take a duty. Subject: the proposal. Cycle 1."""
    NEXT_UPDATE = "next_update"
    """The statement that was promised. Subject: the one that promised. Cycles: `WARNED`, `DUE`."""
    RATIFY = "ratify"
    """The ratification of an emergency release. Subject: the statement. `WARNED`, `DUE`."""
    HOLDING = "holding"
    """The first public statement. Subject: the incident. Cycles: `SHARES`."""
    ACKNOWLEDGE = "acknowledge"
    """A named person's word that they have an alert. Subject: the recipient. Cycle 1."""
    SECOND_PERSON = "second_person"
    """A second person's yes to an alert. Subject: the alert. Cycle: the revision they were asked to
    read."""


WARNED: Final = 1
DUE: Final = 2
ONCE: Final = 1


class State(StrEnum):
    """Where a deadline stands."""

    DUE = "due"
    """It runs: its time may lie ahead, or have come a moment ago."""
    FIRED = "fired"
    STOPPED = "stopped"


def _minutes(*by_level: int) -> dict[int, timedelta]:
    return {level: timedelta(minutes=each) for level, each in enumerate(by_level, start=0)}


SPANS: Final[Mapping[Code, Mapping[int, timedelta]]] = {
    Code.HOLDING: SPOKEN_WITHIN,
    Code.APPROVAL: _minutes(240, 240, 60, 30, 15),
    Code.DUTY: ANSWERED_WITHIN,
}
"""By level, how long there is; a code without spans does not depend on the level."""


def after(share: int, start: datetime, until: datetime) -> datetime:
    """The moment at which `share` hundredths of the time have passed."""
    return start + (until - start) * share / 100


class Deadline(IncidentRecord):
    """That something is due; done at most once for each code, subject and cycle."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("code", "subject_id", "cycle"),
        Index("ix_deadline_state_due_at", "state", "due_at"),
    )

    code: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID]
    cycle: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default=State.DUE)
    fired_at: Mapped[datetime | None]
    claimed_by: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    """Counts claims and changes of plan; only the claim that knows the present number may fire."""

    def late_at(self, now: datetime) -> timedelta:
        """How long after its time it is now; nothing while it still lies ahead."""
        return max(timedelta(), (self.fired_at or now) - self.due_at)

    def plan(self, due_at: datetime) -> None:
        """It is due then; whatever a worker held of it counts no more."""
        self.due_at, self.state = due_at, State.DUE
        self._forget_claims()

    def stop(self) -> None:
        """It need not be done any more."""
        self.state = State.STOPPED
        self._forget_claims()

    def fire(self, fence: int, at: datetime) -> None:
        """It is done now, by the claim that carries `fence`. Raises `Conflict` (`fenced`)."""
        if self.state != State.DUE or self.fence != fence or self.due_at > at:
            raise Conflict(Message("This is no longer due."), code="fenced")
        self.state, self.fired_at = State.FIRED, at

    def _forget_claims(self) -> None:
        self.fence += 1
        self.claimed_by = self.lease_until = None
