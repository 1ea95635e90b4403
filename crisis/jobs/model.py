"""What the worker writes down: that it is alive, and which lines it has reacted to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base


class Heartbeat(Base):
    """When a worker was last seen at work."""

    __tablename__ = "heartbeat"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ReactionCursor(Base):
    """Up to which line of a stream a consumer has reacted."""

    __tablename__ = "reaction_cursor"

    consumer: Mapped[str] = mapped_column(String(24), primary_key=True)
    stream: Mapped[UUID] = mapped_column(ForeignKey("stream_head.stream"), primary_key=True)
    seq: Mapped[int]
