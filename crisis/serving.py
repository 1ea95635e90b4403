"""Serving pages and sockets: gunicorn, started by us and in one shape everywhere.

One process that watches, and one that serves with threads. Development, tests and the real thing
run this same way; more is had by starting more of it on one PostgreSQL.
"""

import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

from crisis.app import create_app
from crisis.jobs.wakeups import Worker
from crisis.realtime import sockets
from crisis.settings import Settings

THREADS_FOR_PAGES: Final = 56
"""How many threads stay for pages when every seat for a socket is taken."""
GRACE_SECONDS: Final = 3
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
            "worker_connections": 4 * threads,
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
        return create_app(self._settings)

    def end(self) -> None:
        """Close every socket, so that the process can end and pages go elsewhere."""
        sockets.stop()
        if self._worker is not None:
            self._worker.stop()

    def _begin(self, server: ThreadWorker) -> None:
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

    def handle(self, conn: Any) -> Any:
        kept = super().handle(conn)
        if not kept:
            # Waits up to two seconds for the other side to hang up. The main loop would do it
            # itself, and a few clients that do not hang up would hold up everybody.
            conn.close = lambda graceful=False: None
            close_graceful(conn.sock)
        return kept


def _die_with_parent(arbiter: Any, _server: object) -> None:
    """When the process that watches is killed, free the port at once for the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != arbiter.pid:  # it was killed before we asked
            os.kill(os.getpid(), signal.SIGKILL)
