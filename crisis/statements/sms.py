"""How many parts a text message takes, counted as carriers count, and a spelling that takes fewer.

A message in the GSM alphabet has room for 160 characters, or 153 in each of several parts; one
character outside it, and the whole message has room for 70, or 67, UTF-16 units. Arabic is always
of the second kind. No visible character is divided between two parts.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from crisis.statements.graphemes import graphemes

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Written with an escape before them: each takes the room of two."""

_ROOM: Final = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units in a message of one part, and in each of several."""


@dataclass(frozen=True)
class SmsLength:
    """What a text takes as an SMS."""

    encoding: Literal["GSM-7", "UCS-2"]
    parts: tuple[str, ...]
    """The text of each part; joined they are the text."""
    units: int
    """Septets or UTF-16 units in all."""
    room_left: int
    """Units that still fit without another part."""

    @property
    def count(self) -> int:
        """How many parts are sent and paid for."""
        return len(self.parts)


def sms_length(text: str) -> SmsLength:
    """How many parts `text` takes, and what stands in each; an empty text takes one."""
    fits_gsm = all(character in _BASIC or character in _EXTENDED for character in text)
    encoding: Literal["GSM-7", "UCS-2"] = "GSM-7" if fits_gsm else "UCS-2"
    measure = _septets if fits_gsm else _utf16_units
    alone, among_others = _ROOM[encoding]
    units = measure(text)
    parts = [text] if units <= alone else _parts(text, among_others, measure)
    room = alone if len(parts) == 1 else among_others
    return SmsLength(encoding, tuple(parts), units, room - measure(parts[-1]))


def _parts(text: str, room: int, measure: Callable[[str], int]) -> list[str]:
    parts, part, used = [], "", 0
    for piece in _indivisible(text, room, measure):
        size = measure(piece)
        if used + size > room:
            parts.append(part)
            part, used = "", 0
        part, used = part + piece, used + size
    return [*parts, part]


def _indivisible(text: str, room: int, measure: Callable[[str], int]) -> Iterable[str]:
    """The visible characters; one that no part has room for, character by character."""
    for grapheme in graphemes(text):
        if measure(grapheme) > room:
            yield from grapheme
        else:
            yield grapheme


def _septets(text: str) -> int:
    return sum(2 if character in _EXTENDED else 1 for character in text)


def _utf16_units(text: str) -> int:
    return sum(2 if character > "\uffff" else 1 for character in text)


# ── spelling ─────────────────────────────────────────────────────────────────────────────────────

_INSTEAD: Final = str.maketrans(
    {
        **dict.fromkeys("âáãā", "a"), **dict.fromkeys("ÂÀÁÃ", "A"), "ç": "c",
        **dict.fromkeys("êëē", "e"), **dict.fromkeys("ÊËÈ", "E"),
        **dict.fromkeys("îïíī", "i"), **dict.fromkeys("ÎÏÌÍ", "I"),
        **dict.fromkeys("ôõóō", "o"), **dict.fromkeys("ÔÕÒÓ", "O"),
        **dict.fromkeys("ûúū", "u"), **dict.fromkeys("ÛÙÚ", "U"), "ÿ": "y", "Ÿ": "Y",
        "œ": "oe", "Œ": "OE", "‘": "'", "’": "'", "“": '"', "”": '"',
        "–": "-", "—": "-", "−": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip
_GUILLEMETS: Final = re.compile(r"(?<=«) | (?=»)")


def gsm_spelling(text: str) -> str:
    """The text in letters of the GSM alphabet, as far as English and French readers accept it.

    Only offered, never applied unasked. What has no such spelling stays as it is.
    """
    text = _GUILLEMETS.sub("", text.translate(_INSTEAD))
    return text.replace("«", '"').replace("»", '"')


def outside_gsm(text: str) -> tuple[str, ...]:
    """The visible characters that make this text a message of the smaller kind, each once."""
    known = _BASIC | _EXTENDED
    return tuple(dict.fromkeys(each for each in graphemes(text) if not known.issuperset(each)))
