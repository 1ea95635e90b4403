"""The six elements a statement to frightened people should have, and how they are recognised."""

from enum import StrEnum
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict

from crisis.statements.content import Content, Language, Texts
from crisis.statements.reading import (
    PhraseBook,
    Phrases,
    Sentence,
    clock_times,
    sentences_of,
)
from crisis.statements.written_content import written


class Element(StrEnum):
    """What people need to hear, in the order they need it."""

    EMPATHY = "empathy"
    FACTS = "facts"
    UNKNOWN = "unknown"
    DOING = "doing"
    ADVICE = "advice"
    NEXT_UPDATE = "next_update"


def elements_found(content: Content, language: Language) -> dict[Element, bool]:
    """Which of the six the body has in one language; the promised time may stand beside it."""
    body = [sentence for sentence in sentences_of(content, language) if sentence.paragraph]
    found = set[Element]().union(*map(elements_of, body))
    if content.next_update_at:
        found.add(Element.NEXT_UPDATE)
    return {element: element in found for element in Element}


@lru_cache(maxsize=2048)
def elements_of(sentence: Sentence) -> frozenset[Element]:
    """The elements one sentence carries; a promise to speak again counts only with its time."""
    found = {element for element, phrases in markers().items() if phrases.within(sentence)}
    if promise_in(sentence) is None:
        found.discard(Element.NEXT_UPDATE)
    return frozenset(found)


def promise_in(sentence: Sentence) -> tuple[int, int] | None:
    """The hour and minute at which the sentence promises the next update; None when it does not."""
    times = clock_times(sentence.folded)
    for start, _end in markers()[Element.NEXT_UPDATE].spans(sentence):
        for time in times:
            if time.start > start:
                return time.hour, time.minute
    return None


def markers() -> dict[Element, PhraseBook]:
    """The phrases by which each element is recognised."""
    return _book().phrases


def element_names() -> dict[Element, Texts]:
    """What people call each element, in three languages."""
    return _book().names


class _Book(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid", frozen=True)

    names: dict[Element, Texts]
    phrases: dict[Element, Phrases]


@cache
def _book() -> _Book:
    return _Book.model_validate(written("statements/elements.yaml"))
