"""What moves without a line of the journal reaches a room with the pulse, once for each change."""

from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from crisis.realtime import doorkeeper, rooms, tailer
from crisis.web.locale import Style

ROOM = uuid4()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a room in one language is told; its mark is `moved[0]`."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(rooms, "say", lambda _event, packet, to: told.append(packet))
    monkeypatch.setattr(tailer, "told_until", lambda _room: 7)
    monkeypatch.setattr(doorkeeper, "_pulses", {})
    monkeypatch.setattr(doorkeeper, "_plugged", doorkeeper._Plugged())
    app = Flask(__name__)
    doorkeeper.plug(
        app,
        faces=lambda _room, _language: "<p>",
        style=Style,
        regions=lambda _room, language: {"alerts": f"<div>{language}</div>"},
    )
    monkeypatch.setattr(doorkeeper, "speaking", lambda *_: nullcontext())
    return told


def test_a_change_is_printed_once_and_told_with_its_mark(said: list[dict[str, Any]]) -> None:
    for mark in (1, 1, 1, 2, 2):
        doorkeeper._give_pulse(ROOM, [], mark, {"ar"})
    assert [(each["alerts"], list(each["regions"])) for each in said] == [
        (1, ["alerts"]),
        (2, ["alerts"]),
    ]


def test_somebody_who_comes_changes_no_other_part_of_the_page(said: list[dict[str, Any]]) -> None:
    doorkeeper._give_pulse(ROOM, [], 1, {"ar"})
    doorkeeper._give_pulse(ROOM, [uuid4()], 1, {"ar"})
    assert [bool(each["regions"]) for each in said] == [True, False]


def test_a_language_that_joins_gets_its_own_print(said: list[dict[str, Any]]) -> None:
    doorkeeper._give_pulse(ROOM, [], 1, {"ar"})
    doorkeeper._give_pulse(ROOM, [], 1, {"ar", "fr"})
    assert len(said) == 3
    assert {each["regions"]["alerts"] for each in said} == {"<div>ar</div>", "<div>fr</div>"}
