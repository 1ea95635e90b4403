"""What providers report of messages, and the one way in which any of it changes anything.

Reports come late, twice, in any order, and sometimes before we know what the provider calls the
message. Each is kept once, in the transaction of its effect; together they always lead to the same
end, whichever came first.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crisis.alerts import escalation
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import (
    LOST,
    REACHED,
    Delivery,
    ErrorClass,
    OptOut,
    Receipt,
    State,
)
from crisis.alerts.posting import AT_ONCE, inserting, repeat
from crisis.alerts.reasons import another, class_of
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping
from crisis.kernel.ids import new_id
from crisis.people.model import ContactPoint, Person

log = logging.getLogger(__name__)

PARKED_FOR: Final = timedelta(hours=48)
"""Then what nobody knew what to do with is forgotten."""
CONTRADICTIONS: Final = frozenset({State.UNDELIVERED, State.FAILED})
MOST_TRIES: Final = 3
"""Of one message, the first included, whatever its provider says."""


class Heard(StrEnum):
    """What came of a report."""

    APPLIED = "applied"
    OLDER = "older"
    """Better was known already."""
    ANOMALY = "anomaly"
    """It contradicts an end: said to have failed after it had arrived."""
    PARKED = "parked"
    """Nobody knows yet what it is about."""
    KNOWN = "known"
    """It was heard before."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One thing a provider says of one message."""

    event_key: str
    """Names it: hearing it again changes nothing."""
    reference: str
    """What the provider calls the message."""
    state: State
    provider_status: str
    happened_at: datetime
    error_code: str | None = None
    delivery_id: UUID | None = None
    """The message, if the report proves which; it was named by an address or argument of ours."""


def receive(session: Session, provider: str, events: Iterable[Reported]) -> list[Heard]:
    """Keep each report and let it have its effect, in this transaction; what came of each.

    One that cannot be kept leaves the others untouched.
    """
    return [_received(session, provider, each) for each in events]


def match_parked(session: Session, provider: str, references: Collection[str]) -> int:
    """What the provider calls these messages has become known: let what it said of them before have
    its effect; how much that was."""
    matched = 0
    wanted = list(dict.fromkeys(references))  # a call of many has one name
    for first in range(0, len(wanted), AT_ONCE):
        parked = (
            select(Receipt)
            .where(
                Receipt.provider == provider,
                Receipt.delivery_id.is_(None),
                Receipt.reference.in_(wanted[first : first + AT_ONCE]),
            )
            .order_by(Receipt.happened_at, Receipt.id)
        )
        for receipt in session.scalars(parked):
            if delivery := _by_reference(session, provider, receipt.reference):
                receipt.delivery_id = delivery.id
                receipt.outcome = _effect(session, delivery, receipt)
                matched += 1
    return matched


def forget() -> None:
    """Drop what was parked too long ago."""
    with bookkeeping() as session:
        session.execute(
            delete(Receipt).where(
                Receipt.outcome == Heard.PARKED, Receipt.heard_at < clock.now() - PARKED_FOR
            )
        )


def opt_out(session: Session, address: str, *, source: str, at: datetime) -> None:
    """Nothing that is not their duty goes to this address any more. Saying it twice is once."""
    values = {"address": address, "since": at, "source": source}
    session.execute(inserting(session, OptOut).values(**values).on_conflict_do_nothing())


def _received(session: Session, provider: str, event: Reported) -> Heard:
    try:
        with session.begin_nested():
            receipt = _kept(session, provider, event)
            if receipt is None:
                return Heard.KNOWN
            delivery = _delivery_of(session, provider, event)
            if delivery is None:
                return Heard.PARKED
            receipt.delivery_id = delivery.id
            receipt.outcome = _effect(session, delivery, receipt)
            return Heard(receipt.outcome)
    except IntegrityError:
        log.exception("A report of %s could not be kept", provider)
        return Heard.PARKED


def _kept(session: Session, provider: str, event: Reported) -> Receipt | None:
    """The row of it; None when there is one already."""
    own = new_id()
    row = {
        "id": own,
        "provider": provider,
        "event_key": event.event_key[:128],
        "reference": event.reference[:64],
        "state": event.state,
        "provider_status": event.provider_status[:32],
        "error_code": event.error_code and event.error_code[:16],
        "happened_at": event.happened_at,
        "heard_at": clock.now(),
        "outcome": Heard.PARKED,
    }
    insert = inserting(session, Receipt).values(**row).on_conflict_do_nothing()
    is_new = session.scalar(insert.returning(Receipt.id)) is not None
    return session.get_one(Receipt, own) if is_new else None


def _delivery_of(session: Session, provider: str, event: Reported) -> Delivery | None:
    if event.delivery_id is None:
        return _by_reference(session, provider, event.reference)
    delivery = session.get(
        Delivery, event.delivery_id, with_for_update=True, populate_existing=True
    )
    return delivery if delivery is not None and delivery.provider == provider else None


def _by_reference(session: Session, provider: str, reference: str) -> Delivery | None:
    """The message of that name; None when none has it, or several: a call may carry many."""
    if not reference:
        return None
    called = select(Delivery).where(Delivery.provider == provider, Delivery.reference == reference)
    locked = called.limit(2).with_for_update().execution_options(populate_existing=True)
    found = session.scalars(locked).all()
    return found[0] if len(found) == 1 else None


def hear(delivery: Delivery, receipt: Receipt) -> Heard:
    """What the report makes of the message, whatever was reported of it before. Pure."""
    state, before = State(receipt.state), State(delivery.state)
    if before in REACHED and state in CONTRADICTIONS:
        return Heard.ANOMALY
    if before in REACHED | LOST and state in LOST:
        return Heard.OLDER
    if delivery.reference is None:
        delivery.reference = receipt.reference or None
    if not delivery.hear(state, receipt.happened_at):
        return Heard.OLDER
    delivery.provider_status = receipt.provider_status
    if state in LOST:
        delivery.error_code = receipt.error_code
        delivery.error_class = class_of(receipt.provider, receipt.error_code)
    return Heard.APPLIED


def _effect(session: Session, delivery: Delivery, receipt: Receipt) -> Heard:
    heard = hear(delivery, receipt)
    if class_of(receipt.provider, receipt.error_code) is ErrorClass.OPTED_OUT:
        _silence(session, delivery, receipt)
    if heard is Heard.APPLIED and receipt.state in LOST:
        _lose(session, delivery, receipt)
    return heard


def _silence(session: Session, delivery: Delivery, receipt: Receipt) -> None:
    """Whoever is in the directory has duties, and is told of them all the same: also where it was
    as one of a list of residents that they were written to."""
    if delivery.person_id is None and delivery.address and not _is_on_duty(session, delivery):
        opt_out(session, delivery.address, source=receipt.provider, at=receipt.happened_at)


def _is_on_duty(session: Session, delivery: Delivery) -> bool:
    reached_there = (
        select(Person.id)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            func.lower(ContactPoint.value) == (delivery.address or "").lower(),
            Person.active.is_(True),
        )
    )
    return session.scalar(reached_there.limit(1)) is not None


def _lose(session: Session, delivery: Delivery, receipt: Receipt) -> None:
    """The next in line is asked at once; and if it may pass, this message is tried once more."""
    now = clock.now()
    session.flush()
    if delivery.recipient_id is not None:
        escalation.lost(session, [delivery.recipient_id], now)
    again = another(receipt.provider, receipt.error_code)
    if again is None or not _may_go_again(session, delivery, again.times, now):
        return
    if repeat(session, [delivery], at=now):
        session.execute(
            update(Delivery)
            .where(Delivery.repeat_of_id == delivery.id)
            .values(not_before=now + again.after)
            .execution_options(synchronize_session=False)
        )


def _may_go_again(session: Session, delivery: Delivery, times: int, now: datetime) -> bool:
    if delivery.expires_at is not None and delivery.expires_at <= now:
        return False
    alert = session.get(Alert, delivery.alert_id) if delivery.alert_id else None
    if alert is not None and (
        alert.state == AlertState.CANCELLED or escalation.is_wrong(session, alert)
    ):
        return False
    return _tries(session, delivery) <= min(times, MOST_TRIES - 1)


def _tries(session: Session, delivery: Delivery) -> int:
    tries, earlier = 1, delivery.repeat_of_id
    while earlier is not None and tries < MOST_TRIES:
        tries += 1
        earlier = session.scalar(select(Delivery.repeat_of_id).where(Delivery.id == earlier))
    return tries
