"""One WebSocket: reads what a browser says, a little at a time, and writes what it is told.

Engine.IO's threading mode would hand each connection to `simple_websocket`, which reads without a
limit in a thread of its own. This wire reads in the thread that serves the request, so a browser
that talks too much waits; it knows how large, how often and how long; and it compresses nothing.
"""

import base64
import hashlib
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import MethodType
from typing import Any, Final, cast

from engineio.packet import PING, Packet
from wsproto.connection import Connection as Protocol
from wsproto.connection import ConnectionType
from wsproto.events import CloseConnection, Event, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

from crisis.realtime import frames
from crisis.realtime.frames import Hostile, Kind
from crisis.realtime.outbox import Outbox

LARGEST_MESSAGE: Final = 64_000
"""Characters in one message from a browser."""
OFTEN: Final = 30
WITHIN_SECONDS: Final = 10.0
"""A browser may send `OFTEN` frames in this time."""
ADMITTED_WITHIN_SECONDS: Final = 5.0
PING_SECONDS: Final = 10
PONG_SECONDS: Final = 10
"""A browser is asked every `PING_SECONDS` and must answer within `PONG_SECONDS`."""
STUCK_SECONDS: Final = 10
"""How long one write may wait for a browser to take it."""
KERNEL_HOLDS_BYTES: Final = 128 * 1024
"""What the system may hold beside that; left alone, it would hold megabytes for each."""

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_CHUNK: Final = 16_384

refused: Final[Counter[str]] = Counter()
"""How often sockets were closed for each breach of the rules, since that was last told."""


class Admission:
    """One socket on its way from the door to the room.

    The door makes it and puts it into the request; the wire finds it there; whoever checks the
    ticket says `admit()`.
    """

    def __init__(self, on_admitted: Callable[[], None] = lambda: None) -> None:
        self._on_admitted = on_admitted
        self.until = time.monotonic() + ADMITTED_WITHIN_SECONDS
        self.admitted = False
        self.wire: Wire | None = None

    def admit(self) -> None:
        """Whoever is at the other end has shown a valid ticket."""
        self.admitted = True
        self._on_admitted()

    def dismiss(self) -> None:
        """Close the socket once what was said to it is written; at once if it does not read."""
        if self.wire is not None:
            self.wire.dismiss()


ADMISSION: Final = "crisis.admission"
"""Where the door leaves the `Admission` in the WSGI environment."""


def keep_own_time(engine_socket: Any) -> None:
    """Let the wire ask for signs of life: Engine.IO would keep a thread asleep for each socket."""
    engine_socket.schedule_ping = lambda: None
    engine_socket.last_ping = None


class Wire:
    """The WebSocket class that Engine.IO is given: `send`, `wait` and `close`.

    Engine.IO makes one per connection around its own handler, and calls it as a WSGI application.
    """

    def __init__(self, handler: MethodType, _server: object) -> None:
        self._serve = handler
        self._engine = cast(Any, handler.__self__)
        self._outbox: Outbox = self._engine.queue
        self._protocol = Protocol(ConnectionType.SERVER)
        self._heard: deque[str] = deque()
        self._parts: list[str] = []
        self._pace = _Pace()
        self._next_ping = time.monotonic() + PING_SECONDS
        self._asked_at: float | None = None

    def __call__(self, environ: dict[str, Any], _start_response: object) -> Iterable[bytes]:
        self._socket: socket.socket = environ["gunicorn.socket"]
        self._admission: Admission = environ[ADMISSION]
        self._admission.wire = self
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_HOLDS_BYTES)
        _limit(self._socket, socket.SO_SNDTIMEO, STUCK_SECONDS)
        self._socket.sendall(_greeting(environ["HTTP_SEC_WEBSOCKET_KEY"]))
        self._outbox.write_now, self._outbox.on_too_much = self._write_now, self.hang_up
        try:
            self._serve(self)
        finally:
            self._forget()
        raise StopIteration  # how gunicorn learns that the connection was used up

    def wait(self) -> str | None:
        """The next thing the browser says; None when it has gone, or must go."""
        while not self._heard:
            try:
                if not self._read():
                    self.hang_up()
                    return None
            except Hostile as breach:
                refused[str(breach)] += 1
                self._part(CloseReason.POLICY_VIOLATION)
                return None
        return self._heard.popleft()

    def send(self, frame: bytes) -> None:
        """Write what had to wait. Raises `OSError` when the browser does not take it."""
        self._socket.sendall(frame)
        self._outbox.written(len(frame))

    def close(self) -> None:
        """Say goodbye, when there is still somebody to hear it, and end the connection."""
        self._part(CloseReason.NORMAL_CLOSURE)

    def dismiss(self) -> None:
        """Close from our side; what is queued is written first."""
        self._engine.close(wait=False)

    def hang_up(self) -> None:
        """End the connection now, whoever is waiting in a read or a write of it."""
        with suppress(OSError):  # it may have ended
            self._socket.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        self.hang_up()
        self._engine.close(wait=False, abort=True)
        self._engine.server.sockets.pop(self._engine.sid, None)

    def _read(self) -> bool:
        """Take in what has arrived; False when nothing more will."""
        _limit(self._socket, socket.SO_RCVTIMEO, self._keep_alive())
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:  # nothing in that time
            return True
        except OSError:
            return False
        if not data:
            return False
        self._protocol.receive_data(data)
        return all(self._take(event) for event in self._protocol.events())

    def _keep_alive(self) -> float:
        """Ask, when it is time, whether somebody is there; returns how long to wait for them."""
        now = time.monotonic()
        if not self._admission.admitted:
            return _left(self._admission.until - now, "no ticket in time")
        if self._asked_at is not None:
            return _left(self._asked_at + PONG_SECONDS - now, "no answer to a ping")
        if now < self._next_ping:
            return self._next_ping - now
        self._engine.send(Packet(PING))
        self._asked_at = now
        return PONG_SECONDS

    def _take(self, event: Event) -> bool:
        match event:
            case TextMessage():
                return self._take_text(event)
            case Ping() | Pong():
                self._pace.count()
                if isinstance(event, Ping):
                    self._answer(event.response())
                return True
            case CloseConnection():
                self._answer(event.response())
                return False
        raise Hostile("a message that is not text")

    def _take_text(self, event: TextMessage) -> bool:
        if event.frame_finished:
            self._pace.count()
        self._parts.append(event.data)
        if sum(map(len, self._parts)) > LARGEST_MESSAGE:
            raise Hostile("a message too large")
        if not event.message_finished:
            return True
        text, self._parts = "".join(self._parts), []
        kind = frames.kind_of(text)
        if kind is Kind.HEED:
            self._heard.append(text)
        if kind is Kind.PONG:
            self._asked_at, self._next_ping = None, time.monotonic() + PING_SECONDS
        return kind is not Kind.FAREWELL

    def _part(self, reason: CloseReason) -> None:
        self._answer(CloseConnection(code=reason))
        self.hang_up()

    def _answer(self, event: Event) -> None:
        with suppress(LocalProtocolError):  # goodbye was said before
            self._outbox.put_frame(self._protocol.send(event))

    def _write_now(self, data: bytes) -> int:
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except OSError:  # full, or gone: the thread that writes will see
            return 0


class _Pace:
    """Counts frames; more than `OFTEN` within `WITHIN_SECONDS` are hostile."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._seen = 0

    def count(self) -> None:
        now = time.monotonic()
        if now - self._since > WITHIN_SECONDS:
            self._since, self._seen = now, 0
        self._seen += 1
        if self._seen > OFTEN:
            raise Hostile("too many messages")


def _greeting(key: str) -> bytes:
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _left(seconds: float, too_late: str) -> float:
    if seconds <= 0:
        raise Hostile(too_late)
    return seconds


def _limit(connection: socket.socket, which: int, seconds: float) -> None:
    # In the kernel, because Python's own time-out is one for both directions. Zero means for ever.
    seconds = max(seconds, 0.001)
    whole = int(seconds)
    timeval = struct.pack("@ll", whole, int((seconds - whole) * 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, which, timeval)
