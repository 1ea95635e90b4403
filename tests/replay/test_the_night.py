"""The night of the flood is played from its first report to its last hour, as it is written."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crisis.cli import main
from crisis.incidents.model import Incident
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import DutyHolding, Person
from crisis.people.queries import the_office
from crisis.replay.playing import play, read
from crisis.seeding import seed_demo
from crisis.statements.model import State, Statement
from tests.replay.stories import NIGHT

LATER = {"figure", "alert", "delivery", "inbound", "rumour", "sitrep", "enquiry", "calendar"}


@pytest.mark.slow
@pytest.mark.parametrize("demo", [False, True], ids=["an empty office", "the demo office"])
def test_the_whole_night_goes_as_written(house: str, demo: bool) -> None:
    if demo:
        seed_demo()
    report = play(read(NIGHT))

    assert [str(told) for told in report.told() if "refused (" in str(told)] == []
    assert (report.keys("broken"), report.unforeseen) == (0, 0), list(map(str, report.told()))
    assert report.count("done") >= 205
    assert report.keys("met") >= 92
    assert [each.code for each in report.lines if each.verdict == "refused"] == [
        "lint",
        "lint",
        "stale_version",
        "author",
        "lint",
    ]
    assert "timer.fired" in report.remaining, "the timer of an alert is still to come"
    assert {name.partition(".")[0] for name in report.remaining} >= LATER
    the_journal_is_sound_and_says_what_was_played(read(NIGHT).sha256)
    everything_is_an_exercise_and_is_over()


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
    assert "Not supported yet: alert.confirm (2)" in ran.output
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
