"""The night of the flood is played from its first report to its last hour, as it is written."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from crisis.alerts.model import Alert, Priority
from crisis.alerts.outbox import Delivery, Purpose
from crisis.alerts.outbox import State as Sent
from crisis.alerts.recipients import Answer, Recipient
from crisis.cli import main
from crisis.incidents.model import Incident
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import DutyHolding, Person
from crisis.people.queries import the_office
from crisis.replay.playing import play, read
from crisis.seeding import seed_demo
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from tests.parts.thorough import THOROUGH
from tests.replay.stories import NIGHT

LATER = {"figure", "rumour", "sitrep", "enquiry", "calendar"}
NOW = {"alert", "delivery", "inbound", "ack", "provider", "timer"}
ASKED = {1: (14, 14), 3: (17, 8), 5: (61, 5)}
"""Of an alert that asked for answers: how many it was for, and in how many places one came."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "demo"),
    [("sqlite", True), ("postgres", False)][: 1 + THOROUGH],
    ids=["the demo office on SQLite", "an empty office on PostgreSQL"][: 1 + THOROUGH],
    indirect=["database"],
)
def test_the_whole_night_goes_as_written(house: str, demo: bool) -> None:
    if demo:
        seed_demo()
    report = play(read(NIGHT))

    assert [str(told) for told in report.told() if "refused (" in str(told)] == []
    assert (report.keys("broken"), report.unforeseen) == (0, 0), list(map(str, report.told()))
    assert report.count("done") >= 278
    assert report.keys("met") >= 133
    assert [each.code for each in report.lines if each.verdict == "refused"] == [
        "same_person",
        "lint",
        "count_mismatch",
        "lint",
        "stale_version",
        "author",
        "lint",
    ]
    left = {name.partition(".")[0] for name in report.remaining}
    assert left >= LATER
    assert not left & NOW
    everybody_who_was_silent_was_escalated_or_left_unreached()
    nobody_was_told_twice_and_the_public_only_once_each()
    the_journal_is_sound_and_says_what_was_played(read(NIGHT).sha256)
    everything_is_an_exercise_and_is_over()


def everybody_who_was_silent_was_escalated_or_left_unreached() -> None:
    with reading() as session:
        first = select(Alert).where(Alert.asks_answer.is_(True)).order_by(Alert.number)
        alerts = [each for each in session.scalars(first) if each.number in ASKED]
        for alert in alerts[-3:]:
            told = session.scalars(select(Recipient).where(Recipient.alert_id == alert.id)).all()
            answered = {each.root_id for each in told if each.answer == Answer.ACKNOWLEDGED}
            roots = [each for each in told if each.is_root]
            silent = [each for each in roots if each.id not in answered]
            assert (len(roots), len(answered)) == ASKED[alert.number]
            assert {each.answer for each in silent} <= {Answer.ESCALATED, Answer.UNREACHED}
            assert len(silent) == len(roots) - len(answered)


def nobody_was_told_twice_and_the_public_only_once_each() -> None:
    with reading() as session:
        public = select(Alert).where(Alert.priority == Priority.LIFE_SAFETY).order_by(Alert.number)
        sizes = [each.recipients for each in session.scalars(public)]
        counted = select(func.count(Delivery.id), func.count(Delivery.recipient_id.distinct()))
        messages, recipients = session.execute(
            counted.where(Delivery.purpose == Purpose.ALERT)
        ).one()
        waiting = session.scalar(
            select(func.count(Delivery.id)).where(Delivery.state == Sent.QUEUED)
        )
    assert sizes == [18_250, 17_420]
    assert messages == recipients
    assert waiting == 0, "the past is not sent today"


def the_journal_is_sound_and_says_what_was_played(sha256: str) -> None:
    with reading() as session:
        assert list(journal.verify(session)) == []
        office = journal.last_lines(session, OFFICE_ID)
        played = session.scalars(
            select(journal.Line).where(journal.Line.name == "incident.replayed")
        ).all()
    told = {line.name: line.facts for line in office if line.name.startswith("replay.")}
    assert told["replay.begun"]["sha256"] == told["replay.ended"]["sha256"] == sha256
    assert told["replay.ended"]["broken"] == 0
    assert [each.facts["sha256"] for each in played] == [sha256, sha256]


def everything_is_an_exercise_and_is_over() -> None:
    assert the_office().is_exercise
    with reading() as session:
        incidents = session.scalars(select(Incident)).all()
        mark = select(journal.Line).where(journal.Line.name == "incident.replayed")
        first = session.scalars(mark.order_by(journal.Line.at)).first()
        assert first is not None
        lines = journal.lines_since(session, first.stream, 0, limit=1000)
        played = select(journal.Line.stream).where(journal.Line.name == "incident.replayed")
        told = select(Statement).where(Statement.incident_id.in_(played))
        statements = session.scalars(told).all()
    assert all(each.is_exercise for each in incidents)
    times = [each.at for each in lines]
    assert times == sorted(times)
    assert clock.now() - timedelta(days=1, minutes=1) < times[-1] <= clock.now()
    assert sum(each.state is State.CORRECTED for each in statements) == 1
    assert sum(each.released is not None for each in statements) == 23


@pytest.mark.slow
def test_a_part_of_it_is_played_from_the_command_line(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    out = tmp_path / "report.json"
    ran = CliRunner().invoke(
        main, ["replay", str(NIGHT), "--instant", "--until", "18", "--report", str(out)]
    )

    assert ran.exit_code == 0, ran.output
    assert "0 broken" in ran.output
    assert "Not supported yet: calendar.pause (1)" in ran.output
    told = json.loads(out.read_text("utf-8"))
    assert told["schema"] == "replay-report/1"
    last = told["lines"][-1]
    assert (last["type"], last["verdict"]) == ("release", "done")
    assert last["expect"] == {"status": "met", "timer_stopped": "met", "TTFS_min": "met"}


def test_people_who_are_there_are_not_added_again(house: str) -> None:
    play(read(NIGHT), until=-180)
    with reading() as session:
        before = session.query(Person).count()
    play(read(NIGHT), until=-180)
    with reading() as session:
        assert session.query(Person).count() == before
        assert session.query(DutyHolding).count() > 0
