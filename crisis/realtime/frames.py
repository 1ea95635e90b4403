"""What a browser may say to a room: a short list, read strictly before anything else sees it.

A page of ours answers pings, connects once, and sends three kinds of messages. Whatever else
arrives was not written by our page, and the socket it came from is closed.
"""

import json
import re
from enum import Enum, auto
from typing import Final

MESSAGES: Final = frozenset({"enter", "leave", "enter_office"})
"""The names of everything a page may say; others are dropped unread."""

DEEPEST: Final = 8
"""How many brackets a message may open. Ours open two."""

_MESSAGE: Final = re.compile(r"2(?P<ack>[0-9]{0,9})(?P<said>\[.*\])", re.DOTALL)


class Kind(Enum):
    """What to do with something that was said."""

    HEED = auto()
    PONG = auto()
    DROP = auto()
    FAREWELL = auto()


class Hostile(Exception):
    """No page of ours sends this. Its text names the rule it breaks, and quotes nothing."""


def kind_of(text: str) -> Kind:
    """What to do with one text message of Engine.IO 4 that carries Socket.IO 5.

    Raises `Hostile` for what breaks these protocols, or uses a part of them that we do not.
    """
    match text[:2]:
        case "3":
            return Kind.PONG
        case "1" | "41":
            return Kind.FAREWELL
        case "40":
            return _connecting(text[2:])
        case "42":
            return _saying(text[1:])
    raise Hostile("a packet of a kind that pages do not send")


def _connecting(auth: str) -> Kind:
    if auth and not isinstance(_parsed(auth), dict):
        raise Hostile("a connect packet without an object")
    return Kind.HEED


def _saying(packet: str) -> Kind:
    found = _MESSAGE.fullmatch(packet)
    if found is None:
        raise Hostile("a message that is not a list")
    said = _parsed(found["said"])
    if not isinstance(said, list) or not said or not isinstance(said[0], str):
        raise Hostile("a message without a name")
    return Kind.HEED if said[0] in MESSAGES else Kind.DROP


def _parsed(text: str) -> object:
    # Counted before parsing: a deep nest costs the parser its stack.
    if text.count("[") + text.count("{") > DEEPEST:
        raise Hostile("a message nested too deep")
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_refuse)
    except ValueError:
        raise Hostile("a message that is not JSON") from None


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Two values under one name: whoever checks might read the one, and whoever acts the other."""
    if len({name for name, _value in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(_constant: str) -> object:
    raise ValueError  # NaN and Infinity are Python's own, and no JSON
