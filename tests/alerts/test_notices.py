"""What colleagues are told: in their language, short enough for a phone, with no secret in it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from crisis.alerts.acknowledging import decline
from crisis.alerts.notices import notices, worded
from crisis.alerts.outbox import LINK, Channel, Delivery, Purpose, State, Wording
from crisis.alerts.reactions import REACTIONS
from crisis.alerts.recipients import Recipient
from crisis.incidents.duties import propose_duty
from crisis.incidents.model import Incident
from crisis.jobs.reactions import work_off
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.kernel.journal import Line
from crisis.people.commands import add_contact
from crisis.people.model import ContactKind
from crisis.policy import Actor, Duty
from crisis.statements.content import Language
from crisis.statements.sms import sms_length
from tests import given
from tests.alerts import story
from tests.deadlines.story import NOON, a_story, submitted
from tests.parts.timers import settle, until

ADDRESS = "https://crisis.gov.example"
FACTS: dict[str, object] = {
    "alert": "2026-014/A2",
    "due": datetime(2026, 11, 21, 15, 5, tzinfo=UTC),
    "duty": Duty.LEAD_LIAISON,
    "hash": "a91f4c02",
    "incident": {"ar": "سيول وادي السدر", "en": "Wadi Al-Sidr floods"},
    "level": 3,
    "n": 18250,
    "name": {"ar": "م. سامي التليلي", "en": "Sami Tlili", "fr": "Sami Tlili, ingénieur à l’île"},
    "names": {"ar": "سامي التليلي، خالد النعاس", "en": "Sami Tlili, Khaled", "fr": "Sami Tlili"},
    "number": 3,
    "percent": 80,
    "reason": "العدد أكبر من المتوقع",
    "ref": "2026-014",
    "statement_id": uuid4(),
    "title": {"ar": "توجيه إلى سكان الوادي"},
}
EVERY = [(code, language) for code in notices().notices for language in ("ar", "en", "fr")]


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_an_sms_fits_one_part_and_in_arabic_two_even_in_an_exercise(
    code: str, language: Language
) -> None:
    told = worded(code, Channel.SMS, language, FACTS, zone="Africa/Tripoli", is_exercise=True)
    sent = told.text.replace(LINK, ADDRESS + told.path)

    assert sent.startswith({"ar": "تمرين: ", "en": "EXERCISE: ", "fr": "EXERCICE : "}[language])
    assert sms_length(sent).count <= (2 if language == "ar" else 1), sent
    assert told.text.count(LINK) == 1
    assert told.subject == ""


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_a_mail_has_a_subject_and_ends_in_its_one_link(code: str, language: Language) -> None:
    told = worded(code, Channel.EMAIL, language, FACTS, zone="Africa/Tripoli", is_exercise=False)

    assert told.subject
    assert "\n" not in told.subject
    assert told.text.endswith(f"\n\n{LINK}")
    assert told.text.count(LINK) == 1
    assert "{" not in told.path
    if language == "fr":
        assert not re.search(r"[^\u00a0][:;?!](\s|$)|'|«[^\u00a0]", told.text + told.subject)


@pytest.mark.parametrize("code", notices().notices)
def test_no_reference_is_shown_back_to_front(code: str) -> None:
    sms = worded(code, Channel.SMS, "ar", FACTS, zone="UTC", is_exercise=False)
    mail = worded(code, Channel.EMAIL, "ar", FACTS, zone="UTC", is_exercise=False)

    for text in (sms.text, mail.subject, mail.text):
        assert not re.search(r"(?<![\u200e\u2068])2026-014", text)


def test_every_code_that_is_told_is_worded_and_every_duty_has_a_short_name() -> None:
    assert notices().duties.keys() == set(Duty)


def test_times_are_told_by_the_clock_of_the_incident() -> None:
    told = worded("duty_asked", Channel.SMS, "en", FACTS, zone="Africa/Tripoli", is_exercise=False)

    assert "17:05" in told.text


@pytest.mark.parametrize(
    "hostile",
    ["{link}", "{0.__class__}", "%s", "line\nhttps://evil.example\n", "x" * 200, "\u2068تعليق"],
)
def test_a_name_stays_a_name(hostile: str) -> None:
    facts = {**FACTS, "name": {"ar": hostile}, "incident": {"ar": hostile}, "reason": hostile}
    facts["names"] = {"ar": f"{hostile}، {hostile}"}
    for channel in Channel:
        for code in ("call_task", "call_tasks", "alert_sent_back"):
            told = worded(code, channel, "ar", facts, zone="UTC", is_exercise=False)
            assert told.text.count(LINK) == 1
            assert "\nhttps://evil" not in told.text
    assert (
        sms_length(
            worded("call_task", Channel.SMS, "ar", facts, zone="UTC", is_exercise=False).text
        ).count
        <= 2
    )


def told(person_id: UUID) -> Sequence[Delivery]:
    """Everything this person was told, on both channels."""
    with reading() as session:
        found = select(Delivery).where(Delivery.person_id == person_id)
        return session.scalars(found.order_by(Delivery.seq, Delivery.id)).all()


def test_whoever_is_asked_gets_an_sms_and_a_mail_that_lead_to_the_page(house: str) -> None:
    story = a_story()
    a_phone(story.health, "+218910000001")
    statement_id = submitted(story)
    until(NOON)

    own = {each.channel: each for each in told(story.health.id) if each.purpose == "approval"}
    assert (own["sms"].address, own["sms"].state) == ("+218910000001", State.QUEUED)
    assert own["email"].address == given.person(story.health.id).email
    assert {wording(each).path for each in own.values()} == {f"/approvals/{statement_id}"}
    assert LINK in wording(own["sms"]).text
    assert given.incident(story.incident.id).ref in wording(own["sms"]).text


def test_whoever_has_no_number_is_told_by_mail_and_the_outbox_says_so(house: str) -> None:
    incident, person = given.an_incident(), given.a_person(language="en")
    propose_duty(given.runs(incident), incident.id, person_id=person.id, duty=Duty.LEGAL)
    settle()

    assert {(each.channel, each.state, each.error_class) for each in told(person.id)} == {
        ("sms", State.SUPPRESSED, "no_address"),
        ("email", State.QUEUED, None),
    }


def test_a_duty_that_need_not_be_answered_any_more_is_asked_of_nobody(house: str) -> None:
    incident, person = given.an_incident(), given.a_person()
    propose_duty(given.runs(incident), incident.id, person_id=person.id, duty=Duty.LEGAL)
    settle()

    assert all(each.expires_at and each.expires_at > clock.now() for each in told(person.id))


def test_people_who_are_told_the_same_share_its_words(house: str) -> None:
    story = a_story()
    submitted(story)
    until(NOON + timedelta(hours=1))
    with reading() as session:
        sent = session.scalars(select(Delivery).where(Delivery.event == "first_statement.due"))
        by_line: dict[tuple[int, str, str], set[object]] = {}
        for each in sent:
            by_line.setdefault((each.seq, each.language, each.channel), set()).add(each.wording_id)

    assert by_line
    assert all(len(wordings) == 1 for wordings in by_line.values())


def test_what_is_to_be_known_waits_for_what_is_to_be_answered(house: str) -> None:
    story = a_story()
    submitted(story)
    until(NOON + timedelta(hours=1))
    with reading() as session:
        sent = session.scalars(select(Delivery)).all()

    assert {each.priority for each in sent if each.purpose == Purpose.NOTICE} == {2}
    assert {each.priority for each in sent if each.purpose == Purpose.APPROVAL} == {1}
    assert REACTIONS


def a_phone(person: Actor, number: str) -> None:
    add_contact(given.the_system(), person.id, kind=ContactKind.MOBILE, value=number, label="")


def wording(delivery: Delivery) -> Wording:
    with reading() as session:
        return session.get_one(Wording, delivery.wording_id)


def test_a_name_in_arabic_letters_stays_in_its_place_in_an_english_notice() -> None:
    facts = {"name": {"ar": "خالد النعاس"}, "alert": "2026-014/A2", "number": 2, "ref": "2026-014"}
    facts |= {"title": "Floods", "incident": "Floods"}
    told = {
        each: worded("call_task", each, "en", facts, zone="UTC", is_exercise=False)
        for each in Channel
    }
    assert "Call \u200eخالد النعاس\u200e: nobody" in told[Channel.SMS].text
    assert "Call \u2068خالد النعاس\u2069: nobody" in told[Channel.EMAIL].subject


@pytest.fixture
def silence(house: str) -> tuple[Incident, Actor, list[Recipient]]:
    """Three people of three ministries for whom nobody stands in, silent when their time is over;
    and who coordinates."""
    incident = given.an_incident()
    coordinator = given.someone(Duty.COORDINATOR, on=incident)
    a_phone(coordinator, "+218910000002")
    with clock.at(NOON):
        people = [
            story.somebody(given.a_ministry(code), name=name)
            for code, name in (("AAA", "سامي"), ("BBB", "هدى"), ("CCC", "فهد"))
        ]
        alert = story.an_alert(*people, on=incident)
    for each in people:
        story.brought(story.recipient(alert, each), State.DELIVERED)
    return incident, coordinator, [story.recipient(alert, each) for each in people]


LATE = NOON + timedelta(minutes=16)


def calls(person: Actor) -> dict[str, list[Delivery]]:
    """By channel, what this person was told of whom to telephone."""
    of = [each for each in told(person.id) if each.event in {"alert.unreached", "alert.declined"}]
    return {each: [one for one in of if one.channel == each] for each in Channel}


def test_who_falls_silent_together_is_told_to_each_coordinator_in_one_message(
    silence: tuple[Incident, Actor, list[Recipient]],
) -> None:
    _incident, coordinator, people = silence
    until(LATE)
    by_channel = calls(coordinator)
    assert {channel: len(some) for channel, some in by_channel.items()} == {"sms": 1, "email": 1}
    sms, mail = (wording(by_channel[each][0]).text for each in Channel)
    assert " 3،" in sms
    assert sum(each.name["ar"] in sms for each in people) == 1
    assert all(each.name["ar"] in mail for each in people)
    assert by_channel["sms"][0].not_before > LATE, "it waits for others, but not long"
    assert by_channel["sms"][0].not_before <= LATE + timedelta(seconds=10)


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.UNKNOWN])
def test_what_may_have_left_is_not_reworded_and_a_new_message_tells_the_rest(
    silence: tuple[Incident, Actor, list[Recipient]], state: State
) -> None:
    incident, coordinator, people = silence
    with clock.at(LATE):
        decline(given.the_system(), people[0].id)
        work_off()
        before = {each.id: each.wording_id for each in told(coordinator.id)}
        with writing() as session:
            first = calls(coordinator)["sms"][0]
            session.execute(update(Delivery).where(Delivery.id == first.id).values(state=state))
    until(LATE)
    by_channel = calls(coordinator)
    assert {channel: len(some) for channel, some in by_channel.items()} == {"sms": 2, "email": 1}
    assert by_channel["sms"][0].wording_id == before[first.id]
    assert people[0].name["ar"] not in wording(by_channel["sms"][1]).text
    assert " 2،" in wording(by_channel["sms"][1]).text
    assert all(each.name["ar"] in wording(by_channel["email"][0]).text for each in people)
    assert incident.id == by_channel["sms"][1].incident_id


def test_a_line_that_is_offered_twice_is_told_once_also_when_it_was_gathered(
    silence: tuple[Incident, Actor, list[Recipient]],
) -> None:
    incident, coordinator, _people = silence
    until(LATE)
    with writing() as session:
        of = Delivery.person_id == coordinator.id
        session.execute(update(Delivery).where(of).values(state=State.ACCEPTED))
        lines = select(Line).where(Line.stream == incident.id, Line.name == "alert.unreached")
        for line in session.scalars(lines.order_by(Line.seq)).all():
            REACTIONS[line.name](session, line)
    assert {channel: len(some) for channel, some in calls(coordinator).items()} == {
        "sms": 1,
        "email": 1,
    }
