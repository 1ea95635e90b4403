"""What is due is done once: by any number of workers, after a crash, after a long sleep."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from crisis.alerts.outbox import Delivery
from crisis.deadlines import jobs
from crisis.deadlines.commands import effects, fire_deadline, set_deadline
from crisis.deadlines.model import LEASE, Code, Deadline, State
from crisis.incidents.commands import add_note
from crisis.incidents.duties import propose_duty
from crisis.kernel import clock, journal
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Conflict, NotFound
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line
from crisis.policy import Duty
from tests import given
from tests.deadlines.one_worker import note
from tests.parts.processes import bound_to_us
from tests.parts.timers import settle, told

Start = Callable[..., subprocess.Popen[str]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(house: str) -> Iterator[Start]:
    """Starts workers on this database that end with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*how: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.deadlines.one_worker", house, *map(str, how)]
        process = subprocess.Popen(
            bound_to_us(command, signal_name="KILL"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def noting(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process too, a deadline writes a line that says which it was."""
    monkeypatch.setitem(effects, Code.HOLDING, note)


def due(incident_id: UUID, count: int, *, after: timedelta = timedelta()) -> list[UUID]:
    """So many deadlines of an incident, due now or then."""
    with bookkeeping() as session:
        for _ in range(count):
            set_deadline(
                session,
                incident_id=incident_id,
                code=Code.HOLDING,
                subject_id=new_id(),
                cycle=1,
                due_at=clock.now() + after,
            )
    with reading() as session:
        return list(session.scalars(select(Deadline.id).where(Deadline.incident_id == incident_id)))


def noted(incident_id: UUID) -> Counter[str]:
    """How often each deadline has said that it fired."""
    with reading() as session:
        lines = session.scalars(
            select(Line).where(Line.stream == incident_id, Line.name == "note.added")
        )
        return Counter(line.facts["text"] for line in lines)


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_four_workers_fire_two_hundred_deadlines_once_each(house: str, start: Start) -> None:
    incidents = [given.an_incident().id for _ in range(4)]
    expected = Counter(
        {str(each): 1 for place in incidents for each in due(place, 50, after=timedelta(seconds=4))}
    )
    workers = [start() for _ in range(4)]
    for each in workers:
        assert each.stdout
        each.stdout.readline()

    def all_noted() -> Counter[str]:
        return sum((noted(each) for each in incidents), Counter())

    wait_until(lambda: all_noted().total() >= len(expected))
    time.sleep(1)
    with reading() as session:
        late = sorted(
            each.late_at(clock.now()).total_seconds()
            for each in session.scalars(select(Deadline).where(Deadline.state == State.FIRED))
        )
        flaws = list(journal.verify(session))
    print(
        f"lateness of 200 deadlines on 4 workers: median {late[100]:.2f} s, p99 {late[198]:.2f} s"
    )

    assert all_noted() == expected
    assert flaws == []


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    house: str, start: Start, noting: None
) -> None:
    incident = given.an_incident()
    expected = Counter({str(each): 1 for each in due(incident.id, 20)})
    assert start("dies", 7).wait(60) == -signal.SIGKILL
    assert noted(incident.id).total() == 7

    with clock.at(clock.now() + LEASE / 2):
        jobs.fire_due()
    assert noted(incident.id).total() == 17, "what the dead worker had claimed waits for its lease"
    with clock.at(clock.now() + LEASE * 2):
        jobs.fire_due()
    assert noted(incident.id) == expected


@pytest.mark.slow
def test_a_worker_that_slept_through_its_lease_finds_the_fence_moved(
    house: str, start: Start, noting: None
) -> None:
    incident = given.an_incident()
    (only,) = due(incident.id, 1)
    worker = start("sleeps")
    assert worker.stdout
    assert worker.stdin
    assert worker.stdout.readline() == "claimed\n"
    worker.send_signal(signal.SIGSTOP)
    with clock.at(clock.now() + LEASE * 2):
        assert jobs.fire_due() == 1
    worker.stdin.write("\n")
    worker.stdin.flush()
    worker.send_signal(signal.SIGCONT)

    assert worker.stdout.readline() == "fenced\n"
    assert noted(incident.id) == Counter({str(only): 1})


@pytest.mark.slow
def test_no_line_is_lost_or_told_twice_by_workers_that_are_killed(house: str, start: Start) -> None:
    incident = given.an_incident()
    coordinator, people = given.runs(incident), [given.a_person() for _ in range(8)]
    for each in people:
        propose_duty(coordinator, incident.id, person_id=each.id, duty=Duty.LOGKEEPER)
    for number in (0, 1, 3):  # each goes a little further, and dies with its last step uncommitted
        assert start("reacts", number).wait(60) == -signal.SIGKILL
    settle()

    assert [[each.event for each in told(person.id)] for person in people] == [
        ["duty.proposed"]
    ] * len(people)
    with reading() as session:
        keys = session.scalar(select(func.count(func.distinct(Delivery.key))))
        assert keys == session.scalar(select(func.count(Delivery.id)))


def test_nothing_fires_before_its_time(house: str, noting: None) -> None:
    incident = given.an_incident()
    due(incident.id, 3, after=timedelta(minutes=10))
    with clock.at(clock.now() + timedelta(minutes=9, seconds=59)):
        assert jobs.fire_due() == 0
    assert noted(incident.id).total() == 0


def test_how_late_it_was_stays_on_record(house: str, noting: None) -> None:
    incident = given.an_incident()
    due(incident.id, 1, after=timedelta(minutes=10))
    with clock.at(clock.now() + timedelta(minutes=25)):
        jobs.fire_due()
    with reading() as session:
        (timer,) = session.scalars(select(Deadline).where(Deadline.incident_id == incident.id))

    late = timer.late_at(clock.now())
    assert timedelta(minutes=14, seconds=59) <= late <= timedelta(minutes=15, seconds=5)


def test_two_claims_never_hold_the_same_deadline(house: str, noting: None) -> None:
    incident = given.an_incident()
    due(incident.id, 4)
    first, second = jobs.claim(limit=3), jobs.claim(limit=3)

    assert (len(first), len(second)) == (3, 1)
    assert jobs.claim() == []


def test_a_claim_is_worth_nothing_once_the_plan_changed(house: str, noting: None) -> None:
    incident = given.an_incident()
    due(incident.id, 1)
    (held,) = jobs.claim()
    with bookkeeping() as session:
        session.get_one(Deadline, held.deadline_id).plan(clock.now() - timedelta(minutes=1))
    with pytest.raises(Conflict) as refused:
        fire_deadline(given.the_system(), held.deadline_id, fence=held.fence)

    assert refused.value.code == "fenced"
    assert jobs.fire_due() == 1


def test_one_that_cannot_be_done_holds_up_no_other(
    house: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    incident = given.an_incident()
    broken, *rest = due(incident.id, 4)

    def sometimes(deadline: Deadline, work: object) -> object:
        if deadline.id == broken:
            raise ZeroDivisionError
        return note(deadline, work)  # type: ignore[arg-type]  # it looks at the deadline alone

    monkeypatch.setitem(effects, Code.HOLDING, sometimes)
    assert jobs.fire_due() == 3
    assert f"Deadline {broken} could not be fired" in caplog.text
    monkeypatch.setitem(effects, Code.HOLDING, note)
    with clock.at(clock.now() + LEASE * 2):
        assert jobs.fire_due() == 1
    assert noted(incident.id) == Counter({str(each): 1 for each in (broken, *rest)})


def test_no_person_can_fire_a_deadline(house: str, noting: None) -> None:
    incident = given.an_incident()
    due(incident.id, 1)
    (held,) = jobs.claim()
    for person in (given.an_administrator(), given.a_person()):
        with pytest.raises(NotFound):
            fire_deadline(person, held.deadline_id, fence=held.fence)
    add_note(given.runs(incident), incident.id, text="ملاحظة")

    assert noted(incident.id).total() == 1
