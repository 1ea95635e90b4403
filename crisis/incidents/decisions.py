"""What was decided in an incident, among which options, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


class Decision(IncidentRecord):
    """What was decided, among which options, and why; never edited."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    number: Mapped[int]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    question: Mapped[str]
    options: Mapped[list[str]]
    chosen: Mapped[int]
    rationale: Mapped[str]
    information_known: Mapped[str | None]
    assumptions: Mapped[str | None]
    dissent: Mapped[str | None]
    review_at: Mapped[datetime | None]


@dataclass(frozen=True)
class DecisionDraft:
    """What somebody decided, as they wrote it; `chosen` is the index of an option."""

    question: str
    options: tuple[str, ...]
    chosen: int
    rationale: str
    information_known: str | None = None
    assumptions: str | None = None
    dissent: str | None = None
    review_at: datetime | None = None
