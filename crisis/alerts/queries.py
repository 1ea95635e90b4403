"""What waits in the outbox."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Delivery


def deliveries_of(session: Session, incident_id: UUID) -> Sequence[Delivery]:
    """Everything that was or is to be told about an incident, in the order it came up."""
    told = select(Delivery).where(Delivery.incident_id == incident_id)
    return session.scalars(told.order_by(Delivery.seq, Delivery.id)).all()
