"""Reads the journal as it grows and tells the rooms of this process, in order, without a gap.

Every web process has one. It is woken by a commit in its own process, on PostgreSQL by a commit in
any other, and looks by itself every 300 ms; so a nudge that is lost costs 300 ms and no line.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crisis.kernel import clock, journal
from crisis.kernel.database import engine, reading
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line, StreamHead
from crisis.realtime import eviction, rooms
from crisis.realtime.rounds import Rounds
from crisis.web.locale import Style, speaking

log = logging.getLogger(__name__)

LOOKS_EVERY_SECONDS: Final = 0.3
AT_ONCE: Final = 100
"""How many lines are told before looking again who may hear them."""
NUDGE_EVERY_SECONDS: Final = 1.0
CHECKED_EVERY_SECONDS: Final = 10.0
CLOCKS_DIFFER_BY: Final = timedelta(seconds=30)

Press = Callable[[Sequence[Line], str], list[dict[str, Any]]]
"""Renders lines as packets for readers of one language, one packet for each line."""


class _Plugged:
    """What comes from above this package; `crisis.app` fills it with `plug`."""

    app: Flask
    press: Press
    style: Callable[[], Style]


class _Office:
    """What the pages about several incidents have been told."""

    def __init__(self) -> None:
        self.heads: dict[UUID, int] = {}
        self.newest: datetime | None = None
        self.moved: set[UUID] = set()
        self.next_nudge = 0.0
        self.lock = Lock()


_plugged: Final = _Plugged()
_office: Final = _Office()
_cursors: Final[dict[UUID, int]] = {}
_woken_for: Final[set[UUID]] = set()
_lock: Final = Lock()


def plug(app: Flask, *, press: Press, style: Callable[[], Style]) -> None:
    """Say how lines become packets: `press`, called while `app` speaks the reader's language."""
    _plugged.app, _plugged.press, _plugged.style = app, press, style


def start() -> None:
    """Begin to tell. To be called in the process that serves, after it was forked."""
    _tailer.start()
    if engine().dialect.name == "postgresql":
        _listener.start()


def stop() -> None:
    _listener.stop()
    _tailer.stop()


def wake(line: Line) -> None:
    """A line was committed in this process."""
    _wake_for(line.stream)


def wrong() -> str | None:
    """None when the tailer works, else what is wrong with it."""
    return _tailer.wrong()


def follow(incident_id: UUID) -> int:
    """Tell the listeners of this incident what follows; returns the number of its last line.

    To be called once they are in the room: what comes after that number will be said there.
    """
    with reading() as session:
        head = journal.head_of(session, incident_id)
    with _lock:
        _cursors.setdefault(incident_id, head)
    return head


def follow_office() -> None:
    """Nudge the pages about several incidents from now on.

    To be called once they are in the room: what moves after this is said there.
    """
    if sum(each.in_office for each in rooms.everyone()) > 1 and _office.newest is not None:
        return  # it is done already
    with reading() as session, _office.lock:
        _moved(session)
        _office.moved.clear()


def told_until(incident_id: UUID) -> int | None:
    """The number of the last line said in the rooms of this incident, while the tailer works."""
    return _cursors.get(incident_id) if _tailer.is_good else None


def _look() -> None:
    with _lock:
        woken_for = set(_woken_for)
        _woken_for.clear()
    followed = _followed()
    if followed:
        _tell_all(followed)
    if any(each.in_office for each in rooms.everyone()):
        _nudge_office(woken_for)


def _followed() -> dict[UUID, int]:
    """What is listened to here, and up to which line it was told; the rest is let go."""
    with _lock:
        listened = rooms.listened()
        for stream in _cursors.keys() - listened.keys():
            del _cursors[stream]
            eviction.forget(stream)
        return dict(_cursors)


def _tell_all(followed: Mapping[UUID, int]) -> None:
    with reading() as session:
        heads = select(StreamHead.stream, StreamHead.seq).where(StreamHead.stream.in_(followed))
        grown = {row.stream: row.seq for row in session.execute(heads)}
    for stream, cursor in followed.items():
        head = grown.get(stream, 0)
        if head < cursor:
            log.warning("Stream %s ends at %s, after %s was told", stream, head, cursor)
            _set_cursor(stream, head)  # the database was restored from an older copy
        elif head > cursor:
            _tell(stream, cursor)


def _tell(stream: UUID, cursor: int) -> None:
    """Say in the rooms of `stream` whatever comes after `cursor`."""
    while True:
        with reading() as session:
            lines = journal.lines_since(session, stream, cursor, limit=AT_ONCE)
            if not lines:
                return
            # After the lines are read, so that nobody hears one from after they lost the right.
            strangers = eviction.strangers_to(session, lines, rooms.listeners(stream))
        eviction.see_out(strangers)
        _say(stream, lines)
        if len(lines) < AT_ONCE:
            return
        cursor = lines[-1].seq


def _say(stream: UUID, lines: Sequence[Line]) -> None:
    for language in rooms.listened().get(stream, ()):
        for packet in _pressed(lines, language):
            rooms.say("news", packet, to=rooms.room_of(stream, language))
    _set_cursor(stream, lines[-1].seq)


def _pressed(lines: Sequence[Line], language: str) -> list[dict[str, Any]]:
    try:
        with speaking(_plugged.app, language, _plugged.style()):
            return _plugged.press(lines, language)
    except SQLAlchemyError:
        raise  # the database is away: the same lines are tried again
    except Exception:
        # One line that cannot be printed must not silence the room for ever. What follows it has
        # a higher number, so that pages notice, ask for what they miss, and say when they get none.
        log.exception("Lines of stream %s could not be printed in %s", lines[0].stream, language)
        return []


def _set_cursor(stream: UUID, seq: int) -> None:
    with _lock:
        if stream in _cursors:
            _cursors[stream] = seq


def _nudge_office(woken_for: set[UUID]) -> None:
    with reading() as session:
        with _office.lock:
            _office.moved |= woken_for | _moved(session)
        if not _office.moved or time.monotonic() < _office.next_nudge:
            return
        listening = [each for each in rooms.everyone() if each.in_office]
        concerned = eviction.who_may_follow(session, listening, _office.moved - {OFFICE_ID})
    if OFFICE_ID in _office.moved:
        concerned = listening
    _office.moved.clear()
    for connection in concerned:
        rooms.say("changed", {}, to=connection.sid)
    _office.next_nudge = time.monotonic() + NUDGE_EVERY_SECONDS


def _moved(session: Session) -> set[UUID]:
    """The streams that grew since the last look."""
    # By time, with an overlap: a line carries the time its writing began, and clocks differ.
    since = (_office.newest or clock.now()) - CLOCKS_DIFFER_BY
    recent = select(StreamHead.stream, StreamHead.seq, StreamHead.at).where(StreamHead.at > since)
    rows = session.execute(recent).all()
    heads = {row.stream: row.seq for row in rows}
    moved = {stream for stream, seq in heads.items() if _office.heads.get(stream) != seq}
    _office.heads = heads
    _office.newest = max((row.at for row in rows), default=_office.newest or clock.now())
    return moved


def _wake_for(stream: UUID) -> None:
    with _lock:
        _woken_for.add(stream)
    _tailer.nudge()


class _Listening:
    """A connection of its own to PostgreSQL, on which other processes' commits are heard."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._next_check = 0.0

    def hear(self) -> None:
        """Hear what is said within a moment; raises when the connection is lost."""
        try:
            if self._connection is None:
                self._connection = _own_connection()
            if time.monotonic() > self._next_check:  # a connection may be cut silently
                self._connection.exec_driver_sql(f"LISTEN {journal.CHANNEL}")
                self._next_check = time.monotonic() + CHECKED_EVERY_SECONDS
            driver: Any = self._connection.connection.dbapi_connection
            for notice in driver.notifies(timeout=LOOKS_EVERY_SECONDS):
                _wake_for(UUID(notice.payload))
        except BaseException:
            if self._connection is not None:
                self._connection.invalidate()
            self._connection, self._next_check = None, 0.0
            raise


def _own_connection() -> Connection:
    connection = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    return connection


_tailer: Final = Rounds("tailer", _look, seconds=LOOKS_EVERY_SECONDS)
_listener: Final = Rounds("listener", _Listening().hear, seconds=0)
