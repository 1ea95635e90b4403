"""Remarks on a text, for whoever writes the next version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


class Comment(IncidentRecord):
    """A remark on a version, for whoever writes the next."""

    __tablename__ = "statement_comment"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    version: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    resolved_at: Mapped[datetime | None]
