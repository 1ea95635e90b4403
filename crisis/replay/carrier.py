"""Who carries the messages of a story: its own carrier, so that they fare as the file says.

A message that is handed over stands in the outbox as if the carrier inside this machine had taken
it; what is reported of it goes the way of every receipt.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crisis.alerts import receipts
from crisis.alerts.lanes import break_lane, shut
from crisis.alerts.outbox import Delivery, ErrorClass, State
from crisis.alerts.receipts import Reported
from crisis.alerts.recipients import Recipient
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading

PROVIDER: Final = "local"
AT_ONCE: Final = 2_000
KEPT_BACK: Final = timedelta(days=1)
TRIED_AGAIN_SECONDS: Final = 15.0


def hand_over(alert_id: UUID, *, at_most: int | None = None) -> int:
    """The carrier takes what waits of this alert; how much that was. Once it has `at_most` of it,
    the rest is kept from everybody until it is asked for again."""
    now = clock.now()
    waiting = select(Delivery.id).where(
        Delivery.alert_id == alert_id, Delivery.state == State.QUEUED
    )
    with bookkeeping() as session:
        ids = session.scalars(waiting.order_by(Delivery.id)).all()
        messages, _, _ = handed_over(session, alert_id)
        room = len(ids) if at_most is None else max(0, at_most - (messages - len(ids)))
        for some in _portions(ids[:room]):
            session.execute(update(Delivery), [_taken(each, now) for each in some])
        later = now + KEPT_BACK
        for some in _portions(ids[room:]):
            session.execute(update(Delivery), [{"id": x, "not_before": later} for x in some])
    return min(room, len(ids))


def carry_the_rest(incidents: Collection[UUID]) -> None:
    """Notices, and what goes to people who are asked instead of others: no file tells of these, so
    they arrive."""
    now = clock.now()
    instead = select(Recipient.id).where(Recipient.step > 0)
    queued = update(Delivery).where(
        Delivery.incident_id.in_(incidents), Delivery.state == State.QUEUED
    )
    taken = {"provider": PROVIDER, "attempt": 1, "accepted_at": now}
    with bookkeeping() as session:
        session.execute(
            queued.where(Delivery.alert_id.is_(None))
            .values(**taken, state=State.DELIVERED, sent_at=now, delivered_at=now)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            queued.where(Delivery.recipient_id.in_(instead.scalar_subquery()))
            .values(**taken, state=State.ACCEPTED)
            .execution_options(synchronize_session=False)
        )


def report(delivery: Delivery, state: State, *, status: str, code: str | None, key: str) -> None:
    """The carrier reports this of the message; `key` names the report."""
    said = Reported(
        event_key=key,
        reference=delivery.reference or "",
        state=state,
        provider_status=status,
        happened_at=clock.now(),
        error_code=code,
        delivery_id=delivery.id,
    )
    with bookkeeping() as session:
        receipts.receive(session, PROVIDER, [said])


def sum_up(alert_id: UUID, shares: Sequence[tuple[State, int]]) -> int:
    """So many of the messages of this alert came to these ends; how many that were.

    A file that sums up tells of no single message, so none is named in a receipt.
    """
    now = clock.now()
    with bookkeeping() as session:
        on_their_way = select(Delivery.id).where(
            Delivery.alert_id == alert_id, Delivery.state == State.ACCEPTED
        )
        ids = session.scalars(on_their_way.order_by(Delivery.id)).all()
        first = 0
        for state, count in shares:
            for some in _portions(ids[first : first + count]):
                session.execute(update(Delivery), [_ended(each, state, now) for each in some])
            first += count
    return min(first, len(ids))


def fail(why: str) -> None:
    """The carrier fails from now on."""
    with bookkeeping() as session:
        break_lane(session, PROVIDER, why, at=clock.now(), probe=TRIED_AGAIN_SECONDS)


def is_failing() -> bool:
    """Whether it does."""
    with reading() as session:
        closed = shut(session).get(PROVIDER)
    return closed is not None and closed.broken_since is not None


def handed_over(session: Session, alert_id: UUID) -> tuple[int, int, int]:
    """Of an alert: how many messages, to how many recipients, and how many still wait."""
    counted = select(
        func.count(Delivery.id),
        func.count(Delivery.recipient_id.distinct()),
        func.count(Delivery.id).filter(Delivery.state == State.QUEUED),
    ).where(Delivery.alert_id == alert_id)
    messages, recipients, waiting = session.execute(counted).one()
    return messages, recipients, waiting


def _taken(delivery_id: UUID, at: datetime) -> dict[str, Any]:
    return {
        "id": delivery_id,
        "state": State.ACCEPTED,
        "provider": PROVIDER,
        "provider_status": "accepted",
        "reference": f"story-{delivery_id.hex}",
        "attempt": 1,
        "accepted_at": at,
    }


def _ended(delivery_id: UUID, state: State, at: datetime) -> dict[str, Any]:
    arrived = state is State.DELIVERED
    return {
        "id": delivery_id,
        "state": state,
        "provider_status": state.value,
        "sent_at": at if state is not State.FAILED else None,
        "delivered_at": at if arrived else None,
        "ended_at": None if arrived else at,
        "error_class": None if arrived else ErrorClass.CARRIER,
    }


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]
