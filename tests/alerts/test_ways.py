"""The page of the ways by which messages leave: what it says, who may hold one, what that does."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.alerts import couriers, lanes, sending
from crisis.alerts.model import AlertState
from crisis.alerts.outbox import Channel
from crisis.alerts.ways import Standing, outlets
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.kernel.errors import Conflict
from crisis.kernel.ids import OFFICE_ID
from tests import given
from tests.alerts import story
from tests.alerts.couriers import Told
from tests.alerts.story import NOON

PAGE = "/office/sending"


@pytest.fixture(autouse=True)
def _at_noon(pages: Flask) -> Iterator[None]:
    pages.config.update(WTF_CSRF_ENABLED=False)
    with clock.at(NOON):
        yield


def page(browser: FlaskClient, where: str = PAGE, lang: str = "en") -> str:
    browser.set_cookie("lang", lang)
    answer = browser.get(where)
    assert answer.status_code == 200
    return answer.text


def test_what_waits_is_counted_once_for_a_provider_of_two_channels(phone: FlaskClient) -> None:
    incident = given.an_incident()
    ministry = given.a_ministry("AAA")
    people = [story.somebody(ministry) for _ in range(3)]
    story.an_alert(*people, on=incident)
    (only,) = outlets(given.a_coordinator(), OFFICE_ID, language="en")
    assert (only.provider, only.standing, only.waiting) == ("local", Standing.WORKS, 3)
    assert only.exercises == {True, False}
    assert "3 messages wait" in page(given.signed_in(phone, given.a_coordinator()))


def test_a_way_is_held_with_a_reason_and_opened_again(phone: FlaskClient) -> None:
    browser = given.signed_in(phone, given.a_coordinator())
    refused = browser.post(f"{PAGE}/local/hold", data={"_form": "hold-local", "reason": " "})
    assert refused.status_code == 422
    held = browser.post(f"{PAGE}/local/hold", data={"reason": "رقم المرسل خاطئ"})
    assert held.status_code == 303
    shown = page(browser)
    assert "رقم المرسل خاطئ" in shown
    assert f"{PAGE}/local/hold" not in shown
    again = browser.post(f"{PAGE}/local/hold", data={"reason": "مرتين"})
    assert again.status_code == 409
    assert browser.post(f"{PAGE}/local/opening").status_code == 303
    assert f"{PAGE}/local/opening" not in page(browser)
    assert browser.post(f"{PAGE}/local/opening").status_code == 409
    assert browser.post(f"{PAGE}/nobody/hold", data={"reason": "لا"}).status_code == 404


def test_a_provider_that_fails_is_said_to_and_may_be_tried_at_once(phone: FlaskClient) -> None:
    with writing() as session:
        lanes.break_lane(session, "local", "503", at=clock.now(), probe=15)
    shown = page(given.signed_in(phone, given.a_coordinator()))
    assert "Failing since" in shown
    assert "Try it now" in shown
    phone.post(f"{PAGE}/local/opening")
    with reading() as session:
        assert lanes.shut(session) == {}


def test_whoever_only_looks_on_sees_how_it_stands_and_no_button(phone: FlaskClient) -> None:
    holder = given.a_coordinator()
    sending.hold_lane(holder, OFFICE_ID, provider="local", reason="الرقم خاطئ")
    browser = given.signed_in(phone, given.a_person())
    shown = page(browser)
    assert "Held by" in shown
    assert f"{PAGE}/local" not in shown
    assert browser.post(f"{PAGE}/local/opening").status_code == 403


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
def test_the_alert_that_waits_says_for_which_way_and_who_holds_it(
    phone: FlaskClient, lang: str
) -> None:
    incident = given.an_incident()
    alert = story.an_alert(story.somebody(given.a_ministry("AAA")), on=incident)
    story.set_on(alert, state=AlertState.PAUSED)
    runner = given.runs(incident)
    sending.hold_lane(given.a_coordinator(), OFFICE_ID, provider="local", reason="الرقم خاطئ")
    browser = given.signed_in(phone, runner)
    where = f"/i/{incident.ref}/alerts/1"
    shown = page(browser, where, lang)
    assert f"{where}/resumption" not in shown, "a held way is opened by whoever may hold it"
    opens = f'href="{PAGE}#way-local"' in shown
    assert opens == (runner.rank == "coordinator")
    assert f'href="{PAGE}#way-local"' in page(browser, f"/i/{incident.ref}/alerts", lang)


def test_the_alert_that_waits_for_a_provider_that_fails_may_go_on(phone: FlaskClient) -> None:
    incident = given.an_incident()
    alert = story.an_alert(story.somebody(given.a_ministry("AAA")), on=incident)
    story.set_on(alert, state=AlertState.PAUSED)
    with writing() as session:
        lanes.break_lane(session, "local", "503", at=clock.now(), probe=15)
    browser = given.signed_in(phone, given.runs(incident))
    where = f"/i/{incident.ref}/alerts/1"
    shown = page(browser, where)
    assert "has been failing since" in shown
    assert f"{where}/resumption" in shown
    assert browser.post(f"{where}/resumption").status_code == 303
    assert "has been failing since" not in page(browser, where)


def test_a_way_that_is_held_keeps_back_only_what_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for is_exercise in (False, True):
        mail = Told("post", Channel.EMAIL)
        monkeypatch.setitem(couriers.plugged, (Channel.EMAIL, is_exercise), mail)
    incident = given.an_incident()
    alert = story.an_alert(story.somebody(given.a_ministry("AAA")), on=incident)
    story.set_on(alert, state=AlertState.PAUSED)
    runner, coordinator = given.runs(incident), given.a_coordinator()
    for provider in ("post", "local"):
        sending.hold_lane(coordinator, OFFICE_ID, provider=provider, reason="الرقم خاطئ")
    with pytest.raises(Conflict) as refused:
        sending.resume_alert(runner, alert.id)
    assert refused.value.code == "held"
    sending.open_lane(coordinator, OFFICE_ID, provider="local")
    story.set_on(alert, state=AlertState.PAUSED)
    sending.resume_alert(runner, alert.id)
    with reading() as session:
        assert lanes.shut(session).keys() == {"post"}
