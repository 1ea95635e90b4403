"""Putting messages into the outbox, in the transaction of whatever made them necessary."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    SQLColumnExpression,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Channel, Delivery, ErrorClass, OptOut, Purpose, State, Wording
from crisis.incidents.model import Incident
from crisis.kernel.database import Base
from crisis.kernel.ids import new_id
from crisis.kernel.journal import head_of

AT_ONCE: Final = 500
"""Rows a statement carries: SQLite takes no more than 32 766 values in one."""
ALWAYS_TOLD: Final = frozenset(Purpose) - {Purpose.ALERT}
"""What belongs to a duty, which is not over because somebody asked not to be written to."""
REPEATED: Final = {"ar": "(تكرار) ", "en": "(Repeat) ", "fr": "(Répétition) "}
"""Stands before what may have been received already."""


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """One message to one address; `key` names what is told to whom, so that it is told once."""

    purpose: Purpose
    priority: int
    channel: Channel
    address: str | None
    language: str
    wording_id: UUID
    about: str
    event: str
    key: str
    person_id: UUID | None = None
    alert_id: UUID | None = None
    recipient_id: UUID | None = None
    expires_at: datetime | None = None
    repeat_of_id: UUID | None = None
    parts: int | None = None
    not_before: datetime | None = None
    is_owed: bool = False
    """It goes even to an address that asked not to be written to: see `gathering.gather`."""


def say(
    session: Session,
    incident_id: UUID,
    language: str,
    *,
    text: str,
    subject: str = "",
    path: str | None = None,
) -> UUID:
    """Keep these words once, for all who are told them. `text` may hold `LINK`."""
    wording = Wording(
        id=new_id(),
        incident_id=incident_id,
        language=language,
        subject=subject,
        text=text,
        path=path,
    )
    session.add(wording)
    session.flush()
    return wording.id


def next_line(session: Session, incident_id: UUID) -> int:
    """The number that the line of the running command will get: it holds the incident's lock."""
    return head_of(session, incident_id) + 1


def post(
    session: Session, incident: Incident, messages: Sequence[NewMessage], *, seq: int, at: datetime
) -> int:
    """Queue what was not queued before; how many that were.

    Whoever has no address, or asked not to be written to and is owed nothing, gets a row that says
    so and goes nowhere.
    """
    known = _among(session, Delivery.key, (each.key for each in messages))
    addresses = (each.address.lower() for each in messages if each.address)
    silent = _among(session, func.lower(OptOut.address), addresses)
    fresh = {each.key: each for each in messages if each.key not in known}
    rows = [
        {
            **{name: value for name, value in vars(each).items() if name != "is_owed"},
            "id": new_id(),
            "incident_id": incident.id,
            "is_exercise": incident.is_exercise,
            "seq": seq,
            "created_at": at,
            "not_before": each.not_before or at,
            "attempt": 0,
            "looked_up": 0,
            **_standing(each, silent, at),
        }
        for each in fresh.values()
    ]
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(Delivery), rows[first : first + AT_ONCE])
    return len(rows)


def repeat(session: Session, deliveries: Iterable[Delivery], *, at: datetime) -> int:
    """Queue each of these once more, whose first sending did not arrive as far as anybody knows;
    how many that were.

    What may have arrived says that it is a repetition. A message is repeated once.
    """
    by_line: defaultdict[tuple[UUID, int], list[NewMessage]] = defaultdict(list)
    marked: dict[UUID, UUID] = {}
    for each in deliveries:
        wording_id = each.wording_id
        if each.state == State.UNKNOWN:
            if wording_id not in marked:
                marked[wording_id] = _marked(session, session.get_one(Wording, wording_id))
            wording_id = marked[wording_id]
        by_line[each.incident_id, each.seq].append(_once_more(each, wording_id))
    return sum(
        post(session, session.get_one(Incident, incident_id), messages, seq=seq, at=at)
        for (incident_id, seq), messages in by_line.items()
    )


def _marked(session: Session, wording: Wording) -> UUID:
    word = REPEATED[wording.language]
    return say(
        session,
        wording.incident_id,
        wording.language,
        subject=wording.subject and word + wording.subject,
        text=word + wording.text,
        path=wording.path,
    )


def _once_more(delivery: Delivery, wording_id: UUID) -> NewMessage:
    return NewMessage(
        purpose=Purpose(delivery.purpose),
        priority=delivery.priority,
        channel=Channel(delivery.channel),
        address=delivery.address,
        language=delivery.language,
        wording_id=wording_id,
        about=delivery.about,
        event=delivery.event,
        key=f"again:{delivery.id}",
        person_id=delivery.person_id,
        alert_id=delivery.alert_id,
        recipient_id=delivery.recipient_id,
        expires_at=delivery.expires_at,
        repeat_of_id=delivery.id,
    )


def inserting(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that can be told to do nothing where the row is there, on either database."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if on_postgres else sqlite.insert)(table)


def hold_back(session: Session, alerts: ColumnElement[bool], *, at: datetime) -> int:
    """What is queued of these alerts never leaves; how many messages that were."""
    waiting = (
        update(Delivery)
        .where(alerts, Delivery.state == State.QUEUED)
        .values(state=State.CANCELLED, ended_at=at, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], session.execute(waiting)).rowcount


def _standing(message: NewMessage, silent: set[str], at: datetime) -> dict[str, object]:
    if message.address is None:
        return _suppressed(ErrorClass.NO_ADDRESS, at)
    is_told = message.is_owed or message.purpose in ALWAYS_TOLD
    if message.address.lower() in silent and not is_told:
        return _suppressed(ErrorClass.OPTED_OUT, at)
    return {"state": State.QUEUED, "error_class": None, "ended_at": None}


def _suppressed(why: ErrorClass, at: datetime) -> dict[str, object]:
    return {"state": State.SUPPRESSED, "error_class": why, "ended_at": at}


def _among(session: Session, column: SQLColumnExpression[str], values: Iterable[str]) -> set[str]:
    """Which of these values the column has, asked for in portions."""
    wanted = list(dict.fromkeys(values))
    found: set[str] = set()
    for first in range(0, len(wanted), AT_ONCE):
        some = column.in_(wanted[first : first + AT_ONCE])
        found.update(session.scalars(select(column).where(some)))
    return found
