"""Every cell of the matrix, asked of the policy."""

from uuid import UUID, uuid4

import pytest

from crisis.policy import RULES, Action, Actor, Case, Duty, Rank, allows, may_hold
from tests.permissions.matrix import (
    ALLOWED,
    CONFLICT,
    EVERYBODY,
    MATRIX,
    NOT_FOUND,
    PLACES,
    Who,
    must_be_same,
)

CASES = {place: Case(uuid4(), restricted=place.startswith("restricted")) for place in PLACES}
HELD_IN = ("own", "restricted_own", "closed")


def actor(who: Who, *, active: bool = True) -> Actor:
    duties: dict[UUID, frozenset[Duty]] = {}
    if who.duty:
        duties = {CASES[place].id: frozenset({who.duty}) for place in HELD_IN}
    return Actor(id=uuid4(), rank=who.rank, duties=duties, active=active)


def test_every_action_has_its_row() -> None:
    assert RULES.keys() == set(Action)
    must_be_same(
        {str(each) for each in Action},
        {*MATRIX.incident, *MATRIX.office},
        what="action of crisis/policy.py",
        remedy="under `incident` say which duties and ranks may, and what comes of it once closed; "
        "or under `office` which ranks.",
    )


def test_every_duty_and_every_rank_is_known_to_the_matrix() -> None:
    assert MATRIX.groups["everyone"] == list(Duty), "name the new duty in `groups`"
    named = {rank for ranks in MATRIX.office.values() for rank in ranks}
    assert named == set(Rank), "say under `office` what the new rank may"


@pytest.mark.parametrize("who", EVERYBODY, ids=str)
def test_the_policy_says_what_the_matrix_says(who: Who) -> None:
    person = actor(who)
    for action in Action:
        for place in who.places:
            expected = MATRIX.expects(who, action, place)
            case = CASES[place]
            told = (
                allows(person, Action.FOLLOW_INCIDENT, case) or action in MATRIX.office,
                allows(person, action, case),
            )
            wanted = (expected != NOT_FOUND, expected in {ALLOWED, CONFLICT})
            assert told == wanted, f"{who} · {action} · {place}: should be {expected}"
        expected = MATRIX.expects(who, action, "office")
        assert allows(person, action, None) == (expected == ALLOWED), f"{who} · {action} · office"


@pytest.mark.parametrize("who", EVERYBODY, ids=str)
def test_somebody_out_of_service_may_do_nothing(who: Who) -> None:
    person = actor(who, active=False)
    for action in Action:
        assert not any(allows(person, action, case) for case in (None, *CASES.values())), action


def test_two_duties_give_what_each_gives_and_nothing_else() -> None:
    case = CASES["restricted_own"]
    both = Actor(id=uuid4(), duties={case.id: frozenset({Duty.OBSERVER, Duty.DRAFTER})})
    may = {action for action in Action if allows(both, action, case)}
    each = [Who(Rank.MEMBER, duty) for duty in (Duty.OBSERVER, Duty.DRAFTER)]
    assert may == {
        action
        for action in Action
        if any(MATRIX.expects(who, action, "restricted_own") == ALLOWED for who in each)
    }


def test_who_only_looks_on_is_given_no_duty_to_work() -> None:
    for rank in Rank:
        for duty in Duty:
            refused = rank in MATRIX.looks_on and duty is not Duty.OBSERVER
            assert may_hold(rank, duty) != refused, f"{rank} · {duty}"
