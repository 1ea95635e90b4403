"""Scripts are written in code: what people read comes with the page, in the reader's language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import Finding, files, must_be_empty

# A comment, a string of any of the three kinds, or a regular expression: whichever begins first.
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|\"(?P<double>(?:[^\"\\\n]|\\.)*)\"|'(?P<single>(?:[^'\\\n]|\\.)*)'"
    r"|`(?P<template>(?:[^`\\]|\\.)*)`"
    r"|(?<=[=(,:!&|?{};])\s*/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*",
    re.DOTALL,
)
TOLD_AT_ONCE = re.compile(
    r"(?:(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*\+?=\s*"
    r"|setAttribute\(\s*\"(?:aria-label|aria-description|title|placeholder|alt)\"\s*,\s*"
    r"|\b(?:announce|confirm|alert|prompt)\(\s*)$"
)
NOBODY_READS = re.compile(r"new Error\($")
KEYS = re.compile(
    r"(?:(?:Shift|Alt|Ctrl)\+)?(?:Enter|Escape|Slash|Digit\d|Key[A-Z]|Bracket\w+|UTC)"
)
COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}){1,2}", re.IGNORECASE)
COLOURED = re.compile(r"\b(?:rgb|hsl|oklch|oklab|hwb)a?\(", re.IGNORECASE)


def strings(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, what stands before it, and each string; what is filled in is left out of a template."""
    for match in TOKEN.finditer(text):
        told = next((each for each in match.groups() if each is not None), None)
        if told is not None:
            before = text[max(0, match.start() - 60) : match.start()]
            yield text.count("\n", 0, match.start()) + 1, before, re.sub(r"\$\{[^}]*\}", "", told)


def is_read(before: str, told: str) -> bool:
    """Whether people read it: it goes onto the page at once, or can be nothing but words."""
    if NOBODY_READS.search(before) or KEYS.fullmatch(told.strip()):
        return False
    if re.search(r"[^\W\d_]{2}", told) and TOLD_AT_ONCE.search(before):
        return True
    foreign = any(each.isalpha() and not each.isascii() for each in told)
    begins = re.match(r"[A-Z][a-z]+(?:$|[\s.,:;?!…’])", told)
    ends = re.search(r"[a-z]{2,} [a-z]{2,}[.?!…]$", told)
    return bool(foreign or begins or ends) and told not in {"Accept"}


def sentences(file: Path) -> Iterator[Finding]:
    for line, before, told in strings(file.read_text("utf-8")):
        if is_read(before, told):
            yield Finding(file, line, told)


def coloured(file: Path) -> Iterator[Finding]:
    for line, before, told in strings(file.read_text("utf-8")):
        is_sought = before.rstrip().endswith("(")  # `$("#add")` looks for an element
        if COLOURED.search(told) or (COLOUR.fullmatch(told) and not is_sought):
            yield Finding(file, line, told)


def test_no_sentence_stands_in_a_script() -> None:
    must_be_empty(
        (f for file in files("static/js/*.js") for f in sentences(file)),
        rule="A sentence in a script is never translated.",
        remedy="say(…) of static/js/words.js, with the sentence among the data attributes of"
        " #words; or a data- attribute of the element itself.",
    )


def test_no_colour_stands_in_a_script() -> None:
    must_be_empty(
        (f for file in files("static/js/*.js") for f in coloured(file)),
        rule="A colour in a script does not change with the theme.",
        remedy="set a class or an attribute, whose colour is a token.",
    )


@pytest.mark.parametrize(
    "script",
    [
        'place.textContent = "Saved";',
        "place.textContent = 'saved just now';",
        "announce(`Saved at ${time}.`);",
        'button.title = "حفظ";',
        'button.setAttribute("aria-label", "close");',
        'if (confirm("really?")) go();',
        'const said = { kept: "Draft kept" };',
        'tell("it was sent again.");',
        'const of = /"/.test(name) ? "Été" : "";',
    ],
)
def test_a_sentence_is_noticed(tmp_path: Path, script: str) -> None:
    file = tmp_path / "a.js"
    file.write_text(script, "utf-8")

    assert list(sentences(file))


@pytest.mark.parametrize(
    "script",
    [
        'button.title = say(queued ? "later" : "needsServer");',
        "// Say it aloud.\n/* Nobody reads this. */",
        'throw new Error("Nothing in a page is code.");',
        'if (event.key === "Enter" || event.code === "KeyL" || event.key === "؟") go();',
        'document.querySelectorAll("main .panel, .feed > li, tbody tr:has(a)");',
        'state.className = line.why ? "btn sm bad" : "st warn";',
        'place.textContent = `UTC ${time}`;\nplace.textContent = ".";',
        'const ARABIC = "٠١٢٣٤٥٦٧٨٩";',
    ],
)
def test_code_is_no_sentence(tmp_path: Path, script: str) -> None:
    file = tmp_path / "a.js"
    file.write_text(script, "utf-8")

    assert not list(sentences(file))


@pytest.mark.parametrize(
    ("script", "is_wrong"),
    [('x.style.color = "#fa0";', True), ('f("rgb(0 0 0)");', True), ('$("#add").focus();', False)],
)
def test_a_colour_is_noticed(tmp_path: Path, script: str, is_wrong: bool) -> None:
    file = tmp_path / "a.js"
    file.write_text(script, "utf-8")

    assert bool(list(coloured(file))) == is_wrong
