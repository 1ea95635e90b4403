"""Each hostile writing of the table, in a scenario: refused by name, or kept as mere words."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from crisis.kernel.database import reading
from crisis.kernel.errors import Invalid
from crisis.kernel.journal import Line
from crisis.replay.playing import read
from tests.hostile.data import INPUTS, Field, Input
from tests.replay.stories import OPENING, event, played, story, written

WRITING = [
    each
    for each in INPUTS
    if int(re.match(r"B(\d+)", each.id)[1]) <= 25  # type: ignore[index]  # each id begins so
]
PROSE = Field("text", "prose", needed=True, several=False)
REFUSED = [each for each in WRITING if each.at(PROSE).refused]
TAKEN = [each for each in WRITING if each.at(PROSE).matters and not each.at(PROSE).refused]


def as_sent(input: Input) -> bytes:
    """A scenario with these very bytes where a text stands."""
    place = "@place@"
    told = json.dumps(story(OPENING, event("observation", data={"text": place})))
    spelled = {"\\": rb"\\", '"': rb"\""} | {chr(n): b"\\u%04x" % n for n in range(32)}
    inside = re.sub(
        rb'[\\"\x00-\x1f]', lambda found: spelled[found[0].decode()], b"".join(input.sent)
    )
    return told.encode().replace(place.encode(), inside)


def test_the_whole_table_is_tried() -> None:
    assert len(WRITING) == len(REFUSED) + len(TAKEN)
    assert {each.id.split("-")[0] for each in WRITING} == {f"B{n}" for n in range(1, 25)}


@pytest.mark.parametrize("input", REFUSED, ids=lambda each: each.id)
def test_what_deceives_is_refused_by_name(tmp_path: Path, input: Input) -> None:
    with pytest.raises(Invalid) as refused:
        read(written(tmp_path, as_sent(input)))

    said, code_point = str(refused.value), input.at(PROSE).code_point
    if code_point == "U+FFFD":  # the file itself is no text: nothing in it can be quoted
        assert "UTF-8" in said
    else:
        assert said.startswith("Event 2: ")
        assert code_point in said


def test_what_only_looks_dangerous_is_kept_word_for_word(house: str, tmp_path: Path) -> None:
    told = [event("observation", data={"text": each.typed}) for each in TAKEN]
    report = played(tmp_path, OPENING, *told)

    assert [each.verdict for each in report.lines] == ["done"] * (len(TAKEN) + 1)
    with reading() as session:
        notes = session.scalars(select(Line).where(Line.name == "note.added").order_by(Line.seq))
        assert [each.facts["text"] for each in notes] == [each.stored for each in TAKEN]
