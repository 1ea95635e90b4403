"""Reactions that must happen: each line of the journal is offered, in order, to who reacts to it.

A consumer stands at a line of each stream. The reaction to the next line and the step past it are
one transaction: a process that dies in between has done neither, and whoever comes next does both.
Reactions that write under a unique key are harmless even if they were offered a line twice.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crisis.jobs.model import ReactionCursor
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.journal import Line, StreamHead, lines_since

log = logging.getLogger(__name__)

Reaction = Callable[[Session, Line], None]
"""Writes rows in the transaction it is given; it may not run commands, which have their own."""

consumers: Final[dict[str, Mapping[str, Reaction]]] = {}
"""By consumer, what it does about which event. Filled by `crisis.plugs`."""

AFTER_A_FAILURE_SECONDS: Final = 30.0
resting: Final[dict[tuple[str, UUID], float]] = {}
"""Which consumer failed at which stream, and until when it is left alone; not remembered."""


def work_off() -> int:
    """Offer everything that was not offered yet; how many lines were reacted to."""
    return sum(
        _follow(consumer, stream)
        for consumer in sorted(consumers)
        for stream in _behind(consumer)
        if resting.get((consumer, stream), 0.0) <= time.monotonic()
    )


def begin_here() -> None:
    """Let what is in the journal now be: a story told to a new office has happened already."""
    with bookkeeping() as session:
        heads = session.execute(select(StreamHead.stream, StreamHead.seq)).all()
        for consumer in consumers:
            session.execute(delete(ReactionCursor).where(ReactionCursor.consumer == consumer))
            session.add_all(ReactionCursor(consumer=consumer, stream=s, seq=n) for s, n in heads)


def _behind(consumer: str) -> Sequence[UUID]:
    """The streams that have lines which this consumer was not offered."""
    own = and_(ReactionCursor.stream == StreamHead.stream, ReactionCursor.consumer == consumer)
    behind = (
        select(StreamHead.stream)
        .outerjoin(ReactionCursor, own)
        .where(StreamHead.seq > func.coalesce(ReactionCursor.seq, 0))
        .order_by(StreamHead.at)
    )
    with reading() as session:
        return session.scalars(behind).all()


def _follow(consumer: str, stream: UUID) -> int:
    """Step along one stream to its end, or until somebody else is at it."""
    reacted = 0
    try:
        while (step := _step(consumer, stream)) is not None:
            reacted += step
    except Exception:  # a line that fails must not hold up the other streams; it is tried again
        log.exception("%s could not react to stream %s", consumer, stream)
        resting[consumer, stream] = time.monotonic() + AFTER_A_FAILURE_SECONDS
    return reacted


def _step(consumer: str, stream: UUID) -> int | None:
    """One transaction: past all that is of no interest, up to one line that is.

    How many lines were reacted to: 0 or 1; None at the end, or when somebody else is at it.
    """
    reactions = consumers[consumer]
    with bookkeeping() as session:
        cursor = _taken(session, consumer, stream)
        if cursor is None:
            return None
        lines = lines_since(session, stream, cursor.seq)
        for line in lines:
            cursor.seq = line.seq
            if line.name in reactions:
                reactions[line.name](session, line)
                return 1
    return 0 if lines else None


def _taken(session: Session, consumer: str, stream: UUID) -> ReactionCursor | None:
    """The consumer's place in the stream, held until the commit; None while another holds it."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if on_postgres else sqlite.insert)(ReactionCursor)
    first = insert.values(consumer=consumer, stream=stream, seq=0).on_conflict_do_nothing()
    session.execute(first)
    place = select(ReactionCursor).where(
        ReactionCursor.consumer == consumer, ReactionCursor.stream == stream
    )
    return session.scalar(place.with_for_update(skip_locked=True))
