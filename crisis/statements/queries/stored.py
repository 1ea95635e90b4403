"""Statements as they are stored, for those who are to be shown them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.statements.model.statement import Statement


def written_in(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, list[Statement]]:
    """By incident its statements, the newest first; however many incidents, as many queries."""
    wanted = select(Statement).where(Statement.incident_id.in_(incident_ids))
    found: dict[UUID, list[Statement]] = {each: [] for each in incident_ids}
    for each in session.scalars(wanted.order_by(Statement.number.desc())):
        found[each.incident_id].append(each)
    return found


def all_of(session: Session, incident_id: UUID) -> Sequence[Statement]:
    """Every statement of an incident, the newest first."""
    return written_in(session, [incident_id])[incident_id]


def numbered(session: Session, incident_id: UUID, number: int) -> Statement:
    """One statement by its number. Raises `NotFound`."""
    found = session.scalar(
        select(Statement).where(Statement.incident_id == incident_id, Statement.number == number)
    )
    if found is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return found


def number_of(session: Session, statement_id: UUID | None) -> int | None:
    """What people call a statement by."""
    if statement_id is None:
        return None
    return session.scalar(select(Statement.number).where(Statement.id == statement_id))
