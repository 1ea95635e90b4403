"""Lets time pass for a test: what falls due is fired, and what follows from it happens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crisis.alerts.outbox import Channel, Delivery
from crisis.deadlines.jobs import fire_due
from crisis.deadlines.model import Code, Deadline, State
from crisis.jobs.reactions import resting, work_off
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.journal import Line


def settle() -> None:
    """Let everything happen that follows from what was done."""
    while work_off() + fire_due():
        pass
    failed = list(resting)
    resting.clear()
    assert not failed, f"a reaction failed: {failed}"


def until(moment: datetime) -> None:
    """It is that moment now, and a worker looks."""
    with clock.at(moment):
        settle()


def lines(stream: UUID, name: str) -> list[dict[str, Any]]:
    """The facts of every line of that name, in order."""
    with reading() as session:
        found = select(Line).where(Line.stream == stream, Line.name == name).order_by(Line.seq)
        return [line.facts for line in session.scalars(found)]


def running(code: Code, subject_id: UUID) -> dict[int, datetime]:
    """When each cycle that runs for this subject is due."""
    with reading() as session:
        found = select(Deadline).where(
            Deadline.code == code, Deadline.subject_id == subject_id, Deadline.state == State.DUE
        )
        return {each.cycle: each.due_at for each in session.scalars(found)}


def told(person_id: UUID) -> Sequence[Delivery]:
    """What this person was told by mail, in order; the same goes to their phone."""
    return [each for each in messages_to(person_id) if each.channel == Channel.EMAIL]


def messages_to(person_id: UUID) -> Sequence[Delivery]:
    """Every message to this person, by whatever way, in order."""
    with reading() as session:
        found = select(Delivery).where(Delivery.person_id == person_id)
        return session.scalars(found.order_by(Delivery.seq)).all()
