"""Puts messages into the outbox for tests, and reads what became of them."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from crisis.alerts.claims import Timing
from crisis.alerts.couriers import Courier
from crisis.alerts.dispatch import Dispatcher
from crisis.alerts.model import Alert, AlertKind, AlertState, Prefer, Priority
from crisis.alerts.outbox import Channel, Delivery, Purpose, State
from crisis.alerts.posting import NewMessage, post, say
from crisis.alerts.recipients import Answer, Recipient
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id
from tests import given

QUICK = Timing(lease=90, call=60, look_after=0.1, grace=30, gather=0.005, round=0.05, probe=0.2)
"""Everything much sooner than it really is, but for how long a call may take and a row be held: on
a machine that stands still for a second, what is under way must not count as lost."""


def an_alert(on: Incident, **told: Any) -> UUID:
    """An alert that was confirmed and is being sent."""
    now = clock.now()
    facts: dict[str, Any] = {
        "id": new_id(),
        "incident_id": on.id,
        "number": 1,
        "kind": AlertKind.ALERT,
        "values": {},
        "priority": Priority.URGENT,
        "title": {"ar": "تنبيه"},
        "sms": {"ar": "تنبيه"},
        "mail": {"ar": "تنبيه"},
        "channels": ["sms"],
        "audience_ids": [],
        "person_ids": [],
        "asks_answer": False,
        "prefer": Prefer.ONCE,
        "expires_at": now + timedelta(hours=1),
        "state": AlertState.SENDING,
        "created_by_id": given.runs(on).id,
        "created_at": now,
        **told,
    }
    with bookkeeping() as session:
        session.add(Alert(**facts))
    return UUID(str(facts["id"]))


def queue(
    on: Incident,
    *texts: str,
    at: datetime | None = None,
    recipients: Sequence[UUID | None] = (),
    **told: Any,
) -> list[UUID]:
    """A message for each text, each to a number of its own; their ids, in that order."""
    keys = [f"{each} {uuid4()}" for each in texts]
    people = recipients or [None] * len(texts)
    with bookkeeping() as session:
        said = {each: say(session, on.id, "ar", text=each) for each in dict.fromkeys(texts)}
        base = NewMessage(
            purpose=Purpose.ALERT,
            priority=1,
            channel=Channel.SMS,
            address=None,
            language="ar",
            wording_id=uuid4(),
            about="alert:1",
            event="alert.confirmed",
            key="",
        )
        messages = [
            replace(
                base,
                **{
                    "wording_id": said[text],
                    "key": key,
                    "address": f"+2189{n:08}",
                    "recipient_id": person,
                    **told,
                },
            )
            for n, (text, key, person) in enumerate(zip(texts, keys, people, strict=True))
        ]
        post(session, session.get_one(Incident, on.id), messages, seq=1, at=at or clock.now())
    with reading() as session:
        ids = dict(session.execute(select(Delivery.key, Delivery.id)).all())
    return [ids[key] for key in keys]


def people(on: Incident, alert_id: UUID, count: int) -> list[UUID]:
    """So many people of the frozen audience of that alert; their ids."""
    ids = [new_id() for _ in range(count)]
    with bookkeeping() as session:
        session.add_all(
            Recipient(
                id=each,
                incident_id=on.id,
                alert_id=alert_id,
                name={},
                language="ar",
                root_id=each,
                step=0,
                answer=Answer.NOT_ASKED,
                asked_at=clock.now(),
                token_hash=each.hex,
            )
            for each in ids
        )
    return ids


def row(delivery_id: UUID) -> Delivery:
    """The message as it stands now."""
    with reading() as session:
        return session.get_one(Delivery, delivery_id)


def states(ids: Sequence[UUID] | None = None) -> Counter[str]:
    """How many messages stand where."""
    wanted = select(Delivery.state)
    if ids is not None:
        wanted = wanted.where(Delivery.id.in_(ids))
    with reading() as session:
        return Counter(session.scalars(wanted))


def set_row(delivery_id: UUID, **values: Any) -> None:
    """As if that had happened to the row."""
    with bookkeeping() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


def alert(alert_id: UUID) -> Alert:
    """The alert as it stands now."""
    with reading() as session:
        return session.get_one(Alert, alert_id)


def table(*couriers: Courier) -> Mapping[tuple[Channel, bool], Courier]:
    """Each courier carries its channel, what is real and what is an exercise."""
    return {(each.channel, drill): each for each in couriers for drill in (False, True)}


@contextmanager
def dispatching(*couriers: Courier, timing: Timing = QUICK, **by: Any) -> Iterator[Dispatcher]:
    """A dispatcher at work with these couriers."""
    working = Dispatcher(by.get("couriers") or table(*couriers), timing)
    working.start()
    try:
        yield working
    finally:
        working.stop()


def wait_until(happened: Callable[[], object], seconds: float = 30) -> None:
    """Wait for it; fail when it never happens."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, states()
        time.sleep(0.01)


def all_in(state: State, ids: Sequence[UUID]) -> Callable[[], bool]:
    """Whether all of them have come to that state."""
    return lambda: states(ids) == {state: len(ids)}
