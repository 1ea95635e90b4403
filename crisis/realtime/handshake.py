"""The door of the live room: who may even begin to open a socket.

It stands before Flask and before Socket.IO, so that what is refused here costs nothing behind it.
Only WebSockets are let in: long polling, which pages would not use, was a way to hold up the whole
server with a few malformed requests.
"""

import base64
import binascii
import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from crisis.realtime.wire import ADMISSION, Admission
from crisis.settings import Settings

PATH: Final = "/socket.io"
BAD_WITHIN_SECONDS: Final = 60.0
BAD_PER_ADDRESS: Final = 60
"""Handshakes of one address, within that time, that did not lead to a valid ticket."""
ADDRESSES_REMEMBERED: Final = 10_000
_QUERY: Final = frozenset({"EIO", "transport", "t"})


class Door:
    """WSGI middleware: turns away what cannot become a socket of ours, and counts the others."""

    def __init__(self, inside: Any, settings: Settings) -> None:
        self._inside = inside
        self._origin = settings.public_base_url and _origin(settings.public_base_url)
        self._seats = _Seats(settings.max_sockets)
        self._addresses = _Addresses()
        hops = settings.trusted_proxies
        self._at_the_door: Any = self._admit
        if hops:
            self._at_the_door = ProxyFix(self._admit, x_for=hops, x_proto=hops, x_host=hops)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(PATH):
            answer: Iterable[bytes] = self._at_the_door(environ, start_response)
        else:
            answer = self._inside(environ, start_response)
        return answer

    def _admit(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not (_is_websocket(environ) and self._is_ours(environ)):
            return _refusal(400)(environ, start_response)
        address = environ.get("REMOTE_ADDR", "")
        attempt = self._addresses.attempt(address)
        if attempt is None:
            return _refusal(429, retry_after=30)(environ, start_response)
        if not self._seats.take():
            return _refusal(503, retry_after=15)(environ, start_response)
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ[ADMISSION] = Admission(lambda: self._addresses.forgive(address, attempt))
        try:
            answer: Iterable[bytes] = self._inside(environ, start_response)
            return answer
        finally:
            self._seats.give_back()

    def _is_ours(self, environ: dict[str, Any]) -> bool:
        """Pages of other sites are turned away. Programs send no origin, and need a ticket."""
        origin = environ.get("HTTP_ORIGIN")
        own = f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"
        return origin is None or origin in {own, self._origin}


class _Seats:
    """How many sockets one process holds at most."""

    def __init__(self, number: int) -> None:
        self._free, self._lock = number, Lock()

    def take(self) -> bool:
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            return True

    def give_back(self) -> None:
        with self._lock:
            self._free += 1


class _Addresses:
    """When each address began handshakes that have not (yet) led to a valid ticket."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def attempt(self, address: str) -> float | None:
        """Note an attempt and return its time; None when this address has made too many."""
        now = time.monotonic()
        with self._lock:
            made = self._attempts.setdefault(address, deque())
            self._attempts.move_to_end(address)
            while made and now - made[0] > BAD_WITHIN_SECONDS:
                made.popleft()
            if len(self._attempts) > ADDRESSES_REMEMBERED:
                self._attempts.popitem(last=False)
            if len(made) >= BAD_PER_ADDRESS:
                return None
            made.append(now)
            return now

    def forgive(self, address: str, attempt: float) -> None:
        """That attempt led to a valid ticket."""
        with self._lock:
            made = self._attempts.get(address, deque())
            if attempt in made:
                made.remove(attempt)


def _is_websocket(environ: dict[str, Any]) -> bool:
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    asked = dict(query)
    return (
        environ.get("REQUEST_METHOD") == "GET"
        and len(query) == len(asked)
        and asked.keys() <= _QUERY  # no ticket and no session in an address that is logged
        and (asked.get("EIO"), asked.get("transport")) == ("4", "websocket")
        and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and "upgrade" in environ.get("HTTP_CONNECTION", "").lower()
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
        and _is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
    )


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16  # RFC 6455 §4.1
    except (binascii.Error, ValueError):
        return False


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _refusal(status: int, *, retry_after: int | None = None) -> Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return Response(status=status, headers=headers)
