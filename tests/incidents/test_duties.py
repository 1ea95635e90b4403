"""People are asked to take a duty: they take it, or a deputy is asked, or the coordinator hears."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from crisis.deadlines.model import ONCE, Code
from crisis.incidents.commands import assign_duty
from crisis.incidents.duties import (
    accept_duty,
    decline_duty,
    hand_over_duty,
    propose_duty,
    withdraw_proposal,
)
from crisis.incidents.model import Incident
from crisis.incidents.queries import holders
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from crisis.people.commands import edit_person
from crisis.people.model import DutyProposal, Profile, Proposed
from crisis.policy import Actor, Duty, Rank
from tests import given
from tests.parts.timers import lines, running, settle, told, until

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def holding(incident: Incident, duty: Duty) -> list[UUID]:
    with reading() as session:
        return [
            each.person_id
            for each in holders(session, [incident.id])[incident.id]
            if each.duty is duty
        ]


def asked(person: Actor) -> DutyProposal | None:
    """What this person is asked now."""
    with reading() as session:
        return session.scalar(
            select(DutyProposal).where(
                DutyProposal.person_id == person.id, DutyProposal.state == Proposed.OPEN
            )
        )


def the_proposal(person: Actor) -> UUID:
    found = asked(person)
    assert found is not None
    return found.id


def each_others_deputies() -> tuple[Actor, Actor]:
    """Two people who stand in for each other."""
    second = given.a_person()
    first = given.a_person(deputy=second)
    row = given.person(second.id)
    edit_person(
        given.the_system(),
        second.id,
        profile=Profile(
            ministry_id=row.ministry_id or given.the_centre(),
            name=row.name,
            title=row.title,
            email=row.email,
            language=row.language,
            rank=Rank(row.rank),
            standing_duty=None,
            deputy_id=first.id,
        ),
    )
    return first, second


def test_whoever_accepts_holds_the_duty(house: str) -> None:
    incident, nadia = given.an_incident(), given.a_person()
    coordinator = given.runs(incident)
    propose_duty(coordinator, incident.id, person_id=nadia.id, duty=Duty.LEGAL)
    assert holding(incident, Duty.LEGAL) == []
    accept_duty(nadia, the_proposal(nadia))

    assert holding(incident, Duty.LEGAL) == [nadia.id]


@pytest.mark.parametrize(("level", "minutes"), [(4, 10), (3, 15), (2, 30), (1, 60)])
def test_the_graver_it_is_the_sooner_an_answer_is_due(house: str, level: int, minutes: int) -> None:
    incident, nadia = given.an_incident(level=level), given.a_person()
    with clock.at(NOON):
        proposed = propose_duty(
            given.runs(incident), incident.id, person_id=nadia.id, duty=Duty.LEGAL
        )

    assert proposed.answer_by == NOON + timedelta(minutes=minutes)


def test_nobody_else_can_answer_and_an_outsider_learns_nothing(house: str) -> None:
    incident, nadia, salma = given.an_incident(), given.a_person(), given.a_person()
    propose_duty(given.runs(incident), incident.id, person_id=nadia.id, duty=Duty.LEGAL)
    propose_duty(given.runs(incident), incident.id, person_id=salma.id, duty=Duty.DRAFTER)

    with pytest.raises(NotFound):
        accept_duty(given.a_person(), the_proposal(nadia))
    with pytest.raises(Forbidden):
        accept_duty(salma, the_proposal(nadia))
    with pytest.raises(Forbidden):
        accept_duty(given.runs(incident), the_proposal(nadia))


def test_being_asked_into_a_restricted_incident_shows_nothing_of_it_before_accepting(
    house: str,
) -> None:
    incident, nadia = given.an_incident(restricted=True), given.a_person()
    propose_duty(given.runs(incident), incident.id, person_id=nadia.id, duty=Duty.LEGAL)
    with pytest.raises(NotFound):
        propose_duty(nadia, incident.id, person_id=nadia.id, duty=Duty.DRAFTER)
    accept_duty(nadia, the_proposal(nadia))

    with pytest.raises(Forbidden):
        propose_duty(nadia, incident.id, person_id=nadia.id, duty=Duty.DRAFTER)


def test_declining_asks_the_deputy_in_the_same_act(house: str) -> None:
    incident, (amal, basma) = given.an_incident(), each_others_deputies()
    propose_duty(
        given.runs(incident), incident.id, person_id=amal.id, duty=Duty.LEGAL, note="ابدئي بالأسماء"
    )
    declined = decline_duty(amal, the_proposal(amal), reason="خارج التغطية")

    assert declined.deputy_proposed == basma.id
    found = asked(basma)
    assert found is not None
    assert found.note == "ابدئي بالأسماء"
    accept_duty(basma, found.id)
    assert holding(incident, Duty.LEGAL) == [basma.id]


def test_two_who_stand_in_for_each_other_are_not_asked_in_a_circle(house: str) -> None:
    incident, (amal, basma) = given.an_incident(), each_others_deputies()
    coordinator = given.runs(incident)
    propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
    decline_duty(amal, the_proposal(amal), reason="خارج التغطية")
    declined = decline_duty(basma, the_proposal(basma), reason="مريضة")
    settle()

    assert declined.deputy_proposed is None
    assert [each.event for each in told(coordinator.id)][-1] == "duty.declined"


def test_silence_asks_the_deputy_and_then_tells_the_coordinator(house: str) -> None:
    basma = given.a_person()
    amal = given.a_person(deputy=basma)
    incident = given.an_incident(level=3)
    coordinator = given.runs(incident)
    with clock.at(NOON):
        propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
        settle()
        assert running(Code.DUTY, the_proposal(amal)) == {ONCE: NOON + timedelta(minutes=15)}
    until(NOON + timedelta(minutes=14, seconds=59))
    assert lines(incident.id, "duty.lapsed") == []

    until(NOON + timedelta(minutes=16))
    (lapsed,) = lines(incident.id, "duty.lapsed")
    assert (lapsed["person_id"], lapsed["deputy_proposed"]) == (str(amal.id), str(basma.id))
    assert [each.event for each in told(basma.id)] == ["duty.lapsed"]

    with pytest.raises(Conflict) as late:
        accept_duty(amal, UUID(lapsed["proposal_id"]))
    assert late.value.code == "lapsed"

    until(NOON + timedelta(minutes=40))
    assert lines(incident.id, "duty.lapsed")[1]["deputy_proposed"] is None
    assert "duty.lapsed" in [each.event for each in told(coordinator.id)]


def test_whoever_has_answered_is_waited_for_no_longer(house: str) -> None:
    incident, amal = given.an_incident(level=4), given.a_person()
    with clock.at(NOON):
        proposed = propose_duty(
            given.runs(incident), incident.id, person_id=amal.id, duty=Duty.LEGAL
        )
        settle()
        accept_duty(amal, proposed.proposal_id)
        settle()
    until(NOON + timedelta(hours=1))

    assert running(Code.DUTY, proposed.proposal_id) == {}
    assert lines(incident.id, "duty.lapsed") == []


def test_an_answer_that_comes_before_the_worker_knew_of_the_question_counts(house: str) -> None:
    incident, amal = given.an_incident(level=4), given.a_person()
    proposed = propose_duty(given.runs(incident), incident.id, person_id=amal.id, duty=Duty.LEGAL)
    accept_duty(amal, proposed.proposal_id)
    settle()

    assert running(Code.DUTY, proposed.proposal_id) == {}


def test_in_a_restricted_incident_no_deputy_learns_of_it(house: str) -> None:
    basma = given.a_person()
    amal = given.a_person(deputy=basma)
    incident = given.an_incident(restricted=True)
    propose_duty(given.runs(incident), incident.id, person_id=amal.id, duty=Duty.LEGAL)
    declined = decline_duty(amal, the_proposal(amal), reason="خارج التغطية")
    settle()

    assert declined.deputy_proposed is None
    assert asked(basma) is None
    assert told(basma.id) == []


def test_a_duty_changes_hands_only_when_it_is_taken(house: str) -> None:
    incident = given.an_incident()
    first, second = given.someone(Duty.SPOKESPERSON, on=incident), given.a_person()
    hand_over_duty(
        first, incident.id, duty=Duty.SPOKESPERSON, person_id=second.id, note="مقابلات السابعة"
    )
    settle()
    assert holding(incident, Duty.SPOKESPERSON) == [first.id]
    assert [each.event for each in told(second.id)] == ["duty.handover_offered"]
    accepted = accept_duty(second, the_proposal(second))

    assert accepted.from_id == first.id
    assert holding(incident, Duty.SPOKESPERSON) == [second.id]


def test_a_duty_that_nobody_takes_over_stays_where_it_is_and_its_holder_is_told(house: str) -> None:
    incident = given.an_incident()
    first = given.someone(Duty.SPOKESPERSON, on=incident)
    second = given.a_person(deputy=given.a_person())
    hand_over_duty(
        first, incident.id, duty=Duty.SPOKESPERSON, person_id=second.id, note="مقابلات السابعة"
    )
    declined = decline_duty(second, the_proposal(second), reason="على الطائرة")
    settle()

    assert declined.deputy_proposed is None
    assert holding(incident, Duty.SPOKESPERSON) == [first.id]
    assert [each.event for each in told(first.id)] == ["duty.assigned", "duty.declined"]


def test_the_last_coordinator_can_hand_over_and_somebody_always_runs_it(house: str) -> None:
    incident, second = given.an_incident(), given.a_coordinator()
    first = given.runs(incident)
    hand_over_duty(
        first, incident.id, duty=Duty.COORDINATOR, person_id=second.id, note="إلى الصباح"
    )
    accept_duty(second, the_proposal(second))

    assert holding(incident, Duty.COORDINATOR) == [second.id]


def test_only_whoever_runs_a_restricted_incident_lets_somebody_new_take_over(house: str) -> None:
    incident = given.an_incident(restricted=True)
    drafter, legal = (given.someone(each, on=incident) for each in (Duty.DRAFTER, Duty.LEGAL))
    with pytest.raises(Forbidden):
        hand_over_duty(
            drafter,
            incident.id,
            duty=Duty.DRAFTER,
            person_id=given.a_person().id,
            note="إلى الصباح",
        )

    hand_over_duty(drafter, incident.id, duty=Duty.DRAFTER, person_id=legal.id, note="إلى الصباح")
    assert asked(legal) is not None


def test_naming_somebody_directly_settles_what_they_were_asked(house: str) -> None:
    incident, amal = given.an_incident(), given.a_person()
    coordinator = given.runs(incident)
    propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
    assign_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)

    assert asked(amal) is None
    assert holding(incident, Duty.LEGAL) == [amal.id]


def test_nobody_is_asked_twice_or_for_what_they_hold(house: str) -> None:
    incident, amal = given.an_incident(), given.a_person()
    coordinator = given.runs(incident)
    propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
    with pytest.raises(Conflict) as twice:
        propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
    accept_duty(amal, the_proposal(amal))
    with pytest.raises(Conflict) as held:
        propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)

    assert (twice.value.code, held.value.code) == ("asked", "already")


def test_a_question_that_was_taken_back_cannot_be_answered(house: str) -> None:
    incident, amal = given.an_incident(), given.a_person()
    coordinator = given.runs(incident)
    proposed = propose_duty(coordinator, incident.id, person_id=amal.id, duty=Duty.LEGAL)
    withdraw_proposal(coordinator, proposed.proposal_id)

    with pytest.raises(Conflict) as refused:
        accept_duty(amal, proposed.proposal_id)
    assert refused.value.code == "answered"


def test_an_auditor_can_be_asked_to_observe_and_to_do_nothing_else(house: str) -> None:
    incident, auditor = given.an_incident(), given.a_person(rank=Rank.AUDITOR)
    coordinator = given.runs(incident)
    with pytest.raises(Invalid) as refused:
        propose_duty(coordinator, incident.id, person_id=auditor.id, duty=Duty.DIRECTOR)
    propose_duty(coordinator, incident.id, person_id=auditor.id, duty=Duty.OBSERVER)

    assert refused.value.code == "only_observes"
