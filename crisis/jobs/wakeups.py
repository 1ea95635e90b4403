"""The worker: wakes up every second, and at each commit beside it, and looks what there is to do.

APScheduler is the alarm clock and remembers nothing. What is due stands in rows of the database,
where several workers can share it and none can forget it.
"""

import logging
from collections.abc import Callable
from datetime import UTC, timedelta
from threading import Event, Thread
from typing import Any, Final

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from crisis.jobs import heartbeat, reactions
from crisis.kernel import clock, once
from crisis.kernel.database import bookkeeping
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line
from crisis.realtime import presence, tickets

log = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS: Final = 600
ROUND_SECONDS: Final = 1
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # that we woke up is no news


def _forget() -> None:
    with bookkeeping() as session:
        for forget in (once.forget, tickets.forget, presence.forget):
            forget(session, clock.now())


chores: Final[list[Callable[[], None]]] = [_forget, heartbeat.forget]
"""What is tidied up every ten minutes. Packages above this one add theirs in `crisis.plugs`."""

rounds: Final[list[Callable[[], object]]] = [reactions.work_off]
"""What is looked at every second. Packages above this one add theirs in `crisis.plugs`."""

_at_work: Final[set["Worker"]] = set()


def wake(_line: Line) -> None:
    """A line was committed in this process: whoever works in it looks at once."""
    for worker in tuple(_at_work):
        worker.wake()


class Worker:
    """One worker, in threads of its own: inside a web process, or alone in `python run.py work`."""

    def __init__(self) -> None:
        self._id = new_id()
        self._alarm = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._woken, self._ended = Event(), Event()
        self._thread: Thread | None = None
        self._every(heartbeat.EVERY_SECONDS, self._beat, name="heartbeat")
        self._every(HOUSEKEEPING_SECONDS, _tidy, name="housekeeping")
        self._every(ROUND_SECONDS, self.wake, name="round")

    def start(self) -> None:
        """Begin at once with the first look at everything."""
        _at_work.add(self)
        # made here and not before: Python takes a thread made before a fork for one that has ended
        self._thread = Thread(target=self._go_round, name="worker", daemon=True)
        self._thread.start()
        self._alarm.start()

    def wake(self) -> None:
        """Look now, rather than at the next stroke of the clock."""
        self._woken.set()

    def stop(self) -> None:
        """Finish what is under way, and say goodbye; once is enough."""
        if self._thread is None or not self._alarm.running:
            return
        _at_work.discard(self)
        self._alarm.shutdown()
        self._ended.set()
        self._woken.set()
        self._thread.join()
        _tried(lambda: heartbeat.end(self._id), "heartbeat")

    def _go_round(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._ended.is_set():
                return
            _tried(_go_round, "round")

    def _beat(self) -> None:
        # a worker that no longer goes round is as good as dead
        if self._thread is not None and self._thread.is_alive():
            heartbeat.beat(self._id)

    def _every(self, seconds: int, act: Callable[[], None], *, name: str) -> None:
        first: dict[str, Any] = {"next_run_time": clock.now() + timedelta(milliseconds=100)}
        self._alarm.add_job(lambda: _tried(act, name), "interval", seconds=seconds, **first)


def _go_round() -> None:
    if not heartbeat.story_is_told():
        for each in rounds:
            _tried(each, "round")


def _tidy() -> None:
    for chore in chores:
        _tried(chore, "housekeeping")


def _tried(act: Callable[[], object], name: str) -> None:
    try:
        act()
    except SQLAlchemyError as error:
        log.warning("The %s could not reach the database: %s", name, type(error).__name__)
