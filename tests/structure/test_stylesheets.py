"""Stylesheets hold in every direction of writing and in every theme."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, Finding, blanked, files, must_be_empty

PHYSICAL_PROPERTY = re.compile(
    r"^(left|right|(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-\w+)?"
    r"|border-(top|bottom)-(left|right)-radius)$"
)
PHYSICAL_VALUE = re.compile(r"^(left|right)$")
DIRECTED = {"text-align", "float", "clear", "caption-side"}
TOWARDS = re.compile(r"(?<![\w-])(left|right)(?![\w-])", re.IGNORECASE)
POINTING = re.compile(r"^(background(-image|-position)?|mask.*|object-position|.*-origin)$")
FOUR_SIDED = re.compile(r"^((scroll-)?(margin|padding)|inset|border-(width|style|color|radius))$")
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\("
    r"|(?<![\w-])(white|black|red|green|blue|gr[ae]y|silver|orange|yellow|gold|navy|teal|maroon|olive"
    r"|purple|pink|brown|cyan|magenta|beige|ivory|crimson|tan|wheat|(dark|light|medium)\w+)(?![\w-])",
    re.IGNORECASE,
)
PAINTED = re.compile(r"color|^(background|border|outline|fill|stroke|box-shadow|text-shadow)|^--")


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
        pointing = POINTING.match(name) and TOWARDS.search(value)
        if directed or pointing or PHYSICAL_PROPERTY.match(name) or is_lopsided(name, value):
            yield Finding(file, line, f"{name}: {value}")


def is_lopsided(name: str, value: str) -> bool:
    """Whether one line for four sides, or corners, gives left and right a different measure."""
    if not FOUR_SIDED.match(name):
        return False
    sides = re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s(])+", value.partition("!")[0])
    if name == "border-radius":
        first, *rest = [*sides, *sides[-2:]] if len(sides) == 2 else sides
        return len(sides) > 1 and (first != rest[0] or rest[1:2] != (rest[2:3] or rest[:1]))
    return len(sides) == 4 and sides[1] != sides[3]


def coloured(file: Path) -> Iterator[Finding]:
    for line, name, value in declarations(file.read_text("utf-8")):
        if PAINTED.search(name) and COLOUR.search(value):
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
        "a { margin: 0 1px 0 2px }",
        "a { inset: 0 auto 0 calc(1px + (2 * 3px)) !important }",
        "a { border-radius: 3px 0 0 3px }",
        "a { border-radius: 3px 0 }",
        "a { background: linear-gradient(to left, var(--a), var(--b)) }",
        "a { transform-origin: top left }",
    ],
)
def test_a_physical_direction_is_noticed(tmp_path: Path, css: str) -> None:
    file = tmp_path / "a.css"
    file.write_text(css, "utf-8")

    assert list(physical(file))


@pytest.mark.parametrize(
    "css",
    [
        "a { margin: 0 1px 2px }",
        "a { padding: .6rem 1rem calc(1rem + env(safe-area-inset-bottom)) 1rem }",
        "a { border-radius: 18px 18px 0 0 }",
        "a { border-radius: 3px 3px 3px }",
        ".left { --right-hand: 1; grid-area: left; background-position: top }",
    ],
)
def test_what_looks_the_same_from_both_sides_is_left_alone(tmp_path: Path, css: str) -> None:
    file = tmp_path / "a.css"
    file.write_text(css, "utf-8")

    assert not list(physical(file))


@pytest.mark.parametrize(
    ("css", "count"),
    [
        ("a { color: #fff }", 1),
        ("a { background: linear-gradient(white, var(--b)) }", 1),
        ("a { white-space: nowrap; --note: 3; color: var(--red-line) }", 0),
        ("a { fill: DarkSlateGray; border-color: transparent }", 1),
        ("#add { color: var(--ink) }", 0),
        ("a { border: 1px solid RGB(0 0 0); }", 1),
    ],
)
def test_a_colour_is_noticed_and_a_selector_is_not(tmp_path: Path, css: str, count: int) -> None:
    file = tmp_path / "a.css"
    file.write_text(css, "utf-8")

    assert len(list(coloured(file))) == count


TOKENS = ROOT / "static" / "css" / "tokens.css"
AT_NIGHT = 0.85
"""How bright dim is beside dark."""
BRIGHTER = {"ink-3", "on-sev4"}
"""Where the contrast would not last at that; the least contrast of all is looked at below."""
TEXT = (
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("bg", "panel", "raised")),
    *((f"on-sev{level}", f"sev{level}") for level in range(5)),
    *((tone, f"{tone}-soft") for tone in ("bad", "warn", "note", "info", "ok", "accent", "brass")),
    *((tone, "panel") for tone in ("bad", "warn", "note", "info", "ok", "accent", "brass")),
    *(("on-av", f"av-{n}") for n in range(6)),
    *(("ins", "ins-bg"), ("del", "del-bg"), ("on-accent", "accent")),
    *(("rail-ink", "rail"), ("rail-ink-on", "rail-on"), ("on-rail-mark", "rail-mark")),
)
"""What is written in which colour on which."""


def palette(selector: str) -> dict[str, str]:
    """The colours a theme gives itself, by the names of their tokens."""
    begun = TOKENS.read_text("utf-8").partition(f"{selector} {{")[2]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", begun.partition("\n  }")[0]))


def channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def contrast(one: str, other: str) -> float:
    """The ratio of the luminances of two colours, as WCAG 2.2 counts it."""

    def luminance(colour: str) -> float:
        linear = (each / 255 for each in channels(colour))
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in linear]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "dim"])
def test_what_is_written_can_be_read(theme: str) -> None:
    colours = palette(":root") | (palette(f'[data-theme="{theme}"]') if theme != "light" else {})
    faint = [
        f"--{ink} on --{ground}: {contrast(colours[ink], colours[ground]):.2f}"
        for ink, ground in TEXT
        if contrast(colours[ink], colours[ground]) < 4.5
    ]

    assert not faint, f"{theme}: {faint}. What to do: move the two apart in static/css/tokens.css."


def test_what_the_device_wants_dark_is_as_dark() -> None:
    assert palette('[data-theme="system"]') == palette('[data-theme="dark"]')


def test_dim_is_dark_at_less_brightness() -> None:
    dark = palette('[data-theme="dark"]')
    dimmed = palette(":root") | dark
    dim = palette('[data-theme="dim"]')
    assert dark.keys() <= dim.keys()
    for name in dim.keys() - BRIGHTER:
        wanted = [int(each * AT_NIGHT + 0.5) for each in channels(dimmed[name])]
        assert channels(dim[name]) == wanted, f"--{name} is {dim[name]}, {dimmed[name]} in dark"
