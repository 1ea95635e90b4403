"""A share in per cent never says that all have done what one has not, nor none what one has."""

import pytest
from flask import Flask, render_template_string

from tests.given import an_office
from tests.parts.pages import app

__all__ = ["app"]


@pytest.mark.parametrize(
    ("part", "total", "told"),
    [
        *((1999, 2000, "99%"), (2000, 2000, "100%"), (1, 400, "1%"), (0, 400, "0%"), (0, 0, "0%")),
        *((2, 3, "67%"), (3, 19, "16%"), (7, 19, "37%"), (1, 3, "33%"), (1, 8, "13%")),
        *((99.7, 100, "99%"), (0.3, 100, "1%")),
    ],
)
def test_a_share_says_no_more_than_is_so(app: Flask, part: float, total: int, told: str) -> None:
    an_office()
    text = '{% from "ui/words.html" import percent %}{{ percent(part, total) }}'
    with app.test_request_context():
        assert render_template_string(text, part=part, total=total) == told
