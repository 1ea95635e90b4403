"""Stylesheets hold in every direction of writing and in every theme."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import Finding, blanked, files, must_be_empty

PHYSICAL_PROPERTY = re.compile(
    r"^(left|right|(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-\w+)?"
    r"|border-(top|bottom)-(left|right)-radius)$"
)
PHYSICAL_VALUE = re.compile(r"^(left|right)$")
DIRECTED = {"text-align", "float", "clear", "caption-side"}
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(", re.IGNORECASE)


def declarations(css: str) -> Iterator[tuple[int, str, str]]:
    """Line, property and value of every declaration; selectors and at-rules are passed over."""
    plain = blanked(blanked(css, r"/\*.*?\*/"), r"url\([^)]*\)|\"[^\"]*\"|'[^']*'")
    for match in re.finditer(r"([^;{}]+)([;}])", plain):
        name, colon, value = match[1].partition(":")
        if colon:
            start = match.start() + len(match[1]) - len(match[1].lstrip())
            yield plain.count("\n", 0, start) + 1, name.strip().lower(), value.strip()


def physical(file: Path) -> Iterator[Finding]:
    for line, name, value in declarations(file.read_text("utf-8")):
        directed = name in DIRECTED and PHYSICAL_VALUE.match(value.lower())
        if directed or PHYSICAL_PROPERTY.match(name):
            yield Finding(file, line, f"{name}: {value}")


def coloured(file: Path) -> Iterator[Finding]:
    for line, name, value in declarations(file.read_text("utf-8")):
        if COLOUR.search(value):
            yield Finding(file, line, f"{name}: {value}")


def test_no_physical_direction() -> None:
    must_be_empty(
        (f for file in files("static/css/**/*.css") for f in physical(file)),
        rule="Arabic is written from right to left, so nothing is on the left or the right.",
        remedy="use the logical property: margin-inline-start, inset-inline-end, text-align: start,"
        " border-start-end-radius …",
    )


def test_colours_live_in_tokens_only() -> None:
    others = (f for f in files("static/css/**/*.css") if f.name != "tokens.css")
    must_be_empty(
        (f for file in others for f in coloured(file)),
        rule="A colour outside tokens.css does not change with the theme.",
        remedy="name it in static/css/tokens.css for light and dark, and use var(--…).",
    )


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 1px }",
        "a { b { Left: 0; } }",
        "a{text-align:right}",
        "@media x{a{float:left}}",
    ],
)
def test_a_physical_direction_is_noticed(tmp_path: Path, css: str) -> None:
    file = tmp_path / "a.css"
    file.write_text(css, "utf-8")

    assert list(physical(file))


@pytest.mark.parametrize(
    ("css", "count"),
    [
        ("a { color: #fff }", 1),
        ("#add { color: var(--ink) }", 0),
        ("a { border: 1px solid RGB(0 0 0); }", 1),
    ],
)
def test_a_colour_is_noticed_and_a_selector_is_not(tmp_path: Path, css: str, count: int) -> None:
    file = tmp_path / "a.css"
    file.write_text(css, "utf-8")

    assert len(list(coloured(file))) == count
