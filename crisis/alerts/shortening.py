"""How a text could take one SMS part less: only offered, never done unasked."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from crisis.statements.content import Language
from crisis.statements.sms import gsm_spelling, sms_length

Way = Literal["spell", "tight"]

_MARKS: Final = re.compile("[\u064b-\u0652\u0670\u0640]")
_SPACES: Final = re.compile(r"[ \t]{2,}")
_ENDS: Final = re.compile(r"[ .]+(?=\n|$)")
_DASHES: Final = re.compile(r" [-–—] ")


@dataclass(frozen=True)
class Offer:
    """A text that says the same, and takes fewer parts."""

    way: Way
    parts: int


def offers(raw: str, filled: str, language: Language) -> list[Offer]:
    """Ways to write it (`filled`: with every place filled) that take fewer parts, fewest first."""
    now = sms_length(filled).count
    found: list[Offer] = []
    if language != "ar" and sms_length(gsm_spelling(filled)).encoding == "GSM-7":
        found.append(Offer("spell", sms_length(gsm_spelling(filled)).count))
    found.append(Offer("tight", sms_length(rewritten(filled, "tight")).count))
    fewer = [each for each in found if each.parts < now]
    return sorted(fewer, key=lambda each: (each.parts, each.way))


def rewritten(text: str, way: Way) -> str:
    """`spell`: in the letters of the GSM alphabet; `tight`: without vowel signs, doubled spaces,
    and stops at the ends of lines."""
    if way == "spell":
        return gsm_spelling(text)
    text = _MARKS.sub("", text)
    text = _DASHES.sub("، " if re.search("[\u0600-\u06ff]", text) else ", ", text)
    return _ENDS.sub("", _SPACES.sub(" ", text))


def too_much(filled: str) -> int:
    """How many units to leave out so that it takes one part less; 0 where it takes one already."""
    length = sms_length(filled)
    if length.count == 1:
        return 0
    alone, among = (160, 153) if length.encoding == "GSM-7" else (70, 67)
    fewer = length.count - 1
    return max(1, length.units - (alone if fewer == 1 else fewer * among))
