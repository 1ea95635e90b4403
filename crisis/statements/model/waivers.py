"""That a finding of one very text may be let pass, or may not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord


class Waiver(IncidentRecord):
    """That a finding of one very text may be let pass, or may not."""

    __tablename__ = "statement_waiver"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    rule: Mapped[str] = mapped_column(String(8))
    text_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    granted: Mapped[bool | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
