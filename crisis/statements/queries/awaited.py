"""The word that is awaited next: the one that was promised, or the first of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.deadlines.model import SHARES, Code, Deadline, State
from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.policy import Action
from crisis.statements.model.statement import Statement
from crisis.statements.queries.promises import Promise, promise_of
from crisis.statements.queries.stored import all_of


@dataclass(frozen=True)
class Next:
    """The statement that is due next in an incident."""

    due_at: datetime
    missed: bool
    is_first: bool
    """Nothing has been said yet."""


@query(Action.FOLLOW_INCIDENT, on=Incident)
def awaited(incident: Incident, session: Session) -> Next | None:
    """The statement that the public waits for; None when none is due."""
    due_at = first_due(session, [incident]).get(incident.id)
    return next_of(incident, all_of(session, incident.id), due_at)


def next_of(
    incident: Incident, written: Sequence[Statement], first_due_at: datetime | None
) -> Next | None:
    """What is due next, where these were written; `first_due_at` as `first_due` tells it."""
    if promise := promise_in(incident, written):
        return Next(promise.due_at, promise.missed, is_first=False)
    if first_due_at:
        return Next(first_due_at, first_due_at <= clock.now(), is_first=True)
    return None


def promise_in(incident: Incident, written: Sequence[Statement]) -> Promise | None:
    """When this incident speaks again, as it promised; an incident that is over does not."""
    return promise_of(written) if incident.is_live else None


def first_due(session: Session, of: Sequence[Incident]) -> dict[UUID, datetime]:
    """By open incident in which nothing has been said yet, when the first statement is due."""
    wanted = select(Deadline.subject_id, Deadline.due_at).where(
        Deadline.code == Code.HOLDING,
        Deadline.cycle == SHARES[-1],
        Deadline.state != State.STOPPED,
        Deadline.subject_id.in_([each.id for each in of if each.status == Status.OPEN]),
    )
    return {row.subject_id: row.due_at for row in session.execute(wanted)}
