"""Texts prepared before a crisis, with places for what only the crisis tells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from crisis.kernel.errors import Invalid, NotFound
from crisis.kernel.text import fold_arabic
from crisis.kernel.words import Message
from crisis.kernel.words import Message as _
from crisis.statements.content import Content, Language, Texts, Type, paragraphs_of
from crisis.statements.places import Value, filled, listed, places_in, stray_brace
from crisis.statements.written_content import names_in, written


@dataclass(frozen=True)
class Template:
    """A prepared text, in several languages with the same places."""

    code: str
    type: Type
    name: Texts
    body: Texts

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled in, in reading order."""
        return places_in(next(iter(self.body.values()), ""))


def templates() -> Mapping[str, Template]:
    """Every template by code: those for statements, then `<playbook>.holding` of each playbook."""
    playbooks = (f"{name}.holding" for name in names_in("playbooks"))
    return {**_for_statements(), **{code: template(code) for code in playbooks}}


def template(code: str) -> Template:
    """The template with this code; raises `NotFound`."""
    playbook, _dot, part = code.partition(".")
    if part == "holding" and playbook in names_in("playbooks"):
        return _holding_of(playbook)
    if code not in _for_statements():
        raise NotFound(_("There is no template “{code}”.", code=code), code="no_template")
    return _for_statements()[code]


@cache
def place_names() -> Mapping[str, Texts]:
    """Every place a template may have, and what people call it, in three languages."""
    names: dict[str, Texts] = written("statements/templates.yaml")["places"]
    return names


def read_template(code: str, type: Type, name: Texts, body: Texts) -> Template:
    """A template as somebody wrote it. Raises `Invalid` when a place is unclosed or unknown, or
    is not in every language."""
    wanted = set(places_in("".join(body.values())))
    for language, text in body.items():
        if position := stray_brace(text):
            raise _refused(_UNCLOSED, language=language, position=position)
        if unknown := [place for place in places_in(text) if place not in place_names()]:
            raise _refused(_UNKNOWN, place=unknown[0])
        if missing := sorted(wanted - set(places_in(text))):
            raise _refused(_MISSING, language=language, place=missing[0])
    return Template(code, type, name, body)


def fill(template: Template, values: Mapping[str, Value], *, leave_open: bool = False) -> Texts:
    """The text in each language. A value is one text for all languages, or a text for each.

    Raises `Invalid`, naming the places, when one is not filled (`leave_open` leaves it in the text,
    to be written by hand), is unknown, or is filled with something that itself has a place.
    """
    problems = {place: _NO_SUCH_PLACE for place in values if place not in template.places}
    problems |= {place: _HOLDS_A_PLACE for place, value in values.items() if _holds_a_place(value)}
    if not leave_open:
        problems |= {
            place: _NOT_FILLED
            for place in template.places
            if not all(_value_in(values.get(place), language) for language in template.body)
        }
    if problems:
        raise Invalid(_("The template cannot be filled like this."), code="places", fields=problems)
    return {each: filled(text, values, each) for each, text in template.body.items()}


def readable(texts: Texts) -> Texts:
    """The same with each place under its name in that language: «[الساعة]» instead of `{time}`."""
    named: dict[str, Value] = {
        place: {each: f"[{name}]" for each, name in names.items()}
        for place, names in place_names().items()
    }
    return {each: filled(text, named, each) for each, text in texts.items()}


def opening_of_correction(values: Mapping[str, Value]) -> Texts:
    """What a correction says before the text put right: the statement, its error, the right, why.

    Places without a value stay open under their names, to be written by hand.
    """
    return readable(fill(_opening_of_correction(), values, leave_open=True))


def right_in(content: Content, language: Language) -> str:
    """What a correction says is right, as far as its text still says it as prepared; else ""."""
    prepared = _opening_of_correction().body[language].split("\n")
    line = next(each for each in prepared if "{right}" in each)
    words = map(re.escape, line.partition("{right}")[0].split())
    told = re.compile(r"\s*" + r"\s+".join(words).replace("'", "['’]"))
    for paragraph in content.bodies.get(language, ()):
        found = told.match(paragraph.text)
        if found and not open_places(paragraph.text):
            return paragraph.text[found.end() :].strip()
    return ""


def paragraphs_of_opening(type: Type) -> int:
    """How many paragraphs at the beginning of such a text say what it takes back, and why."""
    if type is Type.CORRECTION:
        return max(len(paragraphs_of(text)) for text in _opening_of_correction().body.values())
    return 1 if type is Type.RETRACTION else 0


def must_be_filled(content: Content) -> None:
    """Raise `Invalid` (`open_places`) while a place of a template is still open in the text."""
    texts = [*content.titles.values(), *map(content.text, content.languages)]
    left = {name["ar"]: name for text in texts for _written, name in in_pieces(text) if name}
    if left:
        raise Invalid(
            _("The text still has places to fill: {places}.", places=listed([*left.values()])),
            code="open_places",
        )


def must_hold_no_place(texts: Texts, *, field: str) -> None:
    """Raise `Invalid` (`places`), naming `<field>_<language>`, where one of them has a place."""
    if problems := {
        f"{field}_{language}": _HOLDS_A_PLACE
        for language, text in texts.items()
        if open_places(text)
    }:
        raise Invalid(_("The template cannot be filled like this."), code="places", fields=problems)


def open_places(text: str) -> list[str]:
    """Places of templates in a text as they stand there: by their code, closed or not, or by their
    name alone in brackets, in any language and spelling; other braces and brackets are only that.
    """
    return [written for written, name in in_pieces(text) if name]


def in_pieces(text: str) -> Iterator[tuple[str, Texts | None]]:
    """The text in pieces: words as they are, and each open place with what people call it."""
    at = 0
    for found in _perhaps_place().finditer(text):
        if code := found["code"] or _codes().get(_folded(found["name"])):
            yield text[at : found.start()], None
            yield found[0], place_names()[code]
            at = found.end()
    yield text[at:], None


@cache
def _perhaps_place() -> re.Pattern[str]:
    """A place under its code, or anything in brackets that is short enough to be a name."""
    codes = "|".join(place_names())
    return re.compile(rf"\{{(?P<code>{codes})\b\}}?|\[(?P<name>[^\[\]{{}}\n]{{1,200}})\]")


@cache
def _codes() -> Mapping[str, str]:
    """By what people call a place, in any language, folded, its code."""
    return {_folded(name): code for code, names in place_names().items() for name in names.values()}


def _folded(name: str) -> str:
    return fold_arabic(name).replace("’", "'")


_NOT_FILLED: Final = _("Fill this in.")
_NO_SUCH_PLACE: Final = _("The template has no such place.")
_HOLDS_A_PLACE: Final = _("Write the words themselves, not a place to fill.")
_UNCLOSED: Final = _(
    "A brace at place {position} of the text ({language}) opens or closes no place. "
    "Write places like {{time}}."
)
_UNKNOWN: Final = _("“{place}” is not a place that can be filled.")
_MISSING: Final = _("The text ({language}) lacks the place “{place}” that another language has.")


def _refused(message: Message, **values: object) -> Invalid:
    return Invalid(message.filled(**values), code="template")


def _holds_a_place(value: Value) -> bool:
    texts = value.values() if isinstance(value, dict) else [str(value)]
    return any(open_places(text) for text in texts)


def _value_in(value: Value | None, language: str) -> str:
    if isinstance(value, dict):
        return next((text for each, text in value.items() if each == language), "")
    return "" if value is None else str(value)


# ── what the product ships ───────────────────────────────────────────────────────────────────────


@cache
def _for_statements() -> Mapping[str, Template]:
    known: dict[str, Any] = written("statements/templates.yaml")["templates"]
    return {
        code: read_template(code, Type(told["type"]), told["name"], told["body"])
        for code, told in known.items()
    }


@cache
def _opening_of_correction() -> Template:
    whole = template("correction")
    return replace(whole, body={each: _to_why(text) for each, text in whole.body.items()})


def _to_why(text: str) -> str:
    before, why, rest = text.partition("{why}")
    return before + why + rest.partition("\n")[0]


@cache
def _holding_of(playbook: str) -> Template:
    told = written(f"playbooks/{playbook}.yaml")
    holding = told["holding_statement"]
    code = f"{playbook}.holding"
    return read_template(code, Type(holding["type"]), told["name"], holding["body"])
