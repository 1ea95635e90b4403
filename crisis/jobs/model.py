"""What the worker writes down: that it is alive."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base


class Heartbeat(Base):
    """When a worker was last seen at work."""

    __tablename__ = "heartbeat"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
