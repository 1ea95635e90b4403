"""Fill a new installation with the demo office, in the middle of an exercise.

The story is told through the commands that people use, each step by its person and at its time, so
that every rule holds for it and its journal is as sound as a real one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from sqlalchemy import select

from crisis.alerts.audiences import save_audience
from crisis.alerts.described import Described
from crisis.incidents import commands
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.levels import Criterion
from crisis.incidents.model import Incident
from crisis.incidents.states import Phase
from crisis.jobs import reactions
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.event import Event
from crisis.kernel.ids import OFFICE_ID
from crisis.people import commands as office_commands
from crisis.people.model import (
    SYSTEM_ID,
    AudienceKind,
    Calendar,
    ContactKind,
    Digits,
    Hazard,
    Kind,
    Ministry,
    Person,
    Profile,
)
from crisis.people.queries import actor_of
from crisis.policy import Actor, Duty, Rank
from crisis.statements.commands.releasing import release_statement
from crisis.statements.commands.signing import answer_statement, open_statement
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import create_statement
from crisis.statements.content import Content, Paragraph, Type
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer

DEMO: Final = Path(__file__).resolve().parent.parent / "config" / "demo"
FOUNDED_BEFORE: Final = timedelta(days=30)

Facts = dict[str, Any]

_TOLD_BY: Final[Mapping[str, Callable[..., Event]]] = {
    each.__name__: each
    for each in (
        commands.add_ministry,
        commands.add_note,
        commands.assess_level,
        commands.assign_duty,
        commands.change_phase,
        commands.close_incident,
        commands.correct_line,
        commands.link_incident,
        commands.open_incident,
        commands.open_reported,
        commands.record_decision,
        commands.release_duty,
        commands.rename_incident,
        commands.report_incident,
        commands.stand_down,
        commands.watch_incident,
    )
}


def seed_demo(folder: Path = DEMO) -> bool:
    """Load `office.yaml` and `story.yaml`; False, and nothing done, when the office has people.

    Times count back from now. Raises the refusal of a step that the product does not allow.
    """
    if _somebody_is_there():
        return False
    now = clock.now()
    with clock.at(now - FOUNDED_BEFORE):
        cast = _load_office(_read(folder / "office.yaml"))
    steps = sorted(_read(folder / "story.yaml"), key=lambda step: -int(step["minutes_ago"]))
    for number, step in enumerate(steps):
        # Odd seconds: people do not act on the minute. Below a minute, so that order stays.
        seconds = number * 17 % 53
        with clock.at(now - timedelta(minutes=step["minutes_ago"], seconds=-seconds)):
            _tell(step, cast)
    reactions.begin_here()
    return True


@dataclass
class _Cast:
    """Who and what the files name, by the keys they use."""

    people: dict[str, UUID] = field(default_factory=dict[str, UUID])
    ministries: dict[str, UUID] = field(default_factory=dict[str, UUID])
    incidents: dict[str, UUID] = field(default_factory=dict[str, UUID])
    lines: dict[str, int] = field(default_factory=dict[str, int])
    statements: dict[str, UUID] = field(default_factory=dict[str, UUID])

    def actor(self, key: str) -> Actor:
        return _actor(self.people[key])


# ── the office ───────────────────────────────────────────────────────────────────────────────────


def _load_office(told: Facts) -> _Cast:
    cast = _Cast()
    founder = next(each for each in told["people"] if each["rank"] == Rank.ADMINISTRATOR)
    _found(told["office"], founder, cast)
    administrator = cast.actor(founder["key"])
    for each in told["ministries"]:
        _put_ministry(administrator, each, cast)
    for each in told["people"]:
        _put_person(administrator, each, cast)
    for each in told["people"]:
        if each["deputy"]:
            person_id = cast.people[each["key"]]
            office_commands.edit_person(administrator, person_id, profile=_profile(each, cast))
    for each in told["audiences"]:
        _put_audience(administrator, each, cast)
    return cast


def _found(office: Facts, founder: Facts, cast: _Cast) -> None:
    founded = office_commands.found_office(
        _actor(SYSTEM_ID),
        OFFICE_ID,
        name=office["name"],
        country=office["country"],
        zone=office["zone"],
        administrator=founder["name"],
        email=founder["email"],
        is_exercise=office["is_exercise"],
    )
    cast.people[founder["key"]] = founded.person_id
    office_commands.change_settings(
        cast.actor(founder["key"]),
        OFFICE_ID,
        name=office["name"],
        zone=office["zone"],
        digits=Digits(office["digits"]),
        calendar=Calendar(office["calendar"]),
        country=office["country"],
        duty_phone=office["duty_phone"],
    )


def _put_ministry(administrator: Actor, told: Facts, cast: _Cast) -> None:
    facts: Facts = {
        "kind": Kind(told["kind"]),
        "name": told["name"],
        "short_name": told["short_name"],
        "lead_hazards": told["lead_hazards"],
    }
    if facts["kind"] is Kind.CENTRE:
        centre = _the_centre()
        office_commands.edit_ministry(administrator, centre, **facts)
        cast.ministries[told["code"]] = centre
    else:
        added = office_commands.add_ministry(administrator, OFFICE_ID, code=told["code"], **facts)
        cast.ministries[told["code"]] = added.ministry_id


def _put_person(administrator: Actor, told: Facts, cast: _Cast) -> None:
    profile = _profile(told, cast)
    if told["key"] in cast.people:
        office_commands.edit_person(administrator, cast.people[told["key"]], profile=profile)
    else:
        added = office_commands.add_person(administrator, OFFICE_ID, profile=profile)
        cast.people[told["key"]] = added.person_id
    office_commands.add_contact(
        administrator,
        cast.people[told["key"]],
        kind=ContactKind.MOBILE,
        value=told["mobile"],
        label="",
    )


def _put_audience(administrator: Actor, told: Facts, cast: _Cast) -> None:
    described = Described(
        code=told["code"],
        kind=AudienceKind(told["kind"]),
        name=told["name"],
        rule=told["rule"],
        member_ids=tuple(cast.people[each] for each in told["members"]),
    )
    save_audience(administrator, OFFICE_ID, described=described)


def _profile(told: Facts, cast: _Cast) -> Profile:
    return Profile(
        ministry_id=cast.ministries[told["ministry"]],
        name=told["name"],
        title=told["title"],
        email=told["email"],
        language=told["language"],
        languages=told["languages"],
        rank=Rank(told["rank"]),
        standing_duty=Duty(told["standing_duty"]),
        # Named in a second pass, once everybody is there.
        deputy_id=cast.people.get(told["deputy"]),
    )


# ── the story ────────────────────────────────────────────────────────────────────────────────────


def _tell(step: Facts, cast: _Cast) -> None:
    if "statement" in step:
        _tell_of_statement(step, cast)
        return
    letter, told = step["incident"], step["with"]
    subject = cast.incidents.get(letter, OFFICE_ID)
    facts = _decision(told) if step["do"] == "record_decision" else _in_ids(told, cast)
    event = _TOLD_BY[step["do"]](cast.actor(step["by"]), subject, **facts)
    incident = cast.incidents.setdefault(letter, event.stream or subject)
    if "as" in step:
        with reading() as session:
            cast.lines[step["as"]] = journal.head_of(session, incident)


def _tell_of_statement(step: Facts, cast: _Cast) -> None:
    """A step in the life of a statement: always of the text as it stands at that moment."""
    actor, key, told = cast.actor(step["by"]), step["statement"], step.get("with", {})
    if step["do"] == "create_statement":
        begun = create_statement(
            actor, cast.incidents[step["incident"]], content=_content(told, cast)
        )
        cast.statements[key] = begun.statement_id
        return
    with reading() as session:
        statement = session.get_one(Statement, cast.statements[key])
        latest = statement.latest
    read: Facts = {}
    if latest is not None:
        read = {"version": latest.number, "text_hash": latest.sha256}
    match step["do"]:
        case "submit_statement":
            submit_statement(
                actor,
                statement.id,
                slots=[_slot(each, cast) for each in told["slots"]],
                based_on=statement.revision,
                deadline_at=clock.now() + timedelta(minutes=told["within_minutes"]),
            )
        case "open_statement":
            open_statement(actor, statement.id)
        case "approve_statement":
            answer_statement(actor, statement.id, answer=Answer.APPROVE, **read)
        case "release_statement":
            release_statement(
                actor,
                statement.id,
                version=read["version"],
                channels=told["channels"],
                next_update_at=statement.content.next_update_at,
            )
        case unknown:
            raise ValueError(f"the story cannot tell of {unknown}")


def _content(told: Facts, cast: _Cast) -> Content:
    bodies = {
        language: tuple(
            Paragraph(each["text"], cast.ministries[each["owner"]] if "owner" in each else None)
            for each in paragraphs
        )
        for language, paragraphs in told["bodies"].items()
    }
    return Content(
        type=Type(told["type"]),
        titles=told["titles"],
        bodies=bodies,
        audiences=frozenset(told["audiences"]),
        channels=frozenset(told["channels"]),
        next_update_at=_round(clock.now() + timedelta(minutes=told["next_update_in_minutes"])),
    )


def _round(moment: datetime) -> datetime:
    """People promise times that end in a five or a nought."""
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)


def _slot(told: Facts, cast: _Cast) -> SlotSpec:
    if "ministry" in told:
        return SlotSpec(ministry_id=cast.ministries[told["ministry"]])
    return SlotSpec(duties=(Duty(told["duty"]),), stage=told.get("stage", 1))


def _decision(told: Facts) -> Facts:
    facts = {**told, "options": tuple(option["text"] for option in told["options"])}
    minutes = facts.pop("review_in_minutes", None)
    review_at = minutes and clock.now() + timedelta(minutes=minutes)
    return {"draft": DecisionDraft(**facts, review_at=review_at)}


def _in_ids(told: Facts, cast: _Cast) -> Facts:
    """What a step says by key and by word, as its command wants it."""
    meant: Mapping[str, tuple[str, Callable[[Any], object]]] = {
        "lead": ("lead_id", cast.ministries.__getitem__),
        "ministry": ("ministry_id", cast.ministries.__getitem__),
        "supporting": ("supporting_ids", lambda codes: [cast.ministries[each] for each in codes]),
        "person": ("person_id", cast.people.__getitem__),
        "line": ("seq", cast.lines.__getitem__),
        "other": ("other_ref", lambda letter: _ref(cast.incidents[letter])),
        "hazard": ("hazard", Hazard),
        "duty": ("duty", Duty),
        "phase": ("phase", Phase),
        "scores": (
            "scores",
            lambda scores: {Criterion(key): score for key, score in scores.items()},
        ),
    }
    facts: Facts = {}
    for word, value in told.items():
        name, means = meant.get(word, (word, _as_it_stands))
        facts[name] = means(value)
    return facts


def _as_it_stands(value: object) -> object:
    return value


# ── looking things up ────────────────────────────────────────────────────────────────────────────


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _somebody_is_there() -> bool:
    with reading() as session:
        found = session.scalar(select(Person.id).where(Person.is_machine.is_(False)).limit(1))
    return found is not None


def _actor(person_id: UUID) -> Actor:
    with reading() as session:
        return actor_of(session, person_id) or Actor(id=person_id, active=False)


def _the_centre() -> UUID:
    with reading() as session:
        return session.scalars(select(Ministry.id).where(Ministry.kind == Kind.CENTRE)).one()


def _ref(incident_id: UUID) -> str:
    with reading() as session:
        return session.get_one(Incident, incident_id).ref
