"""The second person's time: when it is over somebody else is asked, and still nothing is sent."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.events import ConfirmationOverdue
from crisis.alerts.model import SECOND_PERSON_WITHIN, Alert, AlertState, Priority
from crisis.deadlines.commands import Effect, set_deadline, stop_deadlines
from crisis.deadlines.model import Code, Deadline
from crisis.kernel.command import Work
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.people.model import DutyHolding
from crisis.policy import Duty


def await_second(alert: Alert, work: Work) -> None:
    """Somebody was asked to confirm this revision."""
    set_deadline(
        work.session,
        incident_id=alert.incident_id,
        code=Code.SECOND_PERSON,
        subject_id=alert.id,
        cycle=alert.revision,
        due_at=work.now + SECOND_PERSON_WITHIN,
    )


def stop_awaiting_second(alert: Alert, work: Work) -> None:
    """Somebody answered, or there is nothing to answer any more."""
    stop_deadlines(work.session, Code.SECOND_PERSON, [alert.id])


def confirmation_overdue(deadline: Deadline, work: Work) -> ConfirmationOverdue:
    """Nobody confirmed it in time. Raises `Conflict` when it no longer waits."""
    alert = work.session.get_one(Alert, deadline.subject_id)
    if alert.state != AlertState.AWAITING or alert.revision != deadline.cycle:
        raise Conflict(Message("It does not wait for a second person."), code="not_confirmable")
    grave = alert.priority == Priority.LIFE_SAFETY
    return ConfirmationOverdue(
        alert_id=alert.id,
        number=alert.number,
        priority=Priority(alert.priority),
        director_ids=holders(work.session, alert.incident_id, Duty.DIRECTOR) if grave else [],
    )


def holders(session: Session, incident_id: UUID, *duties: Duty) -> list[UUID]:
    """Who holds one of these duties in the incident now, each once."""
    held = select(DutyHolding.person_id).where(
        DutyHolding.incident_id == incident_id,
        DutyHolding.ended_at.is_(None),
        DutyHolding.duty.in_(duties),
    )
    rows = session.scalars(held.order_by(DutyHolding.since, DutyHolding.id))
    return list(dict.fromkeys(rows))


EFFECTS: Final[Mapping[str, Effect]] = {Code.SECOND_PERSON: confirmation_overdue}
