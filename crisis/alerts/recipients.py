"""Who an alert is for, frozen when it was confirmed, and what became of each of them.

Delivered is not seen: how far the messages came stands in the outbox; here stands whether a named
person has acknowledged, and who was asked instead of whom.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


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
