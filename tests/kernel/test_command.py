"""Commands: done once, in order, or not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from crisis.incidents.commands import add_note, assign_duty, release_duty
from crisis.incidents.events import NoteAdded
from crisis.kernel import command, database, journal, once
from crisis.kernel.database import (
    SlowInsideWritingError,
    WriteOutsideCommandError,
    reading,
    refuse_while_writing,
    writing,
)
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from crisis.kernel.journal import Line
from crisis.people.model import Person
from crisis.policy import Duty
from tests import given

WRITERS = 16
NOTES_EACH = 12


def test_sixteen_writers_leave_every_line_once_and_no_gap(house: str) -> None:
    incident = given.an_incident()
    writers = [given.someone(Duty.DRAFTER, on=incident) for _ in range(WRITERS)]
    before = _lines(incident.id)
    ready = threading.Barrier(WRITERS)

    def write(place: int) -> None:
        ready.wait()
        for number in range(NOTES_EACH):
            add_note(writers[place], incident.id, text=f"{place}/{number}")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    lines = _lines(incident.id)
    written = [line.facts["text"] for line in lines[len(before) :]]
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert sorted(written) == sorted(
        f"{place}/{number}" for place in range(WRITERS) for number in range(NOTES_EACH)
    )
    for place in range(WRITERS):  # each writer's own notes kept their order
        own = [text for text in written if text.startswith(f"{place}/")]
        assert own == [f"{place}/{number}" for number in range(NOTES_EACH)]
    with reading() as session:
        assert list(journal.verify(session)) == []


def test_sixteen_who_ask_the_same_once_get_the_same_line(house: str) -> None:
    incident = given.an_incident()
    by = given.runs(incident)
    key = str(uuid4())

    def write(_: int) -> object:
        with once.asked(key, b"the same words"):
            return add_note(by, incident.id, text="the same words")

    with ThreadPoolExecutor(WRITERS) as pool:
        events = list(pool.map(write, range(WRITERS)))

    assert set(map(repr, events)) == {repr(events[0])}
    assert sum(1 for line in _lines(incident.id) if line.name == "note.added") == 1


def test_one_of_sixteen_takes_a_duty(house: str) -> None:
    incident = given.an_incident()
    by, person = given.runs(incident), given.a_person()

    def take(_: int) -> str:
        try:
            assign_duty(by, incident.id, person_id=person.id, duty=Duty.LEGAL)
        except Conflict as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = sorted(pool.map(take, range(WRITERS)))
    assert answers == ["already"] * (WRITERS - 1) + ["done"]


def test_a_key_used_for_other_words_is_refused(house: str) -> None:
    incident = given.an_incident()
    by, key = given.runs(incident), str(uuid4())
    with once.asked(key, b"one"):
        add_note(by, incident.id, text="one")
    with once.asked(key, b"two"), pytest.raises(Invalid) as refused:
        add_note(by, incident.id, text="two")
    assert refused.value.code == "key_reused"


def test_a_key_belongs_to_its_person(house: str) -> None:
    incident = given.an_incident()
    key = str(uuid4())
    for by in (given.runs(incident), given.someone(Duty.DRAFTER, on=incident)):
        with once.asked(key, b"same"):
            add_note(by, incident.id, text="same")
    assert sum(1 for line in _lines(incident.id) if line.name == "note.added") == 2


def test_after_a_refusal_the_same_request_may_be_tried_again(house: str) -> None:
    incident = given.an_incident()
    by, person, key = given.runs(incident), given.a_person(), str(uuid4())
    with once.asked(key, b"release"), pytest.raises(Conflict):
        release_duty(by, incident.id, person_id=person.id, duty=Duty.LEGAL)
    assign_duty(by, incident.id, person_id=person.id, duty=Duty.LEGAL)
    with once.asked(key, b"release"):
        release_duty(by, incident.id, person_id=person.id, duty=Duty.LEGAL)


def test_a_duty_withdrawn_a_moment_ago_no_longer_counts(house: str) -> None:
    incident = given.an_incident(restricted=True)
    by = given.runs(incident)
    drafter = given.someone(Duty.DRAFTER, on=incident)
    release_duty(by, incident.id, person_id=drafter.id, duty=Duty.DRAFTER)
    with pytest.raises(NotFound):
        add_note(drafter, incident.id, text="I still have the page open")


def test_who_may_not_follow_learns_nothing_and_who_may_not_act_is_told_so(house: str) -> None:
    incident = given.an_incident(restricted=True)
    with pytest.raises(NotFound) as unknown:
        add_note(given.a_coordinator(), incident.id, text="?")
    with pytest.raises(NotFound) as missing:
        add_note(given.a_coordinator(), uuid4(), text="?")
    assert str(unknown.value) == str(missing.value)
    with pytest.raises(Forbidden):
        add_note(given.someone(Duty.OBSERVER, on=incident), incident.id, text="?")


def test_a_refused_command_leaves_no_trace(house: str) -> None:
    incident = given.an_incident()
    before = len(_lines(incident.id))
    with pytest.raises(Conflict):
        release_duty(
            given.runs(incident), incident.id, person_id=uuid4(), duty=Duty.LEGAL, reason=None
        )
    assert len(_lines(incident.id)) == before


def test_listeners_hear_of_a_line_only_once_it_is_on_disk(house: str) -> None:
    incident = given.an_incident()
    seen: list[int] = []

    def listen(line: Line) -> None:
        with reading() as session:
            seen.append(journal.head_of(session, line.stream))
        raise RuntimeError("a deaf listener")

    command.listeners.append(listen)
    try:
        event = add_note(given.runs(incident), incident.id, text="heard")
    finally:
        command.listeners.remove(listen)
    assert isinstance(event, NoteAdded)
    assert seen == [len(_lines(incident.id))]


def test_a_reader_cannot_write(house: str) -> None:
    with reading() as session:
        session.add(Person(name={"ar": "x"}, title={}, language="ar", rank="member"))
        with pytest.raises(WriteOutsideCommandError):
            session.flush()


def test_nothing_slow_happens_while_the_pen_is_held(house: str) -> None:
    refuse_while_writing("hashing")
    with writing(), pytest.raises(SlowInsideWritingError):
        refuse_while_writing("hashing")


def test_sqlite_keeps_what_it_acknowledged(sqlite_url: str) -> None:
    database.connect(sqlite_url)
    with reading() as session:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [session.connection().exec_driver_sql(f"PRAGMA {each}").scalar() for each in asked]
    assert found == ["wal", 2, 1, 5000]


def _lines(incident_id: object) -> list[Line]:
    with reading() as session:
        return list(
            session.scalars(select(Line).where(Line.stream == incident_id).order_by(Line.seq))
        )
