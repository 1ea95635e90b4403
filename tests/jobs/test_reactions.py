"""Each line is offered to whoever reacts to it: in order, none left out, and done once."""

import logging
import threading
from collections.abc import Iterator, Mapping
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Channel, Delivery, Purpose
from crisis.alerts.posting import NewMessage, post, say
from crisis.incidents.commands import add_note
from crisis.incidents.model import Incident
from crisis.jobs import reactions, wakeups
from crisis.jobs.model import ReactionCursor
from crisis.jobs.reactions import Reaction, work_off
from crisis.jobs.wakeups import Worker
from crisis.kernel import command
from crisis.kernel.database import reading
from crisis.kernel.journal import Line
from tests import given
from tests.jobs.test_worker import wait_until


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Mapping[str, Reaction]]]:
    """No consumer but those the test names."""
    named: dict[str, Mapping[str, Reaction]] = {}
    monkeypatch.setattr(reactions, "consumers", named)
    yield named
    reactions.resting.clear()


def test_lines_are_offered_in_order_and_each_once(
    house: str, alone: dict[str, Mapping[str, Reaction]]
) -> None:
    incident = given.an_incident()
    coordinator = given.runs(incident)
    heard: list[str] = []
    alone["listener"] = {"note.added": lambda _session, line: heard.append(line.facts["text"])}
    for number in range(5):
        add_note(coordinator, incident.id, text=str(number))
    assert work_off() == 5
    add_note(coordinator, incident.id, text="5")
    assert work_off() == 1

    assert heard == [str(number) for number in range(6)]
    assert work_off() == 0


def test_what_fails_is_offered_again_and_what_follows_waits(
    house: str,
    alone: dict[str, Mapping[str, Reaction]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    incident, other = given.an_incident(), given.an_incident()
    heard: list[str] = []

    def moody(_session: Session, line: Line) -> None:
        if line.facts["text"] == "2" and not caplog.records:
            raise ZeroDivisionError
        heard.append(line.facts["text"])

    alone["listener"] = {"note.added": moody}
    for number in range(1, 4):
        add_note(given.runs(incident), incident.id, text=str(number))
    add_note(given.runs(other), other.id, text="elsewhere")
    with caplog.at_level(logging.ERROR):
        work_off()
    assert sorted(heard) == ["1", "elsewhere"]
    assert work_off() == 0, "it rests for a while"
    reactions.resting.clear()
    work_off()

    assert heard[-2:] == ["2", "3"]


def test_a_reaction_and_the_step_past_its_line_happen_together_or_not_at_all(
    house: str, alone: dict[str, Mapping[str, Reaction]], caplog: pytest.LogCaptureFixture
) -> None:
    incident = given.an_incident()
    coordinator = given.runs(incident)

    def half(session: Session, line: Line) -> None:
        tell(session, line, coordinator.id)
        if not caplog.records:
            raise ZeroDivisionError

    alone["listener"] = {"note.added": half}
    add_note(coordinator, incident.id, text="ملاحظة")
    work_off()
    assert deliveries() == 0
    reactions.resting.clear()
    work_off()

    assert deliveries() == 1


def test_two_workers_share_the_lines(house: str, alone: dict[str, Mapping[str, Reaction]]) -> None:
    incidents = [given.an_incident() for _ in range(4)]
    heard: list[str] = []
    alone["listener"] = {"note.added": lambda _session, line: heard.append(line.facts["text"])}
    for each in incidents:
        for number in range(10):
            add_note(given.runs(each), each.id, text=f"{each.ref}/{number}")
    threads = [threading.Thread(target=work_off) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_off()

    for each in incidents:
        own = [text for text in heard if text.startswith(each.ref)]
        assert own == [f"{each.ref}/{number}" for number in range(10)]


def test_a_story_that_has_happened_already_is_offered_to_nobody(
    house: str, alone: dict[str, Mapping[str, Reaction]]
) -> None:
    heard: list[str] = []
    alone["listener"] = {"note.added": lambda _session, line: heard.append(line.facts["text"])}
    incident = given.an_incident()
    add_note(given.runs(incident), incident.id, text="قبل")
    reactions.begin_here()
    add_note(given.runs(incident), incident.id, text="بعد")
    work_off()

    assert heard == ["بعد"]


def test_a_commit_wakes_the_worker_beside_it(
    house: str,
    alone: dict[str, Mapping[str, Reaction]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = threading.Event()
    alone["listener"] = {"note.added": lambda _session, _line: heard.set()}
    monkeypatch.setattr(wakeups, "ROUND_SECONDS", 3600)
    monkeypatch.setattr(command, "listeners", [wakeups.wake])
    incident = given.an_incident()
    worker = Worker()
    worker.start()
    wait_until(lambda: cursor(incident.id) > 0)
    add_note(given.runs(incident), incident.id, text="ملاحظة")
    assert heard.wait(10)
    worker.stop()


def cursor(stream: UUID) -> int:
    with reading() as session:
        found = session.get(ReactionCursor, ("listener", stream))
    return found.seq if found else 0


def tell(session: Session, line: Line, person_id: UUID) -> None:
    """Queue one message because of that line."""
    incident = session.get_one(Incident, line.stream)
    message = NewMessage(
        purpose=Purpose.NOTICE,
        priority=2,
        channel=Channel.EMAIL,
        address="layla@gov.example",
        language="ar",
        wording_id=say(session, incident.id, "ar", text="ملاحظة"),
        about="note",
        event=line.name,
        key=f"{line.stream}:{line.seq}",
        person_id=person_id,
    )
    post(session, incident, [message], seq=line.seq, at=line.at)


def deliveries() -> int:
    with reading() as session:
        return session.query(Delivery).count()
