"""The worker says that it lives, tidies up, and is missed when it is gone."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crisis.jobs import heartbeat, wakeups
from crisis.jobs.model import Heartbeat
from crisis.jobs.wakeups import Worker
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.ids import new_id
from crisis.realtime import tickets
from crisis.realtime.model import ConnectTicket
from crisis.realtime.tickets import Holder


def workers() -> list[UUID]:
    with reading() as session:
        return list(session.scalars(select(Heartbeat.worker_id)))


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_worker_that_lives_is_seen_and_one_that_went_is_not(house: str) -> None:
    worker = Worker()
    assert "run.py work" in (heartbeat.wrong() or "")
    worker.start()
    wait_until(lambda: heartbeat.wrong() is None)
    worker.stop()

    assert workers() == []
    assert "run.py work" in (heartbeat.wrong() or "")


def test_a_worker_that_died_is_missed_after_20_seconds_and_then_forgotten(house: str) -> None:
    heartbeat.beat(new_id())
    then = clock.now()

    with clock.at(then + timedelta(seconds=19)):
        assert heartbeat.wrong() is None
    with clock.at(then + timedelta(seconds=25)):
        assert heartbeat.wrong() == "no worker was seen for 25 s: run `python run.py work`"
    with clock.at(then + timedelta(minutes=2)):
        heartbeat.forget()
    assert workers() == []


def test_a_worker_tidies_up_when_it_begins(house: str) -> None:
    with clock.at(clock.now() - timedelta(hours=1)):
        tickets.issue(Holder(new_id(), new_id(), "ar"))

    def left() -> int:
        with reading() as session:
            return len(session.scalars(select(ConnectTicket)).all())

    assert left() == 1
    worker = Worker()
    worker.start()
    wait_until(lambda: left() == 0)
    worker.stop()


def test_a_chore_that_cannot_reach_the_database_stops_no_other(
    house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    def away() -> None:
        raise OperationalError("SELECT 1", {}, OSError("away"))

    monkeypatch.setattr(wakeups, "chores", [away, done.set])
    worker = Worker()
    worker.start()
    assert done.wait(10)
    worker.stop()
