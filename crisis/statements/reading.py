"""How the product reads a statement: sentence by sentence, for phrases and times of day.

Everything is compared folded (`fold_arabic`), so that spelling, vowel marks, accents and case do
not matter; what is shown is always the text as it was written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Final

from pydantic import BeforeValidator, TypeAdapter

from crisis.kernel.text import fold_arabic, folded_words, plain_digits
from crisis.statements.content import Content, Language
from crisis.statements.templates import in_pieces

_EXCERPT: Final = 160
_AROUND: Final = " .,،؛;:!?؟…()«»“”"
_SENTENCE_END: Final = re.compile(r"[.!?؟…][»”\")\]]*(?=\s)|\n")
_ABBREVIATION: Final = re.compile(r"(?:^|[\s(«])(?:[A-Za-z]|M[mr]e?s?|Dr|St|No|art|د|أ|م)\.$")


@dataclass(frozen=True)
class Sentence:
    """A sentence where it stands; paragraph 0 is the title."""

    language: Language
    paragraph: int
    text: str

    @cached_property
    def words(self) -> list[str]:
        """What stands between white space and holds a letter or a digit."""
        return [word for word in self.text.split() if any(map(str.isalnum, word))]

    @cached_property
    def plain(self) -> str:
        """The text with digits 0-9, each character at its place."""
        return plain_digits(self.text)

    @cached_property
    def folded(self) -> str:
        """The text as phrases are compared with it."""
        return " ".join(self._folded_words)

    @property
    def excerpt(self) -> str:
        """The sentence, shortened at a word when it is long."""
        if len(self.text) <= _EXCERPT:
            return self.text
        return self.text[:_EXCERPT].rpartition(" ")[0] + " …"

    def written(self, start: int, end: int) -> str:
        """The words that `folded[start:end]` stands for, without the punctuation around them."""
        first = self.folded.count(" ", 0, start)
        last = self.folded.count(" ", 0, end)
        return " ".join(self._original_words[first : last + 1]).strip(_AROUND)

    def word_end(self, start: int) -> int:
        """Where the word that begins at `folded[start]` ends."""
        end = self.folded.find(" ", start)
        return len(self.folded) if end < 0 else end

    @cached_property
    def _original_words(self) -> list[str]:
        return [word for word in self.text.split() if _folded(word)]

    @cached_property
    def _folded_words(self) -> list[str]:
        return [_folded(word) for word in self._original_words]


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    return fold_arabic(word.replace("’", "'")).replace(" ", "")


def sentences_of(content: Content, language: Language) -> list[Sentence]:
    """The title and the body in one language, in sentences; a line is at least one.

    What a place still to be filled is called says nothing yet, so it is not read.
    """
    texts = [content.titles.get(language, "")]
    texts += [paragraph.text for paragraph in content.bodies.get(language, ())]
    return [
        Sentence(language, paragraph, sentence)
        for paragraph, text in enumerate(texts)
        for sentence in _sentences(_written_so_far(text))
    ]


def _written_so_far(text: str) -> str:
    return "".join("[—]" if name else words for words, name in in_pieces(text))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]:
        sentence = text[start:end].strip()
        if end < len(text) and _ABBREVIATION.search(sentence[-6:]):
            continue
        if sentence:
            yield sentence
        start = end


def says(text: str, words: str) -> bool:
    """Whether these words stand in the text, in whatever spelling, digits and punctuation."""
    wanted = " ".join(folded_words(words))
    return bool(wanted) and f" {wanted} " in f" {' '.join(folded_words(text))} "


# ── phrases ──────────────────────────────────────────────────────────────────────────────────────

_ARABIC_BEGINNINGS: Final = r"(?:و|ف)?(?:ب|ل|ك)?(?:ال)?"


class PhraseBook:
    """Phrases to look for, by language.

    A phrase is one word or several, found whole; `*` stands for any letters. In Arabic it may carry
    the particles و ف ب ل ك and the article. One that begins with `!` is no match where it stands,
    although a shorter one would be.
    """

    def __init__(self, phrases: Mapping[Language, Sequence[str]]) -> None:
        self._patterns = {
            language: _pattern(language, listed) for language, listed in phrases.items() if listed
        }

    def spans(self, sentence: Sentence) -> Iterator[tuple[int, int]]:
        """Where in `sentence.folded` a phrase stands, in order."""
        if pattern := self._patterns.get(sentence.language):
            yield from (found.span() for found in pattern.finditer(sentence.folded))

    def found(self, sentence: Sentence) -> Iterator[str]:
        """The phrases in the sentence, as they were written."""
        return (sentence.written(*span) for span in self.spans(sentence))

    def within(self, sentence: Sentence) -> bool:
        """Whether any phrase stands in the sentence."""
        return any(True for _ in self.spans(sentence))


def _pattern(language: Language, phrases: Sequence[str]) -> re.Pattern[str]:
    wanted = sorted((p for p in phrases if not p.startswith("!")), key=len, reverse=True)
    unwanted = [p[1:] for p in phrases if p.startswith("!")]
    beginning = _ARABIC_BEGINNINGS if language == "ar" else ""
    exception = rf"(?!{beginning}(?:{_any_of(unwanted)})(?!\w))" if unwanted else ""
    return re.compile(rf"(?<!\w){exception}{beginning}(?:{_any_of(wanted)})(?!\w)")


def _any_of(phrases: Sequence[str]) -> str:
    return "|".join(r"\w*".join(map(_literally, phrase.split("*"))) for phrase in phrases)


def _literally(part: str) -> str:
    return re.escape(fold_arabic(f"|{part.replace('’', chr(39))}|")[1:-1])


_LISTED: Final = TypeAdapter(dict[Language, list[str]])
Phrases = Annotated[PhraseBook, BeforeValidator(lambda listed: _book(listed))]
"""A phrase book where it is written as lists of phrases by language."""


def _book(listed: object) -> PhraseBook:
    return listed if isinstance(listed, PhraseBook) else PhraseBook(_LISTED.validate_python(listed))


# ── numbers to call, and times of day ────────────────────────────────────────────────────────────

_SHORT_NUMBER: Final = re.compile(r"(?<![0-9:.,/+-])[0-9]{3,6}(?![0-9%٪]|[:.,/-][0-9])")
_HALF: Final = r"[ap]\.?m\b\.?|صباحا|فجرا|ظهرا|عصرا|مساء|ليلا"
_CLOCK: Final = re.compile(
    r"(?<![0-9A-Za-z.,/])(?<![0-9]:)(?P<hour>[01]?[0-9]|2[0-4])"
    rf"(?:[:٫](?P<minute>[0-5][0-9])|\s?h(?:\s?(?P<minute_fr>[0-5][0-9]))?|(?=\s?(?:{_HALF})))"
    rf"(?::[0-5][0-9])?(?!\w|:[0-9])\s?(?P<half>{_HALF})?",
    re.IGNORECASE,
)
_LATER: Final = ("p", "ظهرا", "عصرا", "مساء")


@dataclass(frozen=True)
class ClockTime:
    """A time of day that stands at `start` of a text."""

    hour: int
    minute: int
    start: int


def has_short_number(sentence: Sentence) -> bool:
    """Whether a number stands there that could be a hotline: three to six digits, nothing else."""
    return bool(_SHORT_NUMBER.search(sentence.folded))


def clock_times(text: str) -> list[ClockTime]:
    """The times of day in a folded text: 14:30, 14 h 30, 2:30 pm, 2:30 مساء."""
    return [_clock_time(found) for found in _CLOCK.finditer(text)]


def _clock_time(found: re.Match[str]) -> ClockTime:
    hour = int(found["hour"]) % 24
    half = (found["half"] or "").lower()
    if half.startswith(_LATER) and hour < 12:
        hour += 12
    elif hour == 12 and half and not half.startswith(_LATER):
        hour = 0
    return ClockTime(hour, int(found["minute"] or found["minute_fr"] or 0), found.start())
