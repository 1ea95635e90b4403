"""What reads from left to right also among Arabic words: a number to dial, a reference, an address.

The marks are those of a page. A text that leaves the house is sent word for word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

_ARABIC: Final = re.compile(r"[\u0590-\u08ff]")
_RUN: Final = re.compile(
    r"https?://[!-~]+"
    r"|\+\d+(?:[ \u00a0().-]{1,3}\d+)*"
    r"|\(?\d+(?:[ \u00a0().-]{1,3}\d+)+(?!\w|[-/.:@_]\w)"
    r"|[A-Za-z0-9]+(?:[-/.:@_]+[A-Za-z0-9]+)+"
)
_AFTER: Final = ".,:;!?)/"
"""Signs of the sentence around an address, not of the address."""
_DIALLED: Final = range(6, 19)


@dataclass(frozen=True)
class Run:
    """Characters that follow each other in one direction; `pieces`: number of the part, text."""

    is_straight: bool
    pieces: Sequence[tuple[int, str]]


def marked(text: str) -> Markup:
    """The text for a page, with its left-to-right runs marked."""
    return Markup("").join(
        Markup('<bdi dir="ltr">{}</bdi>').format(text[start:end])
        if run
        else escape(text[start:end])
        for run, start, end in _spans(text)
    )


def runs_of(parts: Sequence[str]) -> list[Run]:
    """The same of a text in several parts: a number that two parts share stays one run."""
    spans = _spans("".join(parts))
    return [Run(run, list(_pieces(parts, start, end))) for run, start, end in spans]


def _spans(text: str) -> Iterator[tuple[bool, int, int]]:
    """Whether it is a run, where it starts, where it ends; together the whole text."""
    reached = 0
    for start, end in _runs(text) if _ARABIC.search(text) else ():
        if start > reached:
            yield False, reached, start
        yield True, start, end
        reached = end
    if reached < len(text):
        yield False, reached, len(text)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    for match in _RUN.finditer(text):
        run = match.group().rstrip(_AFTER) if "://" in match.group() else match.group()
        if _is_turned_round(run):
            yield match.start(), match.start() + len(run)


def _is_turned_round(run: str) -> bool:
    """Whether it would read in another order among Arabic words; a time, a decimal would not."""
    if run.startswith("+") or re.search(r"[A-Za-z/@]|\d-\d", run):
        return True
    return sum(each.isdigit() for each in run) in _DIALLED and re.search(r"\s", run) is not None


def _pieces(parts: Sequence[str], start: int, end: int) -> Iterator[tuple[int, str]]:
    at = 0
    for number, part in enumerate(parts):
        piece = part[max(start - at, 0) : max(end - at, 0)]
        if piece:
            yield number, piece
        at += len(part)
