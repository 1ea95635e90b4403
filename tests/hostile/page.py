"""A page as a browser without scripts understands it: its forms, its words, and what would run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

Fields = list[tuple[str, str]]

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "use",
        "wbr",
    ]
)
TEXTUAL = frozenset({"text", "email", "tel", "search", "url", "number", "hidden"})
_LOADS = frozenset({"src", "href", "action", "formaction", "data", "xlink:href", "poster"})
_RUNS = re.compile(r"\s*(javascript|vbscript|data\s*:\s*text/html)", re.IGNORECASE)


@dataclass(eq=False)
class Element:
    """One element; `text` is all the text inside it."""

    tag: str
    attributes: dict[str, str]
    above: Element | None
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.inside)

    def all(self, *tags: str) -> Iterator[Element]:
        """The elements inside with one of these tags, or simply all, in order."""
        left = self.inside[::-1]
        while left:
            each = left.pop()
            if isinstance(each, Element):
                if not tags or each.tag in tags:
                    yield each
                left.extend(reversed(each.inside))

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def within(self, tag: str) -> Element | None:
        """The nearest element of this tag around it."""
        around = self.above
        while around is not None and around.tag != tag:
            around = around.above
        return around


class Form:
    """A form of the page and what a browser would send with it."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action")

    @cached_property
    def controls(self) -> list[Element]:
        return [
            each for each in self.element.all("input", "select", "textarea") if each.get("name")
        ]

    def named(self, name: str) -> list[Element]:
        return [each for each in self.controls if each.get("name") == name]

    @property
    def fields(self) -> Fields:
        """Names and values as they stand in the page, disabled and unticked ones left out."""
        return [
            (each.get("name"), value)
            for each in self.controls
            if "disabled" not in each.attributes
            for value in values_of(each)
        ]


class Page(HTMLParser):
    """One page, read once."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.root = self._open = Element("page", {}, None)
        self.feed(html)
        self.close()
        self.elements = list(self.root.all())
        self.by_id = {each.get("id"): each for each in self.elements if each.get("id")}

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def forms(self) -> list[Form]:
        return [Form(each) for each in self.elements if each.tag == "form"]

    def form_to(self, path: str) -> Form | None:
        """The form that is sent there."""
        return next((each for each in self.forms if each.action == path), None)

    def what_would_run(self) -> list[str]:
        """Everything in the page that is code, or an address that is code, and not ours."""
        return [trouble for each in self.elements for trouble in _active(each)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # The first of two attributes of one name wins, as in a browser.
        told = {name: value or "" for name, value in reversed(attrs)}
        element = Element(tag, told, self._open)
        self._open.inside.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        around: Element | None = self._open
        while around is not None and around.tag != tag:
            around = around.above
        if around is not None and around.above is not None:
            self._open = around.above

    def handle_data(self, data: str) -> None:
        self._open.inside.append(data)


def values_of(control: Element) -> list[str]:
    """What this control would send."""
    if control.tag == "textarea":
        return [control.text.removeprefix("\n")]
    if control.tag == "select":
        options = list(control.all("option"))
        chosen = [each for each in options if "selected" in each.attributes] or options[:1]
        return [each.attributes.get("value", each.text) for each in chosen]
    if control.get("type") in {"checkbox", "radio"}:
        return [control.attributes.get("value", "on")] if "checked" in control.attributes else []
    return [] if control.get("type") in {"submit", "button", "file"} else [control.get("value")]


def shows_what_is_typed(control: Element) -> bool:
    """Whether any text at all can stand in it."""
    kind = control.get("type") or "text"
    return control.tag == "textarea" or (control.tag == "input" and kind in TEXTUAL)


_EMBEDS = {"style", "iframe", "object", "embed", "base", "applet", "marquee"}


def _active(each: Element) -> Iterator[str]:
    told = each.attributes
    if each.tag == "script" and not told.get("src", "").startswith("/static/"):
        yield f"<script src={told.get('src')!r}>"
    # an empty sandbox lets nothing in it run, be sent, or lead anywhere
    caged = told.get("sandbox") == "" and told.get("src", "").startswith("/simulator/mails/")
    if each.tag in _EMBEDS and not caged:
        yield f"<{each.tag}>"
    for name, value in told.items():
        if name.startswith("on") or name == "style" or name.startswith(("hx-on", "data-hx-on")):
            yield f"<{each.tag} {name}>"
        is_only_named = each.tag == "link" and told.get("rel") in {"alternate", "canonical"}
        leads_out = value.startswith(("//", "http:", "https:")) and not is_only_named
        if name in _LOADS and (_RUNS.match(value) or leads_out):
            yield f"<{each.tag} {name}={value[:60]!r}>"
