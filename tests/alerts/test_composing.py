"""What an alert says to each reader, how long that is, and what keeps it from leaving."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.answers import without_link
from crisis.alerts.carrying import shortened
from crisis.alerts.commands import (
    ask_confirmation,
    confirm_alert,
    create_alert,
    edit_alert,
    follow_up,
    send_alert,
)
from crisis.alerts.commands import (
    test_to_me as try_it_out,
)
from crisis.alerts.composing import Preview, preview, preview_of, problems_of
from crisis.alerts.drafts import Draft
from crisis.alerts.model import Alert, AlertKind, AlertState, Priority
from crisis.alerts.outbox import Channel, Delivery, State, Wording
from crisis.alerts.sending import send_again
from crisis.alerts.shortening import offers, rewritten, too_much
from crisis.alerts.templates import level_word, places, templates
from crisis.deadlines.jobs import fire_due
from crisis.incidents.model import Incident
from crisis.jobs.reactions import work_off
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.kernel.errors import Conflict, Invalid, Refusal
from crisis.kernel.journal import Line
from crisis.people.model import AudienceKind
from crisis.policy import Actor, Duty
from crisis.statements.commands.correcting import prepare_correction
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.forms_of_text import EXERCISE
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.places import places_in
from crisis.statements.sms import sms_length
from tests import given
from tests.alerts import given as alerts
from tests.parts.refusals import refused

REAL = Path(__file__).resolve().parents[3] / "shared/real/sms/twilio_segment_vectors.json"
LANGUAGES = ("ar", "en", "fr")
LONGEST = {
    "place": {"ar": "درنة الساحل", "en": "Derna coast", "fr": "Derna littoral"},
    "area": {"ar": "حي الساحل الشرقي", "en": "East coast district", "fr": "Quartier est littoral"},
    "service": {"ar": "بوابة الخدمات", "en": "Services portal", "fr": "Portail services"},
    "disease": {"ar": "الكوليرا", "en": "cholera", "fr": "cholera"},
    "substance": {"ar": "غاز الكلور", "en": "chlorine", "fr": "chlore"},
    "claim": {
        "ar": "انهيار سد جديد",
        "en": "a new dam collapse",
        "fr": "une rupture de barrage",
    },
    "org": {"ar": "الموارد المائية", "en": "Water", "fr": "Eau"},
    "title": {"ar": "بيان درنة 3", "en": "Derna stmt 3", "fr": "Derna comm. 3"},
    "what": {"ar": "عدد الإيواء", "en": "shelter count", "fr": "accueil"},
    "incident": {"ar": "سيول وادي الزهر", "en": "Zahr floods", "fr": "Crues de Zahr"},
}
PUT_RIGHT = (
    "تصحيح للبيان الصادر 21:53. ذكرنا: الليلة. والصحيح: حتى الصباح. "
    "سبب الخطأ: خلط بين توقعين. نعتذر عن الخطأ."
)
ALIKE = {"time": "14:30", "due": "15:05", "next_time": "16:30", "hotline": "1415", "n": "4"}
LINK = "https://nasaq.gov.example/k/" + "x" * 12


def filled(text: str, language: str) -> str:
    for place in places_in(text):
        level = max((level_word(each, language) for each in range(5)), key=len)
        values = {"link": LINK, "level": level, **ALIKE}
        value = values.get(place) or LONGEST[place][language]
        text = text.replace("{" + place + "}", value)
    return text


# ── what is prepared ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", templates())
def test_a_prepared_alert_fits_with_long_words_and_the_prefix_of_an_exercise(code: str) -> None:
    told = templates()[code]
    for language in LANGUAGES:
        text = EXERCISE[language] + filled(told.sms[language], language)  # type: ignore[index]  # a language of ours
        length = sms_length(text)
        assert length.count <= told.parts, (language, length.units, text)
        assert language == "ar" or length.encoding == "GSM-7", text


@pytest.mark.parametrize("code", templates())
def test_a_prepared_alert_has_the_same_places_in_every_language(code: str) -> None:
    told = templates()[code]
    automatic = {"level", "ref", "incident", "link"}
    for texts in (told.sms, told.title):
        wanted = set(places_in(texts["ar"]))
        assert wanted <= places().keys() | automatic
        for language in LANGUAGES:
            assert set(places_in(texts[language])) == wanted
    assert ("link" in places_in(told.sms["ar"])) == told.asks_answer


# ── what is said to whom ─────────────────────────────────────────────────────────────────────────


def looked_at(incident: Incident, by: Actor, draft: Draft) -> Preview:
    return preview(by, incident.id, draft=draft, by=by.id)


def why(incident: Incident, by: Actor, draft: Draft) -> Refusal:
    found = looked_at(incident, by, draft).wrong
    assert found is not None
    return found


def test_everybody_is_told_in_their_own_language_with_the_level_in_it(house: str) -> None:
    incident = given.an_incident(level=3)
    people = [alerts.an_officer(n, language=each) for n, each in enumerate(LANGUAGES)]
    told = templates()["flood_weather_internal"]
    sent = alerts.sent(
        incident,
        *people,
        template="flood_weather_internal",
        sms=told.sms,
        title=told.title,
        values={**alerts.PLACE, "time": "22:44"},
    )
    with reading() as session:
        wordings = select(Wording).where(Wording.text.contains("22:44"), Wording.subject == "")
        said = {each.language: each.text for each in session.scalars(wordings)}
    assert said["ar"].startswith("طارئ خطير: سيول وفيضان - وادي الزهر 22:44.")
    assert said["en"].startswith("SERIOUS ALERT: floods - Wadi Zahr 22:44.")
    assert said["fr"].startswith("ALERTE GRAVE: inondations - Oued Zahr 22:44.")
    assert all(each.endswith("{link}") for each in said.values())
    assert {each.parts for each in alerts.deliveries(sent) if each.channel == "sms"} == {1, 2}


def test_a_name_in_the_other_letters_draws_no_number_to_its_wrong_side(house: str) -> None:
    incident = given.an_incident()
    by, people = alerts.an_operator(incident), [alerts.an_officer(1, language="en")]
    both = {"ar": "سيول - {place} {time}", "en": "Floods - {place} {time}"}
    draft = alerts.a_draft(
        people=people,
        asks_answer=False,
        sms=both,
        title=both,
        values={"place.ar": "Wadi Zahr", "place.en": "وادي الزهر", "time": "22:44"},
    )
    read = {each.language: each for each in looked_at(incident, by, draft).readings}
    assert read["en"].sms.text == "Floods - \u200eوادي الزهر\u200e 22:44"
    assert read["ar"].sms.text == "سيول - \u200fWadi Zahr\u200f 22:44"
    for each in (read["en"].mail.text, read["en"].mail.subject):
        assert each == "Floods - \u2068وادي الزهر\u2069 22:44"
    own = alerts.a_draft(people=people, asks_answer=False, sms=both, values=alerts.PLACE)
    assert looked_at(incident, by, own).readings[0].sms.text == "سيول - وادي الزهر {time}"


def test_a_place_nobody_filled_keeps_it_here(house: str) -> None:
    incident = given.an_incident()
    by = alerts.an_operator(incident)
    arabic, english = alerts.an_officer(1), alerts.an_officer(2, language="en")
    half = alerts.a_draft(people=[arabic, english], values={"place.ar": "وادي الزهر"})
    refusal = why(incident, by, half)
    assert refusal.code == "open_places"
    assert "{" not in str(refusal)
    enough = alerts.a_draft(people=[arabic], values={"place.ar": "وادي الزهر"})
    assert looked_at(incident, by, enough).wrong is None


def test_a_place_that_does_not_exist_is_a_slip_of_the_pen(house: str) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    slip = alerts.a_draft(people=[person], sms={"ar": "سيول في {plase} {link}"})
    assert why(incident, by, slip).code == "unknown_places"


def test_a_text_is_needed_in_every_language_somebody_reads(house: str) -> None:
    incident = given.an_incident()
    by = alerts.an_operator(incident)
    people = [alerts.an_officer(1), alerts.an_officer(2, language="fr")]
    draft = alerts.a_draft(people=people, sms={"ar": alerts.TEXT["ar"], "en": alerts.TEXT["en"]})
    refusal = why(incident, by, draft)
    assert refusal.code == "missing_language"
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == {"sms_fr"}
    without_subject = alerts.a_draft(people=people, title={"ar": "سيول"})
    assert why(incident, by, without_subject).code == "missing_language"
    by_sms = alerts.a_draft(people=people, title={}, channels=(Channel.SMS,))
    assert looked_at(incident, by, by_sms).wrong is None


def test_who_is_asked_to_answer_is_told_where(house: str) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    silent = alerts.a_draft(people=[person], sms={"ar": "سيول."}, values={})
    assert why(incident, by, silent).code == "no_link"
    notice = alerts.a_draft(people=[person], sms={"ar": "سيول."}, values={}, asks_answer=False)
    assert looked_at(incident, by, notice).wrong is None


def test_too_long_is_too_long_unless_lives_are_at_risk(house: str) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    long = {"ar": "سيول في {place}. " * 14 + "{link}"}
    draft = alerts.a_draft(people=[person], sms=long)
    refusal = why(incident, by, draft)
    assert refusal.code == "too_many_parts"
    alert = alerts.an_alert(incident, by, draft)
    with refused(Invalid, "too_many_parts"):
        ask_confirmation(by, alert.id, revision=1)
    grave = alerts.a_draft(people=[person], sms=long, priority=Priority.LIFE_SAFETY)
    assert looked_at(incident, by, grave).wrong is None


def test_words_are_counted_as_they_will_be_and_not_as_they_are_written(house: str) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    text = {"ar": "طارئ: {place} {link}"}
    short = looked_at(incident, by, alerts.a_draft(people=[person], sms=text))
    values = {"place.ar": "المنطقة الصناعية الشرقية خلف الميناء القديم حتى جسر السكة"}
    long = looked_at(incident, by, alerts.a_draft(people=[person], sms=text, values=values))
    assert (short.readings[0].sms.length.count, long.readings[0].sms.length.count) == (1, 2)


def test_nobody_to_tell_is_no_alert(house: str) -> None:
    incident = given.an_incident()
    by = alerts.an_operator(incident)
    assert why(incident, by, alerts.a_draft()).code == "empty_audience"
    lost = alerts.an_officer(1, mobile=None)
    unreachable = alerts.a_draft(people=[lost], channels=(Channel.SMS,))
    assert why(incident, by, unreachable).code == "empty_audience"
    nowhere = alerts.a_draft(people=[alerts.an_officer(2)], channels=())
    assert why(incident, by, nowhere).code == "no_channel"


def test_cost_and_load_are_counted(house: str) -> None:
    incident = given.an_incident()
    arabic, english = alerts.an_officer(1), alerts.an_officer(2, language="en")
    audience = alerts.an_audience(arabic, english)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(audience)
    found = looked_at(incident, first, draft)
    assert {each.language: each.total for each in found.costs} == {"ar": 2, "en": 1}
    assert (found.mails, found.load) == (2, 1)
    alerts.confirmed(alerts.asked(alerts.an_alert(incident, first, draft), by=first), by=second)
    assert looked_at(incident, first, draft).load == 2
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert looked_at(incident, first, draft).load == 1


def test_the_load_is_that_of_the_people_in_whatever_incident_and_by_whatever_list(
    house: str,
) -> None:
    incident, other = given.an_incident(), given.an_incident()
    person, stranger = alerts.an_officer(1), alerts.an_officer(2)
    sent = alerts.sent(other, person)
    by = alerts.an_operator(incident)
    assert looked_at(incident, by, alerts.a_draft(people=[person])).load == 2
    assert looked_at(incident, by, alerts.a_draft(alerts.an_audience(person))).load == 2
    assert looked_at(incident, by, alerts.a_draft(people=[stranger])).load == 1
    writer = alerts.an_operator(other)
    update = follow_up(writer, sent.id, kind=AlertKind.UPDATE).alert_id
    assert preview_of(writer, update, by=writer.id).load == 2
    alone = alerts.a_draft()
    follows = preview(
        writer, other.id, draft=alone, by=writer.id, kind=AlertKind.UPDATE, follows_id=sent.id
    )
    assert (follows.count, follows.load) == (1, 2), "whom it follows count, chosen or not"


def test_residents_are_counted_by_their_list(house: str) -> None:
    incident, other = given.an_incident(), given.an_incident()
    kind = AudienceKind.PUBLIC_OPT_IN
    town = alerts.an_audience(code="town", kind=kind)
    coast = alerts.an_audience(code="coast", kind=kind)
    alerts.residents(town, 3)
    alerts.residents(coast, 2)
    first, second = alerts.an_operator(other), alerts.an_operator(other)
    begun = alerts.an_alert(other, first, alerts.a_draft(town))
    sent = alerts.confirmed(alerts.asked(begun, by=first), by=second)
    by = alerts.an_operator(incident)
    assert looked_at(incident, by, alerts.a_draft(town, coast)).load == 2
    assert looked_at(incident, by, alerts.a_draft(coast)).load == 1
    update = follow_up(first, sent.id, kind=AlertKind.UPDATE).alert_id
    shown = preview_of(first, update, by=first.id)
    assert (shown.load, [(each.number, each.people) for each in shown.again]) == (2, [(1, 3)])


# ── the text of a statement ──────────────────────────────────────────────────────────────────────


def a_released(on: Incident, body: str = given.INSTRUCTION) -> Statement:
    director = given.someone(Duty.DIRECTOR, on=on)
    statement = given.a_statement(on=on, text=given.a_text(body))
    given.submitted(statement, SlotSpec(duties=(Duty.DIRECTOR,)))
    given.answered(statement, director)
    return given.sent_out(statement, by=given.runs(on))


def cut_loose(session: Session, alert_id: UUID) -> Alert:
    """An alert to write upon, which belongs to no session any more."""
    found = session.get_one(Alert, alert_id)
    session.expunge(found)
    return found


def carrying(statement: Statement, on: Incident, by: Actor, *people: Actor) -> Alert:
    draft = alerts.a_draft(people=people, sms={"ar": "نص آخر"}, values={})
    begun = create_alert(by, on.id, draft=draft, statement_id=statement.id)
    return alerts.alert(begun.alert_id)


def test_a_released_text_is_carried_as_it_was_signed_and_cannot_be_rewritten(house: str) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    alert = carrying(statement, incident, by, person)
    assert alert.text_hash == given.version(statement).sha256
    assert given.INSTRUCTION in alert.sms["ar"]
    assert alert.sms["ar"].endswith("{link}")
    assert alert.title["ar"] == "توجيه إلى سكان الوادي"
    assert alert.mail["ar"].startswith(given.INSTRUCTION), "the title stands above it already"
    edit_alert(by, alert.id, draft=alerts.a_draft(people=[person]), based_on=1)
    assert alerts.alert(alert.id).sms == alert.sms
    second = alerts.an_operator(incident)
    assert alerts.confirmed(alerts.asked(alert, by=by), by=second).text_hash == alert.text_hash


FLOOD: Final = """تتابع وزارة الموارد المائية منذ الساعة 12:30 السيول التي يشهدها وادي الكرم.
نعلم أن الساعات الحالية صعبة على أهلنا هناك، وسلامتهم أولويتنا.
ما نعرفه الآن: هطلت أمطار غزيرة وقطع السيل الطريق الساحلي. ما لا نعرفه بعد: حجم الأضرار.
فرق الإنقاذ والإسعاف في الميدان، وغرفة العمليات الموحدة تعمل على مدار الساعة.
نرجو الابتعاد عن مجاري الأودية والسدود والمناطق المنخفضة، والصعود إلى الطوابق العليا عند ارتفاع \
المياه، وعدم عبور المياه بالسيارة.
للنجدة اتصلوا بالرقم 1415. نصدر التحديث التالي عند الساعة 14:30 عبر القنوات الرسمية فقط."""
ADVICE: Final = next(each for each in FLOOD.split("\n") if each.startswith("نرجو"))
CUT: Final = "قُصِّر النص ليتسع للرابط؛ لم يتسع لـ:"


def test_what_people_must_do_is_cut_last_and_what_is_cut_is_said(browser: FlaskClient) -> None:
    incident = given.an_incident()
    statement = a_released(incident, FLOOD)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    person = alerts.an_officer(1)
    alert = carrying(statement, incident, first, person)
    sms = alert.sms["ar"]
    assert ADVICE in sms
    assert "وقطع السيل الطريق الساحلي." in sms
    assert sms.endswith("\nللتأكيد: {link}"), "a link says what it is for"
    assert "للتأكيد" not in without_link(sms), "behind the link there is a button for it"
    assert "للتأكيد" not in alert.mail["ar"], "as there is in the mail"
    page = given.signed_in(browser, first)
    page.set_cookie("lang", "ar")
    here = f"/i/{incident.ref}/alerts/{alert.number}"
    shown = page.get(here).text
    box = re.search(r'<textarea[^>]*id="compose-sms_ar"[^>]*>(.*?)</textarea>', shown, re.S)
    assert box
    assert ADVICE in box[1]
    assert "/k/" in box[1], "the box shows what goes out"
    missing = "غرفة العمليات الموحدة تعمل على مدار الساعة."
    assert missing not in sms
    assert missing in shown.partition(CUT)[2].partition("</ul>")[0]
    alerts.asked(alert, by=first)
    page = given.signed_in(browser, second)
    page.set_cookie("lang", "ar")
    asked = page.get(f"{here}/confirmation").text
    assert missing in asked.partition(CUT)[2].partition("</ul>")[0]
    name = given.person(person.id).name["ar"]
    assert name in asked.partition('class="names"')[2].partition("</ul>")[0], (
        "who they are, by name"
    )


def test_advice_outlives_the_title_and_has_no_end_where_lives_depend_on_it(house: str) -> None:
    incident = given.an_incident()
    many = "\n".join(f"{each}: {ADVICE}" for each in ("أولاً", "ثانياً", "ثالثاً", "رابعاً"))
    statement = a_released(incident, f"{many}\nللنجدة اتصلوا بالرقم 1415.")
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    draft = alerts.a_draft(people=[person], priority=Priority.LIFE_SAFETY)
    begun = create_alert(by, incident.id, draft=draft, statement_id=statement.id)
    assert alerts.alert(begun.alert_id).sms["ar"].count(ADVICE) == 4
    urgent = carrying(statement, incident, by, person).sms["ar"]
    assert urgent.count(ADVICE) == 2
    with reading() as session:
        found = cut_loose(session, begun.alert_id)
        found.priority = Priority.URGENT
        [short] = shortened(session, found).values()
    assert sum(ADVICE in each for each in short.left_out) == 2
    assert short.advice_left_out
    draft = alerts.a_draft(people=[person])
    view = preview(by, incident.id, draft=draft, by=by.id, statement_id=statement.id)
    assert [each.language for each in view.readings if each.lacks_advice] == ["ar"]


def test_what_was_signed_in_one_language_is_not_sent_empty_to_readers_of_another(
    house: str,
) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    by = alerts.an_operator(incident)
    alert = carrying(statement, incident, by, alerts.an_officer(1, language="fr"))
    with refused(Invalid, "missing_language") as said:
        alerts.asked(alert, by=by)
    assert isinstance(said.value, Invalid)
    assert str(said.value.fields["audiences"]) == (
        "The statement is not out in the language of 1 of the recipients: French (1). Release its "
        "translation first, or leave them out."
    )
    assert list(said.value.fields) == ["audiences"], "there is no box to write it in"
    view = preview_of(by, alert.id, by=by.id)
    assert view.wrong is not None
    assert len(problems_of(view.wrong)) == 1, "said once"


def test_an_exercise_is_no_text_by_itself(house: str) -> None:
    given.an_office(is_exercise=True)
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1, language="en")
    draft = alerts.a_draft(people=[person], sms={"ar": "نص {link}"}, values={})
    with refused(Invalid, "missing_language"):
        alerts.asked(alerts.an_alert(incident, by, draft), by=by)
    shown = looked_at(incident, by, draft).readings
    assert {each.language: each.written for each in shown} == {"ar": True, "en": False, "fr": False}


def test_only_what_is_out_and_still_holds_is_carried(house: str) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    unsigned = given.a_statement(on=incident)
    with refused(Conflict, "not_released"):
        carrying(unsigned, incident, by, person)
    statement = a_released(incident)
    alert = carrying(statement, incident, by, person)
    a_correction(statement, incident)
    with refused(Conflict, "taken_back"):
        ask_confirmation(by, alert.id, revision=1)


def test_a_try_of_the_first_changes_nothing_that_the_second_confirms(house: str) -> None:
    """The text differs from what was asked about, as when a translation came out meanwhile."""
    incident = given.an_incident()
    first = given.named(alerts.an_officer(9), Duty.ALERT_OPERATOR, on=incident)
    second, person = alerts.an_operator(incident), alerts.an_officer(1)
    alert = alerts.asked(carrying(a_released(incident), incident, first, person), by=first)
    with writing() as session:
        session.get_one(Alert, alert.id).mail = {}
    try_it_out(first, alert.id, language="ar")
    assert alerts.alert(alert.id).mail == {}
    with refused(Conflict, "stale_revision") as told:
        confirm_alert(second, alert.id, revision=1, typed_count=1)
    assert "Send it back" in str(told.value), "reading it again would not help"


def test_a_text_that_was_corrected_is_told_to_nobody_new_and_not_again(house: str) -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    statement = a_released(incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    deputy = alerts.an_officer(2, ministry=ministry)
    person = alerts.an_officer(1, ministry=ministry, deputy=deputy)
    alert = carrying(statement, incident, first, person)
    alerts.confirmed(alerts.asked(alert, by=first), by=second)
    (recipient,) = alerts.recipients(alert)
    lost = alerts.deliveries(alert)[0]
    with writing() as session:
        session.get_one(Delivery, lost.id).state = State.FAILED
    a_correction(statement, incident)
    with clock.at(clock.now() + timedelta(minutes=16)):
        fire_due()
    assert [each.person_id for each in alerts.recipients(alert)] == [person.id]
    assert alerts.recipients(alert)[0].answer == "unreached"
    with refused(Conflict, "ended"):
        send_again(first, lost.id)
    assert recipient.answer == "waiting"


def test_what_still_waits_when_its_text_is_corrected_never_leaves(house: str) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    alert = carrying(statement, incident, first, alerts.an_officer(1))
    alerts.confirmed(alerts.asked(alert, by=first), by=second)
    assert {each.state for each in alerts.deliveries(alert)} == {State.QUEUED}
    a_correction(statement, incident)
    work_off()

    assert {each.state for each in alerts.deliveries(alert)} == {State.CANCELLED}


def a_correction(of: Statement, on: Incident) -> Statement:
    author = given.someone(Duty.DRAFTER, on=on)
    begun = prepare_correction(author, of.id, what_was_wrong={"ar": "الوقت خطأ"})
    statement = given.statement(begun.statement_id)
    text = Content(
        type=Type.CORRECTION,
        titles={"ar": "تصحيح"},
        bodies={"ar": paragraphs_of(PUT_RIGHT)},
        audiences=frozenset({"public"}),
        channels=frozenset({"website"}),
    )
    given.edited(statement, by=author, text=text)
    given.submitted(statement, SlotSpec(duties=(Duty.DIRECTOR,)), by=author)
    given.answered(statement, given.someone(Duty.DIRECTOR, on=on))
    return given.sent_out(statement, by=given.runs(on))


def test_a_correction_reaches_everybody_who_got_the_wrong_text(house: str) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    got_it = [alerts.an_officer(number) for number in range(3)]
    for person in got_it:
        wrong = carrying(statement, incident, first, person)
        alerts.confirmed(alerts.asked(wrong, by=first), by=second)
    correction = a_correction(statement, incident)
    draft = alerts.a_draft(people=[alerts.an_officer(9)], channels=(Channel.SMS,))
    begun = create_alert(
        first,
        incident.id,
        draft=draft,
        statement_id=correction.id,
    )
    assert alerts.alert(begun.alert_id).kind == AlertKind.CORRECTION
    out = alerts.confirmed(alerts.asked(alerts.alert(begun.alert_id), by=first), by=second)
    told = {each.person_id for each in alerts.recipients(out)}
    assert told >= {each.id for each in got_it}
    assert out.recipients == 4
    assert out.channels == ["sms", "email"]


def test_a_correction_begins_as_pressing_as_what_it_corrects_and_says_whom_it_reaches(
    browser: FlaskClient,
) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    person = alerts.an_officer(1, ministry=given.a_ministry(), deputy=alerts.an_officer(2))
    wrong = carrying(statement, incident, first, person)
    alerts.confirmed(alerts.asked(wrong, by=first), by=second)
    with clock.at(clock.now() + timedelta(minutes=16)):
        fire_due()
    correction = a_correction(statement, incident)
    page = given.signed_in(browser, first)
    page.set_cookie("lang", "en")
    new = f"/i/{incident.ref}/alerts/new?statement="
    shown = page.get(f"{new}{correction.number}&kind=correction").text
    assert 'name="priority" value="urgent" checked' in shown
    assert 'name="answer" value="15" checked' in shown
    who = shown.partition('class="who-box"')[2].partition('class="aud"')[0]
    told = " ".join(re.sub(r"<[^>]*>", " ", who).split())
    assert "Everybody alert 1 was for, and whoever stood in for them: 2" in told
    assert "And also:" in told
    assert f'href="/i/{incident.ref}/alerts/{wrong.number}"' in who
    assert "Ask for confirmation" in shown, "what is urgent needs a second person"
    plain = page.get(f"{new}{a_released(incident).number}").text
    assert 'name="priority" value="important" checked' in plain
    assert "whoever stood in" not in plain


def test_what_corrects_an_alert_carries_the_text_that_took_its_place(house: str) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    wrong = carrying(statement, incident, first, alerts.an_officer(1))
    alerts.confirmed(alerts.asked(wrong, by=first), by=second)
    early = follow_up(first, wrong.id, kind=AlertKind.CORRECTION)
    assert alerts.alert(early.alert_id).statement_id is None, "no other text holds yet"
    correction = a_correction(statement, incident)
    begun = alerts.alert(follow_up(first, wrong.id, kind=AlertKind.CORRECTION).alert_id)
    assert begun.statement_id == correction.id
    assert begun.sms["ar"] != wrong.sms["ar"]
    out = alerts.confirmed(alerts.asked(begun, by=first), by=second)
    assert out.recipients == 1
    update = alerts.alert(follow_up(first, wrong.id, kind=AlertKind.UPDATE).alert_id)
    assert update.statement_id is None


# ── shorter ──────────────────────────────────────────────────────────────────────────────────────


def test_a_shorter_spelling_is_offered_and_says_the_same() -> None:
    french = "Évacuation terminée. Les écoles sont fermées jusqu’à demain matin, restez chez vous…"
    assert sms_length(french).count == 2
    assert [(each.way, each.parts) for each in offers(french, french, "fr")] == [("spell", 1)]
    assert sms_length(rewritten(french, "spell")).encoding == "GSM-7"
    marked = "فعِّلوا مناوبتكم  وادخلوا الغُرفة الآنَ واحملوا أجهزتكُم وأكِّدوا الوصولَ فورًا."
    assert sms_length(marked).count == 2
    assert [(each.way, each.parts) for each in offers(marked, marked, "ar")] == [("tight", 1)]
    assert rewritten(marked, "tight").startswith("فعلوا مناوبتكم وادخلوا الغرفة")
    assert offers("قصير", "قصير", "ar") == []


def test_how_much_is_too_much_is_told() -> None:
    assert too_much("x" * 160) == 0
    assert too_much("x" * 161) == 1
    assert too_much("س" * 77) == 7
    assert too_much("س" * 141) == 7


def test_parts_agree_with_what_a_provider_publishes() -> None:
    if not REAL.exists():
        pytest.skip(
            "the published counts (sms/twilio_segment_vectors.json) are not beside this tree"
        )
    for vector in json.loads(REAL.read_text("utf-8"))["vectors"]:
        found = sms_length(vector["body"])
        assert (found.encoding, found.count) == (vector["encoding"], vector["segments"]), vector


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def browser(phone: FlaskClient) -> FlaskClient:
    phone.application.config.update(WTF_CSRF_ENABLED=False)
    return phone


def test_the_composer_counts_without_a_script_and_keeps_nothing_by_it(browser: FlaskClient) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page = given.signed_in(browser, by)
    form = {"_form": "compose", "priority": "info", "channels": "sms", "people": str(person.id)}
    seen = page.post(
        f"/i/{incident.ref}/alerts/new", data={**form, "sms_ar": "س" * 77, "then": "look"}
    )
    assert seen.status_code == 200
    assert "س" * 77 in seen.text.replace('</span><span class="prt p1">', "")
    with reading() as session:
        assert not session.scalars(select(Alert)).all()


@pytest.mark.parametrize(("code", "minutes"), [("call_in", 15), ("unified_text_out", 60)])
def test_a_template_gives_the_time_to_acknowledge_that_its_priority_has(
    browser: FlaskClient, code: str, minutes: int
) -> None:
    incident = given.an_incident()
    page = given.signed_in(browser, alerts.an_operator(incident))
    shown = page.get(f"/i/{incident.ref}/alerts/new?template={code}").text
    assert f'name="answer" value="{minutes}" checked' in shown


def test_asked_too_early_the_words_come_back_and_no_second_draft_is_begun(
    browser: FlaskClient,
) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1, language="fr")
    page = given.signed_in(browser, by)
    form = {"_form": "compose", "priority": "urgent", "channels": "sms", "people": str(person.id)}
    refused_page = page.post(
        f"/i/{incident.ref}/alerts/new", data={**form, "sms_ar": "سيول قريبة", "then": "ask"}
    )
    assert refused_page.status_code == 422
    assert "سيول قريبة" in refused_page.text
    assert "compose-sms_fr-error" in refused_page.text
    with reading() as session:
        assert not session.scalars(select(Alert)).all()


def test_what_may_not_be_asked_for_leaves_no_draft_behind_either(browser: FlaskClient) -> None:
    """Else whoever presses again begins a second alert each time."""
    incident = given.an_incident(by=given.a_coordinator())
    alone, person = given.runs(incident), alerts.an_officer(1)
    page, new = given.signed_in(browser, alone), f"/i/{incident.ref}/alerts/new"
    form = {"_form": "compose", "channels": "sms", "people": str(person.id), "sms_ar": "سيول"}
    answer = page.post(new, data={**form, "priority": "urgent", "then": "ask"})
    assert (answer.status_code, "سيول" in answer.text) == (409, True)
    old = {"priority": "info", "seen": "0" * 64, "then": "send"}
    assert page.post(new, data={**form, **old}).status_code == 409
    with reading() as session:
        assert not session.scalars(select(Alert)).all()
    for status in (303, 409, 409):
        sent = page.post(new, data={**form, "priority": "info", "then": "send"})
        assert sent.status_code == status
    assert "compose" in sent.text
    with reading() as session:
        assert len(session.scalars(select(Alert)).all()) == 1
    despite = {**form, "priority": "info", "again": "yes", "then": "send"}
    assert page.post(new, data=despite).status_code == 303


@pytest.mark.parametrize(("then", "priority"), [("send", "info"), ("ask", "urgent")])
def test_a_new_alert_whose_form_comes_twice_is_sent_once_and_answered_alike(
    browser: FlaskClient, then: str, priority: str
) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page, new = given.signed_in(browser, by), f"/i/{incident.ref}/alerts/new"
    form = {"_form": "compose", "_key": "one-and-the-same", "priority": priority, "then": then}
    form |= {"channels": "sms", "people": str(person.id)}
    assert page.post(new, data=form).status_code == 422, "without words nothing is kept of it"
    with reading() as session:
        assert not session.scalars(select(Alert)).all()
    first, again = (page.post(new, data={**form, "sms_ar": "للعلم"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location == f"/i/{incident.ref}/alerts/1"
    with reading() as session:
        assert len(session.scalars(select(Alert)).all()) == 1
    assert page.post(new, data={**form, "sms_ar": "كلام آخر"}).status_code == 422
    other = {**form, "sms_ar": "للعلم", "_key": "another-sending"}
    assert page.post(new, data=other).status_code == 409, "the same again, meant anew"


@pytest.mark.parametrize("sms", ["للعلم", "للعلم، ثم كلام آخر"], ids=["as kept", "edited"])
@pytest.mark.parametrize(("then", "priority"), [("send", "info"), ("ask", "urgent")])
def test_a_kept_draft_whose_form_comes_twice_is_sent_once_and_answered_alike(
    browser: FlaskClient, then: str, priority: str, sms: str
) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page, new = given.signed_in(browser, by), f"/i/{incident.ref}/alerts/new"
    form = {"_form": "compose", "priority": priority, "sms_ar": "للعلم", "channels": "sms"}
    form |= {"people": str(person.id)}
    kept = page.post(new, data={**form, "then": "save", "_key": "one-that-is-kept"})
    assert kept.status_code == 303
    sending = {**form, "sms_ar": sms, "then": then, "_key": "one-that-is-sent", "revision": "1"}
    first, again = (page.post(kept.location, data=sending) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location == kept.location
    with reading() as session:
        names = list(session.scalars(select(Line.name).order_by(Line.seq)))
        assert len(session.scalars(select(Alert)).all()) == 1
    sent = "alert.confirmed" if then == "send" else "alert.confirmation_asked"
    assert names.count(sent) == 1


def test_the_place_that_is_empty_is_marked_and_not_the_one_beside_it(browser: FlaskClient) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page = given.signed_in(browser, by)
    form = {"_form": "compose", "priority": "info", "channels": "sms", "people": str(person.id)}
    places = {"places": ["time", "place"], "values_ar": ["22:44", ""], "sms_ar": "{place} {time}"}
    shown = page.post(f"/i/{incident.ref}/alerts/new", data={**form, **places, "then": "send"}).text
    inputs = re.findall(r'<input class="inp" id="([^"]+)" name="values_ar"([^>]*)>', shown)
    marked = {id: "aria-invalid" in rest for id, rest in inputs}
    assert marked == {"compose-time-ar": False, "compose-values_ar": True}
    assert 'href="#compose-values_ar"' in shown


def test_a_notice_to_few_is_sent_from_the_composer_at_once(browser: FlaskClient) -> None:
    incident = given.an_incident()
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page = given.signed_in(browser, by)
    form = {"_form": "compose", "priority": "info", "channels": "sms", "people": str(person.id)}
    page.post(f"/i/{incident.ref}/alerts/new", data={**form, "sms_ar": "للعلم", "then": "send"})
    with reading() as session:
        alert = session.scalars(select(Alert)).one()
    assert alert.state == AlertState.SENDING
    assert page.get(f"/i/{incident.ref}/alerts/1").status_code == 200
    assert "قيد الإرسال" in page.get(f"/i/{incident.ref}/alerts").text


def test_the_second_person_sees_the_new_number_when_the_audience_changed(
    browser: FlaskClient,
) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    audience = alerts.an_audience(alerts.an_officer(1))
    alert = alerts.asked(alerts.an_alert(incident, first, alerts.a_draft(audience)), by=first)
    alerts.an_audience(alerts.an_officer(2), code="other")
    with reading() as session:
        described = session.scalars(select(Alert).where(Alert.id == alert.id)).one()
    assert described.recipients == 1
    page = given.signed_in(browser, second)
    here = f"/i/{incident.ref}/alerts/{alert.number}/confirmation"
    read = preview_of(second, alert.id, by=second.id).said_hash
    old = {"_form": "confirmation", "revision": "1", "seen": "0" * 64, "typed_count": "1"}
    assert page.post(here, data=old).status_code == 422, "it must say which words were read"
    old["said"] = read
    answer = page.post(here, data=old)
    assert answer.status_code == 409
    assert str(alert.audience_hash) in answer.text
    fresh = {**old, "seen": str(alert.audience_hash), "typed_count": "١"}
    assert page.post(here, data=fresh).status_code == 303
    assert alerts.alert(alert.id).state == AlertState.SENDING


def test_the_second_person_reads_the_mail_as_well(browser: FlaskClient) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)], mail={"ar": "نص البريد وحده <b>\n{link}"})
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    page = given.signed_in(browser, second)
    shown = page.get(f"/i/{incident.ref}/alerts/{alert.number}/confirmation").text
    assert "نص البريد وحده &lt;b&gt;" in shown
    assert alerts.TITLE["ar"] in shown


def test_straight_sending_is_refused_where_a_second_person_is_needed(house: str) -> None:
    incident = given.an_incident()
    by = alerts.an_operator(incident)
    alert = alerts.an_alert(incident, by, alerts.a_draft(people=[alerts.an_officer(1)]))
    with refused(Conflict, "needs_second"):
        send_alert(by, alert.id, revision=1)


def test_whoever_takes_back_what_was_sent_learns_when_and_by_whom(browser: FlaskClient) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)])
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    alert = alerts.confirmed(alert, by=second)
    page = given.signed_in(browser, first)
    page.set_cookie("lang", "ar")
    here = f"/i/{incident.ref}/alerts/{alert.number}"
    answer = page.post(f"{here}/return", data={"_form": "return", "reason": "الوقت خطأ"})
    assert answer.status_code == 409
    assert alert.confirmed_at
    at = alert.confirmed_at.astimezone(ZoneInfo(incident.zone)).strftime("%H:%M")
    said = re.sub("[\u2068\u2069]|<[^>]*>", "", answer.text)
    assert f"أُرسل التنبيه الساعة {at} بتأكيد {given.person(second.id).name['ar']}." in said
    assert f'href="{here}"' in answer.text, "and there it stands"
    assert "الوقت خطأ" in answer.text, "nothing that was typed is lost"
    assert ">reason<" not in answer.text


def test_a_released_statement_leads_to_an_alert_with_its_text(browser: FlaskClient) -> None:
    incident = given.an_incident()
    statement = a_released(incident)
    by, person = alerts.an_operator(incident), alerts.an_officer(1)
    page = given.signed_in(browser, by)
    here = f"/i/{incident.ref}/alerts/new?statement={statement.number}"
    assert here in page.get(f"/i/{incident.ref}/statements/{statement.number}").text
    shown = page.get(here)
    assert shown.status_code == 200
    assert given.INSTRUCTION in shown.text
    form = {"_form": "compose", "priority": "urgent", "channels": "sms", "people": str(person.id)}
    sent = {**form, "statement": str(statement.number), "sms_ar": "نص آخر", "then": "save"}
    assert page.post(f"/i/{incident.ref}/alerts/new", data=sent).status_code == 303
    with reading() as session:
        alert = session.scalars(select(Alert)).one()
    assert given.INSTRUCTION in alert.sms["ar"]
    assert "نص آخر" not in alert.sms["ar"]
