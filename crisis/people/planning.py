"""What importing a file would do to the office, entry by entry, before anything is done."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.kernel.words import Message
from crisis.people.importing import (
    AudienceGiven,
    Entry,
    Given,
    MinistryGiven,
    NamesGiven,
    OfficeGiven,
    PersonGiven,
    Problem,
    Roster,
)
from crisis.people.model import Audience, ContactKind, Kind, Ministry, Names, Office, Person
from crisis.policy import Rank


class What(StrEnum):
    """What an entry of the file is about."""

    OFFICE = "office"
    MINISTRY = "ministry"
    PERSON = "person"
    AUDIENCE = "audience"


class Change(StrEnum):
    """What would become of it."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Step:
    """One entry: the row it is (None: a new one), and the values that would be set on it."""

    line: int
    what: What
    code: str
    name: Names
    id: UUID
    row: Any
    values: dict[str, Any]
    contacts: tuple[tuple[ContactKind, str], ...] = ()

    @property
    def change(self) -> Change:
        if self.row is None:
            return Change.ADDED
        return Change.CHANGED if self.values or self.contacts else Change.UNCHANGED

    @property
    def details(self) -> tuple[Message, ...]:
        """Which fields of an existing row would change."""
        if self.row is None:
            return ()
        named = [*self.values, *(kind.value for kind, _value in self.contacts)]
        return tuple(_FIELDS[each] for each in named)


@dataclass
class Plan:
    """All steps in the order of the file's parts, and what forbids taking them."""

    steps: list[Step] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The same for the same file on the same office: what was shown is what will be done."""
        told = [
            (step.what, step.code, step.change, sorted(map(repr, _told(step))))
            for step in self.steps
        ]
        return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()

    def count(self, change: Change) -> int:
        return sum(step.change is change for step in self.steps)

    def codes(self, what: What, change: Change) -> list[str]:
        return [s.code for s in self.steps if s.what is what and s.change is change]

    def ids(self, what: What, change: Change) -> list[UUID]:
        return [s.id for s in self.steps if s.what is what and s.change is change]


def plan_for(session: Session, office: Office, roster: Roster) -> Plan:
    """Compare what a file says with what the office has; reads only."""
    return _Planner(session, office, roster).plan


def apply(session: Session, plan: Plan) -> None:
    """Take every step of a plan that has no errors."""
    for what, kind in _KINDS.items():
        for step in (each for each in plan.steps if each.what is what):
            _take(session, step, kind)
        session.flush()  # rows refer to one another; those referred to must be there
    for step in plan.steps:
        for name in _REFERENCES & step.values.keys():
            row = session.get_one(_KINDS[step.what], step.id)
            setattr(row, name, _referred(session, step.values[name]))


def _take(session: Session, step: Step, kind: type[Any]) -> None:
    values = {k: v for k, v in step.values.items() if k not in _REFERENCES}
    row = step.row
    if row is None:
        row = kind(id=step.id)
        session.add(row)
    elif values.get("rank", getattr(row, "rank", None)) != getattr(row, "rank", None):
        row.end_sessions()
    for name, value in values.items():
        setattr(row, name, value)
    for contact, value in step.contacts:
        row.add_contact(kind=contact, value=value, label="")


def _referred(session: Session, value: Any) -> Any:
    if isinstance(value, tuple):
        return [session.get_one(Person, each) for each in value]
    return value


def told(plan: Plan) -> Iterator[str]:
    """The plan in English, a line for each step that changes something, then what is wrong."""
    for step in plan.steps:
        if step.change is not Change.UNCHANGED:
            name = next(iter(step.name.values()), "")
            fields = f": {', '.join(map(str, step.details))}" if step.details else ""
            yield f"line {step.line}: {step.what} {step.code} ({name}) {step.change}{fields}"
    counts = ", ".join(f"{plan.count(each)} {each}" for each in Change)
    yield f"In all: {counts}."
    yield from (f"line {each.line}: {each.message}" for each in plan.errors)


class _Planner:
    """Resolves the references of a file against itself and against the office."""

    def __init__(self, session: Session, office: Office, roster: Roster) -> None:
        self.plan = Plan(errors=list(roster.errors))
        self.ministries = {each.code: each for each in session.scalars(select(Ministry))}
        everybody = session.scalars(select(Person).where(Person.is_machine.is_(False))).all()
        self.people = everybody
        self.by_email = {each.email.lower(): each for each in everybody if each.email}
        self.by_mobile = {
            point.value: each
            for each in everybody
            for point in each.contacts
            if point.kind == ContactKind.MOBILE
        }
        self.audiences = {each.code: each for each in session.scalars(select(Audience))}
        self.ids: dict[str, UUID] = {}
        if roster.office:
            self._office(office, roster.office)
        self._ministries(roster.ministries)
        self._people(roster.people)
        self._audiences(roster.audiences)
        self.plan.errors.sort(key=lambda each: each.line)

    def _office(self, row: Office, entry: Entry[OfficeGiven]) -> None:
        given = entry.given
        if given.is_exercise is not None and (given.is_exercise == "true") != row.is_exercise:
            self._wrong(
                entry.line, Message("An office is an exercise from its beginning, or never.")
            )
        values = _given(given, "zone", "digits", "calendar", "country", "duty_phone", "name")
        self._step(entry.line, What.OFFICE, "office", row.name, row, values, new=OFFICE_ID)

    def _ministries(self, entries: list[Entry[MinistryGiven]]) -> None:
        self._refuse_twice((each.line, each.given.code) for each in entries)
        for entry in entries:
            given, row = entry.given, self.ministries.get(entry.given.code)
            self._refuse_second_centre(entry, row, entries)
            values = _given(given, "code", "kind", "name", "short_name", "lead_hazards")
            if row is None:
                values = {"short_name": {}, "lead_hazards": [], "active": True} | values
            step = self._step(entry.line, What.MINISTRY, given.code, given.name.names, row, values)
            self.ids[f"ministry {given.code}"] = step.id

    def _refuse_second_centre(
        self,
        entry: Entry[MinistryGiven],
        row: Ministry | None,
        entries: list[Entry[MinistryGiven]],
    ) -> None:
        centres = [code for code, each in self.ministries.items() if each.is_centre]
        centres += [each.given.code for each in entries if each.given.kind == Kind.CENTRE]
        is_centre = entry.given.kind == Kind.CENTRE
        if is_centre and entry.given.code != centres[0]:
            self._wrong(entry.line, Message("The office already has its centre."))
        if row is not None and row.is_centre and not is_centre:
            self._wrong(entry.line, Message("The office must keep its centre."))

    def _people(self, entries: list[Entry[PersonGiven]]) -> None:
        self._refuse_twice((e.line, e.given.key) for e in entries if e.given.key)
        self._refuse_twice((e.line, e.given.email.lower()) for e in entries if e.given.email)
        self._refuse_twice((e.line, e.given.mobile) for e in entries if e.given.mobile)
        known = [(entry, self._person_row(entry)) for entry in entries]
        for entry, row in known:
            self._name_person(entry.given, row.id if row else new_id())
        for entry, row in known:
            self._person(entry, row)
        self._keep_an_administrator()

    def _person_row(self, entry: Entry[PersonGiven]) -> Person | None:
        given = entry.given
        if given.email:
            return self.by_email.get(given.email.lower())
        if given.mobile:
            return self.by_mobile.get(given.mobile)
        self._wrong(entry.line, Message("Give an e-mail or a mobile number to know them by."))
        return None

    def _name_person(self, given: PersonGiven, id: UUID) -> None:
        for reference in (given.key, given.email and given.email.lower(), given.mobile):
            if reference:
                self.ids[f"person {reference}"] = id

    def _person(self, entry: Entry[PersonGiven], row: Person | None) -> None:
        given = entry.given
        values = _given(
            given, "name", "title", "email", "rank", "standing_duty", "language", "languages"
        )
        values["ministry_id"] = self._ministry_id(entry)
        own = self.ids.get(f"person {given.email.lower() if given.email else given.mobile}")
        if given.deputy:
            values["deputy_id"] = self._person_id(entry.line, given.deputy)
            if values["deputy_id"] == own:
                self._wrong(entry.line, Message("Nobody is their own deputy."))
        if row is None:
            values = _NEW_PERSON | values
        points = ((ContactKind.MOBILE, given.mobile), (ContactKind.EMAIL, given.email))
        reached = {(each.kind, each.value) for each in row.contacts} if row else set()
        self._step(
            entry.line,
            What.PERSON,
            given.email or given.mobile or "",
            given.name.names,
            row,
            values,
            new=own,
            contacts=tuple((k, v) for k, v in points if v and (k, v) not in reached),
        )

    def _ministry_id(self, entry: Entry[PersonGiven]) -> UUID | None:
        code = entry.given.ministry
        row = self.ministries.get(code)
        if row is not None and row.active:
            return row.id
        if row is None and (named := self.ids.get(f"ministry {code}")):
            return named
        self._wrong(entry.line, Message("There is no active entity {code}.", code=code))
        return None

    def _person_id(self, line: int, reference: str) -> UUID | None:
        named = self.ids.get(f"person {reference}") or self.ids.get(f"person {reference.lower()}")
        row = self.by_email.get(reference.lower())
        if named or (row is not None and row.active):
            return named or (row.id if row else None)
        self._wrong(line, Message("Nobody here is called {name}.", name=reference))
        return None

    def _keep_an_administrator(self) -> None:
        steps = {step.id: step for step in self.plan.steps if step.what is What.PERSON}
        ranks = [
            steps[each.id].values.get("rank", each.rank) if each.id in steps else each.rank
            for each in self.people
            if each.active
        ]
        ranks += [step.values["rank"] for step in steps.values() if step.row is None]
        if steps and Rank.ADMINISTRATOR not in ranks:
            last = max(step.line for step in steps.values())
            told = Message("The office must keep an administrator. Name another first.")
            self._wrong(last, told)

    def _audiences(self, entries: list[Entry[AudienceGiven]]) -> None:
        self._refuse_twice((each.line, each.given.code) for each in entries)
        for entry in entries:
            given, row = entry.given, self.audiences.get(entry.given.code)
            values = _given(given, "code", "kind", "name")
            values["rule"] = given.rule or ""
            ids = {self._person_id(entry.line, each) for each in given.members} - {None}
            values["members"] = tuple(sorted(each for each in ids if each))
            self._step(entry.line, What.AUDIENCE, given.code, given.name.names, row, values)

    def _step(
        self,
        line: int,
        what: What,
        code: str,
        name: Names,
        row: Any,
        values: dict[str, Any],
        *,
        new: UUID | None = None,
        contacts: tuple[tuple[ContactKind, str], ...] = (),
    ) -> Step:
        if row is not None:
            values = {k: v for k, v in values.items() if v != _present(row, k)}
        id = row.id if row is not None else new or new_id()
        step = Step(line, what, code, name, id, row, values, contacts)
        self.plan.steps.append(step)
        return step

    def _refuse_twice(self, named: Iterator[tuple[int, str]] | Any) -> None:
        seen: dict[str, int] = {}
        for line, name in named:
            if name in seen:
                told = Message("{name} stands on line {line} already.", name=name, line=seen[name])
                self._wrong(line, told)
            seen.setdefault(name, line)

    def _wrong(self, line: int, message: Message) -> None:
        self.plan.errors.append(Problem(line, message))


def _given(given: Given, *names: str) -> dict[str, Any]:
    """The fields that the file names, as rows keep them."""
    found = {name: getattr(given, name) for name in names}
    return {
        name: value.names if isinstance(value, NamesGiven) else value
        for name, value in found.items()
        if value is not None
    }


def _present(row: Any, name: str) -> Any:
    if name == "members":
        return tuple(sorted(each.id for each in row.members))
    return getattr(row, name)


def _told(step: Step) -> Iterator[Any]:
    # Ids of rows that are yet to be made differ each time; whom they name stands in the file.
    yield from ((k, v) for k, v in step.values.items() if k not in _IDS)
    yield from step.contacts


_KINDS: Final[dict[What, type[Any]]] = {
    What.OFFICE: Office,
    What.MINISTRY: Ministry,
    What.PERSON: Person,
    What.AUDIENCE: Audience,
}
_REFERENCES: Final = frozenset({"deputy_id", "members"})
_IDS: Final = _REFERENCES | {"ministry_id"}
_NEW_PERSON: Final[dict[str, Any]] = {
    "title": {},
    "email": None,
    "language": "ar",
    "languages": [],
    "rank": Rank.MEMBER,
    "standing_duty": None,
    "active": True,
}
_FIELDS: Final = {
    "name": Message("Name"),
    "short_name": Message("Short name"),
    "title": Message("Job title"),
    "kind": Message("Kind"),
    "lead_hazards": Message("Hazards it leads"),
    "email": Message("E-mail"),
    "mobile": Message("Mobile"),
    "rank": Message("Rank"),
    "ministry_id": Message("Entity"),
    "standing_duty": Message("Standing duty"),
    "deputy_id": Message("Deputy"),
    "language": Message("Language"),
    "languages": Message("Working languages"),
    "rule": Message("Rule"),
    "members": Message("Members"),
    "zone": Message("Time zone"),
    "digits": Message("Digits"),
    "calendar": Message("Calendar"),
    "country": Message("Country"),
    "duty_phone": Message("Duty phone"),
}
