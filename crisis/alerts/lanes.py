"""Whether the way to a provider is open: shut by a person, or because the provider fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Channel, Lane, keepable
from crisis.alerts.posting import inserting


@dataclass(frozen=True)
class Way:
    """What one courier carries, and how much of it in one call."""

    provider: str
    channel: Channel
    exercises: frozenset[bool]
    """False: what is real; True: what is an exercise; or both."""
    letters_per_call: int = 1


def lane(session: Session, provider: str) -> Lane:
    """The row of that lane, locked until the commit; made when there is none."""
    insert = inserting(session, Lane).values(provider=provider)
    session.execute(insert.on_conflict_do_nothing())
    return session.get_one(Lane, provider, with_for_update=True, populate_existing=True)


def break_lane(session: Session, provider: str, why: str, *, at: datetime, probe: float) -> None:
    """The provider fails: nothing goes there but one message every `probe` seconds."""
    row = lane(session, provider)
    if row.broken_since is None:
        row.broken_since, row.why = at, keepable(why, 200)
        row.try_again_at = at + timedelta(seconds=probe)


def mend_lane(session: Session, provider: str) -> None:
    """The provider works again."""
    row = lane(session, provider)
    row.broken_since = row.try_again_at = row.why = None


def may_probe(session: Session, provider: str, *, at: datetime, every: float) -> bool:
    """Whether it is this caller's turn to try a provider that fails."""
    turn = (
        update(Lane)
        .where(Lane.provider == provider, Lane.try_again_at <= at)
        .values(try_again_at=at + timedelta(seconds=every))
        .returning(Lane.provider)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(turn) is not None


def shut(session: Session) -> dict[str, Lane]:
    """The lanes that are held or broken, by provider."""
    closed = select(Lane).where(Lane.held_at.is_not(None) | Lane.broken_since.is_not(None))
    return {each.provider: each for each in session.scalars(closed)}
