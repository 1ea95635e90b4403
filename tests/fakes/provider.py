"""A provider of SMS and mail on loopback, which writes down what it accepts before it answers.

It speaks as much of Twilio's messages and of SendGrid's mail as a sender needs. What stands in its
journal was accepted, whatever it answered and whoever died meanwhile: the journal is the oracle.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit


class Habit(StrEnum):
    """How it takes a message."""

    ACCEPTS = "accepts"
    LIMITS = "429"
    """It takes nothing now, and says when to come again."""
    FAILS = "500 before it accepts"
    FAILS_AFTER = "500 after it accepted"
    HANGS = "accepts and never answers"
    RESETS = "accepts and resets the connection"
    HTML = "accepts and answers 200 with a page"
    CUT = "accepts and answers 201 with half a document"
    MOVED = "301"
    REFUSES = "400"


@dataclass(frozen=True)
class Asked:
    """A message that came: when, what it was, who brought it, how it was taken."""

    at: float
    message: tuple[str, str]
    by: str
    habit: Habit


TAKES: Final = frozenset(
    {Habit.ACCEPTS, Habit.FAILS_AFTER, Habit.HANGS, Habit.RESETS, Habit.HTML, Habit.CUT}
)
"""What is accepted, whatever the answer."""
IN_DOUBT: Final = (TAKES - {Habit.ACCEPTS}) | {Habit.FAILS, Habit.MOVED}
"""After these nobody but the provider can tell."""


class Provider:
    """One provider, in threads of this process, on a port of its own."""

    def __init__(self, journal: Path) -> None:
        self.habit = Habit.ACCEPTS
        self.next: deque[Habit] = deque()
        """How it takes the very next messages, before it goes back to its habit."""
        self.delay = 0.0
        self.retry_after: float | None = 1.0
        self.lists = True
        self.lists_after = 0.0
        """So many seconds after it accepted a message, it lists it."""
        self.asked: list[Asked] = []
        """Each message that came, accepted or not."""
        self.let_go = threading.Event()
        """Ends what hangs."""
        self._journal = journal.open("ab")
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen; on the same port as before, if it listened before."""
        self._server = _Server(("127.0.0.1", self.port), _Door)
        self._server.provider = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def shut(self) -> None:
        """Refuse connections, and end those there are."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def close(self) -> None:
        """Gone for good."""
        self.let_go.set()
        self.shut()
        self._journal.close()

    @property
    def accepted(self) -> Counter[tuple[str, str]]:
        """How often it accepted what, by address and text."""
        with self._lock:
            return Counter((each["to"], each["body"]) for each in self._entries)

    @property
    def count(self) -> int:
        """How many it accepted."""
        return len(self._entries)

    def called(self, to: str, body: str) -> set[str]:
        """What it calls the messages of that text to that address."""
        return {each["sid"] for each in self.listed(to) if each["body"] == body}

    @property
    def pauses(self) -> list[float]:
        """How long after it was turned away with a 429 each message came again."""
        turned_away: dict[tuple[str, str], float] = {}
        found = []
        for each in self.asked:
            if each.message in turned_away:
                found.append(each.at - turned_away.pop(each.message))
            if each.habit is Habit.LIMITS:
                turned_away[each.message] = each.at
        return found

    def take(self, to: str, body: str) -> str:
        """Write it down for good; what it is called."""
        with self._lock:
            sid = f"SM{len(self._entries) + 1:032x}"
            entry = {"sid": sid, "to": to, "body": body, "at": time.time()}
            self._journal.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            self._journal.flush()
            os.fsync(self._journal.fileno())
            self._entries.append(entry)
        return sid

    def listed(self, to: str) -> list[dict[str, Any]]:
        """What it lists of the messages to that address, the newest first."""
        until = time.time() - self.lists_after
        with self._lock:
            newest = reversed(self._entries)
            return [each for each in newest if each["to"] == to and each["at"] <= until]

    def mood(self, message: tuple[str, str], by: str) -> Habit:
        """How it takes the message that has just come."""
        with self._lock:
            habit = self.next.popleft() if self.next else self.habit
            self.asked.append(Asked(time.time(), message, by, habit))
            return habit


@contextmanager
def a_provider(journal: Path) -> Iterator[Provider]:
    """A provider that is there as long as it is used."""
    provider = Provider(journal)
    try:
        yield provider
    finally:
        provider.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    provider: Provider

    def __init__(self, *arguments: Any) -> None:
        self._lines: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever calls may die in the middle of a word; that is what it is here for."""

    def hang_up(self) -> None:
        for line in list(self._lines):
            line.close()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """What was accepted stands in the journal; nothing else matters."""

    def do_GET(self) -> None:
        provider, asked = self.server.provider, parse_qs(urlsplit(self.path).query)
        if not provider.lists:
            return self._say(503, {"message": "no list today"})
        found = [_as_twilio(each) for each in provider.listed(asked["To"][0])]
        return self._say(200, {"messages": found, "next_page_uri": None, "page_size": 50})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        provider, (by, messages) = self.server.provider, _messages(self.path, sent)
        habit = provider.mood(messages[0], by)
        time.sleep(provider.delay)
        entry: dict[str, Any] = {"sid": "", "to": "", "body": ""}
        for to, body in messages:
            sid = provider.take(to, body) if habit in TAKES else ""
            entry = {"sid": sid, "to": to, "body": body}
        self._answer(habit, entry)

    def _answer(self, habit: Habit, entry: dict[str, Any]) -> None:
        provider = self.server.provider
        match habit:
            case Habit.ACCEPTS:
                self._say(201 if "Messages" in self.path else 202, _as_twilio(entry))
            case Habit.LIMITS:
                self._say(429, {"code": 20429}, retry_after=provider.retry_after)
            case Habit.REFUSES:
                self._say(400, {"code": 21211, "message": "Invalid 'To' Phone Number"})
            case Habit.FAILS | Habit.FAILS_AFTER:
                self._say(500, {"code": 20500, "message": "Internal Server Error"})
            case Habit.HTML:
                self._send(200, b"<!doctype html><title>Sign in to the Wi-Fi</title>", "text/html")
            case Habit.CUT:
                self._send(201, json.dumps(_as_twilio(entry)).encode()[:40])
            case Habit.MOVED:
                self._send(301, b"", location=f"{provider.url}/elsewhere")
            case Habit.HANGS:
                provider.let_go.wait()
                self.close_connection = True
            case Habit.RESETS:
                at_once = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                self.connection.close()
                self.close_connection = True

    def _say(self, status: int, told: dict[str, Any], retry_after: float | None = None) -> None:
        self._send(status, json.dumps(told).encode(), retry_after=retry_after)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        *,
        retry_after: float | None = None,
        location: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Message-Id", f"{id(body):032x}")
        if retry_after is not None:
            self.send_header("Retry-After", f"{retry_after:g}")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def _messages(path: str, sent: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Who sends, and address and text of each message in a request."""
    if path.endswith("/mail/send"):
        mail = json.loads(sent)
        text = mail["content"][0]["value"]
        to = [each["to"][0]["email"] for each in mail["personalizations"]]
        return mail["from"]["email"], [(each, text) for each in to]
    form = parse_qs(sent.decode())
    return form["From"][0], [(form["To"][0], form["Body"][0])]


def _as_twilio(entry: dict[str, Any]) -> dict[str, Any]:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(entry.get("at", time.time())))
    return {
        "sid": entry["sid"],
        "to": entry["to"],
        "body": entry["body"],
        "from": "+15005550006",
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "error_code": None,
        "error_message": None,
        "date_created": when,
        "date_sent": None,
        "date_updated": when,
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "messaging_service_sid": None,
        "num_media": "0",
        "price": None,
        "price_unit": None,
        "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/AC{'0' * 32}/Messages/{entry['sid']}.json",
    }
