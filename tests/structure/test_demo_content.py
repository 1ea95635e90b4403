"""The demo office and the product's other content files say only what the product understands."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from crisis.incidents import commands
from crisis.incidents.levels import Criterion, computed_level
from crisis.incidents.states import Part, Phase
from crisis.kernel.text import Email, Line, Prose, ShortLine, fold_arabic, line, phone
from crisis.people.model import AudienceKind, Calendar, Digits, Hazard, Kind
from crisis.policy import Duty, Rank
from crisis.statements.content import Type
from crisis.timeline import terms
from tests.parts import words

CONFIG = Path(__file__).parents[2] / "config"

Language = Literal["ar", "en", "fr"]
Level = Annotated[int, Field(ge=1, le=4)]
Score = Annotated[int, Field(ge=0, le=4)]
Key = Annotated[str, line(16)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Names(Strict):
    ar: Line
    en: Line
    fr: Line


class Office(Strict):
    name: Names
    country: Key
    zone: Line
    digits: Digits
    calendar: Calendar
    duty_phone: Annotated[str, phone("LY")]
    is_exercise: Literal[True]


class Ministry(Strict):
    code: Key
    kind: Kind
    name: Names
    short_name: Names
    lead_hazards: list[Hazard]


class Person(Strict):
    key: Key
    name: Names
    title: Names
    ministry: Key
    email: Email
    mobile: Annotated[str, phone("LY")]
    rank: Rank
    standing_duty: Duty
    deputy: Key | None
    language: Language
    languages: list[Language]


class Audience(Strict):
    code: Key
    kind: AudienceKind
    name: Names
    rule: str
    members: list[Key]


class DemoOffice(Strict):
    office: Office
    ministries: list[Ministry]
    people: list[Person]
    audiences: list[Audience]


class Option(Strict):
    text: Line


class Report(Strict):
    title: Line
    language: Language
    hazard: Hazard
    source: Line


class OpenReported(Strict):
    level: Level
    hazard: Hazard
    lead: Key
    supporting: list[Key]


class Open(OpenReported):
    title: Line
    language: Language
    restricted: bool = False


class Rename(Strict):
    title: Names


class Because(Strict):
    reason: Prose


class Assess(Strict):
    scores: dict[Criterion, Score | None] = Field(min_length=9, max_length=9)
    chosen: Level
    rationale: Prose


class ChangePhase(Because):
    phase: Phase


class Note(Strict):
    text: Prose


class Decide(Strict):
    question: Prose
    options: list[Option] = Field(min_length=2)
    chosen: int
    rationale: Prose
    information_known: Prose | None = None
    assumptions: Prose | None = None
    dissent: Prose | None = None
    review_in_minutes: Annotated[int, Field(gt=0)] | None = None


class Correct(Because):
    line: Key
    text: Prose


class WithMinistry(Strict):
    ministry: Key


class Assign(Strict):
    person: Key
    duty: Duty


class Release(Assign):
    reason: Prose


class Link(Because):
    other: Key


class Close(Strict):
    summary: Prose


class Block(Strict):
    text: Prose
    owner: Key | None = None


class Write(Strict):
    type: Type
    next_update_in_minutes: Annotated[int, Field(gt=0)]
    audiences: list[Key]
    channels: list[Key]
    titles: Names
    bodies: dict[Language, list[Block]] = Field(min_length=3)


class Slot(Strict):
    ministry: Key | None = None
    duty: Duty | None = None


class Submit(Strict):
    within_minutes: Annotated[int, Field(gt=0)]
    slots: list[Slot] = Field(min_length=1)


class Publish(Strict):
    channels: list[Key]


class Nothing(Strict):
    pass


TOLD: Mapping[str, type[Strict]] = {
    "report_incident": Report,
    "open_incident": Open,
    "open_reported": OpenReported,
    "watch_incident": Because,
    "rename_incident": Rename,
    "assess_level": Assess,
    "change_phase": ChangePhase,
    "add_note": Note,
    "record_decision": Decide,
    "correct_line": Correct,
    "add_ministry": WithMinistry,
    "assign_duty": Assign,
    "release_duty": Release,
    "link_incident": Link,
    "stand_down": Because,
    "close_incident": Close,
    "create_statement": Write,
    "submit_statement": Submit,
    "open_statement": Nothing,
    "approve_statement": Nothing,
    "release_statement": Publish,
}


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    minutes_ago: Annotated[int, Field(gt=0)]
    by: Key
    do: str
    incident: Literal["A", "B", "C", "D", "E", "F", "G"]
    told: dict[str, Any] = Field(alias="with", default={})
    statement: Key | None = None
    name: Key | None = Field(default=None, alias="as")


def read(name: str) -> Any:
    return yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def office() -> DemoOffice:
    return DemoOffice.model_validate(read("demo/office.yaml"))


@pytest.fixture(scope="module")
def story() -> list[Step]:
    return TypeAdapter(list[Step]).validate_python(read("demo/story.yaml"))


# ── the office ───────────────────────────────────────────────────────────────────────────────────


def test_everybody_and_everything_named_in_the_office_exists(office: DemoOffice) -> None:
    people = {each.key for each in office.people}
    codes = {each.code for each in office.ministries}
    assert len(people) == len(office.people) == 38
    assert len(codes) == len(office.ministries) == 16
    for person in office.people:
        assert person.ministry in codes
        assert person.deputy in people - {person.key} | {None}
        assert person.language in person.languages
    for audience in office.audiences:
        assert set(audience.members) <= people


def test_the_office_has_what_an_office_needs(office: DemoOffice) -> None:
    ranks = Counter(each.rank for each in office.people)
    assert ranks[Rank.ADMINISTRATOR] == ranks[Rank.AUDITOR] == 1
    assert ranks[Rank.COORDINATOR] == 3
    assert [each.kind for each in office.ministries].count(Kind.CENTRE) == 1
    assert {each.standing_duty for each in office.people} == set(Duty) - {Duty.LEAD_LIAISON}
    assert len({each.mobile for each in office.people}) == 38
    assert len({each.email for each in office.people}) == 38


def test_every_hazard_is_led_by_one_ministry_that_can_be_reached(office: DemoOffice) -> None:
    led = Counter(hazard for each in office.ministries for hazard in each.lead_hazards)
    assert led == Counter(Hazard)
    liaisons = {each.ministry for each in office.people if each.standing_duty == Duty.LIAISON}
    for ministry in office.ministries:
        assert not ministry.lead_hazards or ministry.code in liaisons | {"GCC"}


# ── the story ────────────────────────────────────────────────────────────────────────────────────


def test_each_step_tells_a_command_what_it_needs(story: list[Step]) -> None:
    for step in story:
        assert step.statement or callable(getattr(commands, step.do)), step
        told = TOLD[step.do].model_validate(step.told)
        if isinstance(told, Decide):
            assert 0 <= told.chosen < len(told.options), step
        if isinstance(told, Assess):
            assert told.chosen >= computed_level(told.scores), step


def test_everybody_and_everything_named_in_the_story_exists(
    office: DemoOffice, story: list[Step]
) -> None:
    people = {each.key for each in office.people}
    codes = {each.code for each in office.ministries}
    incidents, lines = set[str](), set[str]()
    for step in story:
        told = step.told
        incidents.add(step.incident)
        assert {step.by, told.get("person", step.by)} <= people, step
        involved = {told.get(Part.LEAD), told.get("ministry"), *told.get("supporting", [])}
        assert involved - {None} <= codes, step
        assert told.get("other", step.incident) in incidents, step
        assert step.do != "correct_line" or told["line"] in lines, step
        lines |= {step.name} - {None}


def test_each_incident_is_told_in_order_of_time(story: list[Step]) -> None:
    for letter in "ABCDEFG":
        own = [each for each in story if each.incident == letter and not each.statement]
        times = [step.minutes_ago for step in own]
        assert times == sorted(set(times), reverse=True), letter
        assert own[0].do in ("report_incident", "open_incident")
    for key in ("first", "second"):
        own = [each for each in story if each.statement == key]
        times = [each.minutes_ago for each in own]
        assert times == sorted(set(times), reverse=True), key
        assert own[0].do == "create_statement"


def test_the_story_is_long_enough_to_look_alive(story: list[Step]) -> None:
    lines = Counter(step.incident for step in story)
    assert lines["A"] >= 45
    assert lines["B"] >= 12
    assert min(lines["C"], lines["F"]) >= 10
    assert lines["G"] >= 6
    assert lines["E"] == 1


def test_the_story_names_no_clock_time_and_keeps_calm(story: list[Step]) -> None:
    for text in said(story):
        assert not re.search(r"\d:\d\d", text), f"the line has its own time: {text}"
        assert "!" not in text, f"calm texts have no exclamation mark: {text}"


def test_people_write_in_a_language_they_work_in(office: DemoOffice, story: list[Step]) -> None:
    languages = {each.key: each.languages for each in office.people}
    for step in story:
        if step.do != "add_note":
            continue
        arabic = bool(re.search(r"[\u0600-\u06ff]", step.told["text"]))
        assert arabic or set(languages[step.by]) & {"en", "fr"}, step


def said(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case Step():
            return said(value.told)
        case dict():
            return [text for each in value.values() for text in said(each)]
        case list():
            return [text for each in value for text in said(each)]
    return []


# ── hazards, countries, terminology ──────────────────────────────────────────────────────────────


class HazardWords(Strict):
    name: Names
    words: dict[Language, list[ShortLine]]


class Country(Strict):
    name: Names
    zone: Line
    digits: Digits
    calendar: Calendar
    sms_replies: bool = True


def test_every_hazard_has_names_and_words_of_its_own() -> None:
    hazards = TypeAdapter(dict[Hazard, HazardWords]).validate_python(read("hazards.yaml"))
    assert list(hazards) == list(Hazard)
    for hazard, entry in hazards.items():
        assert entry.name.en == str(terms.HAZARD[hazard])
    owners: dict[str, Hazard] = {}
    for hazard, entry in hazards.items():
        for word in {fold_arabic(each) for known in entry.words.values() for each in known}:
            assert owners.setdefault(word, hazard) == hazard, f"{word} suggests two hazards"


def test_every_country_can_start_an_office() -> None:
    countries = TypeAdapter(dict[Key, Country]).validate_python(read("countries.yaml"))
    assert {"LY", "SA", "OM"} <= set(countries) <= phonenumbers.SUPPORTED_REGIONS
    for country in countries.values():
        assert ZoneInfo(country.zone)


def test_a_terminology_pack_says_something_else_than_the_catalogue() -> None:
    packs = read("words/terminology.yaml")
    said = {m.id: m.string for m in words.renewed("ar", words.collected()) if m.id}

    assert set(packs) <= set(read("countries.yaml"))
    for country, pack in packs.items():
        for sentence, arabic in pack.items():
            assert sentence in said, f"{country}: nothing in the product says “{sentence}”"
            assert arabic != said[sentence], f"{country}: “{sentence}” is said so everywhere"
            assert not set("{%") & set(arabic + sentence), f"{country}: “{sentence}” has a place"


@pytest.mark.parametrize("file", sorted(CONFIG.rglob("*.yaml")), ids=lambda path: path.name)
def test_content_files_explain_themselves(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("# ")
