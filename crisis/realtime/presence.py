"""Who has a page of which incident open, in whatever process it is open.

Each process writes the whole of what it holds, when that changes and every 20 seconds; rows older
than 45 seconds count for nothing. So a process that dies leaves no ghosts for long.
"""

import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crisis.kernel import clock
from crisis.kernel.database import bookkeeping
from crisis.realtime.model import Presence

TOUCHED_EVERY_SECONDS: Final = 20.0
COUNTS_FOR: Final = timedelta(seconds=45)


class Open(Protocol):
    """An open page: its id, whose it is, and the incidents it shows, each since when."""

    @property
    def id(self) -> UUID: ...

    @property
    def person_id(self) -> UUID: ...

    @property
    def incidents(self) -> Mapping[UUID, datetime]: ...


Here = dict[tuple[UUID, UUID], tuple[UUID, datetime]]
"""By connection and incident: whose it is, and since when."""


class _Written:
    """What this process last wrote of itself."""

    def __init__(self) -> None:
        self.process_id = UUID(int=0)
        self.here: Here | None = None
        self.at = 0.0
        self.lock = Lock()


_written: Final = _Written()


def begin(process: str) -> None:
    """Take the place of the process of that name (host and port): what it left behind is ours."""
    _written.process_id, _written.here = uuid5(NAMESPACE_URL, process), None


def keep(connections: Collection[Open]) -> None:
    """Write down who is here now, if that is news or was last said 20 seconds ago."""
    here = {
        (each.id, incident_id): (each.person_id, since)
        for each in connections
        for incident_id, since in each.incidents.items()
    }
    with _written.lock:
        is_old = time.monotonic() - _written.at > TOUCHED_EVERY_SECONDS
        if here == _written.here and not (here and is_old):
            return
        _write(here)
        _written.here, _written.at = here, time.monotonic()


def present(session: Session, incident_id: UUID) -> list[UUID]:
    """The people who have this incident open, in the order they came."""
    return present_in(session, [incident_id])[incident_id]


def present_in(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """`present` for several incidents in one query."""
    came = func.min(Presence.arrived_at)
    here = (
        select(Presence.incident_id, Presence.person_id)
        .where(
            Presence.incident_id.in_(incident_ids),
            Presence.seen_at > clock.now() - COUNTS_FOR,
        )
        .group_by(Presence.incident_id, Presence.person_id)
        .order_by(came, Presence.person_id)
    )
    found: dict[UUID, list[UUID]] = {each: [] for each in incident_ids}
    for row in session.execute(here):
        found[row.incident_id].append(row.person_id)
    return found


def forget(session: Session, now: datetime) -> None:
    """Drop what processes that died have left behind."""
    session.execute(delete(Presence).where(Presence.seen_at < now - COUNTS_FOR))


def _write(here: Here) -> None:
    now = clock.now()
    rows = [
        {
            "connection_id": connection_id,
            "incident_id": incident_id,
            "person_id": person_id,
            "process_id": _written.process_id,
            "arrived_at": since,
            "seen_at": now,
        }
        for (connection_id, incident_id), (person_id, since) in here.items()
    ]
    with bookkeeping() as session:
        session.execute(delete(Presence).where(Presence.process_id == _written.process_id))
        if rows:
            session.execute(insert(Presence), rows)
