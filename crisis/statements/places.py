"""`{name}` places in a text, and what fills them: once over, never evaluating anything."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from crisis.people.model import Names, in_language
from crisis.statements.content import LANGUAGES, Language, Texts

Value = str | int | Texts
"""The same in every language, or a text for each."""

PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_COMMA: Final[Texts] = {"ar": "، ", "en": ", ", "fr": ", "}


def places_in(text: str) -> tuple[str, ...]:
    """The names of the places in a text, each once, in order."""
    return tuple(dict.fromkeys(PLACE.findall(text)))


def filled(text: str, values: Mapping[str, Value], language: Language) -> str:
    """The text with its places filled; those without a value stay as they are.

    What fills a place is never looked at again, whatever it holds.
    """

    def value_of(found: re.Match[str]) -> str:
        value = values.get(found[1], found[0])
        return value.get(language, found[0]) if isinstance(value, dict) else str(value)

    return PLACE.sub(value_of, text)


def stray_brace(text: str) -> int | None:
    """Where (1 for the first character) a brace stands that belongs to no place; None without."""
    rest = PLACE.sub(lambda found: " " * len(found[0]), text)
    found = re.search(r"[{}]", rest)
    return found.start() + 1 if found else None


def listed(names: Sequence[Texts]) -> Texts:
    """Names one after another, as each language lists them."""
    return {each: _COMMA[each].join(name[each] for name in names) for each in LANGUAGES}


def listed_names(names: Sequence[Names]) -> Texts:
    """The same of names that may be known in some languages only, each as well as it is known."""
    return listed([{each: in_language(name, each) for each in LANGUAGES} for name in names])
