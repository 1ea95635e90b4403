"""What a check looks at: a statement, sentence by sentence, and when and where it is said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from crisis.statements.content import LANGUAGES, Content, Language, Texts
from crisis.statements.elements import promise_in
from crisis.statements.reading import Sentence, sentences_of


@dataclass(frozen=True)
class LintContext:
    """What must be known beside the text. Times are aware."""

    level: int
    now: datetime
    zone: str
    """The incident's, in which times of day in the text are read."""
    country: str
    """The office's (ISO 3166), in which telephone numbers are read."""
    issued_at: datetime | None = None
    """When it goes out, as far as is known: at submission the deadline of approval, at release now;
    release prints that time. None when nothing will print it."""
    level_since: datetime | None = None
    """Since when the incident has been at this level; None is taken as just now."""
    victims: frozenset[str] = frozenset()
    """Names of the dead, injured and missing that were reported."""
    family_informed: bool = False
    """Whether the owning ministry said that the families of those named have been told."""
    official_numbers: frozenset[str] = frozenset()
    """Telephone numbers, in E.164, that the public may call."""
    claim: str | None = None
    """What a rebuttal answers, in the words of the rumour."""
    stale: frozenset[tuple[Language, int]] = frozenset()
    """Paragraphs (0: the title) that are older than their original and were not confirmed."""


@dataclass(frozen=True)
class Found:
    """One thing a check saw, and where; the values fill the places of the rule's message."""

    language: Language | None = None
    paragraph: int | None = None
    excerpt: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    message: Texts | None = None
    """Another message than the rule's."""
    advice: bool = False
    """Less grave than the rule."""

    @classmethod
    def at(cls, sentence: Sentence, excerpt: str = "", **more: Any) -> "Found":
        """In this sentence; `more` are fields of `Found`."""
        shown = excerpt or sentence.excerpt
        return cls(sentence.language, sentence.paragraph, shown, **more)


@dataclass(frozen=True)
class Subject:
    """A statement as the checks read it."""

    content: Content
    context: LintContext

    @cached_property
    def sentences(self) -> dict[Language, list[Sentence]]:
        """Title and body by language, Arabic first."""
        return {each: sentences_of(self.content, each) for each in self.content.languages}

    @property
    def every_sentence(self) -> Iterator[Sentence]:
        """The sentences of every language, one language after another."""
        return (sentence for read in self.sentences.values() for sentence in read)

    def body(self, language: Language) -> list[Sentence]:
        """The sentences of one language without its title."""
        return [each for each in self.sentences.get(language, []) if each.paragraph]

    @property
    def bodies(self) -> Iterator[tuple[Language, list[Sentence]]]:
        """Each language that has a body, and the sentences of it."""
        return ((each, body) for each in LANGUAGES if (body := self.body(each)))

    def promised_at(self) -> datetime | None:
        """When it promises the next update: beside the text, or else the earliest time in it."""
        if self.content.next_update_at:
            return self.content.next_update_at
        return promised_in(self.every_sentence, after=self.context.now, zone=self.context.zone)


def promised_in(sentences: Iterable[Sentence], *, after: datetime, zone: str) -> datetime | None:
    """The earliest time after `after` at which these sentences promise the next update."""
    since = after.astimezone(ZoneInfo(zone))

    def following(hour: int, minute: int) -> datetime:
        today = since.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return today if today > since else today + timedelta(days=1)

    promises = (promise_in(each) for each in sentences)
    return min((following(*promise) for promise in promises if promise), default=None)
