"""What is to be told to whom. The rows are the outbox; couriers take them from there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


class Purpose(StrEnum):
    """Why somebody is told."""

    APPROVAL = "approval"
    """Their signature is awaited."""
    DUTY = "duty"
    """They hold a duty, or are asked to take one."""
    REMINDER = "reminder"
    """What is awaited from them has not come yet."""
    NOTICE = "notice"
    """Something happened that they should know."""


class Stage(StrEnum):
    """How far a delivery has come."""

    QUEUED = "queued"


class Delivery(IncidentRecord):
    """That a person is to be told of something, once."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_state_created_at", "state", "created_at"),)

    purpose: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    about: Mapped[str] = mapped_column(String(120))
    """What it is about, as `kind:id`."""
    event: Mapped[str] = mapped_column(String(80))
    """The event that made it necessary."""
    seq: Mapped[int]
    """Its line in the incident's journal, where the facts are."""
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """The same thing is told to the same person once."""
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default=Stage.QUEUED)
