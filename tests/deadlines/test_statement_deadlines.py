"""A statement is followed to its end: who must sign is reminded, who promised is held to it."""

from datetime import timedelta

import pytest

from crisis.deadlines.model import DUE, WARNED, Code
from crisis.incidents.commands import assess_level, close_incident, stand_down
from crisis.incidents.levels import Criterion
from crisis.kernel import clock
from crisis.kernel.errors import Conflict, Forbidden
from crisis.policy import Duty
from crisis.statements.commands.emergencies import (
    ask_emergency,
    confirm_emergency,
    ratify_emergency,
)
from crisis.statements.commands.releasing import withdraw_statement
from crisis.statements.commands.signing import overrule_objection, remind_now, withdraw_answer
from crisis.statements.commands.writing import edit_statement
from crisis.statements.model.states import Answer, Ground
from tests import given
from tests.deadlines.story import (
    NOON,
    TEXT,
    a_story,
    answered,
    latest,
    released,
    slot_of,
    submitted,
)
from tests.parts.timers import lines, running, settle, told, until


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_an_approver_is_reminded_at_half_at_four_fifths_and_at_the_end(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    for passed, percents in [
        (49, []),
        (50, [50]),
        (79, [50]),
        (80, [50, 80]),
        (100, [50, 80, 100]),
    ]:
        until(NOON + minutes(passed))
        told_of_health = [
            each["percent"]
            for each in lines(story.incident.id, "approver.reminded")
            if each["ministry_id"] == str(story.ministries[0])
        ]
        assert told_of_health == percents, passed

    assert running(Code.APPROVAL, slot_of(statement_id, story.ministries[0])) == {}
    assert [each.purpose for each in told(story.health.id)].count("reminder") == 3


def test_after_a_night_without_a_worker_only_the_last_reminder_is_made_up_for(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    until(NOON + minutes(600))

    told_of = lines(story.incident.id, "approver.reminded")
    assert [(each["percent"], each["minutes_late"]) for each in told_of] == [(100, 500)] * 2
    assert running(Code.APPROVAL, slot_of(statement_id, story.ministries[0])) == {}


def test_at_the_end_the_deputy_is_told_and_may_sign(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    until(NOON + minutes(80))
    assert told(story.deputy_of_health.id) == []
    until(NOON + minutes(100))
    (last,) = [
        each
        for each in lines(story.incident.id, "approver.reminded")
        if each["percent"] == 100 and each["ministry_id"] == str(story.ministries[0])
    ]

    assert last["person_ids"] == [str(story.health.id)]
    assert last["deputy_ids"] == [str(story.deputy_of_health.id)]
    assert [each.purpose for each in told(story.deputy_of_health.id)] == ["reminder"]
    answered(story.deputy_of_health, statement_id)


def test_in_a_restricted_incident_the_deputy_is_not_let_in(house: str) -> None:
    story = a_story(restricted=True)
    submitted(story, within=minutes(100))
    until(NOON + minutes(100))

    assert told(story.deputy_of_health.id) == []
    assert not given.actor(story.deputy_of_health.id).duties


def test_whoever_has_signed_is_not_reminded_and_the_other_is(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    answered(story.health, statement_id)
    until(NOON + minutes(50))

    (reminded,) = lines(story.incident.id, "approver.reminded")
    assert reminded["ministry_id"] == str(story.ministries[1])


def test_a_signature_taken_back_is_waited_for_again(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    slot = slot_of(statement_id, story.ministries[0])
    with clock.at(NOON + minutes(60)):
        answered(story.health, statement_id)
        assert running(Code.APPROVAL, slot) == {}
        withdraw_answer(story.health, statement_id)

    assert running(Code.APPROVAL, slot) == {80: NOON + minutes(80), 100: NOON + minutes(100)}


def test_a_new_wording_ends_the_waiting_until_it_is_submitted(house: str) -> None:
    story = a_story()
    statement_id = submitted(story)
    slots = [slot_of(statement_id, each) for each in story.ministries]
    edit_statement(story.drafter, statement_id, content=TEXT, based_on=1)

    assert [running(Code.APPROVAL, each) for each in slots] == [{}, {}]


def test_whose_turn_comes_later_is_asked_and_reminded_later(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100), stages=2)
    health = slot_of(statement_id, story.ministries[0])
    settle()
    assert running(Code.APPROVAL, health) == {}
    assert "approval" not in [each.purpose for each in told(story.health.id)]
    with clock.at(NOON + minutes(20)):
        answered(story.checker, statement_id)
        settle()

    assert running(Code.APPROVAL, health) == {
        50: NOON + minutes(60),
        80: NOON + minutes(84),
        100: NOON + minutes(100),
    }
    assert [each.purpose for each in told(story.health.id)].count("approval") == 1


def test_an_objection_stops_the_reminders_and_overruling_it_does_not_ask_again(house: str) -> None:
    story = a_story()
    statement_id = submitted(story, within=minutes(100))
    slot = slot_of(statement_id, story.ministries[0])
    answered(story.health, statement_id, Answer.OBJECT)
    assert running(Code.APPROVAL, slot) == {}
    overrule_objection(story.director, statement_id, slot_id=slot, rationale="الخطر داهم")

    assert running(Code.APPROVAL, slot) == {}


def test_the_coordinator_reminds_without_waiting_for_the_clock(house: str) -> None:
    story = a_story()
    statement_id = submitted(story)
    slot = slot_of(statement_id, story.ministries[0])
    coordinator = given.runs(story.incident)
    reminded = remind_now(coordinator, statement_id, slot_id=slot)
    until(NOON)

    assert (reminded.percent, reminded.person_ids) == (None, [story.health.id])
    assert "reminder" in [each.purpose for each in told(story.health.id)]
    with pytest.raises(Forbidden):
        remind_now(story.drafter, statement_id, slot_id=slot)
    answered(story.health, statement_id)
    with pytest.raises(Conflict) as refused:
        remind_now(coordinator, statement_id, slot_id=slot)
    assert refused.value.code == "not_awaited"


def test_when_nobody_can_sign_for_a_ministry_the_coordinator_is_told(house: str) -> None:
    story = a_story()
    coordinator = given.runs(story.incident)
    statement_id = submitted(story)
    with clock.at(NOON):
        settle()
        before = len(told(coordinator.id))
    assert statement_id
    given.released(story.health, Duty.LIAISON, on=story.incident)
    until(NOON + minutes(50))

    notices = {(each.purpose, each.event) for each in told(coordinator.id)[before:]}
    assert ("notice", "approver.reminded") in notices


def test_a_promised_update_is_announced_ten_minutes_before_and_missed_once(house: str) -> None:
    story = a_story()
    statement_id = submitted(story)
    with clock.at(NOON):
        released(story, statement_id, next_update_at=NOON + minutes(60))
    until(NOON + minutes(49))
    assert lines(story.incident.id, "next_update.due") == []
    until(NOON + minutes(50))
    until(NOON + minutes(63))
    until(NOON + minutes(90))

    told_of = lines(story.incident.id, "next_update.due")
    assert [(each["missed"], each["minutes_late"]) for each in told_of] == [(False, 0), (True, 3)]
    events = [each.event for each in told(given.runs(story.incident).id)]
    assert events.count("next_update.due") == 2


def test_a_newer_statement_keeps_the_promise(house: str) -> None:
    story = a_story()
    with clock.at(NOON):
        first = submitted(story)
        released(story, first, next_update_at=NOON + minutes(60))
        second = submitted(story)
        released(story, second, next_update_at=NOON + minutes(120))

    assert running(Code.NEXT_UPDATE, first) == {}
    assert running(Code.NEXT_UPDATE, second) == {
        WARNED: NOON + minutes(110),
        DUE: NOON + minutes(120),
    }


def test_a_promise_too_near_for_a_warning_is_only_due(house: str) -> None:
    story = a_story()
    with clock.at(NOON):
        statement_id = submitted(story)
        released(story, statement_id, next_update_at=NOON + minutes(8))

    assert running(Code.NEXT_UPDATE, statement_id) == {DUE: NOON + minutes(8)}


def test_an_emergency_release_is_ratified_within_the_hour(house: str) -> None:
    story = a_story(level=3)
    statement_id = submitted(story)
    coordinator = given.runs(story.incident)
    with clock.at(NOON):
        ask_emergency(
            coordinator,
            statement_id,
            ground=Ground.THREAT_TO_LIFE,
            justification="السد مهدد بالانهيار، ومن في أسفل الوادي أمامهم أقل من ساعة.",
        )
        version = latest(statement_id)
        confirm_emergency(
            story.director,
            statement_id,
            version=version.number,
            text_hash=version.sha256,
            channels=["website"],
            next_update_at=None,
        )
    assert running(Code.RATIFY, statement_id) == {
        WARNED: NOON + minutes(30),
        DUE: NOON + minutes(60),
    }
    assert running(Code.APPROVAL, slot_of(statement_id, story.ministries[0])) == {}
    until(NOON + minutes(31))
    other = given.someone(Duty.DIRECTOR, on=story.incident)
    ratify_emergency(other, statement_id, ratified=True)
    until(NOON + minutes(61))

    assert [each["missed"] for each in lines(story.incident.id, "ratification.due")] == [False]


@pytest.mark.parametrize(("level", "span"), [(1, 240), (2, 60), (3, 30), (4, 15)])
def test_the_public_hears_a_first_word_by_the_time_its_level_leaves(
    house: str, level: int, span: int
) -> None:
    story = a_story(level=level)
    with clock.at(NOON):
        settle()
    assert running(Code.HOLDING, story.incident.id)[100] == NOON + minutes(span)
    for share in (0.5, 0.8, 1):
        until(NOON + minutes(span) * share)

    told_of = lines(story.incident.id, "first_statement.due")
    assert [each["percent"] for each in told_of] == [50, 80, 100]


def test_the_first_public_statement_ends_that_wait_even_before_it_began(house: str) -> None:
    story = a_story(level=2)
    with clock.at(NOON):
        released(story, submitted(story))
    until(NOON + minutes(60))

    assert lines(story.incident.id, "first_statement.due") == []


def test_a_higher_level_shortens_what_runs_and_a_lower_one_gives_nothing_back(house: str) -> None:
    story = a_story(level=2)
    statement_id = submitted(story, within=minutes(100))
    slot = slot_of(statement_id, story.ministries[0])
    with clock.at(NOON + minutes(40)):
        settle()
        assess_level(
            story.director,
            story.incident.id,
            scores=dict.fromkeys(Criterion, 4),
            chosen=4,
            rationale="انهار السد",
        )
        settle()

    assert running(Code.APPROVAL, slot) == {
        50: NOON + minutes(47.5),
        80: NOON + minutes(52),
        100: NOON + minutes(55),
    }
    assert latest(statement_id).deadline_at == NOON + minutes(55)
    assert running(Code.HOLDING, story.incident.id)[100] == NOON + minutes(55)


def test_nothing_is_due_in_an_incident_that_is_over(house: str) -> None:
    story = a_story(level=1)
    statement_id = submitted(story)
    with clock.at(NOON):
        settle()
    stand_down(story.director, story.incident.id, reason="انتهى الخطر")
    close_incident(story.director, story.incident.id, summary="انتهت", waiver="لا حاجة")
    settle()
    until(NOON + minutes(300))

    assert running(Code.APPROVAL, slot_of(statement_id, story.ministries[0])) == {}
    assert lines(story.incident.id, "approver.reminded") == []


def test_a_withdrawn_statement_awaits_nothing(house: str) -> None:
    story = a_story()
    statement_id = submitted(story)
    withdraw_statement(story.director, statement_id, reason="سبقتها الأحداث")

    assert running(Code.APPROVAL, slot_of(statement_id, story.ministries[0])) == {}
