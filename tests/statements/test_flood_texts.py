"""The texts of one night of flood are held back where they must be, and nowhere else.

The night is made up: city, people and figures are fictional.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.lint import LintContext, check

TEXTS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("flood_texts.json").read_text("utf-8")
)
APPROVAL_MINUTES = {2: 60, 3: 30, 4: 15}


@pytest.mark.parametrize("told", TEXTS, ids=lambda told: f"{told['statement']}v{told['version']}")
@pytest.mark.parametrize("approved_in_time", [True, False], ids=["planned", "at once"])
def test_what_holds_a_text_back(told: dict[str, Any], approved_in_time: bool) -> None:
    now = datetime.fromisoformat(told["at"])
    minutes = APPROVAL_MINUTES[told["level"]] if approved_in_time else 0
    content = Content(
        Type(told["type"]),
        titles={"ar": told["title"]} if told["title"] else {},
        bodies={"ar": paragraphs_of(told["body"])} if told["body"] else {},
    )
    found = check(
        content,
        LintContext(
            level=told["level"],
            level_since=datetime.fromisoformat(told["level_since"]),
            now=now,
            issued_at=now + timedelta(minutes=minutes),
            zone="Africa/Tripoli",
            country="LY",
        ),
    )

    assert sorted({each.rule for each in found if each.severity == "block"}) == told["blocked_by"]
    assert {each.rule for each in found} >= set(told["advised"])
