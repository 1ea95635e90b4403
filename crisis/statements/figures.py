"""Figures that people will quote, and whether a sentence says who confirmed them and when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import BaseModel, ConfigDict

from crisis.statements.elements import Element, elements_of
from crisis.statements.reading import Phrases, Sentence, clock_times
from crisis.statements.written_content import written

_NUMBER: Final = r"[0-9]{1,3}(?:[ ,.٬][0-9]{3})+|[0-9]+(?:[.,٫][0-9]+)?"
_STANDING_NUMBER: Final = re.compile(
    rf"(?<![0-9A-Za-z:.,/+-])(?:{_NUMBER})(?![0-9A-Za-z]|[:./,٫٬-][0-9])"
)
_MOST_BETWEEN: Final = 2
_UP_TO: Final = (" ", ": ", " : ", " الي ", " to ", " at ", " a ")
"""What may stand between a tally and its number, folded."""
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")

Span = tuple[int, int]


@dataclass(frozen=True)
class Figure:
    """A number of something that counts, in its sentence."""

    sentence: Sentence
    start: int
    end: int

    @property
    def written(self) -> str:
        """The number and what it counts, as they were written."""
        return self.sentence.written(self.start, self.end)


class FigureWords(BaseModel):
    """The words by which figures, their sources and their labels are known."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid", frozen=True)

    counted: Phrases
    tallied: Phrases
    between: Phrases
    percent: Phrases
    sources: Phrases
    source_lines: Phrases
    confirmed: Phrases
    provisional: Phrases
    approximate: Phrases
    quoted: Phrases

    def figures(self, sentence: Sentence) -> Iterator[Figure]:
        """The figures in a sentence that speaks for itself, and does not repeat a wrong one."""
        if any(start == 0 for start, _ in self.quoted.spans(sentence)):
            return
        marks = self._marks(sentence)
        for number in _STANDING_NUMBER.finditer(sentence.folded):
            for seen in (marks.percentage, marks.counted_behind, marks.counted_before):
                if span := seen(*number.span()):
                    yield Figure(sentence, *span)
                    break

    def _marks(self, sentence: Sentence) -> "_Marks":
        tallied = list(self.tallied.spans(sentence))
        return _Marks(
            sentence.folded,
            percent=dict(self.percent.spans(sentence)),
            counted=dict(self.counted.spans(sentence)),
            between=dict(self.between.spans(sentence)),
            tallied=dict(tallied),
            tallied_by_end={end: start for start, end in tallied},
            advises=Element.ADVICE in elements_of(sentence),
        )

    def is_sourced(self, sentence: Sentence) -> bool:
        """Whether the sentence names who says so, in words or in brackets."""
        in_brackets = (found.group(1) for found in _BRACKETS.finditer(sentence.folded))
        return self.sources.within(sentence) or any(
            re.search(r"[^\W\d_]{3}", said) for said in in_brackets
        )

    def is_labelled(self, sentence: Sentence) -> bool:
        """Whether the sentence calls its figures confirmed or provisional."""
        return self.confirmed.within(sentence) or self.provisional.within(sentence)

    def is_timed(self, sentence: Sentence) -> bool:
        """Whether a time of day stands in the sentence."""
        return bool(clock_times(sentence.folded))


@dataclass(frozen=True)
class _Marks:
    """What stands beside the numbers of one sentence: where each word begins, and where it ends."""

    text: str
    percent: dict[int, int]
    counted: dict[int, int]
    between: dict[int, int]
    tallied: dict[int, int]
    tallied_by_end: dict[int, int]
    advises: bool

    def percentage(self, start: int, end: int) -> Span | None:
        if self.text[end : end + 1] in ("%", "٪"):
            return start, end + 1
        return (start, self.percent[end + 1]) if end + 1 in self.percent else None

    def counted_behind(self, start: int, end: int) -> Span | None:
        """As in «20 ألف أسرة» or "150 confirmed deaths"."""
        for _ in range(_MOST_BETWEEN + 1):
            end += self.text[end : end + 1] == " "
            if end in self.counted:
                # "Groups of 5 people" in an advice is no figure; "5 dead" always is.
                meant = end in self.tallied or not self.advises
                return (start, self.counted[end]) if meant else None
            if end not in self.between:
                return None
            end = self.between[end]
        return None

    def counted_before(self, start: int, end: int) -> Span | None:
        """As in «الوفيات 150» or "deaths: 150"."""
        for between in _UP_TO:
            if self.text.endswith(between, 0, start):
                noun = self.tallied_by_end.get(start - len(between))
                if noun is not None:
                    return noun, end
        return None


@cache
def figure_words() -> FigureWords:
    """The words of config/statements/figures.yaml."""
    return FigureWords.model_validate(written("statements/figures.yaml"))
