"""Which kind of incident a title speaks of, by the words of `config/hazards.yaml`."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from crisis.kernel.text import folded_words
from crisis.people.model import Hazard

SHORT: Final = 3
CLITICS: Final = "وفبلك"
ENDINGS: Final = ("s", "es", "e", "ees", "ات", "ان", "ين", "ون")
"""What a listed word may have behind it: a plural, a feminine. With `*` it may go on in any way."""
_FILE: Final = Path(__file__).resolve().parents[2] / "config" / "hazards.yaml"

Phrase = tuple[str, ...]


def suggested(title: str) -> Hazard | None:
    """The hazard with most of its words in the title; of those alike, the one with the longest.

    None where no word of any is there: then nothing is suggested.
    """
    words = folded_words(title)
    found = [(_found(words, phrases), hazard) for hazard, phrases in _phrases().items()]
    best, hazard = max(found, key=lambda each: each[0])
    return hazard if best > (0, 0) else None


def _found(words: list[str], phrases: list[Phrase]) -> tuple[int, int]:
    """At how many places one of the phrases begins, and how many letters of theirs are there."""
    lengths = [_longest(words[at:], phrases) for at in range(len(words))]
    return sum(length > 0 for length in lengths), sum(lengths)


def _longest(words: list[str], phrases: list[Phrase]) -> int:
    """How many letters the longest phrase has that stands at the beginning of these words."""
    bare = [_bare(words[0]), *words[1:]]
    found = [each for each in phrases if _begins(words, each) or _begins(bare, each)]
    return max((sum(len(part) for part in phrase) for phrase in found), default=0)


def _begins(words: list[str], phrase: Phrase) -> bool:
    return len(words) >= len(phrase) and all(
        _is(word, part) for word, part in zip(words, phrase, strict=False)
    )


def _is(word: str, part: str) -> bool:
    if part.endswith("*"):
        return word.startswith(part[:-1])
    stem = part.removesuffix("ه")  # «طائرة», «طائرات»
    return word == part or (len(part) >= SHORT and word in {stem + each for each in ENDINGS})


def _bare(word: str) -> str:
    """Without the one letter that Arabic writes before a word for *and*, *so*, *in* or *for*."""
    return folded_words(word[1:])[0] if word[0] in CLITICS and len(word) > SHORT + 1 else word


def _phrase(listed: str) -> Phrase:
    words = folded_words(listed)
    return (*words[:-1], words[-1] + "*") if listed.endswith("*") else tuple(words)


@cache
def _phrases() -> dict[Hazard, list[Phrase]]:
    read = yaml.safe_load(_FILE.read_text("utf-8"))
    return {
        Hazard(code): [_phrase(each) for listed in entry["words"].values() for each in listed]
        for code, entry in read.items()
    }
