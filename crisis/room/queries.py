"""What the war room shows, put together from the slices below.

What everybody in a room may see is read without an actor, so that it can be rendered once and
pushed to all (`Present`); what is one's own alone is read with the actor (`Room`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.following import InRoom, in_room
from crisis.incidents.decisions import Decision
from crisis.incidents.levels import Criterion
from crisis.incidents.model import Incident
from crisis.incidents.queries import (
    Holder,
    Offer,
    case_of,
    holders,
    links_of,
    ministry_choices,
    offers,
    read_incident,
)
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.journal import Line
from crisis.people.model import Person, in_language
from crisis.policy import Action, Actor, Duty, allows
from crisis.realtime import presence
from crisis.statements.model.statement import Statement
from crisis.statements.queries.awaited import first_due, promise_in
from crisis.statements.queries.promises import Placed, Promise, pins_of, placed
from crisis.statements.queries.room import Panel, panel, to_sign, unsent
from crisis.statements.queries.stored import written_in
from crisis.timeline import terms
from crisis.timeline.naming import Naming, naming_in
from crisis.timeline.words import Entry, entries

PAGE: Final = 40
"""Lines shown when the room opens; older ones follow on request."""
CAUGHT_UP_AT_ONCE: Final = 200
CROWDED: Final = 8.0
"""Per cent of the axis that the words of a pin need."""


@dataclass(frozen=True)
class PersonView:
    """Somebody as a page shows them."""

    id: UUID
    name: str
    ministry: str = ""
    duty: Duty | None = None
    phone: str = ""
    present: bool = False
    """Whether they have the room open."""
    offer: Offer | None = None
    """Set where they do not hold the duty, but are asked to take it, or have not taken it."""


@dataclass(frozen=True)
class MinistryView:
    """A ministry in an incident, with its people there."""

    id: UUID
    name: str
    part: str
    rows: list[PersonView]


@dataclass(frozen=True)
class PeopleView:
    """Who works on an incident: the centre's people, then each ministry's."""

    centre: list[PersonView]
    ministries: list[MinistryView]


@dataclass(frozen=True)
class IncidentView:
    """An incident as its header shows it."""

    id: UUID
    ref: str
    title: str
    level: int
    status: str
    phase: str | None
    hazard: str
    restricted: bool
    drill: bool
    zone: str
    reported_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    lead: str
    coordinator: str
    spokesperson: str
    source: str
    closing_summary: str | None


@dataclass(frozen=True)
class LevelView:
    """The last assessment: chosen and computed level, and a sentence for each criterion."""

    chosen: int
    computed: int
    at: datetime
    by: str
    rationale: str
    criteria: list[dict[str, Any]]


@dataclass(frozen=True)
class DecisionView:
    """A decision as the room lists it."""

    number: int
    question: str
    options: list[str]
    chosen: str
    rationale: str
    by: str
    at: datetime
    dissent: str | None
    review_at: datetime | None


@dataclass(frozen=True)
class Ribbon:
    """The time since opening as a line of 0 to 100, with its events."""

    past: float
    events: list[float]
    decisions: list[float]
    ticks: list[dict[str, Any]]
    pins: list[Placed]
    """Statements that went out, and the one that is due."""
    start_at: datetime
    now_at: datetime


@dataclass(frozen=True)
class Present:
    """What everybody in the room may see, as it stands at line `head`."""

    head: int
    incident: IncidentView
    people: PeopleView
    level: LevelView | None
    decisions: list[DecisionView]
    ribbon: Ribbon | None
    panel: Panel
    promise: Promise | None
    first_due: datetime | None
    """When the first statement is due, where nothing was promised yet."""
    unsent: list[int]
    """Statements that everybody signed and nobody has sent."""
    alert: InRoom | None
    """How far the newest alert has come."""


@dataclass(frozen=True)
class Acts:
    """What one person may do in an incident, and with whom."""

    incident: IncidentView
    people: PeopleView
    my_duties: list[Duty]
    may: dict[str, bool]
    choices: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Room:
    """The whole page of one person."""

    shown: Present
    entries: list[Entry]
    older_before: int | None
    present: list[PersonView]
    links: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    my_duties: list[Duty]
    to_sign: UUID | None
    """The statement that waits for this person's signature."""
    may: dict[str, bool]
    choices: dict[str, list[dict[str, Any]]]


def read_room(actor: Actor, incident_id: UUID, language: str, *, before: int | None = None) -> Room:
    """Everything the war room shows this person. Raises `NotFound` for whoever may not follow."""
    incident = read_incident(actor, incident_id)
    with reading() as session:
        naming = naming_in(session, language)
        written = written_in(session, [incident_id])[incident_id]
        lines = journal.last_lines(session, incident_id, before=before, limit=PAGE + 1)
        oldest = lines[PAGE - 1].seq if len(lines) > PAGE else None
        return Room(
            shown=_present_state(session, incident, written, naming),
            entries=entries(session, lines[:PAGE], naming),
            older_before=oldest,
            present=people_present(session, incident_id, naming),
            links=[
                {
                    "ref": other.ref,
                    "title": in_language(other.title, language),
                    "level": other.level,
                    "status": other.status,
                    "reason": reason,
                }
                for other, reason in links_of(session, actor, incident_id)
            ],
            checks=[
                {
                    "code": check.code,
                    "words": terms.CHECK[check.code],
                    "ok": check.passed,
                    "waivable": check.can_be_waived,
                }
                for check in incident.closing_checks()
            ],
            my_duties=sorted(actor.duties.get(incident_id, ())),
            to_sign=to_sign(written, actor),
            may=_may(actor, incident),
            choices=_choices(session, language),
        )


def read_acts(actor: Actor, incident_id: UUID, language: str) -> Acts:
    """What this person may do there. Raises `NotFound` for whoever may not follow."""
    incident = read_incident(actor, incident_id)
    with reading() as session:
        naming = naming_in(session, language)
        held = holders(session, [incident_id])[incident_id]
        return Acts(
            incident=incident_view(incident, held, naming),
            people=_people(incident, held, offers(session, incident_id), (), naming),
            my_duties=sorted(actor.duties.get(incident_id, ())),
            may=_may(actor, incident),
            choices=_choices(session, language),
        )


def _may(actor: Actor, incident: Incident) -> dict[str, bool]:
    case = case_of(incident)
    return {action.value: allows(actor, action, case) for action in Action}


def present_state(session: Session, incident: Incident, naming: Naming) -> Present:
    """What everybody in the room may see now."""
    written = written_in(session, [incident.id])[incident.id]
    return _present_state(session, incident, written, naming)


def _present_state(
    session: Session, incident: Incident, written: Sequence[Statement], naming: Naming
) -> Present:
    held = holders(session, [incident.id])[incident.id]
    offered = offers(session, incident.id)
    here = presence.present(session, incident.id)
    return Present(
        head=journal.head_of(session, incident.id),
        incident=incident_view(incident, held, naming),
        people=_people(incident, held, offered, here, naming),
        level=_level(incident, naming),
        decisions=[_decision(each, naming) for each in reversed(incident.decisions)],
        ribbon=ribbon_of(incident, written, moments_in(session, [incident.id])[incident.id]),
        panel=panel(session, incident, written, naming),
        promise=promise_in(incident, written),
        first_due=first_due(session, [incident]).get(incident.id),
        unsent=unsent(written),
        alert=in_room(session, incident.id, naming.language),
    )


def people_present(session: Session, incident_id: UUID, naming: Naming) -> list[PersonView]:
    """Who has the room open, in the order they came."""
    return [person_view(each, naming) for each in presence.present(session, incident_id)]


def missed_lines(session: Session, incident_id: UUID, seq: int) -> Sequence[Line]:
    """What a page that last saw `seq` has missed, a page of it at most."""
    return journal.lines_since(session, incident_id, seq, limit=CAUGHT_UP_AT_ONCE)


def incident_view(incident: Incident, held: list[Holder], naming: Naming) -> IncidentView:
    def holder_of(duty: Duty) -> str:
        found = next((each for each in held if each.duty is duty), None)
        return naming.person(found.person_id) if found else ""

    return IncidentView(
        id=incident.id,
        ref=incident.ref,
        title=in_language(incident.title, naming.language),
        level=incident.level,
        status=incident.status,
        phase=incident.phase,
        hazard=incident.hazard,
        restricted=incident.restricted,
        drill=incident.is_exercise,
        zone=incident.zone,
        reported_at=incident.reported_at,
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        lead=naming.ministry(incident.lead_id),
        coordinator=holder_of(Duty.COORDINATOR),
        spokesperson=holder_of(Duty.SPOKESPERSON),
        source=incident.source,
        closing_summary=incident.closing_summary,
    )


def _people(
    incident: Incident,
    held: list[Holder],
    offered: list[Offer],
    here: Collection[UUID],
    naming: Naming,
) -> PeopleView:
    involved = {incident.lead_id, *incident.supporting_ids}
    rows: dict[UUID | None, list[PersonView]] = {}
    for each in held:
        group = each.ministry_id if each.ministry_id in involved else None
        is_here = each.person_id in here
        person = person_view(each.person_id, naming, duty=each.duty, present=is_here)
        rows.setdefault(group, []).append(person)
    for offer in offered:
        group = offer.ministry_id if offer.ministry_id in involved else None
        is_here = offer.person_id in here
        person = person_view(offer.person_id, naming, duty=offer.duty, offer=offer, present=is_here)
        rows.setdefault(group, []).append(person)
    order = sorted(incident.ministries, key=lambda each: each.part)
    return PeopleView(
        centre=rows.get(None, []),
        ministries=[
            MinistryView(
                id=each.ministry_id,
                name=naming.ministry(each.ministry_id),
                part=each.part,
                rows=rows.get(each.ministry_id, []),
            )
            for each in order
        ],
    )


def _level(incident: Incident, naming: Naming) -> LevelView | None:
    if not incident.assessments:
        return None
    last = incident.assessments[-1]
    return LevelView(
        chosen=last.chosen_level,
        computed=last.computed_level,
        at=last.at,
        by=naming.person(last.person_id),
        rationale=last.rationale,
        criteria=[_criterion(each, last.scores.get(each)) for each in Criterion],
    )


def _criterion(code: Criterion, score: int | None) -> dict[str, Any]:
    words = terms.UNKNOWN if score is None else terms.SCORES[code][score]
    return {"code": code.value, "name": terms.CRITERION[code], "score": score, "words": words}


def _decision(decision: Decision, naming: Naming) -> DecisionView:
    return DecisionView(
        number=decision.number,
        question=decision.question,
        options=decision.options,
        chosen=decision.options[decision.chosen],
        rationale=decision.rationale,
        by=naming.person(decision.decided_by),
        at=decision.decided_at,
        dissent=decision.dissent,
        review_at=decision.review_at,
    )


def moments_in(
    session: Session, incident_ids: Collection[UUID]
) -> dict[UUID, list[tuple[datetime, str]]]:
    """By incident when something happened and what, in order."""
    wanted = select(Line.stream, Line.at, Line.name).where(Line.stream.in_(incident_ids))
    found: dict[UUID, list[tuple[datetime, str]]] = {each: [] for each in incident_ids}
    for stream, at, name in session.execute(wanted.order_by(Line.stream, Line.seq)):
        found[stream].append((at, name))
    return found


def ribbon_of(
    incident: Incident, written: Sequence[Statement], moments: Sequence[tuple[datetime, str]]
) -> Ribbon | None:
    """Events since opening; the axis runs a tenth beyond now and past what is due, or ends with
    the closing."""
    if incident.opened_at is None:
        return None
    start, now = incident.opened_at, incident.closed_at or clock.now()
    pins = pins_of(written)
    if incident.closed_at:
        end, pins = now, [pin for pin in pins if not pin.is_due]
    else:
        due = max((pin.at for pin in pins), default=now)
        end = max(now, due) + (max(now, due) - start) / 10
    span = max((end - start).total_seconds(), 60.0)

    def place(at: datetime) -> float:
        return round(min(100.0, max(0.0, (at - start).total_seconds() / span * 100)), 2)

    return Ribbon(
        past=place(now),
        events=sorted({place(at) for at, _name in moments if at >= start})[-120:],
        decisions=sorted({place(at) for at, name in moments if name == "decision.recorded"}),
        ticks=_ticks(start, end, place),
        pins=placed(pins, place, words=CROWDED),
        start_at=start,
        now_at=now,
    )


def _ticks(start: datetime, end: datetime, place: Any) -> list[dict[str, Any]]:
    """About six full hours (or days, or weeks) along the axis, however long it is."""
    hours = (end - start).total_seconds() / 3600
    weeks = ceil(hours / 6 / 168) * 168
    step = next((each for each in (1, 2, 3, 6, 12, 24, 48, 96, 168) if hours / each <= 6), weeks)
    first = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ticks, at = [], first
    while at < end:
        ticks.append({"at": place(at), "time": at})
        at += timedelta(hours=step)
    return ticks


def person_view(person_id: UUID, naming: Naming, **more: Any) -> PersonView:
    names = naming.directory.people.get(person_id) or {}
    ministry_id = naming.directory.ministry_of.get(person_id)
    return PersonView(
        id=person_id,
        name=in_language(names, naming.language),
        ministry=naming.ministry(ministry_id),
        **more,
    )


def _choices(session: Session, language: str) -> dict[str, list[dict[str, Any]]]:
    """Ministries and people for the forms of the room."""
    ministries = ministry_choices(language)
    names = {each["id"]: each["name"] for each in ministries}
    active = session.scalars(
        select(Person).where(Person.active.is_(True), Person.is_machine.is_(False))
    )
    found = [
        {
            "id": each.id,
            "name": in_language(each.name, language),
            "ministry": names.get(each.ministry_id, ""),
        }
        for each in active
    ]
    by_place = sorted(found, key=lambda each: (each["ministry"], each["name"]))
    return {"ministries": ministries, "people": by_place}
