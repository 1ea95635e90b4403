"""Templates obey the strict content policy: nothing inline, nothing from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import Finding, blanked, files, matches, must_be_empty

INLINE = (
    r"(?<=[\s\"'])style\s*=\s*[\"'{]",
    r"<style\b",
    r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"(application/json|importmap)\")[^>]*>",
    r"(?<=[\s\"'])on[a-z]+\s*=\s*[\"']",
    r"(?<=[\s\"'])(data-)?hx-on[:\w-]*\s*=",
    r"javascript:",
)
FOREIGN = r"<(script|link|img|iframe|source|video|audio)\b[^>]*\b(src|href)=\"(https?:)?//[^\"]*\""
COLOUR = (
    r"\b(fill|stroke|stop-color|flood-color|lighting-color|color|bgcolor)\s*=\s*[\"']"
    r"(?!none\b|currentColor\b|inherit\b|url\(#|context-|\{)[^\"']+[\"']"
)
# Words that stand in the markup itself, or in what is read of it aloud: they are never translated.
# Names of keys, codes in capitals and sample addresses are no words.
UNTRANSLATED = (
    r">[^<>=\"\n]*(?-i:[a-z\u0621-\u064a])[^<>=\"\n]*(?=<)"
    r"|(?<=\s)(aria-label|aria-description|title|placeholder|alt|label)=\"[^\"@]*[^\W\d_]{2}[^\"@]*\""
)

LIVE = (
    r"\baria-live=\"(?!off)|\brole=\"(status|alert|marquee)\"|<output\b"
    r"|\brole=\"log\"(?! aria-live=\"off\")"
)
# "12 recipients" put together from a number and a word is wrong in a language that bends the word.
GLUED = (
    r"\|\s*(?:number|length|int)\s*\)?\s*\}\}(?:\s|</?(?:b|span|strong|small|i)\b[^>]*>)*"
    r"\{\{\s*_\(([\"'])(?:(?!\1).){1,40}(?<![.!?])\1\s*\)"
)


def pages() -> Iterator[Path]:
    """The templates that browsers get; a mail is read by programs that know inline styles only."""
    return files("templates/**/*.html", except_in="email")


def markup(file: Path) -> str:
    return blanked(file.read_text("utf-8"), r"\{#.*?#\}|<!--.*?-->")


def inline(file: Path) -> Iterator[Finding]:
    for pattern in INLINE:
        yield from matches(file, markup(file), pattern)


def test_nothing_is_inline() -> None:
    must_be_empty(
        (f for file in pages() for f in inline(file)),
        rule="The browser refuses inline styles, scripts and handlers (our content policy).",
        remedy="a class in static/css, a module in static/js that attaches to a data- attribute,"
        " an SVG attribute for a measured length.",
    )


def test_nothing_comes_from_elsewhere() -> None:
    must_be_empty(
        (f for file in pages() for f in matches(file, markup(file), FOREIGN)),
        rule="A page that loads from another house fails with that house, and tells it who reads.",
        remedy="add the package to package.json and run `make vendor`.",
    )


def test_colours_live_in_tokens_only() -> None:
    drawings = (f for f in files("static/**/*.svg") if f.name != "favicon.svg")  # seen on no page
    must_be_empty(
        (f for file in (*pages(), *drawings) for f in matches(file, markup(file), COLOUR)),
        rule="A colour in a template or a drawing does not change with the theme.",
        remedy="use currentColor or a class whose colour is a token.",
    )


def untranslated(file: Path) -> Iterator[Finding]:
    bare = blanked(markup(file), r"&\w+;|\{%.*?%\}|\{\{.*?\}\}|<(kbd|code|script)\b[^>]*>.*?</\1>")
    yield from matches(file, bare, UNTRANSLATED)


def test_no_sentence_stands_untranslated() -> None:
    must_be_empty(
        (f for file in pages() for f in untranslated(file)),
        rule="Words in the markup are English for everybody.",
        remedy='{{ _("…") }}, then `make words` and translate.',
    )


@pytest.mark.parametrize(
    ("html", "is_wrong"),
    [
        ("<p>Saved.</p>", True),
        ("<p>{{ n }} <b>new lines</b></p>", True),
        ("<p>حُفظ <b>{{ at }}</b></p>", True),
        ('<button aria-label="Close">×</button>', True),
        ('<p title="{{ _("Saved.") }}">{{ _("Saved.") }} · UTC · SHA-256</p>', False),
        ('<kbd>Ctrl ↵</kbd><input placeholder="name@gov.example">', False),
        ('{% if here %} aria-current="page"{% endif %}', False),
    ],
)
def test_words_in_the_markup_are_noticed(tmp_path: Path, html: str, is_wrong: bool) -> None:
    file = tmp_path / "a.html"
    file.write_text(html, "utf-8")

    assert bool(list(untranslated(file))) == is_wrong


@pytest.mark.parametrize(
    ("html", "is_wrong"),
    [
        ('<rect fill="#fff"/>', True),
        ("<path stroke='white'/>", True),
        ('<stop stop-color="rgb(0 0 0)"/>', True),
        ('<rect fill="none" stroke="currentColor"/>', False),
        ('<rect fill="url(#hatch)" class="ok"/>', False),
    ],
)
def test_a_colour_is_noticed(tmp_path: Path, html: str, is_wrong: bool) -> None:
    file = tmp_path / "a.svg"
    file.write_text(html, "utf-8")

    assert bool(list(matches(file, markup(file), COLOUR))) == is_wrong


def test_only_the_frame_of_the_page_speaks_by_itself() -> None:
    others = (file for file in pages() if file.name != "base.html")
    must_be_empty(
        (f for file in others for f in matches(file, markup(file), LIVE)),
        rule="A page has two live regions, in base.html; with more, a screen reader never ends.",
        remedy='announce(…) of static/js/announce.js; or tabindex="-1" data-attend, which gives'
        " it the focus when the page opens.",
    )
    frame = markup(next(file for file in pages() if file.name == "base.html"))
    assert len(re.findall(LIVE, frame)) == 2


def test_a_number_and_its_noun_are_one_sentence() -> None:
    must_be_empty(
        (f for file in pages() for f in matches(file, markup(file), GLUED)),
        rule="Arabic bends a noun to its number; the two cannot be put side by side.",
        remedy='ngettext("%(num)s recipient", "%(num)s recipients", n), or the word first, as a'
        " label of the number.",
    )


@pytest.mark.parametrize(
    ("html", "is_wrong"),
    [
        ('<b class="num">{{ n|number }}</b> {{ _("recipients") }}', True),
        ("{{ rows|length }} {{ _('recipients') }}", True),
        ('{{ ngettext("%(num)s part", "%(num)s parts", n) }}', False),
        ('<dt>{{ _("Recipients") }}</dt><dd>{{ n|number }}</dd>', False),
        ('{{ ngettext("one", "many", n|length) }} {{ _("Any change ends it.") }}', False),
    ],
)
def test_a_number_beside_a_noun_is_noticed(tmp_path: Path, html: str, is_wrong: bool) -> None:
    file = tmp_path / "a.html"
    file.write_text(html, "utf-8")

    assert bool(list(matches(file, markup(file), GLUED))) == is_wrong


@pytest.mark.parametrize(
    "html",
    [
        '<p style="x">',
        "<p\nonclick='x'>",
        "<script>x</script>",
        '<script type="module">x</script>',
        '<a href="javascript:x">',
        '<b hx-on:click="x">',
        '<b data-hx-on:click="x">',
        "<style>x</style>",
    ],
)
def test_inline_code_is_noticed(tmp_path: Path, html: str) -> None:
    file = tmp_path / "a.html"
    file.write_text(html, "utf-8")

    assert list(inline(file))


@pytest.mark.parametrize(
    "html",
    [
        '<script type="module" src="/a.js"></script>',
        '<script type="application/json" id="x">{}</script>',
        '<input autocomplete="one-time-code" data-style="x">',
        "{# <p style='x'> #}<p>",
        '<p title="turn it on = yes">',
    ],
)
def test_what_the_policy_allows_is_allowed(tmp_path: Path, html: str) -> None:
    file = tmp_path / "a.html"
    file.write_text(html, "utf-8")

    assert not list(inline(file))
