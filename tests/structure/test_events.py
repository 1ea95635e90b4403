"""Every event can be told to a reader, in every language, whatever its facts."""

import dataclasses
import typing
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

from crisis import records
from crisis.kernel.event import REGISTRY, Event
from crisis.kernel.words import Message
from crisis.statements.model.states import Answer
from crisis.timeline.naming import Naming
from crisis.timeline.words import TOLD
from tests.parts import words
from tests.structure.tree import ROOT

LANGUAGES = ("en", *words.LANGUAGES)
ONE, OTHER = UUID(int=1), UUID(int=2)
EVENTS = sorted(name for name in REGISTRY if "." in name)  # a name without a dot is a base
ORDINARY: dict[Any, list[Any]] = {
    UUID: [ONE, OTHER],
    int: [1, 3],
    bool: [True, False],
    str: ["ar", "fr"],
    datetime: [datetime(2026, 11, 21, 12, tzinfo=UTC)],
    NoneType: [None],
    Any: ["text"],
}
REMEDY = (
    "What to do: add it to TOLD in the crisis/timeline/words_of_….py of its room, then `make words`"
    " and translate."
)


class Everybody:
    """One person of one ministry: that id is known, every other is not."""

    people: typing.ClassVar = {ONE: {"ar": "ليلى", "en": "Layla", "fr": "Leïla"}}
    ministries: typing.ClassVar = {ONE: {"ar": "الصحة", "en": "Health", "fr": "Santé"}}
    ministry_of: typing.ClassVar = {ONE: ONE}


def test_every_table_is_loaded() -> None:
    assert records.incidents, "the events below are those of every slice with tables"


def test_every_event_is_told() -> None:
    silent = [name for name in EVENTS if name not in TOLD]
    assert not silent, f"Nobody can read of {silent}. {REMEDY}"


def test_nothing_is_told_that_never_happens() -> None:
    unheard = sorted(TOLD.keys() - REGISTRY.keys())
    assert not unheard, f"No event is called {unheard}. What to do: take it out of TOLD."


def test_every_event_is_told_in_one_room() -> None:
    rooms = (ROOT / "crisis" / "timeline").glob("words_of_*.py")
    told = Counter(
        name for room in rooms for name in import_module(f"crisis.timeline.{room.stem}").TOLD
    )

    assert told == Counter(TOLD.keys()), "What to do: unite all of them in words.py, each once."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_reads_well(name: str, language: str) -> None:
    telling, naming = TOLD[name], Naming(language, Everybody())
    for event in examples(REGISTRY[name]):
        sentence = telling.sentence(event.facts(), naming)
        labels = [label for _key, label in telling.details]
        for message in filter(None, [telling.look(event.facts())[1], sentence, *labels]):
            assert "{" not in said(message, language), message


def said(message: Message, language: str) -> str:
    """The message in a language; fails when the catalogue has no words for it."""
    spoken = message.msgid if language == "en" else catalogue(language).get(message.msgid)
    assert spoken, f"No words in {language} for {message.msgid!r}. {REMEDY}"
    told = {
        place: said(value, language) if isinstance(value, Message) else value
        for place, value in message.params.items()
    }
    return spoken.format_map(told)


@cache
def catalogue(language: str) -> dict[str, str]:
    with words.po_file(language).open("rb") as file:
        return {m.id: m.string for m in read_po(file) if m.id and isinstance(m.string, str)}


def examples(kind: type[Event]) -> Iterator[Event]:
    """Events of this kind: one plain, then one for every other value a field could have."""
    hints = typing.get_type_hints(kind)
    fields = {each.name: list(values(hints[each.name])) for each in dataclasses.fields(kind)}
    plain = {field: some[0] for field, some in fields.items()}
    yield kind(**plain)
    for field, some in fields.items():
        yield from (kind(**(plain | {field: value})) for value in some[1:])


def values(hint: Any) -> Iterator[Any]:
    """What a field of this type may hold, the most ordinary first."""
    if isinstance(hint, UnionType):
        for part in typing.get_args(hint):
            yield from values(part)
    elif isinstance(hint, type) and issubclass(hint, StrEnum):
        yield from hint
    elif typing.get_origin(hint) is list:
        yield from ([], [next(values(*typing.get_args(hint)))])
    elif typing.get_origin(hint) is dict:
        key, value = typing.get_args(hint)
        yield from ({next(values(key)): next(values(value))}, {})
    else:
        yield from ORDINARY[hint]


def test_an_answer_that_is_no_approval_is_not_told_as_one() -> None:
    told = TOLD["statement.answered"]
    looks = {each: told.look({"answer": each}) for each in Answer}

    assert looks[Answer.APPROVE] == (told.icon, told.kind)
    assert len({kind for _icon, kind in looks.values()}) == len(Answer)
