"""A file of ministries, people and audiences: what it says, and what is wrong on which line.

YAML or JSON of this shape; every part may be missing; what a file does not name stays as it is:

    office:
      {name: {ar: …}, country: LY, zone: …, digits: latn, calendar: gregory, duty_phone: …}
    ministries:
      - {code: MOH, kind: ministry, name: {ar: …, en: …, fr: …}, short_name: {…}, lead_hazards: []}
    people:
      - {key: p1, name: {ar: …}, title: {…}, ministry: MOH, email: …, mobile: …, rank: member,
         standing_duty: ministry_liaison, deputy: p2, language: ar, languages: [ar, fr]}
    audiences:
      - {code: press, kind: media, name: {ar: …}, rule: …, members: [p1, someone@moh.gov.example]}

A ministry is known by its code, an audience by its code, a person by e-mail, or by mobile where the
file gives no e-mail. `deputy` and `members` name a key of this file or an e-mail.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from crisis.kernel.problems import problem, problem_message
from crisis.kernel.text import (
    Email,
    Line,
    Name,
    OptionalLine,
    OptionalName,
    Reading,
    line,
    optional,
    phone,
    plain_digits,
    prose,
)
from crisis.kernel.words import Message
from crisis.people.countries import countries, zones
from crisis.people.model import AudienceKind, Calendar, Digits, Hazard, Kind, Names
from crisis.policy import Duty, Rank

LARGEST: Final = 1_000_000
"""Characters of a file; an office of five thousand people takes about half of it."""
DEEPEST: Final = 6
MOST_NODES: Final = 150_000
MOST_ERRORS: Final = 200

T = TypeVar("T", bound=BaseModel)


# ── the types of its fields ──────────────────────────────────────────────────────────────────────

_MINISTRY_CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}")
_AUDIENCE_CODE: Final = re.compile(r"[a-z][a-z0-9_-]{1,31}")
_SHORT_NUMBER: Final = re.compile(r"[0-9]{3,6}")


def _code(pattern: re.Pattern[str], *, upper: bool) -> Reading[str]:
    def read(typed: str) -> str:
        code = plain_digits(typed).strip()
        code = code.upper() if upper else code.lower()
        if not pattern.fullmatch(code):
            raise problem("string_pattern_mismatch")
        return code

    return Reading(read)


def _one_of(known: frozenset[str]) -> Reading[str]:
    def read(typed: str) -> str:
        if typed not in known:
            raise problem("enum")
        return typed

    return Reading(read)


def duty_phone(region: str) -> Reading[str]:
    """A number for people to call: in E.164, or a short one that works within the country."""

    def read(typed: str) -> str:
        short = plain_digits(typed).strip()
        return short if _SHORT_NUMBER.fullmatch(short) else phone(region).read(typed)

    return Reading(read)


MinistryCode = Annotated[str, _code(_MINISTRY_CODE, upper=True)]
"""Two to sixteen Latin letters, digits and hyphens, beginning with a letter: `MOH`."""
AudienceCode = Annotated[str, _code(_AUDIENCE_CODE, upper=False)]
Country = Annotated[str, _one_of(frozenset(countries()))]
Zone = Annotated[str, _one_of(frozenset(zones()))]
Language = Literal["ar", "en", "fr"]
PhoneTyped = Annotated[str, line(40)]
"""A number as typed; the office's country completes it."""
OptionalShortLine = Annotated[str | None, optional(line(80))]
OptionalRule = Annotated[str | None, optional(prose(5_000))]


class Given(BaseModel):
    """One entry of the file; fields that are not named there are None."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=True)


class NamesGiven(Given):
    ar: OptionalName = None
    en: OptionalName = None
    fr: OptionalName = None

    @property
    def names(self) -> Names:
        return names_of(self.ar, self.en, self.fr)


class FullNamesGiven(NamesGiven):
    ar: Name


class OfficeGiven(Given):
    name: FullNamesGiven | None = None
    country: Country | None = None
    zone: Zone | None = None
    digits: Digits | None = None
    calendar: Calendar | None = None
    duty_phone: PhoneTyped | None = None
    is_exercise: Literal["true", "false"] | None = None


class MinistryGiven(Given):
    code: MinistryCode
    kind: Kind
    name: FullNamesGiven
    short_name: NamesGiven | None = None
    lead_hazards: Annotated[list[Hazard], Field(max_length=len(Hazard))] | None = None


class PersonGiven(Given):
    key: OptionalShortLine = None
    name: FullNamesGiven
    title: NamesGiven | None = None
    ministry: MinistryCode
    email: Email | None = None
    mobile: PhoneTyped | None = None
    rank: Rank | None = None
    standing_duty: Duty | None = None
    deputy: OptionalLine = None
    language: Language | None = None
    languages: Annotated[list[Language], Field(max_length=3)] | None = None


class AudienceGiven(Given):
    code: AudienceCode
    kind: AudienceKind
    name: FullNamesGiven
    rule: OptionalRule = None
    members: Annotated[list[Line], Field(max_length=10_000)] = []


# ── what was read ────────────────────────────────────────────────────────────────────────────────


def names_of(ar: str | None, en: str | None, fr: str | None) -> Names:
    """A name in the languages that were given."""
    return {code: said for code, said in (("ar", ar), ("en", en), ("fr", fr)) if said}


@dataclass(frozen=True)
class Problem:
    """What is wrong on a line of the file (1 for the first)."""

    line: int
    message: Message


@dataclass(frozen=True)
class Entry(Generic[T]):
    """An entry, and the line it begins on."""

    line: int
    given: T


@dataclass
class Roster:
    """What a file says, as far as it could be read; `errors` is what could not."""

    office: Entry[OfficeGiven] | None = None
    ministries: list[Entry[MinistryGiven]] = field(default_factory=list)
    people: list[Entry[PersonGiven]] = field(default_factory=list)
    audiences: list[Entry[AudienceGiven]] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)


def read(text: str, *, country: str) -> Roster:
    """What the file says. Never raises: whatever is wrong with it stands in `errors`, by line.

    Numbers without a country code are completed for the office's `country`, or for the file's own.
    """
    roster = Roster()
    try:
        top = _tree(text)
        _read_parts(roster, top, country)
    except _RefusedError as refused:
        roster.errors.append(refused.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = text.count("\n") + 1
        roster.errors.append(Problem(min(mark.line + 1, last) if mark else last, _NOT_YAML))
    roster.errors.sort(key=lambda each: each.line)
    del roster.errors[MOST_ERRORS:]
    return roster


def read_file(file: Path, *, country: str) -> Roster:
    """The same for a file in UTF-8, whatever its size."""
    with file.open("rb") as opened:
        content = opened.read(4 * LARGEST + 1)
    try:
        return read(content.decode("utf-8-sig"), country=country)
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        return Roster(errors=[Problem(at, NOT_UTF8)])


def _read_parts(roster: Roster, top: "_Node", country: str) -> None:
    parts = top.value
    if not isinstance(parts, dict):
        raise _RefusedError(top.line, _NOT_A_ROSTER)
    for name, node in parts.items():
        if name not in _PARTS:
            roster.errors.append(Problem(node.line, Message("This part is not known here.")))
    if "office" in parts:
        office = _entry(parts["office"], OfficeGiven, roster.errors)
        country = (office.given.country if office else None) or country
        at = parts["office"].line_of(("duty_phone",))
        reading = duty_phone(country)
        roster.office = office and _with_phone(office, "duty_phone", reading, at, roster.errors)
    for node in _items(parts.get("ministries"), roster.errors):
        if ministry := _entry(node, MinistryGiven, roster.errors):
            roster.ministries.append(ministry)
    for node in _items(parts.get("people"), roster.errors):
        person = _entry(node, PersonGiven, roster.errors)
        at = node.line_of(("mobile",))
        reached = person and _with_phone(person, "mobile", phone(country), at, roster.errors)
        if reached:
            roster.people.append(reached)
    for node in _items(parts.get("audiences"), roster.errors):
        if audience := _entry(node, AudienceGiven, roster.errors):
            roster.audiences.append(audience)


def _items(node: "_Node | None", errors: list[Problem]) -> Iterator["_Node"]:
    """The entries of a list, for as long as another mistake in them would still be told."""
    if node is None or node.value is None:
        return
    if not isinstance(node.value, list):
        errors.append(Problem(node.line, Message("A list is expected here.")))
        return
    for each in node.value:
        if len(errors) >= MOST_ERRORS:
            return
        yield each


def _entry(node: "_Node", shape: type[T], errors: list[Problem]) -> Entry[T] | None:
    if not isinstance(node.value, dict):
        errors.append(Problem(node.line, Message("An entry with named fields is expected here.")))
        return None
    try:
        return Entry(node.line, shape.model_validate(node.plain()))
    except ValidationError as error:
        for each in error.errors():
            said = problem_message(dict(each))
            at = ".".join(str(step) for step in each["loc"])
            told = Message("{field}: {problem}", field=at, problem=said) if at else said
            errors.append(Problem(node.line_of(each["loc"]), told))
        return None


def _with_phone(
    entry: Entry[T], name: str, reading: Reading[str], at: int, errors: list[Problem]
) -> Entry[T] | None:
    typed = getattr(entry.given, name)
    if typed is None:
        return entry
    try:
        number = reading.read(typed)
    except PydanticCustomError as error:
        told = Message("{field}: {problem}", field=name, problem=problem_message(error))
        errors.append(Problem(at, told))
        return None
    return Entry(entry.line, entry.given.model_copy(update={name: number}))


# ── YAML, without what makes it dangerous ────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Node:
    """A value and the line it stands on. Scalars stay text: `no` is a word, 0912 a number."""

    line: int
    value: "str | list[_Node] | dict[str, _Node] | None"

    def plain(self) -> Any:
        match self.value:
            case dict() as entries:
                return {key: each.plain() for key, each in entries.items()}
            case list() as items:
                return [each.plain() for each in items]
        return self.value

    def line_of(self, path: tuple[int | str, ...]) -> int:
        """The line of what `path` leads to, or of the last thing on the way that exists."""
        node = self
        for step in path:
            match node.value, step:
                case dict() as entries, str() if step in entries:
                    node = entries[step]
                case list() as items, int() if step < len(items):
                    node = items[step]
        return node.line


class _RefusedError(Exception):
    def __init__(self, line: int, message: Message) -> None:
        super().__init__(str(message))
        self.problem = Problem(line, message)


def _tree(text: str) -> _Node:
    """The one document of `text`, built from the parser's events under limits."""
    if len(text) > LARGEST:
        raise _RefusedError(1, Message("The file is too large: at most one million characters."))
    if text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may be indented with tabs, YAML may not
    if unreadable := _UNREADABLE.search(text):
        raise _RefusedError(text.count("\n", 0, unreadable.start()) + 1, _NOT_YAML)
    events = _limited(yaml.parse(text, Loader=_LOADER))
    first = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    if first is None:
        raise _RefusedError(1, Message("The file is empty."))
    top = _node(first, events, depth=1)
    for _rest in events:  # what follows must be well-formed too, and no second document
        pass
    return top


def _limited(events: Iterator[Any]) -> Iterator[Any]:
    documents = nodes = 0
    for event in events:
        at = event.start_mark.line + 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if documents > 1:
            raise _RefusedError(at, Message("A second document begins here. Keep to one."))
        if nodes > MOST_NODES:
            raise _RefusedError(at, Message("The file is too large to be read at once."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(at, Message("Aliases (& and *) are not accepted. Write it out."))
        if getattr(event, "tag", None) not in {None, "!"}:
            raise _RefusedError(at, Message("Tags (!) are not accepted. Remove it."))
        yield event


def _node(event: Any, events: Iterator[Any], depth: int) -> _Node:
    at = event.start_mark.line + 1
    if depth > DEEPEST:
        raise _RefusedError(at, Message("This is nested too deeply."))
    if isinstance(event, yaml.SequenceStartEvent):
        return _Node(at, list(_children(events, yaml.SequenceEndEvent, depth)))
    if isinstance(event, yaml.MappingStartEvent):
        return _Node(at, _mapping(events, depth))
    absent = event.implicit[0] and event.value in {"", "~", "null"}
    return _Node(at, None if absent else event.value)


def _children(events: Iterator[Any], end: type, depth: int) -> Iterator[_Node]:
    for event in events:
        if isinstance(event, end):
            return
        yield _node(event, events, depth + 1)


def _mapping(events: Iterator[Any], depth: int) -> dict[str, _Node]:
    found: dict[str, _Node] = {}
    children = _children(events, yaml.MappingEndEvent, depth)
    for key in children:
        if not isinstance(key.value, str):
            raise _RefusedError(key.line, Message("A name is expected here."))
        if key.value in found:
            raise _RefusedError(
                key.line, Message("“{name}” stands here twice.", name=key.value[:40])
            )
        found[key.value] = next(children)
    return found


_UNREADABLE: Final = re.compile(  # YAML 1.1 §5.1
    "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "office": OfficeGiven,
    "ministries": MinistryGiven,
    "people": PersonGiven,
    "audiences": AudienceGiven,
}
NOT_UTF8: Final = Message("This is not text in UTF-8. Save it as such, and send it again.")
_NOT_YAML: Final = Message("This is neither YAML nor JSON from here on. Correct the line.")
_NOT_A_ROSTER: Final = Message("The file needs a part called ministries, people or audiences.")
