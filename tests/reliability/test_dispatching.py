"""A small run of what `make reliability` does to workers and to their provider by the hundred."""

import random

import pytest

from tests.fakes.provider import Habit
from tests.reliability.dispatching import (
    FAULTY,
    die_at_every_boundary,
    fail,
    kill_workers,
    refuse,
    two_workers,
)
from tests.reliability.one_dispatcher import SLOTS

pytestmark = pytest.mark.slow


def a_chance() -> random.Random:
    number = random.randrange(10**9)
    print(f"seed {number}")
    return random.Random(number)


@pytest.mark.parametrize("lists", [True, False], ids=["listed", "not listed"])
def test_killed_among_its_messages_a_worker_loses_and_doubles_none(house: str, lists: bool) -> None:
    done = kill_workers(house, 5, a_chance(), lists=lists)
    print(done)
    assert done.verdict.is_clean, done
    assert done.mid_dispatch >= 2, "hardly one of them died among its messages"
    assert done.most_in_doubt <= SLOTS, "no more is in doubt than was on the wire"


@pytest.mark.timeout(1200)
def test_dying_at_any_boundary_loses_and_doubles_none(house: str) -> None:
    verdict, boundaries = die_at_every_boundary(house)
    print(f"{boundaries} boundaries: {verdict}")
    assert verdict.is_clean, verdict
    assert boundaries > 20


def test_two_workers_at_once_hand_nothing_over_twice(house: str) -> None:
    verdict, brought = two_workers(house, 150)
    assert verdict.is_clean, verdict
    assert brought > 1


@pytest.mark.parametrize("habit", FAULTY)
def test_however_a_provider_fails_nothing_is_lost_or_doubled(house: str, habit: Habit) -> None:
    fault = fail(habit, 20, a_chance())
    assert fault.is_as_promised(habit), fault


def test_while_nobody_answers_everything_waits_and_then_leaves(house: str) -> None:
    fault = refuse(20)
    assert fault.verdict.is_clean, fault
    assert not fault.verdict.unknown
