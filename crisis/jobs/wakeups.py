"""The worker: wakes up every few seconds and looks whether something is due.

APScheduler is the alarm clock and remembers nothing. What is due stands in rows of the database,
where several workers can share it and none can forget it.
"""

import logging
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any, Final

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from crisis.jobs import heartbeat
from crisis.kernel import clock, once
from crisis.kernel.database import bookkeeping
from crisis.kernel.ids import new_id
from crisis.realtime import presence, tickets

log = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS: Final = 600
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # that we woke up is no news


def _forget() -> None:
    with bookkeeping() as session:
        for forget in (once.forget, tickets.forget, presence.forget):
            forget(session, clock.now())


chores: Final[list[Callable[[], None]]] = [_forget, heartbeat.forget]
"""What is tidied up every ten minutes. Packages above this one add theirs in `crisis.plugs`."""


class Worker:
    """One worker, in threads of its own: inside a web process, or alone in `python run.py work`."""

    def __init__(self) -> None:
        self._id = new_id()
        self._alarm = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._every(heartbeat.EVERY_SECONDS, lambda: heartbeat.beat(self._id), name="heartbeat")
        self._every(HOUSEKEEPING_SECONDS, _tidy, name="housekeeping")

    def start(self) -> None:
        """Begin at once with the first look at everything."""
        self._alarm.start()

    def stop(self) -> None:
        """Finish what is under way, and say goodbye; once is enough."""
        if not self._alarm.running:
            return
        self._alarm.shutdown()
        _tried(lambda: heartbeat.end(self._id), "heartbeat")

    def _every(self, seconds: int, act: Callable[[], None], *, name: str) -> None:
        first: dict[str, Any] = {"next_run_time": clock.now() + timedelta(milliseconds=100)}
        self._alarm.add_job(lambda: _tried(act, name), "interval", seconds=seconds, **first)


def _tidy() -> None:
    for chore in chores:
        _tried(chore, "housekeeping")


def _tried(act: Callable[[], None], name: str) -> None:
    try:
        act()
    except SQLAlchemyError as error:
        log.warning("The %s could not reach the database: %s", name, type(error).__name__)
