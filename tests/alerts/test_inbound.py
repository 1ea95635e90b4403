"""What people answer by SMS counts once, and for the right alert; nothing is ever answered."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from crisis.alerts import inbound
from crisis.alerts.inbound import Incoming, Intent, finish, intent_of, receive
from crisis.alerts.model import Alert
from crisis.alerts.outbox import Channel, Delivery, InboundMessage, OptOut, State
from crisis.alerts.recipients import Method, Recipient
from crisis.incidents.model import Incident
from crisis.jobs.reactions import work_off
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people.countries import countries, has_sms_replies
from crisis.people.model import ContactPoint, Office
from crisis.policy import Actor
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON, recipient, told

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *((each, Intent.ACK) for each in ("1", "١", "۱", "１", " 1 ", "1.", "(1)", "1️⃣", "«1»")),
        *((each, Intent.ACK) for each in ("نعم", "نعم.", "نَعَم", "نـعم", " نعم ! ", "تم", "تمّ")),
        *((each, Intent.ACK) for each in ("استلمت", "إستلمت", "تم الاستلام", "تمّ الإستلام.")),
        *((each, Intent.ACK) for each in ("ok", "OK", "Ok.", "oui", "OUI !", "yes", "Reçu")),
        *(
            (each, Intent.DECLINE)
            for each in ("2", "٢", "۲", "لا", "لا.", "no", "NON", "لا أستطيع")
        ),
        *((each, Intent.STOP) for each in ("STOP", "stop.", "توقف", "توقّف", "قف", "أوقف")),
        *((each, Intent.STOP) for each in ("ARRÊT", "arret", "Stop !", "\u200fقف\u200f")),
        *((each, Intent.START) for each in ("START", "ابدأ", "إبدأ", "unstop")),
        *((each, Intent.HELP) for each in ("HELP", "مساعدة", "aide")),
        *((each, Intent.UNKNOWN) for each in ("", " ", ".", "12", "1 2", "11", "21", "١٢", "1234")),
        *((each, Intent.UNKNOWN) for each in ("نعم ولكن", "لا بأس، نعم", "no problem", "👍", "؟")),
        *((each, Intent.UNKNOWN) for each in ("توقف السيل", "stop the water", "1\n2", "1,2")),
        *((each, Intent.UNKNOWN) for each in ("x" * 5000, "\x00", "<b>1</b>", "=1+1", "لاا")),
    ],
)
def test_what_words_mean(text: str, intent: Intent) -> None:
    assert intent_of(text) is intent


def test_where_nobody_can_write_to_a_name() -> None:
    without = {code for code in countries() if not has_sms_replies(code)}
    assert without == {"SA", "OM", "LY"}


# -- in an alert ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _at_noon(request: pytest.FixtureRequest) -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def tunis(house: str) -> None:
    """An office of a country where people can answer."""
    given.the_centre()
    with bookkeeping() as session:
        session.get_one(Office, OFFICE_ID).country = "TN"


def a_drill() -> Incident:
    begun = given.an_incident()
    with bookkeeping() as session:
        session.get_one(Incident, begun.id).is_exercise = True
    return given.incident(begun.id)


def an_alert(*people: Actor, on: Incident, **told: Any) -> Alert:
    """One that is on their phones."""
    alert = story.an_alert(*people, on=on, **told)
    for each in story.recipients(alert):
        story.brought(each, State.SENT)
    return alert


def said(person: Actor | str, text: str, *, sid: str = "SM1", provider: str = "twilio") -> Intent:
    number = person if isinstance(person, str) else number_of(person)
    return receive(Incoming(provider, sid, number, text))


def number_of(person: Actor) -> str:
    with reading() as session:
        wanted = select(Recipient.mobile).where(Recipient.person_id == person.id).limit(1)
        return session.scalar(wanted) or ""


def kept() -> list[InboundMessage]:
    with reading() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))


def count(table: type[object]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("tunis")
def test_yes_acknowledges_once_however_often_it_is_told() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident)
    for _ in range(5):
        assert said(person, "نعم") is Intent.ACK
    row = recipient(alert, person)
    assert (row.answer, row.method) == ("acknowledged", Method.SMS)
    assert [line.name for line in told(incident)] == ["alert.acknowledged"]
    (message,) = kept()
    assert (message.recipient_id, message.person_id) == (row.id, person.id)
    assert message.done_at is not None


@pytest.mark.usefixtures("tunis")
def test_no_asks_the_deputy_at_once() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, name="خديجة", duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = an_alert(person, on=incident)
    said(person, "٢")
    assert recipient(alert, person).answer == "escalated"
    assert recipient(alert, deputy).answer == "waiting"


@pytest.mark.usefixtures("tunis")
def test_yes_is_for_the_newest_alert_that_waits_and_said_twice_for_no_other() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    first = an_alert(person, on=incident)
    with clock.at(NOON + MINUTE):
        second = an_alert(person, on=incident, number=2)
        for _ in range(3):
            said(person, "1", sid="SM1")
        assert recipient(second, person).answer == "acknowledged"
        assert recipient(first, person).answer == "waiting"
        said(person, "1", sid="SM2")
    assert recipient(first, person).answer == "acknowledged"


@pytest.mark.usefixtures("tunis")
def test_yes_from_another_number_or_of_an_alert_that_is_over_acknowledges_nothing() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident, expires_in=5 * MINUTE)
    said("+218910000000", "1", sid="SM1")
    said("short", "1", sid="SM2")
    said("whatsapp:+2189100000000", "1", sid="SM3")
    with clock.at(NOON + 6 * MINUTE):
        said(person, "1", sid="SM4")
    assert recipient(alert, person).answer == "waiting"
    assert len(kept()) == 4
    assert all(each.done_at for each in kept())


@pytest.mark.usefixtures("house")
def test_where_a_country_has_no_replies_only_a_rehearsal_has() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident)
    said(person, "1", sid="SM1")
    assert recipient(alert, person).answer == "waiting"
    assert [each.intent for each in kept()] == ["ack"]
    said(person, "1", sid="SM2", provider="local")
    assert recipient(alert, person).answer == "acknowledged"


@pytest.mark.usefixtures("tunis")
def test_a_word_from_a_real_phone_is_not_for_an_exercise_it_never_got() -> None:
    real, drill = given.an_incident(), a_drill()
    person = story.somebody(given.a_ministry())
    alert = an_alert(person, on=real)
    with clock.at(NOON + MINUTE):
        rehearsed = an_alert(person, on=drill)
        said(person, "1", sid="SM1")
        assert recipient(rehearsed, person).answer == "waiting"
        assert recipient(alert, person).answer == "acknowledged"
        said(person, "1", sid="SM2")
        assert recipient(rehearsed, person).answer == "waiting"
        said(person, "1", sid="SM3", provider="local")
        assert recipient(rehearsed, person).answer == "acknowledged"


@pytest.mark.usefixtures("tunis")
def test_an_sms_answers_no_alert_that_has_not_left_yet() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    first = an_alert(person, on=incident)
    with clock.at(NOON + MINUTE):
        held = story.an_alert(person, on=incident, number=2)
        said(person, "1", sid="SM1")
        said(person, "1", sid="SM2")
    assert recipient(first, person).answer == "acknowledged"
    assert recipient(held, person).answer == "waiting"


@pytest.mark.usefixtures("tunis")
def test_an_sms_answers_no_alert_that_went_by_mail_alone() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    by_sms = an_alert(person, on=incident)
    with clock.at(NOON + MINUTE):
        by_mail = an_alert(person, on=incident, number=2, channels=[Channel.EMAIL])
        said(person, "1")
    assert recipient(by_mail, person).answer == "waiting"
    assert recipient(by_sms, person).answer == "acknowledged"


@pytest.mark.usefixtures("house")
def test_somebody_on_duty_is_told_on_though_the_list_of_residents_has_their_number() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident)
    with bookkeeping() as session:
        session.get_one(Recipient, recipient(alert, person).id).person_id = None
        (number,) = session.scalars(select(Recipient.mobile)).all()
    said(str(number), "STOP")
    assert count(OptOut) == 0
    assert told(incident)[-1].facts["still_told"]


@pytest.mark.usefixtures("house")
def test_a_number_that_no_row_can_keep_is_kept_as_well_as_can_be() -> None:
    said("+218\x00\ud800", "STOP")
    assert [each.intent for each in kept()] == ["stop"]
    assert count(OptOut) == 0


@pytest.mark.usefixtures("tunis")
def test_forty_people_and_everything_they_write() -> None:
    """Each word is told one to five times, and in any order."""
    incident, ministry = given.an_incident(), given.a_ministry()
    people = [story.somebody(ministry, name=f"موظف {at}", duty=None) for at in range(40)]
    alert = an_alert(*people, on=incident)
    words = ("1", "نعم ", "OK.", "2", "ربما", "12", "", "STOP")
    calls = [
        (person, words[at % len(words)], f"SM{at}")
        for again in range(3)
        for at, person in list(enumerate(people))[:: 1 if again % 2 else -1]
    ]
    for person, text, sid in calls:
        said(person, text, sid=sid)
    for at, person in enumerate(people):
        expected = "acknowledged" if at % len(words) < 3 else "waiting"
        if words[at % len(words)] == "2":
            expected = "unreached"
        assert recipient(alert, person).answer == expected, words[at % len(words)]
    assert len(kept()) == 40
    names = [line.name for line in told(incident)]
    assert names.count("alert.acknowledged") == 15
    assert names.count("alert.declined") == 5
    assert names.count("alert.stop_asked") == 5
    assert count(Delivery) == 40, "no word of ours answers theirs"


# -- no more messages -----------------------------------------------------------------------------


@pytest.mark.usefixtures("house")
def test_somebody_on_duty_goes_on_being_told_and_is_talked_to() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    runner = given.runs(incident)
    an_alert(person, on=incident)
    said(person, "توقف")
    assert count(OptOut) == 0
    (line,) = told(incident)
    assert (line.name, line.facts["still_told"]) == ("alert.stop_asked", True)
    work_off()
    with reading() as session:
        notices = select(Delivery.person_id).where(Delivery.event == "alert.stop_asked")
        assert set(session.scalars(notices)) == {runner.id}


@pytest.mark.usefixtures("house")
def test_anybody_else_gets_no_more_until_they_say_start() -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident)
    number = number_of(person)
    with bookkeeping() as session:
        session.execute(
            update(Recipient).where(Recipient.alert_id == alert.id).values(person_id=None)
        )
        session.execute(delete(ContactPoint).where(ContactPoint.value == number))
    said(number, "STOP")
    assert [each.facts["still_told"] for each in told(incident)] == [False]
    with reading() as session:
        assert session.scalars(select(OptOut.address)).all() == [number]
    said(number, "STOP", sid="SM2")
    said(number, "ابدأ", sid="SM3")
    assert count(OptOut) == 0


@pytest.mark.usefixtures("tunis")
def test_a_stranger_who_wants_no_more_is_heard() -> None:
    for _ in range(2):
        said("+218919999999", "قف")
    assert count(OptOut) == 1


# -- processes that die ---------------------------------------------------------------------------


@pytest.mark.usefixtures("tunis")
def test_what_a_dying_process_kept_is_done_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    incident, person = given.an_incident(), story.somebody(given.a_ministry())
    alert = an_alert(person, on=incident)

    def die(_message_id: UUID) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "_do", die)
        with pytest.raises(KeyboardInterrupt):
            said(person, "1")
    assert recipient(alert, person).answer == "waiting"
    assert finish() == 0, "whoever began it may still be at it"
    with clock.at(NOON + MINUTE):
        assert finish() == 1
        assert finish() == 0
    assert recipient(alert, person).answer == "acknowledged"
