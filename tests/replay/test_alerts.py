"""An alert of a small story: who is in it, how it is carried, what stops it, who stays silent."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crisis.alerts import links
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import Delivery, State
from crisis.alerts.recipients import Answer, Recipient
from crisis.kernel.database import reading
from crisis.kernel.journal import Line
from crisis.replay.playing import play, read
from crisis.replay.report import Report
from crisis.simulator.commands import behaviour
from tests.replay.stories import OPENING, event, played, story, written

pytestmark = pytest.mark.slow

TEXT = "طارئ: سيول. ادخلوا غرفة العمليات gcc.ly/a/7Kq2. للتأكيد"
WRITTEN = {"priority": "urgent", "audience": "MWR+media", "recipients": 6, "body_ar": TEXT}


@pytest.fixture(autouse=True)
def _linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links.plugged, "key", b"k" * 32)
    monkeypatch.setattr(links.plugged, "base", "https://crisis.gov.example")


def of_alert(type: str, actor: str = "system", **told: Any) -> dict[str, Any]:
    return event(type, actor, ref="AL-1", **told)


CREATED = of_alert("alert.create", "p02", data=WRITTEN, expect={"status": "awaiting_second_person"})
CONFIRMED = of_alert("alert.confirm", "p01", data={"typed_count": 6}, expect={"status": "approved"})


def verdicts(report: Report) -> list[tuple[str, dict[str, str]]]:
    return [(each.verdict, dict(each.expects)) for each in report.lines[1:]]


def recipients() -> list[Recipient]:
    with reading() as session:
        return list(session.scalars(select(Recipient).order_by(Recipient.id)))


def test_people_and_made_up_contacts_are_told_once_each(house: str, tmp_path: Path) -> None:
    report = played(tmp_path, OPENING, CREATED, CONFIRMED)
    with reading() as session:
        alert = session.scalars(select(Alert)).one()
        messages = session.scalars(select(Delivery).where(Delivery.alert_id == alert.id)).all()

    assert report.wrong == [], list(map(str, report.told()))
    assert (alert.state, alert.recipients, alert.asks_answer) == (AlertState.SENT, 6, True)
    assert "{link}" in alert.sms["ar"]
    assert "gcc.ly" not in alert.sms["ar"]
    assert len(messages) == 6
    assert len({each.address for each in messages}) == 6
    assert {each.state for each in messages} == {State.ACCEPTED}


@pytest.mark.parametrize(
    ("actor", "typed", "code"),
    [("p02", 6, "same_person"), ("p01", 60, "count_mismatch")],
)
def test_a_confirmation_that_must_fail_fails(
    house: str, tmp_path: Path, actor: str, typed: int, code: str
) -> None:
    wrong = of_alert("alert.confirm", actor, data={"typed_count": typed}, expect={"rejected": code})
    report = played(tmp_path, OPENING, CREATED, wrong)

    assert verdicts(report)[-1] == ("refused", {"rejected": "met"})
    assert report.unforeseen == 0


def test_a_carrier_that_fails_pauses_it_and_only_the_rest_is_sent(
    house: str, tmp_path: Path
) -> None:
    report = played(
        tmp_path,
        OPENING,
        CREATED,
        CONFIRMED,
        of_alert("alert.dispatch", expect={"status": "sending"}),
        of_alert(
            "provider.outage",
            data={"provider": "twilio", "http": 503, "sent": 2},
            expect={"status": "paused", "circuit": "open"},
        ),
        of_alert("provider.resume", "p02", data={"remaining": 4}, expect={"duplicates": 0}),
    )

    assert report.wrong == [], list(map(str, report.told()))
    assert verdicts(report)[-2:] == [
        ("done", {"status": "met", "circuit": "met"}),
        ("done", {"duplicates": "met"}),
    ]
    assert report.lines[-1].also == ()
    with reading() as session:
        paused = session.scalars(select(Line).where(Line.name == "alert.paused")).one()
    assert (paused.facts["providers"], paused.facts["waiting"]) == (["local"], 4)


def test_a_late_word_of_the_carrier_lowers_nothing_and_a_reply_acknowledges(
    house: str, tmp_path: Path
) -> None:
    report = played(
        tmp_path,
        OPENING,
        CREATED,
        CONFIRMED,
        of_alert("delivery.callback", data={"person": "p20", "MessageStatus": "delivered"}),
        of_alert(
            "delivery.callback",
            data={"person": "p20", "MessageStatus": "sent"},
            expect={"state": "delivered"},
        ),
        of_alert(
            "inbound.sms",
            data={"person": "p20", "body": "١"},
            expect={"ack": "received", "role_reached": "MWR"},
        ),
    )

    assert report.wrong == [], list(map(str, report.told()))
    assert verdicts(report)[-1] == ("done", {"ack": "met", "role_reached": "met"})


def test_whoever_stays_silent_ends_unreached_when_nobody_is_left_to_ask(
    house: str, tmp_path: Path
) -> None:
    later = event("observation", "p02", data={"text": "بعد ساعة"}, at_min=90)
    report = played(tmp_path, OPENING, CREATED, CONFIRMED, later)

    assert report.wrong == []
    assert {each.answer for each in recipients()} == {Answer.UNREACHED}


def test_told_live_it_goes_the_same_way_and_the_simulator_is_as_it_was(
    house: str, tmp_path: Path
) -> None:
    before = behaviour()
    report = play(read(written(tmp_path, story(OPENING, CREATED, CONFIRMED))), speed=600)

    assert report.wrong == [], list(map(str, report.told()))
    assert behaviour() == before


def test_an_answer_of_somebody_who_was_not_asked_is_refused(house: str, tmp_path: Path) -> None:
    stranger = of_alert("ack", "p05", data={"method": "link"})
    report = played(tmp_path, OPENING, CREATED, CONFIRMED, stranger)

    assert (report.lines[-1].verdict, report.lines[-1].code) == ("refused", "not_asked")


def test_whoever_was_never_asked_answers_in_vain_and_the_story_goes_on(
    house: str, tmp_path: Path
) -> None:
    said = {"person": "p11", "body": "استلمت"}
    stray = of_alert("inbound.sms", "twilio", data=said, expect={"ack": "received"})
    report = played(
        tmp_path,
        OPENING,
        CREATED,
        CONFIRMED,
        stray,
        event("warroom.message", data={"text": "نواصل"}),
    )
    assert [each.verdict for each in report.lines[-2:]] == ["refused", "done"]
    assert dict(report.lines[-2].expects) == {"ack": "broken"}
