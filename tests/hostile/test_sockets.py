"""Whatever is said on a socket: read strictly, answered clearly, or not listened to at all."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from flask_babel import force_locale

from crisis.kernel.errors import Invalid
from crisis.realtime import frames, sockets
from crisis.realtime.frames import Hostile, Kind
from crisis.web.locale import say
from tests.hostile.data import INPUTS, Input, rows
from tests.hostile.test_rows import SHAPES
from tests.hostile.world import World

INCIDENT = "01980000-0000-7000-8000-0000000000aa"
RIGHT: Mapping[str, Any] = {"incident": INCIDENT, "after": 0, "ticket": "t" * 43}
FASTEST = 1.0


def what_comes_of(text: str) -> str:
    """As the wire and the door read it: `hostile`, `dropped`, `invalid` or `well-formed`."""
    try:
        kind = frames.kind_of(text)
    except Hostile:
        return "hostile"
    if kind is not Kind.HEED:
        return "dropped"
    name, *said = json.loads(text[2:])
    try:
        sockets._read(shape_of(name), tuple(said))
    except Invalid:
        return "invalid"
    return "well-formed"


def shape_of(name: str) -> Any:
    return SHAPES.get(name) or getattr(sockets, name.title().replace("_", ""))


@pytest.mark.parametrize("row", rows()["payloads"], ids=lambda row: row["id"])
def test_what_is_said_comes_to_what_the_table_says(row: Mapping[str, Any]) -> None:
    text, times = row.get("times", ["", 0])
    said = row["said"] + str(text) * times + row.get("ends", "")
    started = time.thread_time()

    assert what_comes_of("42" + said.replace("$incident", INCIDENT)) == row["comes"]
    assert time.thread_time() - started < FASTEST


@pytest.mark.parametrize("input", INPUTS, ids=lambda each: each.id)
def test_every_field_of_every_message_is_read_strictly(input: Input) -> None:
    for name, row in rows()["messages"].items():
        for field in row:
            told = {other: RIGHT[other] for other in row} | {field: input.typed}
            for said in (told, {**told, field: [input.typed]}, {**told, input.typed: 1}):
                if name != "connect":
                    came = what_comes_of("42" + json.dumps([name, said]))
                    assert came in {"invalid", "hostile"} or is_uuid(input.typed), (name, field)
                elif field in said:
                    with pytest.raises(ValueError, match="validation error"):
                        shape_of(name).model_validate(said)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("input", INPUTS, ids=lambda each: each.id)
def test_what_is_no_json_ends_the_socket_and_nothing_else(input: Input) -> None:
    for text in (input.typed, f"42{input.typed}", f'42["enter",{input.typed}]', f"40{input.typed}"):
        started = time.thread_time()
        came = "hostile"
        if not is_json(text):
            came = what_comes_of(text[:64_000])
        assert came in {"hostile", "dropped"}, text[:60]
        assert time.thread_time() - started < FASTEST


def is_json(text: str) -> bool:
    try:
        json.loads(text.removeprefix("42").removeprefix("40"))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_message_that_is_refused_is_refused_in_its_readers_language(
    world: World, language: str
) -> None:
    with world.app.test_request_context():
        with pytest.raises(Invalid) as caught:
            sockets._read(sockets.Enter, ({},))
        with force_locale(language):
            said = say(caught.value.message)

    assert said.strip()
    assert said != str(caught.value.message)
