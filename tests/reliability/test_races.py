"""A small run of the races that `make reliability` runs by the thousand."""

import random

import pytest

from tests.reliability.races import KINDS, race

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", KINDS)
def test_who_edits_and_who_signs_at_the_same_instant_do_not_deceive_each_other(
    house: str, kind: str
) -> None:
    number = random.randrange(10**9)
    print(f"seed {number}")
    result = race(kind, 60, number)
    assert (result.stale, result.lost) == (0, 0), (number, result)
    assert sum(result.outcomes.values()) == 60
