"""Alerts: what is sent to whom, who wrote it, who confirmed it, and whether it has ended.

An alert is written by one person and, where it matters, confirmed by another who types how many
people it will reach. Confirming freezes the words and the recipients; what is sent again is a new
alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.incidents.model import Incident
from crisis.kernel.database import IncidentRecord, Record
from crisis.kernel.event import Event

CONFIRMED_ABOVE: Final = 200
"""Recipients: from there on a second person confirms, whatever the priority."""
SECOND_PERSON_WITHIN: Final = timedelta(minutes=5)


class Priority(StrEnum):
    """How much depends on it."""

    INFO = "info"
    IMPORTANT = "important"
    URGENT = "urgent"
    LIFE_SAFETY = "life_safety"


CONFIRMED: Final = frozenset({Priority.URGENT, Priority.LIFE_SAFETY})
ANSWER_WITHIN: Final[Mapping[Priority, timedelta]] = {
    Priority.INFO: timedelta(minutes=60),
    Priority.IMPORTANT: timedelta(minutes=60),
    Priority.URGENT: timedelta(minutes=15),
    Priority.LIFE_SAFETY: timedelta(minutes=5),
}
"""How long an acknowledgement may take before the next in line is asked (domain §4, T-ACK)."""


class AlertKind(StrEnum):
    """What an alert is to the ones before it (CAP 1.2 msgType)."""

    ALERT = "alert"
    UPDATE = "update"
    ALL_CLEAR = "all_clear"
    CORRECTION = "correction"
    """Tells everybody who got a text that it was wrong."""


class AlertState(StrEnum):
    """How far an alert has come (domain §3.4)."""

    DRAFT = "draft"
    AWAITING = "awaiting_second_person"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    """Every message has left, or has ended."""
    COMPLETED = "completed"
    """Nothing more is awaited of its messages."""
    CANCELLED = "cancelled"


MOVING: Final = frozenset({AlertState.SENDING, AlertState.PAUSED})
"""Messages of it may still have to leave."""


class Prefer(StrEnum):
    """What to do when nobody can tell whether a message left (reliability R7)."""

    ONCE = "once"
    REACH = "reach"
    """Send it once more, marked as a repetition."""


class Contact(Record):
    """Somebody outside the directory who is in an audience: a journalist, a resident."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_audience_id", "audience_id"),)

    audience_id: Mapped[UUID] = mapped_column(ForeignKey("audience.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    mobile: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))


class Alert(IncidentRecord):
    """One alert, from its draft to its last acknowledgement."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    number: Mapped[int]
    """`2026-014/A2` is number 2."""
    kind: Mapped[str] = mapped_column(String(12), default=AlertKind.ALERT)
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id"))
    """The alert whose recipients it goes to again."""
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement.id"))
    """The released statement it carries."""
    text_hash: Mapped[str | None] = mapped_column(String(64))
    """The SHA-256 of the version it carries."""
    template: Mapped[str | None] = mapped_column(String(60))
    values: Mapped[dict[str, str]]
    """What stands in the places of the template."""
    priority: Mapped[str] = mapped_column(String(12))
    title: Mapped[dict[str, str]]
    """By language; the subject of mails."""
    sms: Mapped[dict[str, str]]
    """By language; may hold `{link}`."""
    mail: Mapped[dict[str, str]]
    """By language; may hold `{link}`."""
    channels: Mapped[list[str]]
    audience_ids: Mapped[list[str]]
    person_ids: Mapped[list[str]]
    """Picked by hand."""
    asks_answer: Mapped[bool]
    answer_minutes: Mapped[int | None]
    enough: Mapped[int | None]
    """So many acknowledgements of the whole group are enough; None: everybody is asked."""
    prefer: Mapped[str] = mapped_column(String(8), default=Prefer.ONCE)
    expires_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts up with each edit; confirming names the one that was read."""
    state: Mapped[str] = mapped_column(String(24), default=AlertState.DRAFT)
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When a second person was asked for."""
    audience_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the sorted recipients that the count was shown for."""
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)
    """How many the frozen audience has, the left out included."""
    ended_at: Mapped[datetime | None]
    incident: Mapped[Incident] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_life_safety(self) -> bool:
        """Whether a life is at stake."""
        return self.priority == Priority.LIFE_SAFETY

    @property
    def answer_within(self) -> timedelta:
        """How long an acknowledgement may take."""
        if self.answer_minutes is not None:
            return timedelta(minutes=self.answer_minutes)
        return ANSWER_WITHIN[Priority(self.priority)]


@dataclass(frozen=True, kw_only=True)
class _AlertEvent(Event):
    """An event of one alert; `number` is what people call it by."""

    name = "alert"
    alert_id: UUID
    number: int

    @property
    def about(self) -> str:
        return f"alert:{self.alert_id}"
