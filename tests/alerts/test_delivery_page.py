"""The page of an alert that left: what it shows, to whom, and what its buttons do."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.alerts import tally
from crisis.alerts.acknowledging import acknowledge, decline
from crisis.alerts.export import read
from crisis.alerts.foreseen import without_next
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import Channel, Delivery, State
from crisis.alerts.recipients import Answer, Method
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.policy import Actor, Duty
from crisis.room import press
from crisis.web.locale import Style, speaking
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON, fired_at, recipient

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _at_noon(pages: Flask) -> Iterator[None]:
    pages.config.update(WTF_CSRF_ENABLED=False)
    with clock.at(NOON):
        yield


@pytest.fixture
def sent() -> tuple[Alert, list[Actor], Incident]:
    """An alert to three people of two ministries, the first of whom has a deputy."""
    incident = given.an_incident()
    one, other = given.a_ministry("AAA"), given.a_ministry("BBB")
    deputy = story.somebody(one, name="خديجة", duty=None)
    people = [
        story.somebody(one, name="سامي", deputy=deputy),
        story.somebody(one, name="هدى"),
        story.somebody(other, name="=فهد"),
    ]
    alert = story.an_alert(*people, on=incident, channels=[Channel.SMS, Channel.EMAIL])
    return alert, people, incident


def page(browser: FlaskClient, alert: Alert, query: str = "", lang: str = "en") -> str:
    browser.set_cookie("lang", lang)
    answer = browser.get(at(alert) + query)
    assert answer.status_code == 200
    return answer.text


def at(alert: Alert, rest: str = "") -> str:
    return f"/i/{given.incident(alert.incident_id).ref}/alerts/{alert.number}{rest}"


def numbers(text: str) -> list[int]:
    """The four rungs."""
    return [int(each) for each in re.findall(r'class="rc"><b class="num">(\d+)', text)]


def the_runner(phone: FlaskClient, incident: Incident) -> FlaskClient:
    return given.signed_in(phone, given.runs(incident))


def test_each_rung_is_counted_from_its_own_evidence(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    browser = the_runner(phone, incident)
    assert numbers(page(browser, alert)) == [0, 0, 0, 0]
    story.brought(recipient(alert, people[0]), State.DELIVERED)
    story.brought(recipient(alert, people[1]), State.UNKNOWN)
    acknowledge(given.the_system(), recipient(alert, people[2]).id, method=Method.SMS)
    shown = page(browser, alert)
    assert numbers(shown) == [1, 1, 0, 1]
    assert "سامي" in shown
    assert "فهد" not in shown, "whoever acknowledged is no exception"


def test_whoever_can_only_be_telephoned_stands_first(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    for each in people[:2]:
        story.brought(recipient(alert, each), State.DELIVERED)
    decline(given.the_system(), recipient(alert, people[1]).id)
    shown = page(the_runner(phone, incident), alert).split("<tbody>")[1]
    names = ["سامي", "هدى", "فهد"]
    assert sorted(names, key=shown.index)[0] == "هدى"
    assert "telephone" in shown


def test_a_tile_shows_its_own_people_alone(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    story.brought(recipient(alert, people[1]), State.UNKNOWN)
    shown, listed = page(the_runner(phone, incident), alert, "?tile=unknown").split("<tbody>")
    assert 'class="st hatched" href="' + at(alert, "?tile=unknown#silent") in shown
    shown = listed
    assert "هدى" in shown
    assert "سامي" not in shown
    assert page(phone, alert, "?tile=opened")


def test_each_figure_in_the_room_is_what_its_link_lists(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    story.brought(recipient(alert, people[0]), State.DELIVERED)
    story.brought(recipient(alert, people[1]), State.UNKNOWN)
    browser = the_runner(phone, incident)
    panel = browser.get(f"/i/{incident.ref}").text.split('id="alerts"')[1].split("</dl>")[0]
    figures = re.findall(r'<a href="[^"?]*(\?tile=[a-z_]+)#silent">(\d+)</a>', panel)
    assert len(figures) > 5, "opened, delivered, handed over, unknown, failed and who waits"
    for query, told in figures:
        assert page(browser, alert, query).count('<tr id="r-') == int(told), query


def test_whoever_only_looks_on_sees_no_number_and_no_button(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    number = recipient(alert, people[0]).mobile
    assert number
    assert number in page(the_runner(phone, incident), alert)
    watching = given.signed_in(
        phone.application.test_client(), given.someone(Duty.OBSERVER, on=incident)
    )
    shown = page(watching, alert)
    assert number not in shown
    assert "<form" not in shown.split('id="main"')[1].split("</main>")[0]
    assert watching.get(at(alert, "/export.csv")).status_code == 403
    outside = given.signed_in(phone.application.test_client(), given.a_person())
    assert outside.get(at(alert)).status_code == 404


def test_a_word_by_telephone_is_recorded_with_how_it_is_known(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    browser, row = the_runner(phone, incident), recipient(alert, people[0])
    where = at(alert, f"/recipients/{row.id}/word")
    assert browser.post(where, data={"_form": f"word-{row.id}"}).status_code == 422
    assert browser.post(where, data={"reason": "أكّد هاتفياً"}).status_code == 303
    assert recipient(alert, people[0]).answer == Answer.ACKNOWLEDGED
    other = story.an_alert(people[1], on=incident, number=2)
    elsewhere = at(alert, f"/recipients/{recipient(other, people[1]).id}/word")
    assert browser.post(elsewhere, data={"reason": "خطأ"}).status_code == 404


def test_what_nobody_knows_can_be_sent_again_asked_for_or_marked(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    browser, row = the_runner(phone, incident), recipient(alert, people[0])
    story.brought(row, State.UNKNOWN)
    shown = page(browser, alert)
    first, second = story.deliveries(row)
    for delivery, act, data in (
        (first, "look", {}),
        (first, "again", {}),
        (second, "loss", {"reason": "لم تخرج"}),
    ):
        where = at(alert, f"/messages/{delivery.id}/{act}")
        assert where in shown
        assert browser.post(where, data=data).status_code == 303
    with reading() as session:
        assert session.get_one(Delivery, second.id).state == State.FAILED
    assert len(story.deliveries(row)) == 3


def test_a_halted_alert_goes_on_by_a_button(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, _people, incident = sent
    browser = the_runner(phone, incident)
    assert at(alert, "/resumption") not in page(browser, alert)
    story.set_on(alert, state=AlertState.PAUSED)
    assert at(alert, "/resumption") in page(browser, alert)
    assert browser.post(at(alert, "/resumption")).status_code == 303
    with reading() as session:
        assert session.get_one(Alert, alert.id).state == AlertState.SENDING


def test_the_escalation_and_the_telephone_are_on_the_page(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    fired_at(NOON + 16 * MINUTE)
    browser = the_runner(phone, incident)
    shown = page(browser, alert)
    assert "in place of ⁨سامي⁩" in shown
    assert recipient(alert, people[2]).answer == Answer.UNREACHED
    assert "Nobody is left to ask: telephone" in shown
    assert f'href="tel:{recipient(alert, people[2]).mobile}"' in shown


def test_the_file_holds_everybody_and_no_formula(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    fired_at(NOON + 16 * MINUTE)
    answer = the_runner(phone, incident).get(at(alert, "/export.csv"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = read(answer.text)
    assert len(rows) == 1 + 3 + 1, "a head, the audience, the deputy"
    named = {row[1] for row in rows[1:]}
    assert named == {"سامي", "هدى", "=فهد", "خديجة"}
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    assert not [each for each in cells if each.startswith(("=", "+", "-", "@"))]
    assert recipient(alert, people[0]).mobile in {row[5] for row in rows}


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
def test_the_room_shows_the_newest_alert_in_the_language_of_the_room(
    pages: Flask, phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident], lang: str
) -> None:
    alert, people, incident = sent
    acknowledge(given.the_system(), recipient(alert, people[2]).id, method=Method.LINK)
    with speaking(pages, lang, Style()):
        shown = press.moving_parts(incident.id, lang)["alerts"]
    assert f"/i/{incident.ref}/alerts/1#silent" in shown
    phone.set_cookie("lang", lang)
    room = the_runner(phone, incident).get(f"/i/{incident.ref}").text
    assert 'id="alerts"' in room


def test_before_any_alert_the_room_says_so(phone: FlaskClient) -> None:
    incident = given.an_incident()
    phone.set_cookie("lang", "en")
    assert "No alert has left yet" in the_runner(phone, incident).get(f"/i/{incident.ref}").text


def test_a_receipt_moves_the_mark_of_its_incident_alone(
    sent: tuple[Alert, list[Actor], Incident],
) -> None:
    alert, people, incident = sent
    quiet = given.an_incident()

    def seen() -> dict[object, int]:
        with reading() as session:
            return dict(tally.marks(session, [incident.id, quiet.id]))

    before = seen()
    story.brought(recipient(alert, people[0]), State.DELIVERED)
    after = seen()
    assert before.keys() == after.keys() == {incident.id}
    assert before != after


def test_what_still_leaves_is_stopped_also_when_the_incident_is_over(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, _people, incident = sent
    director = given.someone(Duty.DIRECTOR, on=incident)
    browser = given.signed_in(phone, director)
    assert "/cancellation" in page(browser, alert)
    given.closed(incident, by=director)
    shown = page(browser, alert)
    assert "/cancellation" in shown
    assert "/following" not in shown
    stopped = browser.post(at(alert) + "/cancellation", data={"_form": "cancel", "reason": "خطأ"})
    assert stopped.status_code == 303
    assert story.deliveries(recipient(alert, _people[0]))[0].state == State.CANCELLED


def test_for_whom_nobody_stands_in_is_told_before_their_time_is_over(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    for each in people:
        story.brought(recipient(alert, each), State.DELIVERED)
    browser = the_runner(phone, incident)
    shown = page(browser, alert)
    assert shown.count("The next in line is asked at") == 1 + 1, "the head, and the one with deputy"
    assert shown.count(": nobody is left to ask") == 2
    assert "1 person has not answered" in shown
    assert "2 people have nobody next in line" in shown
    acknowledge(given.the_system(), recipient(alert, people[0]).id, method=Method.LINK)
    shown = page(browser, alert)
    assert "The next in line is asked at" not in shown
    assert "To be telephoned at" in shown


def test_what_is_foreseen_is_what_happens(sent: tuple[Alert, list[Actor], Incident]) -> None:
    """Two of one ministry whom only one colleague can stand in for, and one of the centre."""
    _alert, people, incident = sent
    place = given.a_ministry("CCC")
    for silenced in (False, True):
        story.somebody(place, duty=Duty.LIAISON, mobile=not silenced)
    pair = [story.somebody(place, duty=None), story.somebody(place)]
    alert = story.an_alert(*people, *pair, on=incident, number=2, channels=[Channel.SMS])
    with reading() as session:
        of = {each.id for each in story.recipients(alert)}
        rows = sorted(story.deadlines(alert).values(), key=lambda each: (each.due_at, each.id))
        due = {each.subject_id: each.due_at for each in rows if each.subject_id in of}
        foreseen = without_next(session, alert, due)
    fired_at(NOON + 16 * MINUTE)
    became = {each.id: each.answer for each in story.recipients(alert) if each.id in of}
    assert foreseen == {each for each, answer in became.items() if answer == Answer.UNREACHED}
    assert 0 < len(foreseen) < len(of)


def test_whoever_cannot_is_shown_as_having_answered(
    phone: FlaskClient, sent: tuple[Alert, list[Actor], Incident]
) -> None:
    alert, people, incident = sent
    browser = the_runner(phone, incident)
    shown = page(browser, alert)
    assert ">cannot<" not in shown
    with clock.at(NOON + 4 * MINUTE):
        decline(given.the_system(), recipient(alert, people[2]).id)
        shown = page(browser, alert)
    row = shown.partition(f'id="r-{recipient(alert, people[2]).id}"')[2].partition("</tr>")[0]
    assert "Answered at 14:04: cannot" in row
    assert '<span class="vh">Acknowledged:</span><small>cannot</small>' in row
    assert shown.count("Answered at 14:04") == 1, "the others said nothing"
    acknowledge(given.the_system(), recipient(alert, people[2]).id, method=Method.LINK)
    assert "Answered at" not in page(browser, alert)
