"""Serving pages and sockets: gunicorn, started by us and in one shape everywhere.

One process that watches, and one that serves with threads. Development, tests and the real thing
run this same way; more is had by starting more of it on one PostgreSQL.
"""

import ctypes
import errno
import os
import resource
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import _DEFER, ThreadWorker
from werkzeug.exceptions import BadRequest

from crisis.app import create_app
from crisis.jobs.wakeups import Worker
from crisis.kernel.heap import freeze_what_is_loaded
from crisis.realtime import sockets
from crisis.settings import Settings
from crisis.web.arrival import Arrival, arrival

THREADS_FOR_PAGES: Final = 56
"""How many threads stay for pages when every seat for a socket is taken."""
GRACE_SECONDS: Final = 3
MOST_FILES: Final = 65_536
LONG_AT_ONCE: Final = 16
"""How many requests may be read while they still come: large files, bodies without a length."""
LONG_SECONDS: Final = 10
"""How long such a request may pause."""
STUCK_SECONDS: Final = 10
"""How long one write may wait for a browser that does not read."""
_WITHIN: Final = {Arrival.PART_OF_HEAD: 10.0, Arrival.PART_OF_BODY: 60.0}
"""Seconds for a request to arrive."""
_long: Final = threading.BoundedSemaphore(LONG_AT_ONCE)
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG, prctl(2)


class PortTakenError(Exception):
    """Another program listens there already."""


def listen(settings: Settings) -> socket.socket:
    """Reserve the address, before anything else is done. Raises `PortTakenError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise PortTakenError(error.strerror) from error
    return listener


def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    worker: Worker | None,
    when_ready: Callable[[], None],
) -> None:
    """Serve until told to stop (SIGTERM, SIGINT); does not return.

    `worker` works inside the serving process; None when workers run apart. `when_ready` is called
    once, as soon as pages are answered.
    """
    _Gunicorn(settings, listener, worker, when_ready).run()


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # the library carries no types
    """gunicorn, told everything by the settings and nothing by files or the environment."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        worker: Worker | None,
        when_ready: Callable[[], None],
    ) -> None:
        self._settings, self._worker, self._when_ready = settings, worker, when_ready
        self._address = listener.detach()
        wsgi.SERVER = "Nasaq"  # what runs here is nobody's business
        super().__init__()

    def load_config(self) -> None:
        threads = max(self._settings.web_threads, self._settings.max_sockets + THREADS_FOR_PAGES)
        told: dict[str, Any] = {
            "bind": f"fd://{self._address}",
            "worker_class": _Server,
            "workers": 1,
            "threads": threads,
            "worker_connections": _connections(threads),
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 15,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # whom to believe is said by TRUSTED_PROXIES
            "loglevel": "warning",
            "post_fork": _die_with_parent,
            "post_worker_init": self._begin,
        }
        for name, value in told.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._settings)
        app.register_error_handler(
            ParseException, lambda _error: app.handle_user_exception(BadRequest())
        )
        return app

    def end(self) -> None:
        """Close every socket, so that the process can end and pages go elsewhere."""
        sockets.stop()
        if self._worker is not None:
            self._worker.stop()

    def _begin(self, server: ThreadWorker) -> None:
        freeze_what_is_loaded()
        # Threads do not survive a fork, so they begin here and not in `create_app`.
        sockets.start(f"{socket.gethostname()}:{self._settings.port}")
        if self._worker is not None:
            self._worker.start()
        if server.age == 1:
            self._when_ready()


class _Server(ThreadWorker):  # type: ignore[misc]  # the library carries no types
    """gunicorn's worker with threads, which ends in good order though sockets are open."""

    def handle_exit(self, sig: int, frame: object) -> None:
        if self.alive:
            threading.Thread(target=self.app.end, name="end").start()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: object) -> None:
        self.handle_exit(sig, frame)

    def accept(self, listener: Any) -> None:
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            self.log.warning("No more connections can be opened (%s)", error.strerror)
            time.sleep(0.1)  # it would be tried again at once

    def handle(self, conn: Any) -> Any:
        """Serve one request, once it has come: nobody holds a thread by sending slowly."""
        try:
            kept = self._handle_arrived(conn, arrival(conn.sock, _read_ahead(conn)))
        except OSError:  # it has gone
            kept = False
        if not kept:
            # Waits up to two seconds for the other side to hang up. The main loop would do it
            # itself, and a few clients that do not hang up would hold up everybody.
            conn.close = lambda graceful=False: None
            close_graceful(conn.sock)
        return kept

    def _handle_arrived(self, conn: Any, come: Arrival) -> Any:
        if come is Arrival.NOTHING:
            return _DEFER
        begun = vars(conn).setdefault("begun", time.monotonic())
        if come in _WITHIN:
            if time.monotonic() - begun < _WITHIN[come]:
                return _DEFER
            return _turn_away(conn, b"408 Request Timeout")
        del conn.begun
        conn.data_ready = True
        _wait_at_most(conn, socket.SO_SNDTIMEO, STUCK_SECONDS)
        if come is Arrival.WHOLE:
            return super().handle(conn)
        return self._handle_long(conn)

    def _handle_long(self, conn: Any) -> Any:
        if not _long.acquire(blocking=False):
            return _turn_away(conn, b"503 Service Unavailable")
        try:
            _wait_at_most(conn, socket.SO_RCVTIMEO, LONG_SECONDS)
            return super().handle(conn)
        finally:
            _long.release()
            _wait_at_most(conn, socket.SO_RCVTIMEO, 0)


def _read_ahead(conn: Any) -> bytes:
    """What gunicorn has read of the next request while it read the last."""
    found: bytes = conn.parser.unreader.buf.getvalue() if conn.initialized else b""
    return found


def _turn_away(conn: Any, status: bytes) -> bool:
    conn.sock.setblocking(False)
    conn.sock.send(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    return False


def _wait_at_most(conn: Any, which: int, seconds: int) -> None:
    """In the kernel, because Python's own time-out is one for both directions."""
    with suppress(OSError):  # it may have gone
        conn.sock.setsockopt(socket.SOL_SOCKET, which, struct.pack("@ll", seconds, 0))


def _connections(threads: int) -> int:
    """How many connections to hold at once, after asking for as many files as we may open.

    Each thread may have a few files of the database open beside.
    """
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = MOST_FILES if allowed == resource.RLIM_INFINITY else min(allowed, MOST_FILES)
    with suppress(ValueError, OSError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(2 * threads, min(16 * threads, files - 4 * threads))


def _die_with_parent(arbiter: Any, _server: object) -> None:
    """When the process that watches is killed, free the port at once for the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != arbiter.pid:  # it was killed before we asked
            os.kill(os.getpid(), signal.SIGKILL)
