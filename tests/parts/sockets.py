"""Sockets as a page opens them, and as only an attacker does: frames written by hand."""

import base64
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from crisis.account.commands import Browser, a_session
from crisis.account.model import digest
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping
from crisis.people.model import Person
from crisis.policy import Actor
from crisis.realtime import tickets
from crisis.realtime.tickets import Holder

TEXT, BINARY, CLOSE, PING, PONG, CONTINUED = 1, 2, 8, 9, 10, 0
QUERY = "EIO=4&transport=websocket"


opened: "list[Wire]" = []
"""Every connection made, for a fixture to close after the test."""
_sources = count(2)


def a_source() -> str:
    """An address of this machine nobody came from lately, as another computer would have."""
    number = next(_sources) % 60_000
    return f"127.0.{number // 250 + 1}.{number % 250 + 1}"


class RefusedError(Exception):
    """The handshake was not accepted; `status` is what was answered."""

    def __init__(self, status: int, head: str) -> None:
        super().__init__(head)
        self.status, self.head = status, head


@dataclass(frozen=True)
class SignedIn:
    """A session made for a test: who, and the cookie their browser carries."""

    person: Actor
    session_id: UUID
    cookie: str
    language: str = "ar"

    def ticket(self) -> str:
        """A ticket as `POST /ws-ticket` would give."""
        return tickets.issue(Holder(self.session_id, self.person.id, self.language))


def signed_in(person: Actor, *, language: str = "ar") -> SignedIn:
    """Open a session of this person, as signing in would."""
    token = base64.urlsafe_b64encode(os.urandom(32)).decode()
    with bookkeeping() as session:
        row = a_session(
            session.get_one(Person, person.id),
            Browser(token_hash=digest(token), agent="test", address="127.0.0.1"),
            at=clock.now(),
        )
        session.add(row)
    return SignedIn(person, row.id, token, language)


class Wire:
    """One WebSocket to a running product."""

    def __init__(
        self,
        port: int,
        *,
        query: str = QUERY,
        headers: Mapping[str, str | None] | None = None,
        source: str = "127.0.0.1",
    ) -> None:
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=10, source_address=(source, 0)
        )
        self.rest = b""
        opened.append(self)
        sent = {
            "Host": f"localhost:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "Origin": f"http://localhost:{port}",
            **(headers or {}),
        }
        lines = [f"{name}: {value}" for name, value in sent.items() if value is not None]
        request = "\r\n".join([f"GET /socket.io/?{query} HTTP/1.1", *lines, "", ""])
        self.socket.sendall(request.encode())
        self.head = self._head()
        status = int(self.head.split(" ", 2)[1])
        if status != 101:
            self.socket.close()
            raise RefusedError(status, self.head)

    def send(self, text: str) -> None:
        self.frame(TEXT, text.encode("utf-8", "surrogatepass"))

    def frame(
        self, opcode: int, payload: bytes, *, final: bool = True, masked: bool = True
    ) -> None:
        """Write one frame, right or wrong."""
        self.socket.sendall(a_frame(opcode, payload, final=final, masked=masked))

    def read(self, timeout: float = 10) -> tuple[int, bytes] | None:
        """The next frame; None when the connection is over. Raises `TimeoutError`."""
        self.socket.settimeout(timeout)
        try:
            first, second = self._exactly(2)
            size = second & 127
            if size == 126:
                (size,) = struct.unpack("!H", self._exactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self._exactly(8))
            return first & 15, self._exactly(size)
        except ConnectionError:
            return None

    def is_closed_within(self, seconds: float) -> bool:
        """Read what comes until the other side closes, for so long at most."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                if self.read(left) is None:
                    return True
            except TimeoutError:
                return False
        return False

    def close(self) -> None:
        self.socket.close()

    def _head(self) -> str:
        while b"\r\n\r\n" not in self.rest:
            got = self.socket.recv(4096)
            if not got:
                raise RefusedError(0, "closed")
            self.rest += got
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        return head.decode()

    def _exactly(self, size: int) -> bytes:
        while len(self.rest) < size:
            got = self.socket.recv(65_536)
            if not got:
                raise ConnectionError
            self.rest += got
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


def a_frame(opcode: int, payload: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """One frame of RFC 6455 as a client writes it; its mask is all zeros."""
    head = bytes([opcode | (0x80 if final else 0)])
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([mask_bit | len(payload)])
    elif len(payload) < 65_536:
        head += struct.pack("!BH", mask_bit | 126, len(payload))
    else:
        head += struct.pack("!BQ", mask_bit | 127, len(payload))
    return head + (bytes(4) if masked else b"") + payload


@dataclass
class Heard:
    """One message from the server."""

    event: str
    told: Any
    at: float = field(default_factory=time.monotonic)


class Page:
    """What a page does on its socket: connects with a ticket, asks, and notes what it hears."""

    def __init__(self, port: int, who: SignedIn, *, ticket: str | None = None) -> None:
        self.wire = Wire(port, headers={"Cookie": f"sid={who.cookie}"}, source=a_source())
        self.heard: list[Heard] = []
        self.closed_at: float | None = None
        self.connected: bool | None = None
        self._answers: dict[int, Any] = {}
        self._moved = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wire.send("40" + json.dumps({"ticket": who.ticket() if ticket is None else ticket}))
        self.wait_for(lambda: self.connected is not None or self.closed_at is not None)

    def ask(self, event: str, told: object = None) -> Any:
        """Send a message and return what is answered."""
        with self._moved:
            number = len(self._answers)
            self._answers[number] = None
        said = [event] if told is None else [event, told]
        self.wire.send(f"42{number}{json.dumps(said)}")
        self.wait_for(lambda: self._answers[number] is not None)
        return self._answers[number]

    def enter(self, incident_id: UUID, after: int = 0) -> Any:
        return self.ask("enter", {"incident": str(incident_id), "after": after})

    @property
    def news(self) -> list[Any]:
        """The packets of news heard so far."""
        return [each.told for each in self.heard if each.event == "news"]

    @property
    def numbers(self) -> list[int]:
        """Their numbers, in the order they came."""
        return [packet["seq"] for packet in self.news]

    def named(self, event: str) -> list[Any]:
        return [each.told for each in self.heard if each.event == event]

    def wait_for(self, happened: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until it happened; fails with what was heard when it never does."""
        with self._moved:
            if not self._moved.wait_for(happened, seconds):
                raise AssertionError(f"it did not happen in {seconds} s; heard {self.heard[-20:]}")

    def wait_until_closed(self, seconds: float = 30) -> None:
        self.wait_for(lambda: self.closed_at is not None, seconds)

    def close(self) -> None:
        self.wire.close()

    def _read(self) -> None:
        while True:
            try:
                frame = self.wire.read(60)
            except OSError:
                frame = None
            with self._moved:
                if frame is None or frame[0] == CLOSE:
                    self.closed_at = time.monotonic()
                else:
                    self._take(frame[1].decode())
                self._moved.notify_all()
            if self.closed_at is not None:
                return

    def _take(self, text: str) -> None:
        if text == "2":
            self.wire.send("3")
        elif text.startswith("40"):
            self.connected = True
        elif text.startswith("44"):
            self.connected = False
        elif text.startswith("42"):
            event, told = json.loads(text[2:])
            self.heard.append(Heard(event, told))
        elif text.startswith("43"):
            number, answer = text[2:].split("[", 1)
            self._answers[int(number)] = json.loads("[" + answer)[0]
