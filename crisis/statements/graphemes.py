"""Where a text may be cut without harming what a reader sees as one character.

Unicode's extended grapheme clusters (UAX #29), as far as statements need them: Arabic, Latin and
emoji. Hangul letters written in parts, and Indic letters that join by a virama, may be parted.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_ZWJ: Final = "\u200d"
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)
_EXTENDING: Final = frozenset(
    ("\u200c", _ZWJ, "\uff9e", "\uff9f", *map(chr, _SKIN_TONES), *map(chr, _TAGS))
)
_PREPENDED: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)


def graphemes(text: str) -> Iterator[str]:
    """The characters readers see, one after another; joined they are the text."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or _parts(text, start, end):
            yield text[start:end]
            start = end


def may_part(before: str, after: str) -> bool:
    """Whether a text may be cut between these two characters, which are no emoji."""
    if before.isascii() and after.isascii():
        return (before, after) != ("\r", "\n")
    left, right = _role(before), _role(after)
    if "control" in (left, right):
        return True
    return right != "extends" and left != "prepended"


def _parts(text: str, start: int, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if not may_part(before, after):
        return False
    if ord(before) in _FLAG_LETTERS and ord(after) in _FLAG_LETTERS:
        return (at - start) % 2 == 0
    return not (before == _ZWJ and _pictures(after) and _pictures(text[start]))


@lru_cache(maxsize=4096)
def _role(character: str) -> str:
    category = unicodedata.category(character)
    if character in _EXTENDING or category[0] == "M":
        return "extends"
    if character in _PREPENDED:
        return "prepended"
    return "control" if category in ("Cc", "Cf", "Zl", "Zp") else "stands"


def _pictures(character: str) -> bool:
    if ord(character) in _FLAG_LETTERS:
        return False
    return unicodedata.category(character)[0] == "S" or character in "\u203c\u2049"
