"""Two people send an alert; what they send is fixed at that moment, and nobody gets it twice."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crisis.alerts.commands import (
    ask_confirmation,
    cancel_alert,
    confirm_alert,
    edit_alert,
    follow_up,
    send_alert,
    send_back,
)
from crisis.alerts.commands import (
    test_to_me as try_it_out,
)
from crisis.alerts.composing import preview_of
from crisis.alerts.escalation import lost
from crisis.alerts.freezing import everybody
from crisis.alerts.model import AlertKind, AlertState, Contact, Prefer, Priority
from crisis.alerts.outbox import Channel, Delivery, OptOut, Purpose, State, Wording
from crisis.alerts.receipts import opt_out
from crisis.alerts.recipients import Answer, LeftOut
from crisis.deadlines.commands import fire_deadline
from crisis.deadlines.jobs import fire_due
from crisis.deadlines.model import Code, Deadline
from crisis.deadlines.model import State as DeadlineState
from crisis.incidents.model import Incident
from crisis.jobs.reactions import work_off
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading, writing
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.journal import Line
from crisis.people.commands import add_contact, set_person_active
from crisis.people.model import Audience, AudienceKind, ContactKind, Person
from crisis.policy import Duty
from tests import given
from tests.alerts import given as alerts
from tests.parts.refusals import refused


def deadlines(subject_id: object) -> list[Deadline]:
    with reading() as session:
        return list(session.scalars(select(Deadline).where(Deadline.subject_id == subject_id)))


def test_what_one_wrote_and_another_confirmed_is_frozen(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    arabic, english = alerts.an_officer(1), alerts.an_officer(2, language="en")
    audience = alerts.an_audience(arabic, english)
    alert = alerts.an_alert(incident, first, alerts.a_draft(audience))
    assert alerts.asked(alert, by=first).state == AlertState.AWAITING
    out = alerts.confirmed(alert, by=second)
    assert (out.state, out.recipients) == (AlertState.SENDING, 2)
    assert (out.created_by_id, out.confirmed_by_id) == (first.id, second.id)
    reached = {each.person_id: each for each in alerts.recipients(out)}
    assert reached.keys() == {arabic.id, english.id}
    assert all(each.root_id == each.id for each in reached.values())
    assert {each.answer for each in reached.values()} == {Answer.WAITING}
    sent = alerts.deliveries(out)
    assert {(each.person_id, each.channel, each.state) for each in sent} == {
        (person.id, channel, State.QUEUED)
        for person in (arabic, english)
        for channel in (Channel.SMS, Channel.EMAIL)
    }
    with reading() as session:
        said = {each.wording_id: session.get_one(Wording, each.wording_id).text for each in sent}
    assert set(said.values()) == {
        "طارئ: سيول في وادي الزهر. أكّد:\n{link}",
        "ALERT: floods in Wadi Zahr. Confirm:\n{link}",
    }
    due = deadlines(next(iter(reached.values())).id)
    assert [(each.code, each.due_at) for each in due] == [
        (Code.ACKNOWLEDGE, out.confirmed_at and out.confirmed_at + timedelta(minutes=15))
    ]


def test_its_line_in_the_journal_is_that_of_its_messages(house: str) -> None:
    incident = given.an_incident()
    alert = alerts.sent(incident, alerts.an_officer(1))
    with reading() as session:
        line = session.scalars(select(Line).where(Line.name == "alert.confirmed")).one()
    assert {each.seq for each in alerts.deliveries(alert)} == {line.seq}
    assert line.facts["recipients"] == 1
    assert line.facts["messages"] == 2


def test_who_wrote_it_or_edited_it_never_confirms_it(house: str) -> None:
    incident = given.an_incident()
    first, editor = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)])
    alert = alerts.an_alert(incident, first, draft)
    edit_alert(editor, alert.id, draft=draft, based_on=1)
    alerts.an_operator(incident)
    asked = alerts.asked(alert, by=first)
    for hand in (first, editor):
        with refused(Forbidden, "same_person"):
            confirm_alert(hand, alert.id, revision=asked.revision, typed_count=1)
    assert alerts.alert(alert.id).state == AlertState.AWAITING


def test_a_wrong_number_sends_nothing(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    people = [alerts.an_officer(number) for number in range(3)]
    alert = alerts.an_alert(incident, first, alerts.a_draft(people=people))
    alerts.asked(alert, by=first)
    with refused(Invalid, "count_mismatch"):
        confirm_alert(second, alert.id, revision=1, typed_count=2)
    assert not alerts.deliveries(alert)
    confirm_alert(second, alert.id, revision=1, typed_count=3)


def test_an_audience_that_changed_is_looked_at_again(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    people = [alerts.an_officer(number) for number in range(3)]
    audience = alerts.an_audience(*people)
    alert = alerts.asked(alerts.an_alert(incident, first, alerts.a_draft(audience)), by=first)
    set_person_active(given.the_system(), people[0].id, active=False)
    with refused(Conflict, "audience_changed") as told:
        confirm_alert(second, alert.id, revision=1, typed_count=3)
    assert "2 people" in str(told.value)
    assert not alerts.deliveries(alert)


def test_whoever_was_shown_the_new_number_confirms_that(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    people = [alerts.an_officer(number) for number in range(3)]
    audience = alerts.an_audience(*people)
    alert = alerts.asked(alerts.an_alert(incident, first, alerts.a_draft(audience)), by=first)
    set_person_active(given.the_system(), people[0].id, active=False)
    with reading() as session:
        seen = everybody(session, session.merge(alert, load=False)).fingerprint
    confirm_alert(second, alert.id, revision=1, typed_count=2, audience_hash=seen)
    assert alerts.alert(alert.id).recipients == 2


def test_a_changed_number_counts_as_a_changed_audience(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    person = given.a_person()
    alert = alerts.asked(
        alerts.an_alert(incident, first, alerts.a_draft(people=[person])), by=first
    )
    system = given.the_system()
    add_contact(system, person.id, kind=ContactKind.MOBILE, value="+218911234567", label="")
    with refused(Conflict, "audience_changed"):
        confirm_alert(second, alert.id, revision=1, typed_count=1)


class Told:
    """Who an audience is made of, for what may change about it while a second person is awaited."""

    def __init__(self) -> None:
        self.ministry = given.a_ministry("MOH")
        self.officer = alerts.an_officer(1, ministry=self.ministry).id
        named = alerts.an_officer(2)
        self.audience = alerts.an_audience(named, ministry_ids=(self.ministry,))
        self.other = alerts.an_audience(code="other", kind=AudienceKind.MEDIA)
        with writing() as session:
            for name in ("one", "quiet"):
                way = {"mobile": f"+21892000000{len(name)}", "email": f"{name}@people.example"}
                session.add(Contact(audience_id=self.other, name=name, language="ar", **way))
            session.add(OptOut(address="+218920000005", since=clock.now(), source="test"))

    def contact(self, session: Session, name: str = "one") -> Contact:
        return session.scalars(select(Contact).where(Contact.name == name)).one()

    def person(self, session: Session) -> Person:
        return session.get_one(Person, self.officer)

    def rule(self, session: Session) -> Audience:
        return session.get_one(Audience, self.audience)


def _joins(told: Told, session: Session) -> None:
    someone = Person(name={"ar": "ليلى"}, title={}, language="ar", rank="member")
    someone.ministry_id, someone.email = told.ministry, "new@gov.example"
    session.add(someone)


def _leaves(told: Told, session: Session) -> None:
    told.person(session).active = False


def _moves(told: Told, session: Session) -> None:
    told.person(session).ministry_id = None


def _is_ruled_by_duty(told: Told, session: Session) -> None:
    told.rule(session).duties = [Duty.LIAISON]


def _is_named_no_more(told: Told, session: Session) -> None:
    told.rule(session).members = []


def _is_out_of_use(told: Told, session: Session) -> None:
    told.rule(session).active = False


def _has_a_contact_more(told: Told, session: Session) -> None:
    more = {"name": "two", "mobile": "+218920000009", "language": "ar"}
    session.add(Contact(audience_id=told.other, **more))


def _has_a_contact_less(told: Told, session: Session) -> None:
    session.delete(told.contact(session))


def _contact_has_another_number(told: Told, session: Session) -> None:
    told.contact(session).mobile = "+218920000008"


def _contact_reads_french(told: Told, session: Session) -> None:
    told.contact(session).language = "fr"


def _person_has_another_number(told: Told, session: Session) -> None:
    points = told.person(session).contacts
    next(each for each in points if each.kind == ContactKind.MOBILE).value = "+218911234567"


def _person_has_no_number(told: Told, session: Session) -> None:
    told.person(session).contacts = []


def _person_has_another_mailbox(told: Told, session: Session) -> None:
    told.person(session).email = "elsewhere@gov.example"


def _person_reads_french(told: Told, session: Session) -> None:
    told.person(session).language = "fr"


def _wants_no_sms(told: Told, session: Session) -> None:
    opt_out(session, str(told.contact(session).mobile), source="test", at=clock.now())


def _wants_nothing(told: Told, session: Session) -> None:
    for each in (told.contact(session).mobile, told.contact(session).email):
        opt_out(session, str(each), source="test", at=clock.now())


def _wants_sms_again(told: Told, session: Session) -> None:
    session.execute(delete(OptOut))


@pytest.mark.parametrize(
    "changes",
    [
        *(_joins, _leaves, _moves, _is_ruled_by_duty, _is_named_no_more, _is_out_of_use),
        *(_has_a_contact_more, _has_a_contact_less),
        *(_contact_has_another_number, _contact_reads_french),
        *(_person_has_another_number, _person_has_no_number, _person_has_another_mailbox),
        *(_person_reads_french, _wants_no_sms, _wants_nothing, _wants_sms_again),
    ],
)
def test_whatever_changes_the_audience_it_is_confirmed_anew(
    house: str, changes: Callable[[Told, Session], None]
) -> None:
    incident, told = given.an_incident(), Told()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(told.audience, told.other)
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    assert alert.recipients == 4
    with writing() as session:
        changes(told, session)
    with refused(Conflict, "audience_changed"):
        confirm_alert(second, alert.id, revision=1, typed_count=4)
    assert not alerts.deliveries(alert)
    now = preview_of(second, alert.id, by=second.id)
    count, seen = now.count, now.fingerprint
    confirm_alert(second, alert.id, revision=1, typed_count=count, audience_hash=seen)
    assert alerts.alert(alert.id).state == AlertState.SENDING


def test_what_fills_itself_and_has_changed_since_it_was_read_is_read_again(house: str) -> None:
    incident = given.an_incident(level=2)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)], sms={"ar": "طارئ {level} {link}"})
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    read = preview_of(second, alert.id, by=second.id).said_hash
    with writing() as session:
        session.get_one(Incident, incident.id).level = 4
    with refused(Conflict, "said_otherwise"):
        confirm_alert(second, alert.id, revision=1, typed_count=1, said_hash=read)
    assert not alerts.deliveries(alert)
    read_again = preview_of(second, alert.id, by=second.id).said_hash
    confirm_alert(second, alert.id, revision=1, typed_count=1, said_hash=read_again)


def test_an_edit_after_asking_must_be_asked_again(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)])
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    edit_alert(first, alert.id, draft=draft, based_on=1)
    with refused(Conflict, "not_confirmable"):
        confirm_alert(second, alert.id, revision=1, typed_count=1)
    again = alerts.asked(alert, by=first)
    with refused(Conflict, "stale_revision"):
        confirm_alert(second, alert.id, revision=1, typed_count=1)
    confirm_alert(second, alert.id, revision=again.revision, typed_count=1)


def test_two_who_edit_at_once_are_told(house: str) -> None:
    incident = given.an_incident()
    first, other = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)])
    alert = alerts.an_alert(incident, first, draft)
    edit_alert(first, alert.id, draft=draft, based_on=1)
    with refused(Conflict, "stale_revision"):
        edit_alert(other, alert.id, draft=draft, based_on=1)


@pytest.mark.parametrize("priority", [Priority.URGENT, Priority.LIFE_SAFETY])
def test_what_is_urgent_needs_a_second_person(house: str, priority: Priority) -> None:
    incident = given.an_incident()
    first = alerts.an_operator(incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)], priority=priority)
    alert = alerts.an_alert(incident, first, draft)
    with refused(Conflict, "needs_second"):
        send_alert(first, alert.id, revision=1)


def test_the_public_and_the_very_many_need_a_second_person(house: str) -> None:
    incident = given.an_incident()
    first = alerts.an_operator(incident)
    public = alerts.an_audience(
        alerts.an_officer(1), code="public", kind=AudienceKind.PUBLIC_OPT_IN
    )
    many = alerts.an_audience(code="many", kind=AudienceKind.MEDIA)
    alerts.residents(many, 201)
    for audience in (public, many):
        draft = alerts.a_draft(audience, priority=Priority.INFO)
        alert = alerts.an_alert(incident, first, draft)
        with refused(Conflict, "needs_second"):
            send_alert(first, alert.id, revision=1)


def test_what_follows_an_alert_to_the_public_goes_to_the_public(house: str) -> None:
    """Also when its audience is not chosen again, or is out of use by now."""
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    public = alerts.an_audience(code="public", kind=AudienceKind.PUBLIC_OPT_IN)
    alerts.residents(public, 3)
    draft = alerts.a_draft(public, priority=Priority.INFO, asks_answer=False)
    alert = alerts.confirmed(
        alerts.asked(alerts.an_alert(incident, first, draft), by=first), by=second
    )
    for _again in range(2):
        update_id = follow_up(first, alert.id, kind=AlertKind.UPDATE).alert_id
        nobody_new = alerts.a_draft(priority=Priority.INFO, asks_answer=False)
        edit_alert(first, update_id, draft=nobody_new, based_on=1)
        with refused(Conflict, "needs_second"):
            send_alert(first, update_id, revision=2)
        alert = alerts.confirmed(alerts.asked(alerts.alert(update_id), by=first), by=second)
        assert alert.recipients == 3


def test_what_follows_is_meant_to_reach_people_as_the_first_was(house: str) -> None:
    incident = given.an_incident()
    alert = alerts.sent(incident, alerts.an_officer(1), prefer=Prefer.REACH)
    by = alerts.an_operator(incident)
    followed = alerts.alert(follow_up(by, alert.id, kind=AlertKind.UPDATE).alert_id)
    assert followed.prefer == Prefer.REACH


def test_a_notice_to_few_goes_straight(house: str) -> None:
    incident = given.an_incident()
    first = alerts.an_operator(incident)
    many = alerts.an_audience(code="many", kind=AudienceKind.MEDIA)
    alerts.residents(many, 200)
    draft = alerts.a_draft(many, priority=Priority.IMPORTANT, asks_answer=False)
    alert = alerts.an_alert(incident, first, draft)
    send_alert(first, alert.id, revision=1)
    assert alerts.alert(alert.id).state == AlertState.SENDING
    assert len(alerts.deliveries(alert)) == 200
    assert {each.answer for each in alerts.recipients(alert)} == {Answer.NOT_ASKED}


def test_nobody_else_to_ask_is_said_at_once(house: str) -> None:
    incident = given.an_incident(by=given.a_coordinator())
    alone = given.runs(incident)
    alert = alerts.an_alert(incident, alone, alerts.a_draft(people=[alerts.an_officer(1)]))
    with refused(Conflict, "nobody_else"):
        ask_confirmation(alone, alert.id, revision=1)


def test_silence_of_the_second_person_calls_the_director_and_sends_nothing(house: str) -> None:
    incident = given.an_incident()
    first = alerts.an_operator(incident)
    director = given.someone(Duty.DIRECTOR, on=incident)
    draft = alerts.a_draft(people=[alerts.an_officer(1)], priority=Priority.LIFE_SAFETY)
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    [due] = deadlines(alert.id)
    assert alert.asked_at is not None
    assert due.due_at == alert.asked_at + timedelta(minutes=5)
    with clock.at(due.due_at):
        event = fire_deadline(given.the_system(), due.id, fence=due.fence)
    assert event.facts()["director_ids"] == [str(director.id)]
    assert alerts.alert(alert.id).state == AlertState.AWAITING
    assert not alerts.deliveries(alert)


def test_an_answer_stops_the_clock_and_asking_again_starts_it(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    alert = alerts.an_alert(incident, first, alerts.a_draft(people=[alerts.an_officer(1)]))
    alerts.asked(alert, by=first)
    send_back(second, alert.id, reason="الوقت خطأ")
    assert {each.state for each in deadlines(alert.id)} == {DeadlineState.STOPPED}
    assert alerts.alert(alert.id).state == AlertState.DRAFT
    alerts.asked(alert, by=first)
    assert [each.state for each in deadlines(alert.id)].count(DeadlineState.DUE) == 1


def test_what_has_not_left_is_stopped_and_the_rest_is_counted(house: str) -> None:
    incident = given.an_incident()
    people = [alerts.an_officer(number) for number in range(3)]
    alert = alerts.sent(incident, *people)
    on_its_way = alerts.deliveries(alert)[0]
    with bookkeeping() as session:
        taken = update(Delivery).where(Delivery.id == on_its_way.id)
        session.execute(taken.values(state=State.SENDING))
    told = cancel_alert(alerts.an_operator(incident), alert.id, reason="إنذار كاذب")
    assert (told.stopped, told.gone) == (5, 1)
    states = {each.id: each.state for each in alerts.deliveries(alert)}
    assert states.pop(on_its_way.id) == State.SENDING
    assert set(states.values()) == {State.CANCELLED}
    for each in alerts.recipients(alert):
        assert {due.state for due in deadlines(each.id)} == {DeadlineState.STOPPED}
    with refused(Conflict, "not_confirmable"):
        cancel_alert(alerts.an_operator(incident), alert.id, reason="مرة أخرى")


def test_nobody_is_told_twice(house: str) -> None:
    incident = given.an_incident()
    both = alerts.an_officer(1)
    same_phone = alerts.an_officer(2, mobile="+218910000001")
    one, other = alerts.an_audience(both, code="one"), alerts.an_audience(both, code="other")
    press = alerts.an_audience(code="press", kind=AudienceKind.MEDIA)
    alerts.residents(press, 2)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(one, other, press, people=[both, same_phone], asks_answer=False)
    alert = alerts.confirmed(
        alerts.asked(alerts.an_alert(incident, first, draft), by=first), by=second
    )
    used = [each.address for each in alerts.deliveries(alert)]
    assert len(used) == len(set(used)) == 5
    assert alert.recipients == 4


def test_who_cannot_be_reached_stays_in_sight(house: str) -> None:
    incident = given.an_incident()
    silent, lost = alerts.an_officer(1), alerts.an_officer(2, mobile=None)
    with bookkeeping() as session:
        session.add(OptOut(address="+218910000001", since=clock.now(), source="test"))
    alert = alerts.sent(incident, silent, lost, alerts.an_officer(3), channels=(Channel.SMS,))
    left_out = {each.person_id: each.left_out for each in alerts.recipients(alert)}
    assert left_out[silent.id] == LeftOut.OPTED_OUT
    assert left_out[lost.id] == LeftOut.NO_ADDRESS
    assert len(alerts.deliveries(alert)) == 1
    assert alert.recipients == 3


@pytest.mark.parametrize(
    ("priority", "state"),
    [(Priority.URGENT, State.SUPPRESSED), (Priority.LIFE_SAFETY, State.QUEUED)],
)
def test_where_a_life_is_at_stake_staff_are_told_all_the_same_and_residents_never(
    house: str, priority: Priority, state: State
) -> None:
    incident = given.an_incident()
    silent, heard = alerts.an_officer(1), alerts.an_officer(2)
    press = alerts.an_audience(code="press", kind=AudienceKind.MEDIA)
    alerts.residents(press, 1)
    with bookkeeping() as session:
        for address in ("+218910000001", "officer1@gov.example", "+218920000000"):
            opt_out(session, address, source="test", at=clock.now())
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(press, people=[silent, heard], priority=priority, asks_answer=False)
    alert = alerts.an_alert(incident, first, draft)
    owed = priority is Priority.LIFE_SAFETY
    view = preview_of(first, alert.id, by=first.id)
    assert (len(view.opted_out), len(view.told_all_the_same)) == (not owed, owed)
    alert = alerts.confirmed(alerts.asked(alert, by=first), by=second)

    left_out = {each.person_id: each.left_out for each in alerts.recipients(alert)}
    assert left_out == {
        silent.id: None if owed else LeftOut.OPTED_OUT,
        heard.id: None,
        None: LeftOut.OPTED_OUT,
    }
    states = {each.address: each.state for each in alerts.deliveries(alert)}
    assert states.pop("+218910000002") == states.pop("officer2@gov.example") == State.QUEUED
    told = {"+218910000001", "officer1@gov.example"}
    assert states == (dict.fromkeys(told, state) if owed else {})
    with reading() as session:
        line = session.scalars(select(Line).where(Line.name == "alert.confirmed")).one()
    assert line.facts["told_all_the_same"] == owed


def test_a_second_person_is_asked_also_where_a_list_of_residents_said_stop(house: str) -> None:
    incident = given.an_incident()
    first = alerts.an_operator(incident)
    second = given.named(alerts.an_officer(7), Duty.ALERT_OPERATOR, on=incident)
    with bookkeeping() as session:
        opt_out(session, "+218910000007", source="test", at=clock.now())
    draft = alerts.a_draft(people=[alerts.an_officer(1)])
    alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    work_off()
    with reading() as session:
        asked = select(Delivery).where(Delivery.purpose == Purpose.CONFIRMATION)
        told = [each for each in session.scalars(asked) if each.person_id == second.id]
    assert {(each.channel, each.state) for each in told} == {
        (Channel.SMS, State.QUEUED),
        (Channel.EMAIL, State.QUEUED),
    }


def test_an_exercise_says_so_once_and_in_each_language(house: str) -> None:
    given.an_office(is_exercise=True)
    incident = given.an_incident()
    people = [
        alerts.an_officer(n, language=language) for n, language in enumerate(("ar", "en", "fr"))
    ]
    sms = alerts.TEXT | {"en": "EXERCISE: floods in {place}. Confirm:\n{link}"}
    alert = alerts.sent(incident, *people, sms=sms)
    with reading() as session:
        said = {
            (each.language, bool(each.subject)): each
            for each in session.scalars(select(Wording))
            if "Zahr" in each.text or "الزهر" in each.text
        }
    for (language, is_mail), each in said.items():
        prefix = {"ar": "تمرين: ", "en": "EXERCISE: ", "fr": "EXERCICE : "}[language]
        assert each.text.startswith(prefix)
        assert each.text.count(prefix.strip()) == 1
        assert each.subject.startswith(prefix) == is_mail
    assert {each.is_exercise for each in alerts.deliveries(alert)} == {True}


def test_the_same_to_the_same_is_asked_about(house: str) -> None:
    incident = given.an_incident()
    person = alerts.an_officer(1)
    alerts.sent(incident, person)
    first = alerts.an_operator(incident)
    again = alerts.an_alert(incident, first, alerts.a_draft(people=[person]))
    with refused(Conflict, "same_alert"):
        ask_confirmation(first, again.id, revision=1)
    ask_confirmation(first, again.id, revision=1, despite_same=True)
    later = alerts.an_alert(incident, first, alerts.a_draft(people=[person]))
    with clock.at(clock.now() + timedelta(minutes=11)):
        ask_confirmation(first, later.id, revision=1)


def test_an_update_reaches_the_same_people_and_new_ones(house: str) -> None:
    incident = given.an_incident()
    before = [alerts.an_officer(number) for number in range(2)]
    alert = alerts.sent(incident, *before)
    set_person_active(given.the_system(), before[0].id, active=False)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    begun = alerts.alert(follow_up(first, alert.id, kind=AlertKind.ALL_CLEAR).alert_id)
    assert begun.sms == alert.sms
    assert begun.follows_id == alert.id
    joining = alerts.an_officer(7)
    draft = alerts.a_draft(people=[before[1], joining], asks_answer=False, channels=())
    edit_alert(first, begun.id, draft=draft, based_on=1)
    edit_alert(
        first,
        begun.id,
        draft=alerts.a_draft(people=[before[1], joining], channels=(Channel.SMS,)),
        based_on=2,
    )
    out = alerts.confirmed(alerts.asked(begun, by=first), by=second)
    told = {each.person_id for each in alerts.recipients(out)}
    assert told == {before[0].id, before[1].id, joining.id}
    assert out.channels == ["sms", "email"]


def test_a_test_goes_to_its_writer_alone(house: str) -> None:
    incident = given.an_incident()
    first = given.named(alerts.an_officer(9), Duty.ALERT_OPERATOR, on=incident)
    alert = alerts.an_alert(incident, first, alerts.a_draft(people=[alerts.an_officer(1)]))
    try_it_out(first, alert.id, language="en")
    with reading() as session:
        sent = session.scalars(select(Delivery).where(Delivery.purpose == Purpose.TEST)).all()
    assert {(each.person_id, each.channel) for each in sent} == {
        (first.id, "sms"),
        (first.id, "email"),
    }
    assert {each.alert_id for each in sent} == {None}
    assert alerts.alert(alert.id).state == AlertState.DRAFT


def test_nothing_leaves_a_closed_incident_or_after_its_time(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    alert = alerts.an_alert(incident, first, alerts.a_draft(people=[alerts.an_officer(1)]))
    alerts.asked(alert, by=first)
    with clock.at(clock.now() + timedelta(hours=7)), refused(Conflict, "expired"):
        confirm_alert(second, alert.id, revision=1, typed_count=1)
    given.closed(incident, by=given.someone(Duty.DIRECTOR, on=incident))
    with refused(Conflict, "closed"):
        confirm_alert(second, alert.id, revision=1, typed_count=1)


def test_the_silence_of_residents_rings_the_coordinator_s_phone_once(house: str) -> None:
    incident = given.an_incident()
    public = alerts.an_audience(code="public", kind=AudienceKind.PUBLIC_OPT_IN)
    alerts.residents(public, 5)
    coordinator = given.named(alerts.an_officer(1), Duty.COORDINATOR, on=incident)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(public)
    alert = alerts.confirmed(
        alerts.asked(alerts.an_alert(incident, first, draft), by=first), by=second
    )
    with clock.at(clock.now() + timedelta(minutes=16)):
        fire_due()
        work_off()
    assert [each.answer for each in alerts.recipients(alert)] == [Answer.UNREACHED] * 5
    with reading() as session:
        rung = select(func.count()).where(
            Delivery.event == "alert.unreached",
            Delivery.channel == Channel.SMS,
            Delivery.person_id == coordinator.id,
        )
        assert session.scalar(rung) == 1


@pytest.mark.slow
def test_thirty_three_thousand_can_still_be_stopped_and_their_loss_be_heard_of(house: str) -> None:
    """SQLite takes no more than 32,766 values in one statement."""
    incident = given.an_incident()
    public = alerts.an_audience(code="public", kind=AudienceKind.PUBLIC_OPT_IN)
    alerts.residents(public, 33_000)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(public, priority=Priority.LIFE_SAFETY)
    alert = alerts.confirmed(
        alerts.asked(alerts.an_alert(incident, first, draft), by=first), by=second
    )
    with bookkeeping() as session:
        told = session.scalars(select(Delivery.recipient_id).where(Delivery.alert_id == alert.id))
        lost(session, [each for each in told if each], clock.now())
    cancel_alert(first, alert.id, reason="خطأ")
    with reading() as session:
        running = select(func.count()).where(Deadline.state == DeadlineState.DUE)
        assert session.scalar(running.where(Deadline.code == Code.ACKNOWLEDGE)) == 0


@pytest.mark.slow
def test_eighteen_thousand_are_on_their_way_within_seconds(house: str) -> None:
    incident = given.an_incident()
    public = alerts.an_audience(code="public", kind=AudienceKind.PUBLIC_OPT_IN)
    alerts.residents(public, 18_000)
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    draft = alerts.a_draft(public, priority=Priority.LIFE_SAFETY, asks_answer=False)
    alert = alerts.asked(alerts.an_alert(incident, first, draft), by=first)
    started = time.perf_counter()
    confirm_alert(second, alert.id, revision=1, typed_count=18_000)
    took = time.perf_counter() - started
    print(f"18,000 recipients frozen in {took:.2f} s")
    with reading() as session:
        queued = select(Delivery.id).where(Delivery.alert_id == alert.id)
        assert len(session.scalars(queued).all()) == 18_000
