"""Translations made after approval, beside the text that was signed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


class Rendition(IncidentRecord):
    """A translation made after approval: its own bytes, hash, reviewer and release."""

    __tablename__ = "statement_rendition"
    __table_args__ = (
        Index("uq_statement_rendition_language", "version_id", "language", unique=True),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("statement_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    translator_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    translated_at: Mapped[datetime]
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    channels: Mapped[dict[str, Any] | None]
