"""Who listens where in this process, and the one mouth that speaks to them.

A room is one incident in one language, so that what is said there is rendered once. Rooms of other
processes are theirs: each process tells its own listeners what the journal says.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import RLock
from typing import Any, Final
from uuid import UUID

from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from flask import Flask
from flask_socketio import SocketIO
from socketio import Manager
from socketio.packet import EVENT, Packet

from crisis.kernel import clock
from crisis.realtime.outbox import Outbox
from crisis.realtime.wire import (
    LARGEST_MESSAGE,
    PING_SECONDS,
    PONG_SECONDS,
    Wire,
    keep_own_time,
)

OFFICE: Final = "office"
"""The room of everybody who looks at a page about several incidents."""

socketio: Final = SocketIO()


@dataclass(eq=False)
class Connection:
    """One open page: whose it is, what it listens to, and how to close it."""

    sid: str
    id: UUID
    session_id: UUID
    person_id: UUID
    language: str
    dismiss: Callable[[], None]
    incidents: dict[UUID, datetime] = field(default_factory=dict)
    """The incidents whose news it hears, and since when."""
    in_office: bool = False


_connections: Final[dict[str, Connection]] = {}
_lock: Final = RLock()


def open_for(app: Flask) -> None:
    """Give `app` a Socket.IO server: WebSockets only, and on our own wire."""
    socketio.init_app(app, **_options())
    server = app.extensions["socketio"].server
    server.eio._async = {**server.eio._async, "queue": Outbox, "websocket": Wire}
    greet = server.eio.handlers["connect"]

    def begin(engine_sid: str, environ: object) -> Any:
        keep_own_time(server.eio.sockets[engine_sid])
        return greet(engine_sid, environ)

    server.eio.on("connect", begin)


def add(connection: Connection) -> None:
    """Somebody has come in, and hears nothing yet."""
    with _lock:
        _connections[connection.sid] = connection


def remove(sid: str) -> None:
    """Whoever it was has gone."""
    with _lock:
        _connections.pop(sid, None)


def connection_of(sid: str) -> Connection | None:
    """The connection that Socket.IO calls `sid`, while it is open."""
    return _connections.get(sid)


def everyone() -> list[Connection]:
    """All open connections of this process."""
    with _lock:
        return list(_connections.values())


def enter(connection: Connection, incident_id: UUID) -> None:
    """From now on it hears the news of this incident."""
    _server().enter_room(connection.sid, room_of(incident_id, connection.language))
    with _lock:
        connection.incidents = {**connection.incidents, incident_id: clock.now()}


def leave(connection: Connection, incident_id: UUID) -> None:
    """From now on it no longer does."""
    with _lock:
        kept = {each: at for each, at in connection.incidents.items() if each != incident_id}
        connection.incidents = kept
    _server().leave_room(connection.sid, room_of(incident_id, connection.language))


def enter_office(connection: Connection) -> None:
    """From now on it hears that something changed somewhere."""
    connection.in_office = True


def evict(connection: Connection, why: str) -> None:
    """Tell a page why it must go (`signed_out`, `not_yours`), and close its socket; once."""
    with _lock:  # the look-round and the news may come to the same conclusion in one moment
        if _connections.pop(connection.sid, None) is None:
            return
    for incident_id in list(connection.incidents):
        leave(connection, incident_id)
    say("evicted", {"why": why}, to=connection.sid)
    connection.dismiss()


def listeners(incident_id: UUID) -> list[Connection]:
    """The connections that hear the news of this incident."""
    return [each for each in everyone() if incident_id in each.incidents]


def listened() -> dict[UUID, set[str]]:
    """The incidents somebody listens to here, and the languages they are told in."""
    found: dict[UUID, set[str]] = {}
    for connection in everyone():
        for incident_id in connection.incidents:
            found.setdefault(incident_id, set()).add(connection.language)
    return found


def room_of(incident_id: UUID, language: str) -> str:
    """The name of the room in which an incident is told in one language."""
    return f"i:{incident_id}:{language}"


def say(event: str, told: dict[str, Any], *, to: str) -> None:
    """Say something in a room, or to the one connection whose sid it is. Never waits."""
    socketio.emit(event, told, to=to)


def _options() -> dict[str, Any]:
    quiet = logging.getLogger("crisis.realtime.engine")
    quiet.setLevel(logging.CRITICAL)  # what a hostile browser provokes is counted, not logged
    return {
        "async_mode": "threading",
        "transports": ["websocket"],
        "client_manager": _Book(),
        "async_handlers": False,  # in the thread of the socket, so that who says much waits
        "cors_allowed_origins": [],  # the door has looked
        "manage_session": False,
        "monitor_clients": False,  # the wire knows by itself when it ends
        "max_http_buffer_size": LARGEST_MESSAGE,
        "ping_interval": PING_SECONDS,
        "ping_timeout": PONG_SECONDS,
        "logger": quiet,
        "engineio_logger": quiet,
        "json": _Json,
    }


def _server() -> Any:
    return vars(socketio)["server"]


class _Json:
    """JSON that leaves Arabic as it is: escaped, it would be three times as long."""

    loads = staticmethod(json.loads)
    dumps = staticmethod(partial(json.dumps, ensure_ascii=False))


class _Book(Manager):  # type: ignore[misc]  # the library carries no types
    """Socket.IO's book of who is in which room, kept by one hand at a time.

    Its own was written for one thread. With many, somebody who entered a room in the moment when
    its last listener left was written into a book that nobody reads any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self._hand = RLock()

    def emit(
        self,
        event: str,
        data: object,
        namespace: str,
        room: str | None = None,
        to: str | None = None,
        **_options: object,
    ) -> None:
        said = Packet(EVENT, namespace=namespace, data=[event, data]).encode()
        packet = EnginePacket(MESSAGE, said)
        for _sid, engine_sid in self.get_participants(namespace, to or room):
            with suppress(SocketIsClosedError):  # one who leaves must not silence the others
                self.server.eio.send_packet(engine_sid, packet)

    def get_participants(self, namespace: str, room: str | None) -> Iterator[tuple[str, str]]:
        with self._hand:
            return iter(list(super().get_participants(namespace, room)))

    def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        with self._hand:
            sid: str | None = super().pre_connect(eio_sid, namespace)
            return sid

    def connect(self, sid: str, namespace: str) -> str:
        with self._hand:
            connected: str = super().connect(sid, namespace)
            return connected

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        with self._hand:
            eio_sid: str | None = super().pre_disconnect(sid, namespace)
            return eio_sid

    def basic_disconnect(self, sid: str, namespace: str, **options: object) -> None:
        with self._hand:
            super().basic_disconnect(sid, namespace, **options)

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        with self._hand:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        with self._hand:
            super().basic_leave_room(sid, namespace, room)
