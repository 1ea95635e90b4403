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
_UP_TO: Final = frozenset({" ", ": ", " : ", " الي ", " to ", " at ", " a "})
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
        for number in _STANDING_NUMBER.finditer(sentence.folded):
            for seen in (self._percentage, self._counted_behind, self._counted_before):
                if span := seen(sentence, *number.span()):
                    yield Figure(sentence, *span)
                    break

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

    def _percentage(self, sentence: Sentence, start: int, end: int) -> Span | None:
        if sentence.folded[end : end + 1] in ("%", "٪"):
            return start, end + 1
        ends = dict(self.percent.spans(sentence))
        return (start, ends[end + 1]) if end + 1 in ends else None

    def _counted_behind(self, sentence: Sentence, start: int, end: int) -> Span | None:
        """As in «20 ألف أسرة» or "150 confirmed deaths"."""
        counted, between = dict(self.counted.spans(sentence)), dict(self.between.spans(sentence))
        for _ in range(_MOST_BETWEEN + 1):
            end = _past_space(sentence.folded, end)
            if end in counted:
                meant = self._is_about_harm(sentence, end) or not _advises(sentence)
                return (start, counted[end]) if meant else None
            if end not in between:
                return None
            end = between[end]
        return None

    def _is_about_harm(self, sentence: Sentence, at: int) -> bool:
        """Whether the noun there is one of harm; "groups of 5 people" in an advice is no figure."""
        return any(start == at for start, _end in self.tallied.spans(sentence))

    def _counted_before(self, sentence: Sentence, start: int, end: int) -> Span | None:
        """As in «الوفيات 150» or "deaths: 150"."""
        for noun_start, noun_end in self.tallied.spans(sentence):
            if sentence.folded[noun_end:start] in _UP_TO:
                return noun_start, end
        return None


def _advises(sentence: Sentence) -> bool:
    return Element.ADVICE in elements_of(sentence)


def _past_space(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1] == " " else at


@cache
def figure_words() -> FigureWords:
    """The words of config/statements/figures.yaml."""
    return FigureWords.model_validate(written("statements/figures.yaml"))
