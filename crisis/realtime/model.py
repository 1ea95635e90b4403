"""What the live room writes down: one-time tickets to connect with, and who is present.

Neither is journal: tickets live for seconds and presence for as long as a page is open. No foreign
keys: the ids belong to packages above this one, and a row here must never make a command wait.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base


class ConnectTicket(Base):
    """The right to open one socket, once, soon. `digest` is SHA-256 of the ticket itself."""

    __tablename__ = "connect_ticket"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[UUID]
    person_id: Mapped[UUID]
    language: Mapped[str] = mapped_column(String(2))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Presence(Base):
    """One open page of one person in one incident, kept fresh by the process that holds it."""

    __tablename__ = "presence"

    connection_id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    person_id: Mapped[UUID]
    process_id: Mapped[UUID] = mapped_column(index=True)
    arrived_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
