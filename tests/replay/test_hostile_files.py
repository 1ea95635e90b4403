"""A file that nobody should play is refused as a whole, with the event it stumbled over."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crisis.cli import main
from crisis.kernel.errors import Invalid
from crisis.replay.playing import read
from tests.replay.stories import OPENING, event, story, written

Change = Callable[[dict[str, Any]], object]


def refusal(folder: Path, told: object) -> str:
    with pytest.raises(Invalid) as refused:
        read(written(folder, told))
    assert refused.value.code == "scenario"
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is not JSON: see line 1."),
        (b"{\n,}", "This is not JSON: see line 2."),
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' * 40 + b"1" + b"}" * 40, "nested too deeply"),
        (b'{"schema": NaN}', "This is not JSON"),
        (b'{"schema": ' + b"9" * 10_000 + b"}", "This is not JSON"),
        (b'{"id": "a", "id": "b"}', "stands here twice"),
        (b" " * 5_000_001, "too large"),
        (b"[]", ""),
        (b"null", ""),
    ],
    ids=[
        "empty",
        "broken",
        "other code",
        "deep",
        "deeper",
        "NaN",
        "huge number",
        "twins",
        "huge",
        "a list",
        "nothing",
    ],
)
def test_what_is_no_scenario_at_all(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def at(place: int, **changed: Any) -> Change:
    return lambda told: told["events"][place - 1].update(changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(schema="scenario/2"), "schema: Choose one of the options"),
        (lambda told: told.update(surprise=1), "surprise: This field is not known here."),
        (lambda told: told.pop("people"), "people: This is required."),
        (lambda told: told.update(events=[]), "events: Give at least 1."),
        (lambda told: told.update(timezone="Mars/Base"), "timezone: "),
        (lambda told: told["people"].append(told["people"][0]), "“p01” stands here twice."),
        (lambda told: told["people"][0].update(org="XYZ"), "“XYZ” is not in this file"),
        (lambda told: told["people"][0].update(deputy="p99"), "“p99” is not in this file"),
        (lambda told: told["people"][0].update(role="king"), "“king” is not in this file"),
        (lambda told: told["organisations"].pop(0), "one organisation of the kind “centre”"),
        (lambda told: told["events"].append(7), "Event 4: "),
        (lambda told: told["events"].append(told["events"][0]), "seq: “1” stands here twice."),
        (at(2, type="alert.explode"), "Event 2: There is no event of the type “alert.explode”."),
        (at(2, type="DROP TABLE"), "Event 2: type: This is not written in the expected way."),
        (at(2, actor="p99"), "Event 2: “p99” is not in this file"),
        (at(2, at="2026-11-10T23:59:00+02:00"), "Event 2: The time “at” is not what t_min says."),
        (at(2, at="2026-11-10T22:42:00"), "Event 2: at: "),
        (at(2, t_min=10**30), "Event 2: t_min: "),
        (at(2, t_min="2"), "Event 2: t_min: "),
        (at(2, expect={"stauts": "open"}), "Event 2: Nothing called “stauts” can be expected."),
        (at(2, expect={"log": "yes"}), "Event 2: log: "),
        (at(2, expect=[1]), "Event 2: expect: "),
        (at(2, data={"text": "نص", "colour": "red"}), "Event 2: colour: This field is not known"),
        (at(2, data={}), "Event 2: text: This is required."),
        (at(2, data={"text": 5}), "Event 2: text: Write text here."),
        (at(3, ref="ST-9"), "Event 3: “ST-9” is not in this file, or only later."),
        (at(3, ref=None), "Event 3: “—” is not in this file, or only later."),
        (at(1, ref=None), "Event 1: It begins something, and gives it no “ref”."),
        (at(1, data=OPENING["data"] | {"lead_org": "NASA"}), "Event 1: lead_org: “NASA” is not"),
        (at(1, data=OPENING["data"] | {"level": 9}), "Event 1: level: Write a number not above 4."),
        (at(1, data=OPENING["data"] | {"parent": "IN-7"}), "Event 1: “IN-7” is not in this file"),
    ],
)
def test_what_is_wrong_is_said_with_its_event(tmp_path: Path, change: Change, said: str) -> None:
    told = story(
        OPENING,
        event("observation", data={"text": "منسوب السد 82%"}),
        event("statement.edit", "p04", ref="IN-1", data={"body_ar": "نص"}),
    )
    change(told)

    assert said in refusal(tmp_path, told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("سطر\u202eملفوف", "(U+202E) at place 4"),
        ("لا\u0000شيء", "(U+0000) stands at place 3"),
        ("نصف \ud83d حرف", "(U+D83D) stands at place 5"),
        ("خفي\u200b هنا", "(U+200B) stands at place 4"),
        ("\ufdd0", "U+FDD0 at place 1"),
        ("ا" + "\u0301" * 40, "one too many"),
        ("ط" * 20_001, "Too long"),
    ],
)
@pytest.mark.parametrize("type_", ["observation", "rumour.new"], ids=["played", "not yet played"])
def test_a_hostile_text_is_refused_wherever_it_stands(
    tmp_path: Path, text: str, said: str, type_: str
) -> None:
    told = story(OPENING, event(type_, data={"text": text}))

    refused = refusal(tmp_path, told)
    assert refused.startswith("Event 2: ")
    assert said in refused


def test_texts_that_only_look_like_code_are_texts(tmp_path: Path) -> None:
    text = "<script>alert(1)</script> {{7*7}} '; DROP TABLE journal; -- {lead_org} %s"
    told = story(OPENING, event("observation", data={"text": text}))

    assert read(written(tmp_path, told)).happenings[1].data.text == text


def test_the_command_line_says_why_and_does_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    file = written(tmp_path, story(OPENING, event("observation", "p99", data={"text": "نص"})))

    ran = CliRunner().invoke(main, ["replay", str(file), "--instant"])
    neither = CliRunner().invoke(main, ["replay", str(file)])

    assert (ran.exit_code, ran.stderr) == (
        2,
        "Event 2: “p99” is not in this file, or only later.\n",
    )
    assert (neither.exit_code, "--instant" in neither.stderr) == (2, True)
    assert json.loads(file.read_text())["events"][1]["actor"] == "p99"
