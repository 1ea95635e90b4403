"""What a page may say is a short list; the rest is dropped unread, or ends the connection."""

import json
import pkgutil
from importlib import import_module

import pytest

from crisis.realtime.frames import Hostile, Kind, kind_of
from crisis.statements import commands
from crisis.statements.model.statement import Statement

PAGES_SAY = [
    "40",
    '40{"ticket":"abc"}',
    '42["enter",{"incident":"x","after":0}]',
    '420["leave",{}]',
    '42123456789["enter_office",{}]',
    '42["enter"]',
]
SERVERS_SAY = [
    '42["news",{}]',
    '42["published",{}]',
    '42["connect",{},{"ticket":"abc"}]',
    '42["disconnect"]',
    '42["__proto__",{}]',
    '421["message","hello"]',
]
NOBODY_SAYS = [
    "",
    "9zzz",
    "\x00",
    "b!!!!",
    "2",
    "2probe",
    "3probe",
    "4",
    "5",
    "6",
    "0{}",
    "42",
    '42{"a":',
    '42["who"',
    '42"enter"',
    "42[]",
    "42[1]",
    "42[null]",
    "42" + "1" * 400,
    "42" + "[" * 20_000,
    '42["enter",' + "[" * 200 + "]" * 200 + "]",
    '42["enter",' + "9" * 10_000 + "]",
    '42/other,["enter",{}]',
    '40/other,{"ticket":"abc"}',
    "40[]",
    "40null",
    '40"abc"',
    "43[]",
    '430["answer"]',
    "44{}",
    '451-["enter",{"_placeholder":true,"num":0}]',
    '4599999999-["enter"]',
    '45999-["x"]',
    "461-[]",
    "42-1[]",
    '42٣["enter",{}]',
]


@pytest.mark.parametrize("text", PAGES_SAY)
def test_what_pages_say_is_heeded(text: str) -> None:
    assert kind_of(text) is Kind.HEED


def test_the_answer_to_a_ping_is_known() -> None:
    assert kind_of("3") is Kind.PONG


@pytest.mark.parametrize("text", SERVERS_SAY)
def test_events_of_the_server_and_unknown_ones_are_dropped_unread(text: str) -> None:
    assert kind_of(text) is Kind.DROP


@pytest.mark.parametrize("text", ["1", "41"])
def test_goodbye_is_goodbye(text: str) -> None:
    assert kind_of(text) is Kind.FAREWELL


@pytest.mark.parametrize("text", NOBODY_SAYS, ids=lambda text: repr(text)[:24])
def test_what_no_page_says_is_hostile(text: str) -> None:
    with pytest.raises(Hostile):
        kind_of(text)


ROOMS = [
    import_module(f"{commands.__name__}.{each.name}")
    for each in pkgutil.iter_modules(commands.__path__)
]
ACTS = sorted(
    name
    for room in ROOMS
    for name, act in vars(room).items()
    if hasattr(act, "action") and getattr(act, "subject", None) is Statement
)


@pytest.mark.parametrize("act", [*ACTS, *(name.replace("_", ".") for name in ACTS)])
@pytest.mark.parametrize("text", ["تم إلغاء \u202eالتحذير", "نص\u0000", "<script>", "{{ config }}"])
def test_nothing_is_written_signed_or_released_through_a_socket(act: str, text: str) -> None:
    said = json.dumps([act, {"number": 1, "version": 1, "ar": [text], "reason": text}])
    assert kind_of(f"42{said}") is Kind.DROP
