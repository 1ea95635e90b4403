"""What is due in an incident, and how late it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.deadlines.model import Code, Deadline, State
from crisis.kernel import clock


@dataclass(frozen=True)
class Timer:
    """A deadline as a page shows it."""

    code: Code
    subject_id: UUID
    cycle: int
    due_at: datetime
    fired_at: datetime | None
    late: timedelta
    """How long after its time it fired, or how long it has been waiting to be fired."""


def timers_of(
    session: Session, incident_id: UUID, *, codes: Sequence[Code] = tuple(Code)
) -> list[Timer]:
    """Every deadline of the incident that runs or has fired, the earliest first."""
    wanted = select(Deadline).where(
        Deadline.incident_id == incident_id,
        Deadline.code.in_(codes),
        Deadline.state != State.STOPPED,
    )
    now = clock.now()
    return [
        Timer(
            Code(each.code),
            each.subject_id,
            each.cycle,
            each.due_at,
            each.fired_at,
            each.late_at(now),
        )
        for each in session.scalars(wanted.order_by(Deadline.due_at, Deadline.id))
    ]


def next_due(session: Session, code: Code, subject_id: UUID, cycle: int) -> datetime | None:
    """When this one is due; None when it does not run."""
    return session.scalar(
        select(Deadline.due_at).where(
            Deadline.code == code,
            Deadline.subject_id == subject_id,
            Deadline.cycle == cycle,
            Deadline.state == State.DUE,
        )
    )
