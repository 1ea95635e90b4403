"""What becomes of single events: the person's own duty decides, and the report says so."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crisis.incidents.model import Incident
from crisis.jobs import heartbeat
from crisis.jobs.wakeups import Worker, rounds
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict
from crisis.people.model import Person
from crisis.policy import Duty
from crisis.replay.playing import play, read
from crisis.statements.model.versions import Version
from crisis.statements.queries.promises import promise_of
from crisis.statements.queries.stored import written_in
from tests import given
from tests.replay.stories import OPENING, event, played, story, verdicts, written

pytestmark = pytest.mark.slow

CREATE = event("statement.create", "p04", ref="ST-1", data={"type": "update", "policy": "P-NONEW"})
TEXT = "تحديث 22:45: فرق الإنقاذ في الميدان. ابقوا في الأماكن المرتفعة. التحديث التالي 23:30."
SUBMIT = event("statement.submit", "p04", ref="ST-1", data={"version": 1, "body_ar": TEXT})


def decide(by: str, **expect: object) -> dict[str, object]:
    told = {"version": 1, "decision": "approve"}
    return event("approval.decide", by, ref="ST-1", data=told, expect=expect)


def test_a_statement_is_written_signed_and_released(house: str, tmp_path: Path) -> None:
    out = event(
        "release", ref="ST-1", data={"channels": ["website"]}, expect={"status": "released"}
    )
    report = played(
        tmp_path, OPENING, CREATE, SUBMIT, decide("p02", status="approved", quorum="1/1"), out
    )

    assert report.wrong == []
    assert verdicts(report) == [("done", None)] * 5
    assert report.keys("met") == 3


def test_it_is_played_live_and_faster(house: str, tmp_path: Path) -> None:
    promise = "2026-11-10T23:30:00+02:00"
    released = event(
        "release",
        ref="ST-1",
        data={"channels": ["website"], "next_update_at": promise},
        expect={"TTFS_min": 4},
    )
    began = clock.now()
    told = story(OPENING, CREATE, SUBMIT, decide("p02", status="approved"), released)
    report = play(read(written(tmp_path, told)), speed=120)
    took, as_told = clock.now() - began, timedelta(minutes=4) / 120

    assert took >= as_told
    if took < as_told + timedelta(seconds=1):
        assert (report.wrong, report.keys("met")) == ([], 2)
    else:  # the machine stood still, and the minutes of the story became longer
        assert all(each.expected for each in report.wrong)
        assert {key for each in report.wrong for key in each.expects} <= {"TTFS_min"}
    with reading() as session:
        lines = session.scalars(select(journal.Line)).all()
        out = session.scalars(select(Version)).one()
    assert all(began <= each.at <= clock.now() for each in lines)
    assert out.next_update_at == out.text.next_update_at, "the words and the promise are one moment"
    assert out.next_update_at
    assert out.next_update_at - began < timedelta(minutes=1)


def test_a_quiet_beginning_is_not_waited_for(house: str, tmp_path: Path) -> None:
    seen = event("incident.report", ref="IN-1", data={"title_ar": "مطر", "source": "الأرصاد"})
    told = story({**seen, "at_min": -600}, {**OPENING, "at_min": 0}, {**CREATE, "at_min": 2})
    began = clock.now()
    report = play(read(written(tmp_path, told)), speed=60, start=0)
    assert report.wrong == []
    assert timedelta(minutes=2) / 60 <= clock.now() - began < timedelta(minutes=600) / 60


def test_what_the_file_foresees_is_held_against_what_comes(house: str, tmp_path: Path) -> None:
    report = played(
        tmp_path,
        OPENING,
        CREATE,
        SUBMIT,
        decide("p04", rejected="author"),
        decide("p05", rejected="author"),
        decide("p02", rejected="not_awaited", status="released"),
    )

    assert verdicts(report)[3:] == [
        ("refused", "author"),
        ("refused", "not_awaited"),
        ("done", None),
    ]
    assert [each.is_wrong for each in report.lines[3:]] == [False, True, True]
    assert report.lines[4].expects == {"rejected": "broken"}
    assert report.lines[5].expects == {"rejected": "broken", "status": "broken"}
    assert (report.unforeseen, report.keys("broken")) == (1, 3)


def test_a_duty_is_asked_for_declined_and_taken_by_the_deputy(house: str, tmp_path: Path) -> None:
    people = story()["people"]
    people[4] |= {"role": "observer"}
    people.append(
        {"id": "p10", "name_ar": "كمال", "org": "GCC", "role": "observer", "deputy": "p11"}
        | {"email": "p10@gov.example"}
    )
    report = played(
        tmp_path,
        OPENING,
        event("role.assign", data={"role": "legal", "person": "p10"}),
        event(
            "role.decline",
            "p10",
            data={"role": "legal", "reason": "خارج التغطية"},
            expect={"deputy_proposed": "p11"},
        ),
        event("role.accept", "p11", data={"role": "legal_deputy"}),
        event("role.accept", "p11", data={"role": "drafter"}),
        people=people,
    )

    assert verdicts(report) == [*[("done", None)] * 4, ("refused", "answered")]
    assert report.lines[2].expects == {"deputy_proposed": "met"}
    assert [each.also for each in report.lines] == [()] * 5, "asked and answered, nothing made up"


def test_a_duty_is_handed_over_to_a_deputy_who_holds_it_already(house: str, tmp_path: Path) -> None:
    people = story()["people"]
    people.append(people[1] | {"id": "p03", "name_ar": "هدى", "email": "p03@gov.example"})
    report = played(
        tmp_path,
        OPENING,
        event(
            "role.handover",
            data={"role": "coordinator", "to": "p03", "note": "لا أرقام خارج البنك"},
            expect={"accepted_required": True},
        ),
        event("role.accept", "p03", data={"role": "coordinator"}),
        people=people,
    )

    assert report.wrong == []
    with reading() as session:
        incident = session.scalars(select(Incident)).one()
        gone = session.scalars(select(Person.id).filter_by(email="p02@gov.example")).one()
    assert Duty.COORDINATOR not in given.actor(gone).duties.get(incident.id, frozenset())


def test_a_retraction_and_a_timer_that_never_fired(house: str, tmp_path: Path) -> None:
    back = event(
        "statement.create",
        "p04",
        ref="ST-2",
        data={"type": "retraction", "retracts": "ST-1", "reason": "صدر قبل التحقق منه"},
    )
    timer = event("timer.fired", "system", ref="ST-1", data={"timer": "T-NEXT"})
    out = event("release", ref="ST-1", data={"channels": ["website"]})
    report = played(tmp_path, OPENING, CREATE, SUBMIT, decide("p02"), out, back, timer)

    assert verdicts(report)[-2:] == [("done", None), ("refused", "not_fired")]
    assert report.unforeseen == 1


def test_a_correction_leaves_the_promise_standing(house: str, tmp_path: Path) -> None:
    promise = "2026-11-10T23:30:00+02:00"
    out = event("release", ref="ST-1", data={"channels": ["website"], "next_update_at": promise})
    text = "تصحيح للتحديث الصادر 22:45. ذكرنا: 5 فرق. والصحيح: 4 فرق. سبب الخطأ: عدّ مزدوج."
    report = played(
        tmp_path,
        OPENING,
        CREATE,
        SUBMIT,
        decide("p02"),
        out,
        event(
            "statement.create", "p04", ref="ST-2", data={"type": "correction", "corrects": "ST-1"}
        ),
        event("statement.submit", "p04", ref="ST-2", data={"version": 1, "body_ar": text}),
        event("approval.decide", "p05", ref="ST-2", data={"version": 1, "decision": "approve"}),
        event(
            "release",
            ref="ST-2",
            data={"channels": ["website"]},
            expect={"corrects": "ST-1", "time_error_to_correction_min": 4},
        ),
    )

    assert report.wrong == []
    with reading() as session:
        incident_id = session.scalars(select(Incident.id)).one()
        told = promise_of(written_in(session, [incident_id])[incident_id])
    assert told
    assert told.number == 1


def test_somebody_without_the_duty_is_given_it_and_the_report_says_so(
    house: str, tmp_path: Path
) -> None:
    people = story()["people"]
    people[5] |= {"org": "GCC", "role": "logkeeper"}
    first = event("incident.report", ref="IN-1", data={"title_ar": "سيول", "source": "هاتف"})
    report = played(
        tmp_path,
        first,
        event("observation", "p20", data={"text": "منسوب السد 82%"}, expect={"log": True}),
        people=people,
    )

    assert report.wrong == []
    assert [str(told) for told in report.lines[1].also] == [
        "p20 was given a duty first: Log keeper."
    ]


def test_what_nobody_can_do_yet_is_named(house: str, tmp_path: Path) -> None:
    later = event("sitrep.issue", "p02", ref="SR-1", data={"body": "موقف"}, expect={"status": "x"})
    report = played(tmp_path, OPENING, later)

    assert verdicts(report)[1] == ("unsupported", None)
    assert report.wrong == []
    assert report.as_json()["not supported yet"] == {"sitrep.issue": 1}
    assert "Not supported yet: sitrep.issue (1)." in map(str, report.told())


def test_a_real_office_is_left_alone(house: str, tmp_path: Path) -> None:
    given.an_office()
    with reading() as session:
        before = session.query(Person).count()
    with pytest.raises(Conflict) as refused:
        play(read(written(tmp_path, story(OPENING))))

    assert refused.value.code == "not_exercise"
    with reading() as session:
        assert session.query(Person).count() == before
        assert session.query(Incident).count() == 0


def test_other_workers_rest_while_the_past_is_told(house: str, tmp_path: Path) -> None:
    went: list[bool] = []
    rounds.append(lambda: went.append(True))
    worker = Worker()
    try:
        heartbeat.beat(heartbeat.TELLER_ID)
        worker.start()
        play(
            read(written(tmp_path, story(OPENING, CREATE, SUBMIT))),
            heard=lambda _line: worker.wake(),
        )
        told = list(went)
    finally:
        worker.stop()
        rounds.pop()

    assert told == []
    assert not heartbeat.story_is_told(), "and afterwards they go on"
