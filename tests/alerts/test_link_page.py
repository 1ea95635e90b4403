"""The page behind a link: opening it never acts, its buttons do, and it stays small and secret."""

import gzip
import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from crisis.alerts import links
from crisis.alerts.acknowledging import acknowledge, decline
from crisis.alerts.answers import without_link
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.recipients import Answer, Method
from crisis.kernel import clock
from crisis.kernel.database import engine, reading
from crisis.policy import Actor
from crisis.settings import ROOT
from crisis.statements.commands.correcting import prepare_correction, prepare_retraction
from crisis.statements.content import paragraphs_of
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON, recipient, recipients, told

PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0"}
BOTS = (
    {"User-Agent": "WhatsApp/2.23.20.0"},
    {"User-Agent": "facebookexternalhit/1.1"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)", "Sec-Fetch-Mode": "navigate"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0"},
    {"User-Agent": "python-requests/2.32"},
    {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
    {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"User-Agent": "Mozilla/5.0"},
    {},
)


@pytest.fixture(autouse=True)
def _at_noon(pages: Flask) -> object:
    with clock.at(NOON):
        yield


def at(alert: Alert, person: Actor) -> str:
    return links.path_of(recipient(alert, person).id)


def an_alert() -> tuple[Alert, Actor, Actor]:
    """An alert, to somebody who has a deputy."""
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, name="خديجة", duty=None)
    person = story.somebody(ministry, name="سامي", deputy=deputy)
    return story.an_alert(person, on=incident), person, deputy


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # reading is alike on both
def test_a_thousand_previews_leave_the_link_unused(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    before = told(given.incident(alert.incident_id))
    for number in range(1000):
        method = phone.head if number % 10 == 9 else phone.get
        assert method(at(alert, person), headers=BOTS[number % len(BOTS)]).status_code == 200
    row = recipient(alert, person)
    assert (row.answer, row.opened_at) == (Answer.WAITING, None)
    assert told(given.incident(alert.incident_id)) == before


def test_a_person_who_goes_there_is_known_to_have_opened_it_and_nothing_more(
    phone: FlaskClient,
) -> None:
    alert, person, _deputy = an_alert()
    phone.get(at(alert, person), headers=PERSON)
    with clock.at(NOON + timedelta(minutes=5)):
        phone.get(at(alert, person), headers=PERSON)
    row = recipient(alert, person)
    assert (row.answer, row.opened_at) == (Answer.WAITING, NOON)
    assert not told(given.incident(alert.incident_id))


def test_the_button_acknowledges_without_sign_in_script_or_cookie(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    page = phone.get(at(alert, person), headers=PERSON)
    assert "خديجة" in page.text
    assert "<script" not in page.text
    assert "Set-Cookie" not in page.headers
    answer = phone.post(at(alert, person), data={"answer": "have", "arrives_in": "15"})
    assert answer.status_code == 303
    row = recipient(alert, person)
    assert (row.answer, row.arrives_in, row.method) == (Answer.ACKNOWLEDGED, 15, Method.LINK)
    assert row.opened_at == NOON
    done = phone.get(answer.headers["Location"], headers=PERSON).text
    assert "سامي" in done
    assert "<form" in done, "things may change"
    again = phone.post(at(alert, person), data={"answer": "have"})
    assert again.status_code == 303
    assert len(told(given.incident(alert.incident_id))) == 1
    assert [each.person_id for each in recipients(alert)] == [person.id]


def test_the_other_button_passes_it_to_the_deputy(phone: FlaskClient) -> None:
    alert, person, deputy = an_alert()
    phone.post(at(alert, person), data={"answer": "cannot"})
    assert [each.person_id for each in recipients(alert)] == [person.id, deputy.id]
    page = phone.get(at(alert, person)).text
    assert "خديجة" in page
    assert 'value="have"' in page
    assert 'value="cannot"' not in page


@pytest.mark.parametrize("with_deputy", [True, False])
def test_who_cannot_reads_what_was_recorded_and_what_follows(
    phone: FlaskClient, with_deputy: bool
) -> None:
    alert, asked, _deputy = an_alert()
    if not with_deputy:
        asked = story.somebody(given.a_ministry("MOI"))
        alert = story.an_alert(asked, on=given.incident(alert.incident_id), number=2)
    with clock.at(NOON + timedelta(minutes=3)):
        moved = phone.post(at(alert, asked) + "?lang=en", data={"answer": "cannot"})
    with clock.at(NOON + timedelta(minutes=9)):
        page = phone.get(moved.headers["Location"]).text
    assert "<h1>Your answer is recorded</h1>" in page
    assert "You said at 14:03 that you cannot take it on." in page
    assert ("is asked in your place" in page) is with_deputy
    assert ("the centre telephones" in page) is not with_deputy
    assert "I can take it after all" in page
    assert 'class="go" name="answer"' not in page, "one quieter button"
    assert 'value="cannot"' not in page
    phone.post(at(alert, asked), data={"answer": "have"})
    page = phone.get(at(alert, asked) + "?lang=en").text
    assert recipient(alert, asked).answer == Answer.ACKNOWLEDGED
    assert "You said at" not in page


def test_who_was_silent_until_nobody_was_left_is_not_said_to_have_answered(
    phone: FlaskClient,
) -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    story.fired_at(NOON + timedelta(hours=1))
    assert recipient(alert, person).answer == Answer.UNREACHED
    page = phone.get(at(alert, person) + "?lang=en").text
    assert "the centre telephones" in page
    assert "You said at" not in page
    assert 'value="have"' in page
    assert 'value="cannot"' not in page, "it would be refused in silence"


@pytest.mark.parametrize(
    ("prepare", "said"),
    [(prepare_correction, "This was corrected at"), (prepare_retraction, "This was retracted at")],
)
def test_what_was_found_wrong_is_said_before_the_text_of_the_alert(
    phone: FlaskClient, prepare: object, said: str
) -> None:
    alert, person, _deputy = an_alert()
    incident = given.incident(alert.incident_id)
    liaison, slot = given.a_liaison(incident, "MOI")
    coordinator = given.runs(incident)
    wrong = given.a_statement(on=incident)
    given.submitted(wrong, slot)
    given.answered(wrong, liaison)
    given.sent_out(wrong, by=coordinator)
    story.set_on(alert, statement_id=wrong.id)
    address = at(alert, person) + "?lang=en"
    assert 'role="note"' not in phone.get(address).text
    by = given.actor(wrong.created_by)
    if prepare is prepare_correction:
        begun = prepare_correction(by, wrong.id, what_was_wrong={"ar": "خطأ"})
    else:
        begun = prepare_retraction(by, wrong.id, reason={"ar": "خطأ"})
    right = given.statement(begun.statement_id)
    whole = "\n".join(each.text for each in right.content.bodies["ar"])
    whole = whole.replace("[الصحيح]", "اتصلوا بالرقم 1515").replace("[السبب]", "سهو")
    given.edited(right, by=by, text=replace(right.content, bodies={"ar": paragraphs_of(whole)}))
    given.submitted(given.statement(right.id), slot)
    given.answered(right, liaison)
    assert 'role="note"' not in phone.get(address).text, "it is not out yet"
    with clock.at(NOON + timedelta(minutes=6)):
        given.sent_out(right, by=coordinator)
        page = phone.get(address).text
        assert f"{said} 14:06." in page
        assert page.index('role="note"') < page.index("<h1") < page.index('<blockquote class="old"')
        assert f"/newsroom/{incident.ref}/{right.number}" in page
        assert right.content.titles["ar"] in page
        assert ("1515" in page) is (prepare is prepare_correction)
        assert "اجتماع عاجل." in page, "what was sent stays readable"
        phone.post(address, data={"answer": "cannot"})
        assert f"{said} 14:06." in phone.get(address).text


def test_after_the_deputy_has_it_the_link_says_who_and_when(phone: FlaskClient) -> None:
    alert, person, deputy = an_alert()
    phone.post(at(alert, person), data={"answer": "cannot"})
    with clock.at(NOON + timedelta(minutes=7)):
        phone.post(at(alert, deputy), data={"answer": "have"})
        page = phone.get(at(alert, person) + "?lang=en").text
    assert "خديجة" in page
    assert "14:07" in page, "the clock of the incident, in Tripoli"


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"state": AlertState.CANCELLED},
            {"ar": "أُلغي", "en": "cancelled", "fr": "annulée"},
        ),
        ({"expires_at": NOON}, {"ar": "انتهى", "en": "is over", "fr": "est passé"}),
    ],
)
def test_what_is_over_is_said_plainly_and_takes_nothing(
    phone: FlaskClient, values: dict[str, object], words: dict[str, str], lang: str
) -> None:
    alert, person, _deputy = an_alert()
    story.set_on(alert, **values)
    page = phone.get(at(alert, person) + f"?lang={lang}").text
    assert words[lang] in page
    assert "<form" not in page
    assert phone.post(at(alert, person), data={"answer": "have"}).status_code == 303
    assert recipient(alert, person).answer == Answer.WAITING


def test_an_alert_for_information_asks_for_nothing(phone: FlaskClient) -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident, asks=False)
    page = phone.get(at(alert, person)).text
    assert "<form" not in page


def test_after_the_acknowledgement_the_newest_public_statement_is_there(
    phone: FlaskClient,
) -> None:
    alert, person, _deputy = an_alert()
    incident = given.incident(alert.incident_id)
    liaison, slot = given.a_liaison(incident, "MOI")
    statement = given.a_statement(on=incident)
    given.submitted(statement, slot)
    given.answered(statement, liaison)
    given.sent_out(statement, by=given.runs(incident))
    before = phone.get(at(alert, person)).text
    phone.post(at(alert, person), data={"answer": "have"})
    after = phone.get(at(alert, person)).text
    address = f"/newsroom/{incident.ref}/{statement.number}"
    assert address not in before
    assert address in after


def test_wrong_secrets_are_counted_and_the_right_one_still_opens(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    answers = [phone.get(f"/k/wrong{number}").status_code for number in range(40)]
    assert answers[:20] == [404] * 20
    assert set(answers[20:]) == {429}
    assert phone.get(at(alert, person)).status_code == 200
    assert phone.post("/k/wrong", data={"answer": "have"}).status_code == 429


@pytest.mark.parametrize("accepted", ["ar", "en;q=0.9,fr;q=0.1", "fr"])
def test_a_link_that_leads_nowhere_says_so_in_the_language_of_the_phone(
    phone: FlaskClient, accepted: str
) -> None:
    page = phone.get("/k/nosuchsecret", headers={"Accept-Language": accepted})
    assert page.status_code == 404
    assert f'lang="{accepted[:2]}"' in page.text


def test_the_language_is_the_recipient_s_until_they_choose(phone: FlaskClient) -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry(), language="fr")
    alert = story.an_alert(person, on=incident)
    assert '<html lang="fr"' in phone.get(at(alert, person)).text
    assert '<html lang="ar"' in phone.get(at(alert, person) + "?lang=ar").text
    moved = phone.post(at(alert, person) + "?lang=en", data={"answer": "have"})
    assert moved.headers["Location"].endswith("?lang=en")


def test_nobody_keeps_it_and_nobody_is_told_of_it(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    for page in (
        phone.get(at(alert, person)),
        phone.post(at(alert, person), data={"answer": "have"}),
        phone.get("/k/wrong"),
    ):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]


def test_the_first_view_fits_in_thirty_kilobytes(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    page = phone.get(at(alert, person), headers=PERSON).get_data()
    sheets = re.findall(rb'rel="stylesheet" href="/static/v-\w+/([^"]+)"', page)
    parts = [page, *((ROOT / "static" / each.decode()).read_bytes() for each in sheets)]
    weight = sum(len(gzip.compress(each, 6)) for each in parts)
    face = (ROOT / "static/fonts/subset/plex-sans-arabic-500.d673db48.woff2").stat().st_size
    assert len(sheets) == 2
    assert weight + face < 30_000
    assert b"sprite" not in page
    assert b"<img" not in page


def test_the_secret_is_in_no_table_and_no_log(
    phone: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert, person, _deputy = an_alert()
    secret = links.secret_of(recipient(alert, person).id)
    with caplog.at_level(logging.DEBUG):
        phone.get(f"/k/{secret}", headers=PERSON)
        phone.post(f"/k/{secret}", data={"answer": "cannot"})
        phone.post(f"/k/{secret}", data={"answer": "have"})
        phone.post(f"/k/{secret}", data={"answer": "nonsense"})
        monkeypatch.setattr("crisis.alerts.acknowledgement.page_of", broken)
        assert phone.get(f"/k/{secret}").status_code == 500
    assert secret not in caplog.text
    with engine().connect() as connection:
        for table in inspect(engine()).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"'))
            assert not any(secret in str(row) for row in rows), table


def broken(*_: object) -> None:
    raise RuntimeError("on purpose")


def test_a_key_of_another_installation_opens_nothing(phone: FlaskClient) -> None:
    alert, person, _deputy = an_alert()
    right = at(alert, person)
    key, links.plugged.key = links.plugged.key, b"another key"
    wrong = at(alert, person)
    links.plugged.key = key
    assert wrong != right
    assert phone.get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("اجتماع عاجل. أكّد الاستلام: {link}", "اجتماع عاجل."),
        ("Meeting at 15.30 ({link})", "Meeting at 15.30"),
        ("Read this.\nAnswer here: {link}", "Read this."),
        ("No link at all", "No link at all"),
        ("{link}", ""),
        ("Come. Say so: {link}\nThe room", "Come.\nThe room"),
        ("فعّل مناوبتك وادخل غرفة العمليات. أكّد:\n{link}", "فعّل مناوبتك وادخل غرفة العمليات."),
        ("Come now. Confirm:\n{link}", "Come now."),
        (
            "Come.\nMeet at the old bridge at noon, confirm: {link}",
            "Come.\nMeet at the old bridge at noon, confirm",
        ),
    ],
)
def test_the_sentence_with_the_link_is_left_out_of_the_page(sent: str, shown: str) -> None:
    assert without_link(sent) == shown


def test_latency_counts_from_being_asked(phone: FlaskClient) -> None:
    alert, person, deputy = an_alert()
    decline(given.the_system(), recipient(alert, person).id)
    with clock.at(NOON + timedelta(seconds=90)):
        acknowledge(given.the_system(), recipient(alert, deputy).id, method=Method.LINK)
    assert told(given.incident(alert.incident_id))[-1].facts["seconds"] == 90
    with reading() as session:
        assert session.scalar(select(Alert.number).where(Alert.id == alert.id)) == 1
