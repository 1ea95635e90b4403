"""Who an alert is for, frozen when it was confirmed, and what became of each of them.

Delivered is not seen: how far the messages came stands in the outbox; here stands whether a named
person has acknowledged, and who was asked instead of whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord
from crisis.kernel.errors import Conflict
from crisis.kernel.event import Event
from crisis.kernel.words import Message
from crisis.people.model import Names


class Answer(StrEnum):
    """Where the acknowledgement of one recipient stands (domain §3.6)."""

    NOT_ASKED = "not_asked"
    """The alert is for their information."""
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    """They declined, could not be reached, or were silent for too long: somebody else is asked."""
    UNREACHED = "unreached"
    """Nobody is left to ask but by telephone."""


class Method(StrEnum):
    """How an acknowledgement came."""

    LINK = "link"
    SMS = "sms_reply"
    ON_BEHALF = "coordinator_on_behalf"


class Why(StrEnum):
    """Why somebody else is asked."""

    SILENT = "silent"
    LOST = "lost"
    """No message to them has arrived, or ever will."""
    DECLINED = "declined"


class LeftOut(StrEnum):
    """Why somebody of the audience gets no message."""

    NO_ADDRESS = "no_address"
    OPTED_OUT = "opted_out"


SILENT: Final = frozenset({Answer.WAITING, Answer.ESCALATED, Answer.UNREACHED})
"""An acknowledgement is still welcome."""


class Recipient(IncidentRecord):
    """One person or contact an alert is for; never changes but for what became of them."""

    __tablename__ = "recipient"
    __table_args__ = (Index("ix_recipient_alert_id_answer", "alert_id", "answer"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    ministry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ministry.id"))
    name: Mapped[dict[str, str]]
    language: Mapped[str] = mapped_column(String(2))
    mobile: Mapped[str | None] = mapped_column(String(20), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    left_out: Mapped[str | None] = mapped_column(String(12))
    root_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id"), index=True)
    """The recipient of the frozen audience in whose place they stand; their own id for those."""
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("recipient.id"))
    """Whoever was asked before them."""
    step: Mapped[int] = mapped_column(default=0)
    """How many were asked before them."""
    answer: Mapped[str] = mapped_column(String(12))
    answer_by: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in their link; the secret itself is not stored."""
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    method: Mapped[str | None] = mapped_column(String(24))
    acknowledged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who recorded it, when it was recorded on their behalf."""
    arrives_in: Mapped[int | None]
    """Minutes until they join, if they said so."""
    reason: Mapped[str | None] = mapped_column(String(400))
    """Why they cannot, why they are asked by telephone, or how they were reached."""

    @property
    def is_root(self) -> bool:
        """Whether they are of the audience itself, and stand in nobody's place."""
        return self.root_id == self.id

    @property
    def is_late(self) -> bool:
        """Whether they acknowledged after somebody else was to be asked."""
        return bool(self.answered_at and self.answer_by and self.answered_at > self.answer_by)

    def acknowledge(
        self,
        method: Method,
        at: datetime,
        *,
        arrives_in: int | None = None,
        by_id: UUID | None = None,
        reason: str | None = None,
    ) -> None:
        """They have it. Raises `Conflict`: `not_asked`, `already`."""
        self._must_be_asked()
        if self.answer == Answer.ACKNOWLEDGED:
            raise Conflict(Message("This was acknowledged already."), code="already")
        self.answer, self.answered_at, self.method = Answer.ACKNOWLEDGED, at, method
        self.arrives_in, self.acknowledged_by_id, self.reason = arrives_in, by_id, reason

    def decline(self, reason: str | None) -> None:
        """They cannot; also when they thought before that they could. Raises `Conflict`:
        `not_asked`, `passed_on`."""
        self._must_be_asked()
        if self.answer in {Answer.ESCALATED, Answer.UNREACHED}:
            raise Conflict(Message("Somebody else is asked already."), code="passed_on")
        self.answered_at = self.method = self.arrives_in = self.acknowledged_by_id = None
        self.answer, self.reason = Answer.ESCALATED, reason

    def _must_be_asked(self) -> None:
        if self.answer == Answer.NOT_ASKED:
            raise Conflict(Message("This alert asks for no answer."), code="not_asked")


@dataclass(frozen=True, kw_only=True)
class _RecipientEvent(Event):
    """Something about one recipient; their name is kept as it was, their addresses are not."""

    name = "recipient"
    alert_id: UUID
    number: int
    recipient_id: UUID
    root_id: UUID
    person_id: UUID | None
    ministry_id: UUID | None
    recipient: Names

    @property
    def about(self) -> str:
        return f"alert:{self.alert_id}"


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged(_RecipientEvent):
    """`seconds` from being asked; `overdue` when it came after the time for it."""

    name = "alert.acknowledged"
    method: Method
    seconds: int
    overdue: bool
    is_first: bool
    """Nobody asked in the same place had acknowledged before."""
    arrives_in: int | None
    instead_of: Names | None
    """Whom the frozen audience named, where somebody else was asked."""
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class AlertDeclined(_RecipientEvent):
    """`next_id` is the recipient asked instead, if anybody is."""

    name = "alert.declined"
    reason: str | None
    is_unreached: bool
    """Nobody is left to ask: somebody must telephone."""
    next_id: UUID | None
    next: Names | None


@dataclass(frozen=True, kw_only=True)
class AlertEscalated(_RecipientEvent):
    """The next in line is asked."""

    name = "alert.escalated"
    why: Why
    step: int
    next_id: UUID
    next: Names


@dataclass(frozen=True, kw_only=True)
class AlertUnreached(_RecipientEvent):
    """Nobody is left to ask: somebody must telephone."""

    name = "alert.unreached"
    why: Why
    asked: int
    """How many were asked in this place."""


@dataclass(frozen=True, kw_only=True)
class StopAsked(_RecipientEvent):
    """They want no more messages; `still_told`: they have duties, and go on being told of them."""

    name = "alert.stop_asked"
    still_told: bool
