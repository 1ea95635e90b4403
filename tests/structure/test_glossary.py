"""One word per thing: the catalogues, the terms and the code speak as docs/glossary.md says."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from crisis.timeline import terms
from tests.parts import words
from tests.structure.tree import ROOT, files

GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "| In the code | English | العربية | Français |"
FIELD = [
    *terms.LEVEL.values(),
    *terms.STATUS.values(),
    *terms.PHASE.values(),
    *terms.CRITERION.values(),
    *terms.HAZARD.values(),
    *terms.KIND.values(),
    *terms.CONTACT.values(),
    *terms.RANK.values(),
    *terms.DUTY.values(),
    *terms.PART.values(),
]


@dataclass(frozen=True)
class Term:
    """One row: a name in the code or nothing, and the word in each language."""

    code: str
    en: str
    ar: str
    fr: str


def rows(text: str) -> Iterator[Term]:
    """The rows of every table that has the glossary's four columns."""
    inside = False
    for line in text.splitlines():
        inside = line == HEADING or (inside and line.startswith("|"))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if inside and line != HEADING and not set(line) <= set("|-: "):
            code, en, ar, fr = cells
            yield Term(code.strip("`–"), en, ar, fr)


@cache
def glossary() -> tuple[Term, ...]:
    return tuple(rows(GLOSSARY.read_text("utf-8")))


@cache
def catalogue(file: Path) -> dict[str, str]:
    """The sentences without a number, and what they are in this file's language."""
    return {m.id: m.string for m in read_po(file.open("rb")) if isinstance(m.id, str) and m.id}


def test_no_thing_has_two_rows() -> None:
    times = Counter(term.en.casefold() for term in glossary())
    twice = [word for word, n in times.items() if n > 1]

    assert not twice, f"{twice} stand in docs/glossary.md twice. What to do: keep the better row."


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_term_is_translated_by_its_word(language: str) -> None:
    said = catalogue(words.po_file(language))
    wrong = [
        f"  {term.en}: {said[term.en]}, where the glossary says {getattr(term, language)}"
        for term in glossary()
        if said.get(term.en, getattr(term, language)) != getattr(term, language)
    ]

    assert not wrong, "\n".join(
        [
            f"The {language} catalogue has other words than docs/glossary.md:",
            *wrong,
            "What to do: use the glossary's word; if the thing needs another, change both.",
        ]
    )


def test_every_term_of_the_field_is_in_the_glossary() -> None:
    known = {term.en for term in glossary()}
    missing = [each.msgid for each in FIELD if each.msgid not in known]

    assert not missing, (
        f"{missing} are in crisis/timeline/terms.py only. What to do: give each a row in"
        " docs/glossary.md."
    )


def test_every_name_in_the_code_still_stands_there() -> None:
    code = "\n".join(file.read_text("utf-8") for file in files("crisis/**/*.py"))
    named = set(re.findall(r"\w+", code))
    gone = sorted({term.code for term in glossary() if term.code and term.code not in named})

    assert not gone, (
        f"docs/glossary.md names {gone}, which nothing in crisis/ is called any more."
        " What to do: write the new name, or a dash."
    )
