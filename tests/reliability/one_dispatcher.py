"""Workers that take messages to a provider of tests, to be killed at any moment or at a chosen one.

python -m tests.reliability.one_dispatcher DATABASE_URL PROVIDER_URL

For each line on its standard input it starts one worker, a process of its own, and says its number.
The line is the count of the boundary at which that worker ends as if it were killed, or 0 for one
that works until somebody kills it. A boundary is each statement and each end of a transaction that
writes, and each call of the courier and its answer.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Connection

from crisis.alerts import couriers, links
from crisis.alerts.claims import Timing
from crisis.alerts.couriers import Letter, Outcome, Trace
from crisis.alerts.dispatch import Dispatcher
from crisis.jobs import wakeups
from crisis.jobs.wakeups import Worker
from crisis.kernel import database
from crisis.plugs import plug_kernel
from crisis.providers import twilio_sdk
from crisis.providers.twilio import Account, Twilio

SLOTS: Final = 8
TIMING: Final = Timing(lease=0.8, call=3.0, look_after=0.15, gather=0.005, round=0.05, probe=0.2)
"""Everything sooner than it really is; the lease is still longer than the provider's answers."""
HASTE: Final = Timing(lease=0.2, call=3.0, look_after=0.05, gather=0.005, round=0.03, probe=0.2)
"""For those that die at a chosen point: there are many, and each is waited for."""


def main(url: str, provider: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    assert twilio_sdk, "a courier loads it when it is first used, and here that is once for all"
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(url, provider, int(line))
        print(pid, flush=True)


def work(url: str, provider: str, boundary: int) -> None:
    """Work until killed, or until that boundary."""
    database.connect(url)
    plug_kernel()
    account = account_at(provider)
    courier, timing = Twilio(account, SLOTS), TIMING
    if boundary:
        reached = Boundaries(boundary)
        reached.watch()
        courier, timing = Mortal(account, reached), HASTE
    couriers.plugged.update({(courier.channel, drill): courier for drill in (False, True)})
    wakeups.companions[:] = [lambda: Dispatcher(couriers.plugged, timing)]
    wakeups.rounds.clear()
    Worker().start()
    threading.Event().wait()


def account_at(provider: str) -> Account:
    """An account with the provider of tests, with a sender by which this process is known."""
    links.plug("for tests only, and known to everyone", "http://localhost")
    own = f"worker{os.getpid()}"
    return Account(sid="AC" + "0" * 32, token="t" * 32, sender=own, api=provider)


class Boundaries:
    """Counts what happens, and ends the process at one of them without any tidying up."""

    def __init__(self, last: int) -> None:
        self._last, self._numbers = last, count(1)
        self._has_written = False

    def reached(self) -> None:
        if next(self._numbers) == self._last:
            os._exit(137)

    def watch(self) -> None:
        """Count what the dispatcher says to the database in transactions that write."""
        engine = database.engine()

        def is_ours(line: Connection) -> bool:
            writes = line.get_execution_options().get("writing", False)
            return bool(writes) and threading.current_thread().name.startswith("outbox")

        @event.listens_for(engine, "before_cursor_execute")
        def before(line: Connection, *_: Any) -> None:
            if is_ours(line):
                self.reached()

        @event.listens_for(engine, "commit")
        def before_commit(line: Connection) -> None:
            if is_ours(line):
                self._has_written = True
                self.reached()

        @event.listens_for(engine, "checkin")
        def committed(_line: object, _record: object) -> None:
            if self._has_written and threading.current_thread().name.startswith("outbox"):
                self._has_written = False
                self.reached()


class Mortal(Twilio):
    """The same, but the process may end right before a call or right after its answer."""

    def __init__(self, account: Account, boundaries: Boundaries) -> None:
        super().__init__(account, 3)
        self._boundaries = boundaries

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        self._boundaries.reached()
        outcomes = await super().send(letters)
        self._boundaries.reached()
        return outcomes

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        self._boundaries.reached()
        trace = await super().look_up(letter, since)
        self._boundaries.reached()
        return trace


if __name__ == "__main__":
    main(*sys.argv[1:])
