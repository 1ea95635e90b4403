"""What can be asked about the office; and how a person becomes an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Row, String, func, literal, select, union_all
from sqlalchemy.orm import Session

from crisis.kernel.command import query
from crisis.kernel.database import engine, reading
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import head_of, last_lines
from crisis.kernel.text import fold_arabic
from crisis.kernel.words import Message
from crisis.people.importing import Roster
from crisis.people.model import (
    SYSTEM_ID,
    Audience,
    ContactKind,
    DutyHolding,
    DutyProposal,
    Kind,
    Ministry,
    Names,
    Office,
    Person,
)
from crisis.people.planning import Plan, plan_for
from crisis.policy import LIAISONS, Action, Actor, Duty, Rank
from crisis.timeline.naming import naming_in
from crisis.timeline.words import Entry, entries


@dataclass(frozen=True)
class Directory:
    """Names by id, for those who put ids into words."""

    people: dict[UUID, Names]
    ministries: dict[UUID, Names]
    ministry_of: dict[UUID, UUID | None]


@dataclass(frozen=True)
class Coverage:
    """The ministries in use beside the centre, and those of them that no liaison speaks for."""

    ministries: Sequence[Ministry]
    missing: Sequence[Ministry]


@dataclass(frozen=True)
class Overview:
    """The people, ministries and audiences in use, and the gaps."""

    people: int
    ministries: int
    audiences: int
    without_liaison: Sequence[Ministry]
    without_mobile: Sequence[Person]


def actor_of(session: Session, person_id: UUID) -> Actor | None:
    """The person as they stand now, with the duties they hold; None when there is no such person.

    Somebody taken out of service is an actor who may do nothing.
    """
    person = session.get(Person, person_id, populate_existing=True)
    return None if person is None else as_actor(session, person)


def as_actor(session: Session, person: Person) -> Actor:
    """The same for a row that this session has just read."""
    return _actor(person, _holdings(session, [person.id]))


def actors_of(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Actor]:
    """`actor_of` for many people in two queries, and without loading the rest of them."""
    standing = select(
        Person.id,
        Person.ministry_id,
        Person.rank,
        Person.active,
        Person.is_machine,
        Person.standing_duty,
    )
    people = session.execute(standing.where(Person.id.in_(person_ids)))
    held = _holdings(session, person_ids)
    return {person.id: _actor(person, held) for person in people}


def standing(session: Session, actor: Actor) -> Actor:
    """The same actor, read again."""
    return actor_of(session, actor.id) or Actor(id=actor.id, active=False)


def the_system() -> Actor:
    """The installation itself, as an actor: what the command line and the seed act as."""
    return standing_of(SYSTEM_ID)


def standing_of(person_id: UUID) -> Actor:
    """The person as they stand now; raises `LookupError` when there is none."""
    with reading() as session:
        found = actor_of(session, person_id)
    if found is None:
        raise LookupError(person_id)
    return found


def the_office() -> Office:
    """The office and its settings."""
    with reading() as session:
        return session.get_one(Office, OFFICE_ID)


@query(Action.SEE_OFFICE, on=Office)
def ministries(office: Office, session: Session) -> Sequence[Ministry]:
    """All organisations, the centre first, then by code."""
    found = session.scalars(select(Ministry).order_by(Ministry.code)).all()
    return sorted(found, key=lambda each: (not each.is_centre, each.code))


@query(Action.SEE_OFFICE, on=Office)
def people(office: Office, session: Session) -> Sequence[Person]:
    """All people, active first, by their Arabic name; machines are left out."""
    found = session.scalars(select(Person).where(Person.is_machine.is_(False))).all()
    return sorted(found, key=lambda each: (not each.active, each.name.get("ar", "")))


@query(Action.SEE_OFFICE, on=Person)
def read_person(person: Person, session: Session) -> Person:
    """One person with their contact points; machines are nobody."""
    if person.is_machine:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return person


@query(Action.SEE_OFFICE, on=Ministry)
def read_ministry(ministry: Ministry, session: Session) -> Ministry:
    """One organisation."""
    return ministry


@query(Action.SEE_OFFICE, on=Office)
def find_people(
    office: Office,
    session: Session,
    *,
    words: str = "",
    rank: Rank | None = None,
    ministry_id: UUID | None = None,
    by_email: bool = False,
) -> Sequence[Person]:
    """People whose names or title hold all these words, in any spelling; as `people`.

    `by_email`: or whose e-mail does. Only for those who may see it: searching would tell it.
    """
    wanted = select(Person).where(Person.is_machine.is_(False))
    if rank is not None:
        wanted = wanted.where(Person.rank == rank)
    if ministry_id is not None:
        wanted = wanted.where(Person.ministry_id == ministry_id)
    asked = fold_arabic(words).split()
    found = [
        each
        for each in session.scalars(wanted)
        if all(word in _searched(each, by_email) for word in asked)
    ]
    return sorted(found, key=lambda each: (not each.active, each.name.get("ar", "")))


@query(Action.SEE_OFFICE, on=Office)
def overview(office: Office, session: Session) -> Overview:
    """How large the office is, and what it lacks before it can be relied upon."""
    people = session.scalars(
        select(Person).where(Person.active.is_(True), Person.is_machine.is_(False))
    ).all()
    ministries = select(func.count(Ministry.id)).where(Ministry.active.is_(True))
    audiences = select(func.count(Audience.id)).where(Audience.active.is_(True))
    return Overview(
        people=len(people),
        ministries=session.scalar(ministries) or 0,
        audiences=session.scalar(audiences) or 0,
        without_liaison=coverage(session).missing,
        without_mobile=[each for each in people if each.first(ContactKind.MOBILE) is None],
    )


def coverage(session: Session) -> Coverage:
    """Which ministries have a liaison of their own, by code; a machine speaks for nobody."""
    speaking = select(Person.ministry_id).where(
        Person.active.is_(True), Person.is_machine.is_(False), Person.standing_duty.in_(LIAISONS)
    )
    wanted = select(Ministry).where(Ministry.active.is_(True), Ministry.kind != Kind.CENTRE)
    ministries = session.scalars(wanted.order_by(Ministry.code)).all()
    spoken_for = set(session.scalars(speaking))
    return Coverage(ministries, [each for each in ministries if each.id not in spoken_for])


@query(Action.SEE_OFFICE_JOURNAL, on=Office)
def office_lines(
    office: Office, session: Session, *, language: str, limit: int = 30
) -> Sequence[Entry]:
    """The newest lines of the office's own stream, newest first."""
    naming = naming_in(session, language)
    return entries(session, last_lines(session, office.id, limit=limit), naming)


@query(Action.KEEP_OFFICE, on=Office)
def plan_import(office: Office, session: Session, *, roster: Roster) -> Plan:
    """What importing this file would do now."""
    return plan_for(session, office, roster)


class _Remembered:
    """The last directory that was read, and of which office as it stood when."""

    last: tuple[tuple[str, int], Directory] | None = None


_remembered: Final = _Remembered()


def directory(session: Session) -> Directory:
    """The names of everybody and every ministry, machines and the inactive included.

    Names change only by lines of the office's own stream; until it grows, they are not read again.
    """
    now = (str(engine().url), head_of(session, OFFICE_ID))
    last = _remembered.last
    if last is not None and last[0] == now:
        return last[1]
    found = _directory(session)
    _remembered.last = now, found
    return found


def _directory(session: Session) -> Directory:
    rows = session.execute(select(Person.id, Person.name, Person.ministry_id)).all()
    named = session.execute(select(Ministry.id, Ministry.name, Ministry.short_name)).all()
    return Directory(
        people={row.id: row.name for row in rows},
        ministries={row.id: {**row.name, **row.short_name} for row in named},
        ministry_of={row.id: row.ministry_id for row in rows},
    )


def _searched(person: Person, by_email: bool) -> str:
    email = person.email or "" if by_email else ""
    return fold_arabic(" ".join([*person.name.values(), *person.title.values(), email]))


_NO_DUTY: Final = literal(None, String)


def _holdings(
    session: Session, person_ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, set[Duty | None]]]:
    """By person and incident the duties they hold, and None where they were asked to take one."""
    held = select(DutyHolding.person_id, DutyHolding.incident_id, DutyHolding.duty).where(
        DutyHolding.person_id.in_(person_ids), DutyHolding.ended_at.is_(None)
    )
    asked = select(DutyProposal.person_id, DutyProposal.incident_id, _NO_DUTY).where(
        DutyProposal.person_id.in_(person_ids)
    )
    found: dict[UUID, dict[UUID, set[Duty | None]]] = {}
    for person_id, incident_id, duty in session.execute(union_all(held, asked)):
        known = found.setdefault(person_id, {}).setdefault(incident_id, set())
        known.add(Duty(duty) if duty else None)
    return found


def _actor(
    person: Person | Row[UUID, UUID | None, str, bool, bool, str | None],
    known: dict[UUID, dict[UUID, set[Duty | None]]],
) -> Actor:
    own = known.get(person.id, {})
    held = {case: frozenset(each for each in found if each) for case, found in own.items()}
    return Actor(
        id=person.id,
        ministry_id=person.ministry_id,
        rank=Rank(person.rank),
        duties={case: duties for case, duties in held.items() if duties},
        active=person.active,
        asked=frozenset(case for case, found in own.items() if None in found),
        is_machine=person.is_machine,
        standing=Duty(person.standing_duty) if person.standing_duty else None,
    )
