"""Which translations still say what the original says: each remembers what it was written beside.

An original is never compared with its translation, only with itself: a translation is outdated when
the original beside it says something else than it did when somebody wrote that translation, or
found it true. What was written before anybody kept count is taken to belong together.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from crisis.statements.content import LANGUAGES, Content, Language
from crisis.statements.diff import Segments, diff_words

Beside = dict[str, dict[str, list[str]]]
"""By language and translation, the originals it is true to, newest last; none: it came first."""

Place = tuple[Language, int]
"""A language and a paragraph of it, counted from 1; 0 is the title."""


@dataclass(frozen=True)
class Outdated:
    """A translation, and what became of its original since."""

    language: Language
    paragraph: int
    original: Language
    change: Segments


def as_it_stands(content: Content) -> Beside:
    """Every translation taken to be true to the original beside it."""
    return remembered({}, content)


def remembered(known: Beside, content: Content, confirmed: Collection[Place] = ()) -> Beside:
    """What is known once `content` was written, and these translations were found true again."""
    after: Beside = {}
    for place, original, translation in _pairs(content):
        language = str(place[0])
        before = known.get(language, {}).get(translation)
        originals = list(filter(None, [original])) if before is None else list(before)
        if place in confirmed:
            originals.append(original)
        # The same words may stand in several places, true to the original of each.
        here = after.setdefault(language, {}).setdefault(translation, [])
        here.extend(each for each in originals if each not in here)
    return after


def settled(known: Beside, content: Content) -> Beside:
    """The same once the text is sent: what was written first belongs to the original it has now."""
    first = [
        place
        for place, _original, translation in _pairs(content)
        if not known.get(str(place[0]), {}).get(translation, [""])
    ]
    return remembered(known, content, first)


def outdated(known: Beside, content: Content) -> list[Outdated]:
    """The translations whose original changed under them, in reading order."""
    spoken = content.languages
    return [
        Outdated(*place, original=spoken[0], change=diff_words(originals[-1], original))
        for place, original, translation in _pairs(content)
        if (originals := known.get(str(place[0]), {}).get(translation))
        and original not in originals
    ]


def _pairs(content: Content) -> Iterator[tuple[Place, str, str]]:
    """Each translated paragraph: its place, its original, and what it says."""
    original, *others = _columns(content)
    for language, texts in others:
        for paragraph, translation in enumerate(texts):
            if translation:
                beside = original[1][paragraph] if paragraph < len(original[1]) else ""
                yield (language, paragraph), beside, translation


def _columns(content: Content) -> list[tuple[Language, list[str]]]:
    """By language, the title and the paragraphs below it; the original first."""
    return [
        (
            each,
            [content.titles.get(each, ""), *(part.text for part in content.bodies.get(each, ()))],
        )
        for each in content.languages or _NOTHING_YET
    ]


_NOTHING_YET: Final = LANGUAGES[:1]
