"""What can be asked about incidents, each with the asker's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.incidents.levels import SPOKEN_WITHIN
from crisis.incidents.model import Incident, IncidentLink
from crisis.incidents.states import Status
from crisis.kernel import clock, journal
from crisis.kernel.command import query
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, NotFound
from crisis.kernel.journal import Line
from crisis.kernel.text import ALIKE, similar
from crisis.kernel.words import Message
from crisis.people.model import (
    DutyHolding,
    DutyProposal,
    Hazard,
    Kind,
    Ministry,
    Person,
    Proposed,
    in_language,
)
from crisis.policy import Action, Actor, Case, Duty, Rank
from crisis.timeline.naming import Naming, naming_in
from crisis.timeline.words import Entry, entries

ALIKE_WITHIN: Final = timedelta(hours=24)
_TELLING: Final = (Proposed.OPEN, Proposed.DECLINED, Proposed.LAPSED)


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a duty in an incident, and since when."""

    person_id: UUID
    ministry_id: UUID | None
    duty: Duty
    since: datetime


@dataclass(frozen=True)
class Offer:
    """A duty that somebody is asked to take, or that came to nothing and nobody holds."""

    proposal_id: UUID
    person_id: UUID
    ministry_id: UUID | None
    duty: Duty
    state: Proposed
    answer_by: datetime


@dataclass(frozen=True)
class Asked:
    """A duty one is asked to take, as one reads it on a phone."""

    proposal_id: UUID
    duty: Duty
    title: str
    level: int
    is_exercise: bool
    zone: str
    by: str
    answer_by: datetime
    handed_over: bool
    note: str | None


@dataclass(frozen=True)
class SetUp:
    """What opening an incident brings by itself, as far as it is known before."""

    lead: str
    """Empty while the kind is not chosen."""
    team: int
    """How many of the centre's people take their standing duty."""
    speak_within: timedelta | None
    """Until the first public statement; None while the level is not chosen."""


@dataclass(frozen=True)
class Own:
    """A duty one holds."""

    duty: Duty
    ref: str
    title: str
    level: int
    since: datetime
    zone: str


def find_incident(actor: Actor, ref: str) -> UUID:
    """The id behind a reference; `NotFound` alike for what is not there and what is not open."""
    wanted = select(Incident.id, Incident.restricted).where(Incident.ref == ref)
    with reading() as session:
        # PostgreSQL would answer a NUL with an error of its own.
        found = session.execute(wanted).one_or_none() if ref.isprintable() else None
    case = found and Case(id=found.id, restricted=found.restricted)
    if not case or not policy.allows(actor, Action.FOLLOW_INCIDENT, case):
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return case.id


@query(Action.FOLLOW_INCIDENT, on=Incident)
def read_incident(incident: Incident, session: Session) -> Incident:
    """One incident with its ministries, assessments and decisions."""
    return incident


def followed(actor: Actor) -> list[Incident]:
    """Every incident this person may follow, gravest first, then newest."""
    open_to_all = actor.rank in {Rank.COORDINATOR, Rank.AUDITOR}
    mine = Incident.id.in_(list(actor.duties))
    wanted = or_(mine, Incident.restricted.is_(False)) if open_to_all else mine
    with reading() as session:
        found = session.scalars(select(Incident).where(wanted)).all()
    allowed = [each for each in found if may_follow(actor, each)]
    return sorted(allowed, key=lambda each: (-each.level, -each.reported_at.timestamp()))


def may_follow(actor: Actor, incident: Incident) -> bool:
    """Whether this incident exists for this person."""
    return policy.allows(actor, Action.FOLLOW_INCIDENT, case_of(incident))


def case_of(incident: Incident) -> Case:
    """What rights depend on."""
    return Case(id=incident.id, restricted=incident.restricted)


def similar_incident(actor: Actor, title: str) -> Incident | None:
    """The open incident whose title is like `title`, if the person may follow one."""
    with reading() as session:
        return similar_to(session, actor, title, clock.now())


def similar_to(session: Session, actor: Actor, title: str, now: datetime) -> Incident | None:
    """The open incident of the last 24 hours, open to this person, whose title is most similar."""
    running = select(Incident).where(
        Incident.status.in_([Status.OPEN, Status.REPORTED, Status.WATCH]),
        Incident.reported_at > now - ALIKE_WITHIN,
    )
    found = [
        (max(similar(title, each) for each in incident.title.values()), incident)
        for incident in session.scalars(running)
        if may_follow(actor, incident)
    ]
    best = max(found, key=lambda each: each[0], default=None)
    return best[1] if best and best[0] >= ALIKE else None


def default_lead(session: Session, hazard: Hazard) -> UUID:
    """The ministry that leads this hazard, else the centre itself. Raises `Conflict` (`no_centre`)
    before there is one."""
    ministries = session.scalars(
        select(Ministry).where(Ministry.active.is_(True)).order_by(Ministry.code)
    ).all()
    leads = [each.id for each in ministries if hazard in each.lead_hazards]
    centre = [each.id for each in ministries if each.kind == Kind.CENTRE]
    if not leads and not centre:
        raise Conflict(Message("The office has no centre yet."), code="no_centre")
    return (leads or centre)[0]


def staff(session: Session) -> list[tuple[UUID, Duty]]:
    """The centre's people and the standing duty that each takes when an incident is opened."""
    found = session.execute(
        select(Person.id, Person.rank, Person.standing_duty)
        .join(Ministry, Person.ministry_id == Ministry.id)
        .where(Ministry.kind == Kind.CENTRE, *on_standing_duty())
    )
    duties = [(row.id, Rank(row.rank), Duty(row.standing_duty)) for row in found]
    return [(person, duty) for person, rank, duty in duties if policy.may_hold(rank, duty)]


def on_standing_duty() -> tuple[ColumnElement[bool], ...]:
    """What is true of a person in service who has a standing duty."""
    return (
        Person.active.is_(True),
        Person.is_machine.is_(False),
        Person.standing_duty.is_not(None),
    )


def set_up(hazard: Hazard | None, level: int | None, language: str) -> SetUp:
    """What opening an incident of this kind and level would bring by itself."""
    with reading() as session:
        naming = naming_in(session, language)
        return SetUp(
            lead=naming.ministry(default_lead(session, hazard)) if hazard else "",
            team=len(staff(session)),
            speak_within=None if level is None else SPOKEN_WITHIN[level],
        )


def holders(session: Session, incident_ids: Sequence[UUID]) -> dict[UUID, list[Holder]]:
    """Who holds which duty now, by incident, in the order the duties were taken."""
    held = select(DutyHolding).where(
        DutyHolding.incident_id.in_(incident_ids), DutyHolding.ended_at.is_(None)
    )
    found: dict[UUID, list[Holder]] = {each: [] for each in incident_ids}
    for each in session.scalars(held.order_by(DutyHolding.since, DutyHolding.id)):
        holder = Holder(each.person_id, each.ministry_id, Duty(each.duty), each.since)
        found[each.incident_id].append(holder)
    return found


def offers(session: Session, incident_id: UUID) -> list[Offer]:
    """What people are asked now; and what came to nothing, as long as nobody holds or is asked."""
    rows = session.execute(
        select(DutyProposal, Person.ministry_id)
        .join(Person, Person.id == DutyProposal.person_id)
        .where(DutyProposal.incident_id == incident_id, DutyProposal.state.in_(_TELLING))
        .order_by(DutyProposal.proposed_at, DutyProposal.id)
    ).all()
    covered = {each.duty for each in holders(session, [incident_id])[incident_id]}
    covered |= {Duty(row[0].duty) for row in rows if row[0].state == Proposed.OPEN}
    found: dict[tuple[UUID, str], Offer] = {}
    for each, ministry_id in rows:
        if each.state == Proposed.OPEN or each.duty not in covered:
            found[each.person_id, each.duty] = Offer(
                each.id,
                each.person_id,
                ministry_id,
                Duty(each.duty),
                Proposed(each.state),
                each.answer_by,
            )
    return list(found.values())


def asked_of(actor: Actor, language: str) -> list[Asked]:
    """The duties this person is asked to take, the most pressing first."""
    with reading() as session:
        rows = session.execute(
            select(DutyProposal, Incident)
            .join(Incident, Incident.id == DutyProposal.incident_id)
            .where(
                DutyProposal.person_id == actor.id,
                DutyProposal.state == Proposed.OPEN,
                Incident.status.not_in([Status.CLOSED, Status.DISMISSED]),
            )
            .order_by(DutyProposal.answer_by, DutyProposal.id)
        ).all()
        naming = naming_in(session, language)
        return [_asked(each, incident, naming) for each, incident in rows]


def duties_of(actor: Actor, language: str) -> list[Own]:
    """The duties this person holds in incidents that are not over, the gravest first."""
    with reading() as session:
        rows = session.execute(
            select(DutyHolding, Incident)
            .join(Incident, Incident.id == DutyHolding.incident_id)
            .where(
                DutyHolding.person_id == actor.id,
                DutyHolding.ended_at.is_(None),
                Incident.status.not_in([Status.CLOSED, Status.DISMISSED]),
            )
            .order_by(Incident.level.desc(), DutyHolding.since.desc(), DutyHolding.id)
        ).all()
        return [
            Own(
                Duty(held.duty),
                incident.ref,
                in_language(incident.title, language),
                incident.level,
                held.since,
                incident.zone,
            )
            for held, incident in rows
        ]


def _asked(proposal: DutyProposal, incident: Incident, naming: Naming) -> Asked:
    by = proposal.from_id or proposal.proposed_by
    return Asked(
        proposal_id=proposal.id,
        duty=Duty(proposal.duty),
        title=in_language(incident.title, naming.language),
        level=incident.level,
        is_exercise=incident.is_exercise,
        zone=incident.zone,
        by=naming.person(by),
        answer_by=proposal.answer_by,
        handed_over=proposal.from_id is not None,
        note=proposal.note,
    )


def links_of(session: Session, actor: Actor, incident_id: UUID) -> list[tuple[Incident, str]]:
    """The linked incidents that this person may follow, each with the reason given."""
    rows = session.scalars(
        select(IncidentLink).where(
            or_(IncidentLink.incident_id == incident_id, IncidentLink.other_id == incident_id)
        )
    ).all()
    found = []
    for row in rows:
        other_id = row.other_id if row.incident_id == incident_id else row.incident_id
        other = session.get_one(Incident, other_id)
        if may_follow(actor, other):
            found.append((other, row.reason))
    return found


def cases_followed(
    session: Session, actors: Sequence[Actor], incident_ids: Sequence[UUID]
) -> set[tuple[UUID, UUID]]:
    """Which of these people may follow which of these incidents: pairs of person and incident."""
    rows = session.execute(
        select(Incident.id, Incident.restricted).where(Incident.id.in_(incident_ids))
    ).all()
    return {
        (actor.id, row.id)
        for actor in actors
        for row in rows
        if policy.allows(actor, Action.FOLLOW_INCIDENT, Case(row.id, row.restricted))
    }


@query(Action.FOLLOW_INCIDENT, on=Incident)
def read_line(incident: Incident, session: Session, *, seq: int, language: str) -> Entry:
    """One line of the incident's log, as a reader of `language` meets it."""
    line = session.get(Line, (incident.id, seq))
    if line is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return entries(session, [line], naming_in(session, language))[0]


def ministry_choices(language: str) -> list[dict[str, Any]]:
    """The active ministries, for a form: id, name, and the hazards each leads."""
    with reading() as session:
        found = session.scalars(
            select(Ministry).where(Ministry.active.is_(True)).order_by(Ministry.code)
        ).all()
    return [
        {"id": each.id, "name": in_language(each.name, language), "hazards": each.lead_hazards}
        for each in found
    ]


def read_journal() -> tuple[list[str], int, int]:
    """Every flaw of the journal as a sentence, and how many streams and lines were read."""
    with reading() as session:
        refs = dict(session.execute(select(Incident.id, Incident.ref)).all())
        flaws = [f"{refs.get(flaw.stream, 'office')}: {flaw}" for flaw in journal.verify(session)]
        streams, lines = journal.size(session)
    return flaws, streams, lines
