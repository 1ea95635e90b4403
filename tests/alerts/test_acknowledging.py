"""Acknowledging, declining and recording: the first word counts, a late one is kept as late, and
nobody is asked who need not be."""

from datetime import timedelta

import pytest

from crisis.alerts.acknowledging import (
    acknowledge,
    awaited_from,
    decline,
    record_acknowledgement,
)
from crisis.alerts.escalation import lost
from crisis.alerts.model import Alert, AlertState, Priority
from crisis.alerts.outbox import Channel, OptOut, State
from crisis.alerts.posting import repeat
from crisis.alerts.recipients import Answer, Method
from crisis.deadlines import model as deadlines
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.kernel.errors import Conflict, Forbidden
from crisis.people.commands import edit_person
from crisis.people.model import ContactKind, Profile
from crisis.policy import Actor, Duty, Rank
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON, fired_at, recipient, recipients, told

pytestmark = pytest.mark.usefixtures("house")

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with clock.at(NOON):
        yield


def acknowledged(alert: Alert, person: Actor, *, after: int = 3) -> None:
    with clock.at(NOON + after * MINUTE):
        acknowledge(given.the_system(), recipient(alert, person).id, method=Method.LINK)


def declined(alert: Alert, person: Actor, *, after: int) -> None:
    with clock.at(NOON + after * MINUTE):
        decline(given.the_system(), recipient(alert, person).id)


def test_the_first_word_counts_and_a_second_press_changes_nothing() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    acknowledged(alert, person, after=3)
    with pytest.raises(Conflict) as refused:
        acknowledged(alert, person, after=9)
    assert refused.value.code == "already"
    row = recipient(alert, person)
    assert (row.answer, row.method) == (Answer.ACKNOWLEDGED, "link")
    assert row.answered_at == row.asked_at + 3 * MINUTE
    assert not row.is_late
    (line,) = told(incident)
    assert line.facts["seconds"] == 180
    assert line.facts["is_first"]
    assert not line.facts["overdue"]
    assert story.deadlines(alert)[row.id].state == deadlines.State.STOPPED


def test_silence_asks_the_deputy_then_colleagues_then_nobody_but_a_telephone() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    liaison = story.somebody(ministry, name="هدى")
    officer = story.somebody(ministry, name="سامي", duty=Duty.DRAFTER)
    deputy = story.somebody(ministry, name="خديجة", duty=None)
    person = story.somebody(ministry, deputy=deputy)
    idle = story.somebody(ministry, duty=None)
    alert = story.an_alert(person, on=incident)
    for step in range(1, 6):
        fired_at(NOON + 16 * MINUTE * step)
    asked = [each.person_id for each in recipients(alert)]
    assert asked == [person.id, deputy.id, liaison.id, officer.id]
    assert idle.id not in asked
    answers = [each.answer for each in recipients(alert)]
    assert answers == ["escalated", "escalated", "escalated", "unreached"]
    assert [line.name for line in told(incident)] == ["alert.escalated"] * 3 + ["alert.unreached"]
    assert [each.step for each in recipients(alert)] == [0, 1, 2, 3]
    roots = {each.root_id for each in recipients(alert)}
    assert roots == {recipient(alert, person).id}


def test_the_next_in_line_gets_the_words_of_the_alert_and_a_link_of_their_own() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident, channels=[Channel.SMS, Channel.EMAIL])
    fired_at(NOON + 16 * MINUTE)
    first, second = recipients(alert)
    before, after = story.deliveries(first), story.deliveries(second)
    assert {each.wording_id for each in after} == {each.wording_id for each in before}
    assert {each.channel for each in after} == {"sms", "email"}
    assert {each.address for each in after} == {second.mobile, second.email}
    assert all(each.seq == told(incident)[-1].seq for each in after)
    assert second.token_hash != first.token_hash
    assert second.answer_by == NOON + 31 * MINUTE


@pytest.mark.parametrize("priority", [Priority.URGENT, Priority.LIFE_SAFETY])
def test_a_deputy_who_wants_no_messages_is_asked_where_a_life_is_at_stake(
    priority: Priority,
) -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    with writing() as session:
        number = given.person(deputy.id).first(ContactKind.MOBILE)
        assert number
        session.add(OptOut(address=number, since=NOON, source="sms"))
    alert = story.an_alert(person, on=incident, priority=priority)
    fired_at(NOON + 16 * MINUTE)
    asked = recipients(alert)[1:]
    if priority is Priority.URGENT:
        assert asked == []
    else:
        assert [each.person_id for each in asked] == [deputy.id]
        assert [each.state for each in story.deliveries(asked[0])] == [State.QUEUED]


def test_an_acknowledgement_anywhere_in_the_chain_stops_it() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    story.somebody(ministry)
    alert = story.an_alert(person, on=incident)
    fired_at(NOON + 16 * MINUTE)
    acknowledged(alert, deputy, after=20)
    assert fired_at(NOON + timedelta(hours=3)) == 0
    assert len(recipients(alert)) == 2
    assert told(incident)[-1].facts["instead_of"] == recipient(alert, person).name


def test_a_late_word_is_kept_as_late_and_stops_the_chain() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident)
    fired_at(NOON + 16 * MINUTE)
    acknowledged(alert, person, after=21)
    row = recipient(alert, person)
    assert row.answer == Answer.ACKNOWLEDGED
    assert row.is_late
    assert told(incident)[-1].facts["overdue"]
    assert fired_at(NOON + timedelta(hours=3)) == 0
    acknowledged(alert, deputy, after=25)
    assert not told(incident)[-1].facts["is_first"]


def test_declining_asks_the_deputy_at_once_and_the_one_who_declined_may_still_take_it() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident)
    event = decline(given.the_system(), recipient(alert, person).id, reason="في الخارج")
    assert event.next_id == recipient(alert, deputy).id
    assert recipient(alert, person).answer == Answer.ESCALATED
    with pytest.raises(Conflict) as refused:
        decline(given.the_system(), recipient(alert, person).id)
    assert refused.value.code == "passed_on"
    acknowledged(alert, person)
    assert fired_at(NOON + timedelta(hours=3)) == 0


def test_whoever_acknowledged_may_pass_it_on_when_things_change() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident)
    acknowledged(alert, person)
    decline(given.the_system(), recipient(alert, person).id)
    assert recipient(alert, person).answered_at is None
    assert recipient(alert, deputy).answer == Answer.WAITING


def test_declining_with_nobody_left_says_that_somebody_must_telephone() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    event = decline(given.the_system(), recipient(alert, person).id)
    assert event.is_unreached
    assert recipient(alert, person).answer == Answer.UNREACHED


def test_two_who_stand_in_for_each_other_are_asked_once_each() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    one = story.somebody(ministry, duty=None)
    other = story.somebody(ministry, duty=None, deputy=one)
    make_deputy_of(one, other)
    alert = story.an_alert(one, on=incident)
    for step in range(1, 6):
        fired_at(NOON + 16 * MINUTE * step)
    assert [each.person_id for each in recipients(alert)] == [one.id, other.id]


def test_whoever_is_in_the_audience_is_not_asked_again_for_somebody_else() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, deputy, on=incident)
    fired_at(NOON + 16 * MINUTE)
    assert len(recipients(alert)) == 2
    assert {each.answer for each in recipients(alert)} == {Answer.UNREACHED}


def test_when_enough_have_answered_nobody_else_is_asked() -> None:
    incident = given.an_incident()
    people = [story.somebody(given.a_ministry(code)) for code in ("AAA", "BBB", "CCC")]
    story.somebody(given.person(people[2].id).ministry_id or people[2].id)
    alert = story.an_alert(*people, on=incident, enough=2)
    acknowledged(alert, people[0])
    assert story.deadlines(alert)[recipient(alert, people[2]).id].state == deadlines.State.DUE
    acknowledged(alert, people[1])
    assert fired_at(NOON + timedelta(hours=3)) == 0
    assert recipient(alert, people[2]).answer == Answer.WAITING


def test_when_one_of_enough_cannot_after_all_the_others_are_waited_for_again() -> None:
    incident = given.an_incident()
    people = [story.somebody(given.a_ministry(code)) for code in ("AAA", "BBB", "CCC")]
    alert = story.an_alert(*people, on=incident, enough=1)
    acknowledged(alert, people[0])
    acknowledged(alert, people[2])
    assert fired_at(NOON + 16 * MINUTE) == 0
    decline(given.the_system(), recipient(alert, people[0]).id)
    assert fired_at(NOON + 17 * MINUTE) == 0, "one is enough still"
    decline(given.the_system(), recipient(alert, people[2]).id)
    assert fired_at(NOON + 18 * MINUTE) == 1
    assert recipient(alert, people[1]).answer == Answer.UNREACHED


def test_of_each_place_only_whoever_was_asked_last_is_waited_for_again() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy, colleague = story.somebody(ministry, duty=None), story.somebody(ministry)
    person = story.somebody(ministry, deputy=deputy)
    others = [given.a_ministry(code) for code in ("MOI", "MOT")]
    first, late = (story.somebody(each) for each in others)
    alert = story.an_alert(person, first, late, on=incident, enough=2)
    acknowledged(alert, first)
    fired_at(NOON + 16 * MINUTE)
    acknowledged(alert, person, after=17)
    declined(alert, person, after=18)
    acknowledged(alert, late, after=19)
    declined(alert, first, after=20)
    due = story.deadlines(alert)
    asked = [recipient(alert, each) for each in (deputy, colleague)]
    assert [each.answer for each in asked] == [Answer.WAITING, Answer.WAITING]
    assert [due[each.id].state for each in asked] == [
        deadlines.State.STOPPED,
        deadlines.State.DUE,
    ]


def test_the_loss_of_every_message_does_not_wait_for_the_deadline() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident, channels=[Channel.SMS, Channel.EMAIL])
    row = recipient(alert, person)
    with writing() as session:
        lost(session, [row.id], NOON)
    assert fired_at(NOON) == 0, "both messages may still arrive"
    story.brought(row, State.UNDELIVERED)
    with writing() as session:
        lost(session, [row.id], NOON + MINUTE)
    assert fired_at(NOON + MINUTE) == 1
    assert told(incident)[-1].facts["why"] == "lost"
    assert recipient(alert, deputy).answer == Answer.WAITING


def test_whom_only_another_try_may_still_reach_was_not_silent() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident)
    row = recipient(alert, person)
    story.brought(row, State.UNDELIVERED)
    with writing() as session:
        repeat(session, story.deliveries(row), at=NOON)
    fired_at(NOON + 16 * MINUTE)
    assert told(incident)[-1].facts["why"] == "lost"


def test_whoever_gets_no_message_is_not_waited_for() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident, left_out={person.id})
    assert fired_at(NOON) == 1
    assert recipient(alert, deputy).answer == Answer.WAITING


def test_a_deputy_whom_nothing_can_reach_is_passed_over() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None, mobile=False)
    silent = story.somebody(ministry)
    other = story.somebody(ministry)
    person = story.somebody(ministry, deputy=deputy)
    with writing() as session:
        number = given.person(silent.id).first(ContactKind.MOBILE)
        assert number
        session.add(OptOut(address=number, since=NOON, source="sms"))
    alert = story.an_alert(person, on=incident)
    fired_at(NOON + 16 * MINUTE)
    assert [each.person_id for each in recipients(alert)] == [person.id, other.id]


def test_in_a_restricted_incident_nobody_is_asked_whom_no_person_named() -> None:
    incident, ministry = given.an_incident(restricted=True), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    named = given.named(story.somebody(ministry), Duty.LIAISON, on=incident)
    alert = story.an_alert(person, on=incident)
    fired_at(NOON + 16 * MINUTE)
    assert [each.person_id for each in recipients(alert)] == [person.id, named.id]


def test_after_the_alert_has_ended_nobody_new_is_asked() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    alert = story.an_alert(person, on=incident, expires_in=10 * MINUTE)
    fired_at(NOON + 16 * MINUTE)
    assert [each.answer for each in recipients(alert)] == [Answer.UNREACHED]
    assert deputy.id


@pytest.mark.parametrize(
    ("values", "code"),
    [({"state": AlertState.CANCELLED}, "cancelled"), ({"expires_at": NOON}, "expired")],
)
def test_a_cancelled_or_expired_alert_takes_no_answer(values: dict[str, object], code: str) -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    story.set_on(alert, **values)
    with pytest.raises(Conflict) as refused:
        acknowledged(alert, person)
    assert refused.value.code == code
    with pytest.raises(Conflict):
        decline(given.the_system(), recipient(alert, person).id)
    if code == "cancelled":
        assert fired_at(NOON + timedelta(hours=1)) == 0


def test_an_alert_that_asks_nothing_takes_no_answer_and_sets_no_deadline() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident, asks=False)
    with pytest.raises(Conflict) as refused:
        acknowledged(alert, person)
    assert refused.value.code == "not_asked"
    assert not story.deadlines(alert)


def test_a_coordinator_records_what_was_said_even_after_the_end_and_by_name() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    story.set_on(alert, expires_at=NOON)
    runner = given.runs(incident)
    record_acknowledgement(runner, recipient(alert, person).id, reason="أكّد هاتفياً 12:04")
    row = recipient(alert, person)
    assert (row.method, row.acknowledged_by_id) == (Method.ON_BEHALF, runner.id)
    assert told(incident)[-1].facts["reason"] == "أكّد هاتفياً 12:04"
    assert told(incident)[-1].actor_id == runner.id


def test_somebody_else_who_is_signed_in_cannot_answer_for_them() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    alert = story.an_alert(person, on=incident)
    with pytest.raises(Forbidden) as refused:
        acknowledge(given.runs(incident), recipient(alert, person).id, method=Method.LINK)
    assert refused.value.code == "not_asked"


def test_a_reply_is_for_the_newest_alert_that_still_waits_for_that_number() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    old = story.an_alert(person, on=incident)
    with clock.at(NOON + MINUTE):
        new = story.an_alert(person, on=incident, number=2)
    number = recipient(old, person).mobile
    assert number
    for each in (old, new):
        story.brought(recipient(each, person), State.SENT)

    def waits(minute: int) -> object:
        with reading() as session:
            found = awaited_from(session, number, NOON + minute * MINUTE, rehearsed=False)
            return found and found.alert_id

    assert waits(2) == new.id
    acknowledged(new, person)
    assert waits(4) == old.id
    story.set_on(old, state=AlertState.CANCELLED)
    assert waits(4) is None


def make_deputy_of(person: Actor, deputy: Actor) -> None:

    row = given.person(person.id)
    assert row.ministry_id
    edit_person(
        given.the_system(),
        person.id,
        profile=Profile(
            ministry_id=row.ministry_id,
            name=row.name,
            title=row.title,
            email=row.email,
            language=row.language,
            rank=Rank(row.rank),
            standing_duty=None,
            deputy_id=deputy.id,
        ),
    )
