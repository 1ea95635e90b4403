"""The page of the simulator: what each may see and do, and that nothing in it acts by itself."""

from uuid import uuid4

import pytest
from flask import Flask

from crisis.alerts import links
from crisis.alerts.outbox import Channel, State
from crisis.kernel import clock
from crisis.policy import Duty, Rank
from crisis.simulator import commands
from crisis.simulator.model import Act
from tests import given
from tests.alerts import given as alerts
from tests.simulator.given import a_message, delivery_of, taken

pytestmark = pytest.mark.slow

PAGE = "/simulator"


@pytest.mark.parametrize(
    ("rank", "duty", "status"),
    [
        (Rank.COORDINATOR, None, 200),
        (Rank.ADMINISTRATOR, None, 200),
        (Rank.MEMBER, Duty.ALERT_OPERATOR, 200),
        (Rank.MEMBER, Duty.LIAISON, 403),
        (Rank.MEMBER, None, 403),
        (Rank.AUDITOR, None, 403),
    ],
)
def test_who_plays_carrier(pages: Flask, rank: Rank, duty: Duty | None, status: int) -> None:
    player = given.a_person(rank=rank, standing_duty=duty)
    client = given.signed_in(pages.test_client(), player)

    page = client.get(PAGE)
    assert page.status_code == status
    assert client.post(f"{PAGE}/emptying").status_code == (303 if status == 200 else 403)
    assert ('href="/simulator"' in client.get("/").text) is (status == 200)


def test_an_office_that_is_live_has_none_unless_it_is_an_exercise(
    pages: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.an_office(is_exercise=False)
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    live = pages.config["SETTINGS"].model_copy(update={"crisis_delivery": "live"})
    monkeypatch.setitem(pages.config, "SETTINGS", live)

    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}/emptying").status_code == 404
    assert 'href="/simulator"' not in client.get("/").text


def test_phones_show_what_came_and_the_buttons_act_on_it(pages: Flask) -> None:
    incident, layla = given.an_incident(), given.a_person(name="ليلى التليلي")
    message = a_message(incident, to=layla, text="اجتماع عند 15:00")
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    page = client.get(PAGE).text

    assert "ليلى التليلي" in page
    assert "اجتماع عند 15:00" in page
    assert 'href="/me/duties" target="_blank"' in page
    said = client.post(f"{PAGE}/messages/{message}/report", data={"report": "undelivered"})
    assert said.status_code == 303
    assert delivery_of(message).state == State.UNDELIVERED
    assert "لم تصل" in client.get(PAGE).text


def test_a_phone_is_chosen_and_stays_chosen(pages: Flask) -> None:
    incident = given.an_incident()
    first = a_message(incident, address="+218910000001", text="إلى الأول")
    for number in (2, 3):
        a_message(incident, address=f"+21891000000{number}", text=f"رسالة {number}")
    client = given.signed_in(pages.test_client(), given.a_coordinator())

    assert "إلى الأول" not in client.get(PAGE).text
    chosen = client.get(f"{PAGE}?one={first}")
    assert "إلى الأول" in chosen.text
    answer = client.post(
        f"{PAGE}/messages/{first}/report?one={first}", data={"report": "delivered"}
    )
    assert answer.location == f"{PAGE}?one={first}"


def test_opening_a_link_leads_to_its_page_on_this_site_only(pages: Flask) -> None:
    incident = given.an_incident()
    message, bare = a_message(incident), a_message(incident, path=None)
    away = a_message(incident, path="//evil.example/x")
    client = given.signed_in(pages.test_client(), given.a_coordinator())

    def opened(which: object) -> tuple[int, str | None]:
        answer = client.post(f"{PAGE}/messages/{which}/report", data={"report": "open"})
        return answer.status_code, answer.location

    assert opened(message) == (303, "/me/duties")
    assert opened(bare)[0] == 409
    assert opened(away)[0] == 409
    assert delivery_of(message).state == State.ACCEPTED, "opening a page reports nothing"


def test_the_link_of_an_alert_is_the_recipients_own(pages: Flask) -> None:
    incident = given.an_incident()
    alert = alerts.sent(incident, alerts.an_officer(1))
    (recipient,) = alerts.recipients(alert)
    (sms,) = [each for each in alerts.deliveries(alert) if each.channel == Channel.SMS]

    own = links.path_of(recipient.id)
    taken(sms.key, link=links.address(own))
    client = given.signed_in(pages.test_client(), given.a_coordinator())

    assert f'href="{own}"' in client.get(PAGE).text
    assert client.get(own).status_code == 200


def test_who_may_not_follow_an_incident_reads_none_of_its_messages(pages: Flask) -> None:
    incident = given.an_incident()
    message = a_message(incident, text="سر")
    client = given.signed_in(pages.test_client(), given.an_administrator())
    assert ">سر" not in client.get(f"{PAGE}?one={message}").text
    act = {"report": "open"}
    assert client.post(f"{PAGE}/messages/{message}/report", data=act).status_code == 404
    keeper = given.named(given.an_administrator(), Duty.OBSERVER, on=incident)
    assert ">سر" in given.signed_in(pages.test_client(), keeper).get(PAGE).text


def test_what_is_restricted_is_on_no_phone_of_others(pages: Flask) -> None:
    host = given.a_coordinator()
    hidden = given.an_incident(by=host, restricted=True)
    message = a_message(hidden, text="سر")
    mail = a_message(hidden, channel=Channel.EMAIL, text="سر")
    inside = given.signed_in(pages.test_client(), host)
    outside = given.signed_in(pages.test_client(), given.a_coordinator())

    assert "سر" in inside.get(PAGE).text
    for page in (PAGE, f"{PAGE}?one={message}&mail={mail}"):
        assert ">سر" not in outside.get(page).text
    assert outside.get(f"{PAGE}/mails/{mail}/page").status_code == 404
    for act in ({"report": "delivered"}, {"report": "open"}):
        assert outside.post(f"{PAGE}/messages/{message}/report", data=act).status_code == 404
    assert outside.post(f"{PAGE}/messages/{message}/reply", data={"text": "1"}).status_code == 404


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(pages: Flask) -> None:
    mail = a_message(given.an_incident(), channel=Channel.EMAIL, text="<script>alert(1)</script>")
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    page, framed = client.get(PAGE), client.get(f"{PAGE}/mails/{mail}/page")

    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert f'<iframe class="em" sandbox src="/simulator/mails/{mail}/page"' in page.text
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "<script" not in framed.text
    for form in ("text", "source"):
        plain = client.get(f"{PAGE}/mails/{mail}/{form}")
        assert plain.mimetype == "text/plain"
        assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{PAGE}/mails/{mail}/other").status_code == 404


def test_an_sms_is_no_mail_and_a_mail_is_not_answered(pages: Flask) -> None:
    incident = given.an_incident()
    sms, mail = a_message(incident), a_message(incident, channel=Channel.EMAIL)
    client = given.signed_in(pages.test_client(), given.a_coordinator())

    assert client.get(f"{PAGE}/mails/{sms}/page").status_code == 404
    reply = client.post(f"{PAGE}/messages/{mail}/reply", data={"text": "1"})
    assert reply.status_code == 409


def test_the_network_is_tuned_and_wrong_numbers_come_back(pages: Flask) -> None:
    a_message(given.an_incident())
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    right = {"delay": "7", "failing": "10", "silent": "20", "answering": "80", "replies": "no"}
    assert client.post(f"{PAGE}/network", data=right).status_code == 303
    page = client.get(PAGE).text
    assert 'value="7"' in page
    assert "الرد برسالة نصية غير متاح" in page
    for wrong in ({"delay": "61"}, {"failing": "101"}, {"silent": "-1"}, {"answering": "كثير"}):
        assert client.post(f"{PAGE}/network", data=right | wrong).status_code == 422


def test_an_empty_box_is_empty_and_says_so(pages: Flask) -> None:
    a_message(given.an_incident())
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    client.post(f"{PAGE}/emptying")

    page = client.get(PAGE).text
    assert "لم يصل شيء بعد" in page
    assert "مطلوب رأيكم" not in page


def test_what_happened_last_is_told(pages: Flask) -> None:
    message = a_message(given.an_incident(), to=given.a_person(name="هناء"))
    commands.report(message, Act.DELIVERED)
    commands.repeat(message)
    with clock.at(clock.now()):
        commands.reply("+218910000001", "وصلت")
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    page = client.get(PAGE).text

    assert "أفاد المشغّل بوصولها" in page
    assert "عدد مرات التكرار" in page
    assert "<bdi>وصلت</bdi>" in page


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
def test_it_speaks_three_languages(pages: Flask, lang: str) -> None:
    a_message(given.an_incident())
    client = given.signed_in(pages.test_client(), given.a_coordinator())
    client.set_cookie("lang", lang)
    titles = {"ar": "المحاكي", "en": "Simulator", "fr": "Simulateur"}

    assert f"<h1>{titles[lang]} " in client.get(PAGE).text


def test_whoever_names_a_message_that_never_was_is_told_so(pages: Flask) -> None:
    client = given.signed_in(pages.test_client(), given.a_coordinator())

    assert client.get(f"{PAGE}?one={uuid4()}").status_code == 200
    answer = client.post(f"{PAGE}/messages/{uuid4()}/report", data={"report": "delivered"})
    assert answer.status_code == 404
