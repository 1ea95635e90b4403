"""Whether somebody is at work: each worker writes down every few seconds that it lives."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from crisis.jobs.model import Heartbeat
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading

EVERY_SECONDS: Final = 5
COUNTS_FOR: Final = timedelta(seconds=20)
TELLER_ID: Final = UUID("00000000-0000-7000-8000-000000000003")
"""Whoever tells a story of the past does the work of the workers meanwhile, at the story's time."""


def beat(worker_id: UUID) -> None:
    """This worker lives."""
    now = clock.now()
    with bookkeeping() as session:
        own = session.get(Heartbeat, worker_id)
        if own is None:
            session.add(Heartbeat(worker_id=worker_id, started_at=now, seen_at=now))
        else:
            own.seen_at = now


def end(worker_id: UUID) -> None:
    """This worker has gone in good order."""
    with bookkeeping() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.worker_id == worker_id))


def story_is_told() -> bool:
    """Whether somebody tells a story of the past just now, so that workers should rest: to them
    everything in it would be long overdue."""
    with reading() as session:
        teller = session.get(Heartbeat, TELLER_ID)
    return teller is not None and clock.now() - teller.seen_at <= COUNTS_FOR


def wrong() -> str | None:
    """None when some worker was seen lately, else what to do about it."""
    with reading() as session:
        seen_at = session.scalar(select(func.max(Heartbeat.seen_at)))
    if seen_at is None:
        return "no worker is at work: run `python run.py work`"
    since = clock.now() - seen_at
    if since <= COUNTS_FOR:
        return None
    return f"no worker was seen for {since.total_seconds():.0f} s: run `python run.py work`"


def forget() -> None:
    """Drop what workers that died have left behind."""
    with bookkeeping() as session:
        old = clock.now() - 3 * COUNTS_FOR
        session.execute(delete(Heartbeat).where(Heartbeat.seen_at < old))
