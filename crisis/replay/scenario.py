"""Reading a scenario: a file is understood as a whole, or refused before anything happens.

Whatever is wrong is said with the number of the event it stands in.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from crisis.kernel.errors import Invalid
from crisis.kernel.problems import problem_message
from crisis.kernel.text import Email, Line, OptionalLine, prose
from crisis.kernel.words import Message
from crisis.kernel.words import Message as _
from crisis.people.importing import NOT_UTF8, FullNamesGiven, MinistryCode, PhoneTyped, Zone
from crisis.people.model import Kind
from crisis.policy import Duty

LARGEST: Final = 5_000_000
"""Bytes of a file."""
DEEPEST: Final = 12
MOST_EVENTS: Final = 20_000
MACHINES: Final = frozenset({"system", "twilio", "hotline", "platform", "partner"})
"""Actors that are nobody of the office."""

ROLES: Final[Mapping[str, Duty]] = {
    **{each.value: each for each in Duty},
    "comms_director": Duty.DIRECTOR,
    "lead_ministry_liaison": Duty.LIAISON,  # who leads is the incident's business
    "leadership": Duty.LIAISON,
}
"""The standing duty that goes with a role of the file; `_deputy` and `_2` change nothing."""


def duty_of(role: str) -> Duty | None:
    """The duty behind a role as the file writes it; None for a role nobody knows."""
    return ROLES.get(role.removesuffix("_deputy").removesuffix("_2"))


class Told(BaseModel):
    """Something a scenario says; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# ── what a file is made of ───────────────────────────────────────────────────────────────────────


def _known(kind: str) -> AfterValidator:
    def check(name: str, info: ValidationInfo) -> str:
        if name not in (info.context or {}).get(kind, {name}):
            raise PydanticCustomError("replay.unknown", "{name}", {"name": name[:40]})
        return name

    return AfterValidator(check)


Reference = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
PersonRef = Annotated[Reference, _known("people")]
OrgRef = Annotated[MinistryCode, _known("organisations")]
Minutes = Annotated[int, Field(strict=True, ge=-100_000, le=100_000)]


def _role(name: str) -> str:
    if duty_of(name) is None:
        raise PydanticCustomError("replay.unknown", "{name}", {"name": name[:40]})
    return name


RoleName = Annotated[Reference, AfterValidator(_role)]


class OrganisationTold(Told):
    code: MinistryCode
    kind: Kind
    name: FullNamesGiven

    @property
    def is_centre(self) -> bool:
        """Whether it is the centre itself."""
        return self.kind is Kind.CENTRE


class PersonTold(Told):
    id: Reference
    name_ar: Line
    name_en: OptionalLine = None
    name_fr: OptionalLine = None
    org: MinistryCode
    role: RoleName
    mobile: PhoneTyped | None = None
    email: Email
    deputy: Reference | None = None

    @property
    def duty(self) -> Duty:
        """The duty they hold from the opening of an incident on."""
        return duty_of(self.role) or Duty.OBSERVER


class AudienceTold(Told):
    code: Reference
    size: Annotated[int, Field(strict=True, ge=0)]


class EventTold(Told):
    seq: Annotated[int, Field(strict=True, ge=1)]
    t_min: Minutes
    at: AwareDatetime
    type: Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
    actor: Reference
    ref: Reference | None = None
    data: dict[str, Any] = {}
    expect: dict[str, Any] = {}
    layer: Literal["core", "detail"] = "core"


class ScenarioTold(Told):
    format: Literal["scenario/1"] = Field(alias="schema")
    id: Reference
    title: FullNamesGiven
    fictional: bool
    disclaimer: Annotated[str, prose(2_000)] = ""
    t0: AwareDatetime
    timezone: Zone
    rules: list[Line] = []
    organisations: Annotated[list[OrganisationTold], Field(max_length=500)]
    people: Annotated[list[PersonTold], Field(max_length=2_000)]
    audiences: list[AudienceTold] = []
    events: Annotated[list[Any], Field(min_length=1, max_length=MOST_EVENTS)]
    expected_kpis: dict[str, Any] = {}


@dataclass(frozen=True)
class Happening:
    """One event of a scenario, read; `data` is of its type's shape where it can be played."""

    number: int
    t_min: int
    type: str
    actor: str
    ref: str | None
    data: Any
    expect: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A whole story, in the order in which it happens."""

    id: str
    sha256: str
    t0: datetime
    zone: str
    title: dict[str, str]
    organisations: list[OrganisationTold]
    people: dict[str, PersonTold]
    happenings: list[Happening]

    def later(self, after: "Happening", ref: str | None) -> Iterator[Happening]:
        """What is still to come about this, in its order."""
        begun = self.happenings.index(after)
        return (each for each in self.happenings[begun + 1 :] if each.ref == ref)

    def told(self, *types: str) -> Iterator[Happening]:
        """Everything of these types."""
        return (each for each in self.happenings if each.type in types)

    def at(self, t_min: float) -> datetime:
        """The moment, as the file itself counts."""
        return self.t0 + timedelta(minutes=t_min)


@dataclass(frozen=True)
class Vocabulary:
    """Which types of events there are: how the data of each is read, or that it is not played."""

    shapes: Mapping[str, type[Told]]
    later: frozenset[str]
    wishes: Mapping[tuple[str, str], TypeAdapter[Any]]
    """By type of event and key of `expect` (the type `*` is every one), what may be wished for."""
    later_wishes: frozenset[str]
    begins: Mapping[str, str]
    """By type, the kind of thing (`incident`, `statement`, `alert`) its reference begins."""
    about: Mapping[str, str]
    """By type, the kind of thing its reference must have begun."""


def read_scenario(file: Path, vocabulary: Vocabulary) -> Scenario:
    """The scenario in `file`. Raises `Invalid` (`scenario`), naming the event if there is one."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    told: ScenarioTold = _shaped(ScenarioTold, _json(content), {}, number=None)
    people = _by_name("people", [(each.id, each) for each in told.people])
    codes = _by_name("organisations", [(each.code, each) for each in told.organisations])
    _must_fit(told, people, codes)
    context = {"people": frozenset(people), "organisations": frozenset(codes)}
    events = [_event(place, each) for place, each in enumerate(told.events, 1)]
    _by_name("seq", [(str(each.seq), each) for each in events])
    events.sort(key=lambda each: (each.t_min, each.seq))
    begun: dict[str, str] = {}
    return Scenario(
        id=told.id,
        sha256=hashlib.sha256(content).hexdigest(),
        t0=told.t0,
        zone=told.timezone,
        title=told.title.names,
        organisations=told.organisations,
        people=people,
        happenings=[_happening(each, told, context, vocabulary, begun) for each in events],
    )


# ── the events ───────────────────────────────────────────────────────────────────────────────────


def _event(place: int, told: Any) -> EventTold:
    seq = told.get("seq") if isinstance(told, dict) else None
    number = seq if isinstance(seq, int) and not isinstance(seq, bool) else place
    read: EventTold = _shaped(EventTold, told, {}, number=number)
    return read


def _happening(
    event: EventTold,
    file: ScenarioTold,
    context: Mapping[str, Any],
    vocabulary: Vocabulary,
    begun: dict[str, str],
) -> Happening:
    shape = vocabulary.shapes.get(event.type)
    if shape is None and event.type not in vocabulary.later:
        _refuse(event.seq, _("There is no event of the type “{name}”.", name=event.type))
    if event.actor not in MACHINES and event.actor not in context["people"]:
        _refuse(event.seq, _NOT_HERE.filled(name=event.actor))
    if event.at != file.t0 + timedelta(minutes=event.t_min):
        _refuse(event.seq, _("The time “at” is not what t_min says."))
    for text in _texts([event.data, event.expect]):
        _must_be_harmless(text, event.seq)
    _must_have_begun(event, vocabulary, begun)
    for key, wish in event.expect.items():
        _must_be_a_wish(event, key, wish, context, vocabulary)
    data = event.data if shape is None else _shaped(shape, event.data, context, number=event.seq)
    return Happening(event.seq, event.t_min, event.type, event.actor, event.ref, data, event.expect)


def _must_be_a_wish(
    event: EventTold, key: str, wish: Any, context: Mapping[str, Any], vocabulary: Vocabulary
) -> None:
    """A wish nobody will ever judge is a slip of the pen."""
    wishes = vocabulary.wishes
    judged = wishes.get((event.type, key)) or wishes.get(("*", key))
    if judged is not None:
        _shaped(judged, wish, context, number=event.seq, name=key)
    elif key not in vocabulary.later_wishes and key not in {name for _type, name in wishes}:
        _refuse(event.seq, _("Nothing called “{name}” can be expected.", name=key[:40]))


def _must_have_begun(event: EventTold, vocabulary: Vocabulary, begun: dict[str, str]) -> None:
    """What an event is about has a beginning earlier in the file, and only one."""
    wanted = dict[str | None, str | None]({event.ref: vocabulary.about.get(event.type)})
    for name, kind in _POINTERS.items():
        if isinstance(pointed := event.data.get(name), str):
            wanted[pointed] = kind
    for ref, needed in wanted.items():
        if needed and (ref is None or begun.get(ref) != needed):
            _refuse(event.seq, _NOT_HERE.filled(name=ref or "—"))
    begins = vocabulary.begins.get(event.type)
    if begins is None:
        return
    if event.ref is None:
        _refuse(event.seq, _("It begins something, and gives it no “ref”."))
    if event.ref in begun and (begins, begun[event.ref]) != ("incident", "incident"):
        _refuse(event.seq, _("“{name}” stands here twice.", name=event.ref))
    begun[event.ref] = begins


_POINTERS: Final = {
    "parent": "incident",
    "incident": "incident",
    "corrects": "statement",
    "retracts": "statement",
}
_NOT_HERE: Final = _("“{name}” is not in this file, or only later.")


def _must_fit(
    told: ScenarioTold, people: Mapping[str, PersonTold], codes: Mapping[str, OrganisationTold]
) -> None:
    """Everybody belongs to an organisation of the file, and deputies are people of it."""
    if [each.kind for each in told.organisations].count(Kind.CENTRE) != 1:
        _refuse(None, _("There must be one organisation of the kind “centre”."))
    _by_name("email", [(each.email.lower(), each) for each in told.people])
    for person in told.people:
        for name, known in ((person.org, codes), (person.deputy, people)):
            if name is not None and name not in known:
                _refuse(None, _NOT_HERE.filled(name=name))


def _by_name(what: str, named: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in named:
        if name in found:
            twice = _("“{name}” stands here twice.", name=name)
            _refuse(None, _("{field}: {problem}", field=what, problem=twice))
        found[name] = each
    return found


# ── whatever may be wrong with it ────────────────────────────────────────────────────────────────


def _json(content: bytes) -> Any:
    if len(content) > LARGEST:
        _refuse(None, _("The file is too large: at most five million bytes."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(None, NOT_UTF8)
    _must_be_shallow(text)
    try:
        return json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_number)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        _refuse(None, _("This is not JSON: see line {line}.", line=line))


def _must_be_shallow(text: str) -> None:
    """Deep nesting would exhaust the reader itself, so it is looked for beforehand."""
    depth, quoted, escaped = 0, False, False
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                _refuse(None, _("This is nested too deeply."))
        elif character in "]}":
            depth -= 1


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return _by_name("JSON", pairs)


def _no_number(_written: str) -> NoReturn:
    raise ValueError("JSON knows neither NaN nor Infinity")


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, each in value.items():
                yield from (name, *_texts(each))
        case list():
            for each in value:
                yield from _texts(each)


def _must_be_harmless(text: str, number: int) -> None:
    """Also where nothing is done with it yet: a hostile text is refused wherever it stands."""
    try:
        _PROSE.read(text or "-")
    except PydanticCustomError as error:
        _refuse(number, problem_message(error))


_PROSE: Final = prose(20_000)


def _shaped(
    shape: type[BaseModel] | TypeAdapter[Any],
    told: Any,
    context: Mapping[str, Any],
    *,
    number: int | None,
    name: str = "",
) -> Any:
    try:
        if isinstance(shape, TypeAdapter):
            return shape.validate_python(told, context=dict(context))
        return shape.model_validate(told, context=dict(context))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        known = first["type"] == "replay.unknown"
        said = _NOT_HERE.filled(**first["ctx"]) if known else problem_message(dict(first))
        at = ".".join(str(step) for step in (name, *first["loc"]) if step != "")[:80]
        _refuse(number, _("{field}: {problem}", field=at, problem=said) if at else said)


def _refuse(number: int | None, problem: Message) -> NoReturn:
    said = problem
    if number is not None:
        said = _("Event {number}: {problem}", number=number, problem=problem)
    raise Invalid(said, code="scenario")
