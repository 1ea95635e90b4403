"""Fires what is due, once, however many workers are awake.

A worker claims a handful of rows under a lease, then fires each in a transaction of its own. Who
dies in between leaves a lease that runs out; whoever sleeps through theirs finds the fence moved.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from crisis.deadlines.commands import fire_deadline
from crisis.deadlines.model import LEASE, Deadline, State
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Refusal
from crisis.kernel.ids import new_id
from crisis.people.model import SYSTEM_ID
from crisis.policy import Actor

log = logging.getLogger(__name__)

AT_ONCE: Final = 10
_THE_SYSTEM: Final = Actor(id=SYSTEM_ID)
OURSELVES: Final = new_id()
"""Told apart from other processes in the rows, for whoever looks at them."""


@dataclass(frozen=True)
class Claim:
    """The right to fire one deadline, as long as its fence has not moved."""

    deadline_id: UUID
    fence: int


def fire_due(of: Collection[UUID] | None = None) -> int:
    """Fire everything that is due now, or only `of` these incidents; how many were fired."""
    fired = 0
    while claims := claim(of=of):
        fired += sum(fire(each) for each in claims)
    return fired


def claim(limit: int = AT_ONCE, *, of: Collection[UUID] | None = None) -> list[Claim]:
    """Claim what is due (`of` these incidents) and nobody else holds, the most overdue first."""
    now = clock.now()
    free: tuple[ColumnElement[bool], ...] = (
        Deadline.state == State.DUE,
        Deadline.due_at <= now,
        or_(Deadline.lease_until.is_(None), Deadline.lease_until < now),
        *([] if of is None else [Deadline.incident_id.in_(of)]),
    )
    with reading() as session:  # an idle second must not take SQLite's one pen
        if session.scalar(select(Deadline.id).where(*free).limit(1)) is None:
            return []
    due = select(Deadline.id).where(*free).order_by(Deadline.due_at, Deadline.id).limit(limit)
    taken = (
        update(Deadline)
        .where(Deadline.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
        .values(claimed_by=OURSELVES, lease_until=now + LEASE, fence=Deadline.fence + 1)
        .returning(Deadline.id, Deadline.fence, Deadline.due_at)
        .execution_options(synchronize_session=False)
    )
    with bookkeeping() as session:
        rows = sorted(session.execute(taken), key=lambda row: (row.due_at, row.id))
        return [Claim(row.id, row.fence) for row in rows]


def fire(held: Claim) -> bool:
    """Fire what was claimed; False when it was somebody else's by now, or nothing is left to do."""
    try:
        fire_deadline(_THE_SYSTEM, held.deadline_id, fence=held.fence)
    except Refusal as refusal:
        if refusal.code != "fenced":
            _put_aside(held)
        return False
    except Exception:  # one that fails must not hold up the others; its lease runs out, then again
        log.exception("Deadline %s could not be fired", held.deadline_id)
        return False
    return True


def _put_aside(held: Claim) -> None:
    with bookkeeping() as session:
        session.execute(
            update(Deadline)
            .where(Deadline.id == held.deadline_id, Deadline.fence == held.fence)
            .values(state=State.STOPPED, lease_until=None)
        )
