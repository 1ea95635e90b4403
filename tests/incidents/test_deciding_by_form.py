"""The decision form: gaps between options do not move the mark."""

import pytest

from crisis.incidents.forms import DecisionForm


@pytest.mark.parametrize(
    ("options", "marked", "chosen"),
    [(["", "B", "C"], 1, 0), (["A", "", "C"], 2, 1), (["A", "B"], 1, 1), (["A", ""], 1, -1)],
)
def test_the_option_marked_is_the_one_chosen(options: list[str], marked: int, chosen: int) -> None:
    sent = DecisionForm.model_validate(
        {"question": "?", "options": options, "chosen": str(marked), "rationale": "r"}
    )
    assert sent.draft().chosen == chosen
    assert sent.draft().options == tuple(option for option in options if option)
