"""Whatever people do with a statement, in whatever order: nothing unsigned goes out."""

import os
import random

import pytest

from tests.reliability.machine import run

DONE = (
    "answer_statement: done",
    "answer_statement: stale_version",
    "answer_statement: author",
    "release_statement: done",
    "release_statement: not_approved",
)
"""What a long run must have seen, and a short one the first of it, or it proved nothing."""
ENOUGH = 5
"""So many stories see all of it, whatever the seed."""


def the_seed() -> int:
    """That of the environment, so that a failure can be repeated; else a new one each time."""
    return int(os.environ.get("SEED") or random.randrange(10**9))


@pytest.mark.slow
def test_nothing_unsigned_goes_out_in_whatever_order_people_act(house: str) -> None:
    number = the_seed()
    print(f"To repeat: SEED={number}")
    seen = run(examples=2, steps=25, number=number)
    assert seen["answer_statement: done"], seen


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nor_in_very_many_orders(house: str) -> None:
    number = the_seed()
    print(f"To repeat: SEED={number}")
    examples = int(os.environ.get("STORIES", "2"))
    seen = run(examples=examples, steps=50, number=number)
    wanted = DONE if examples >= ENOUGH else DONE[:1]
    assert all(seen[each] for each in wanted), seen
