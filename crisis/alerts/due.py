"""The second person: who it may be, and their time; when it is over still nothing is sent."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.events import ConfirmationOverdue
from crisis.alerts.model import SECOND_PERSON_WITHIN, Alert, AlertState, Priority
from crisis.alerts.queries import hands_of
from crisis.deadlines.commands import Effect, set_deadline, stop_deadlines
from crisis.deadlines.model import Code, Deadline
from crisis.kernel.command import Work
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.people.model import DutyHolding, Person
from crisis.policy import Duty

CONFIRMS: Final = (Duty.DIRECTOR, Duty.COORDINATOR, Duty.ALERT_OPERATOR)
"""Whose second pair of eyes it may be."""


def second_people(session: Session, alert: Alert, by_id: UUID) -> list[UUID]:
    """Who may confirm it, if `by_id` asks for that: no hand that wrote it."""
    hands = {*hands_of(session, alert), by_id}
    held = [each for each in holders(session, alert.incident_id, *CONFIRMS) if each not in hands]
    there = select(Person.id).where(Person.id.in_(held), Person.active.is_(True))
    active = set(session.scalars(there))
    return [each for each in held if each in active]


def must_be_somebody(second: Sequence[UUID]) -> None:
    """Raises `Conflict` (`nobody_else`)."""
    if not second:
        raise Conflict(
            Message("Nobody else here may confirm it. Name a coordinator or an alert operator."),
            code="nobody_else",
        )


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
    grave = alert.is_life_safety
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
