"""The situation now: what runs, what waits for one person, who is on duty, how we did lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.following import Newest, newest_of
from crisis.alerts.waiting import alerts_waiting
from crisis.incidents.model import Incident
from crisis.incidents.queries import Holder, asked_of, followed, holders
from crisis.incidents.states import Status
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.people.model import ContactKind, Kind, Ministry, Person
from crisis.people.queries import coverage
from crisis.policy import Action, Actor, Duty, allows
from crisis.realtime.presence import present_in
from crisis.room.medians import Medians, medians
from crisis.room.queries import (
    IncidentView,
    PersonView,
    Ribbon,
    incident_view,
    moments_in,
    person_view,
    ribbon_of,
)
from crisis.statements.content import code_of
from crisis.statements.model.statement import Statement
from crisis.statements.model.versions import Version
from crisis.statements.queries.awaited import Next, first_due, next_of
from crisis.statements.queries.desk import Waiting, waiting
from crisis.statements.queries.room import Signing, signing, unsent
from crisis.statements.queries.rows import title_in
from crisis.statements.queries.stored import written_in
from crisis.timeline.naming import Naming, naming_in
from crisis.timeline.words import Entry, entries

CLOSED_LATELY: Final = timedelta(days=30)
ISSUED: Final = 3
"""How many of the statements issued last are shown."""


@dataclass(frozen=True)
class Card:
    """A running incident on the dashboard."""

    incident: IncidentView
    supporting: int
    last: dict[str, Any] | None
    present: list[PersonView]
    ribbon: Ribbon | None
    next: Next | None
    signing: Signing | None
    """The statement that is out for signatures."""
    alert: Newest | None
    unsent: list[int]


@dataclass(frozen=True)
class Waits:
    """One thing that waits for this person, and until when."""

    kind: str
    """What is to be done: `sign`, `unsent`, `blocked`, `ratify`, `emergency`, `confirm`,
    `acknowledge`, `call`, `duty`."""
    path: str
    """Where it is done."""
    about: str
    """The title of the incident or of the alert."""
    due_at: datetime | None
    zone: str
    number: int = 0
    version: int = 0
    people: int = 0
    duty: Duty | None = None
    title: str = ""
    """Of a statement: the number alone tells two of them apart in one incident only."""


@dataclass(frozen=True)
class Issued:
    """A statement that went out."""

    ref: str
    number: int
    title: str
    at: datetime
    zone: str
    code: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """The dashboard of one person."""

    cards: list[Card]
    watching: list[IncidentView]
    closed: list[IncidentView]
    last_closed: IncidentView | None
    issued: list[Issued]
    on_duty: list[PersonView]
    coverage: dict[str, Any]
    waiting: list[Waits]
    medians: Medians


def situation(actor: Actor, language: str) -> Situation:
    """What runs, what waits for this person, what went out, and who is on duty."""
    known = followed(actor)
    running = [each for each in known if each.is_live]
    watched = [each for each in known if each.status in {Status.REPORTED, Status.WATCH}]
    ended = [(each.closed_at, each) for each in known if each.closed_at and not each.is_live]
    ended.sort(key=lambda each: each[0], reverse=True)
    since = clock.now() - CLOSED_LATELY
    with reading() as session:
        naming = naming_in(session, language)
        held = holders(session, [each.id for each in known])
        over = [(at, incident_view(each, held[each.id], naming)) for at, each in ended]
        return Situation(
            cards=_cards(session, running, held, naming),
            watching=[incident_view(each, held[each.id], naming) for each in watched],
            closed=[each for at, each in over if at > since],
            last_closed=over[0][1] if over else None,
            issued=_issued(session, known, language),
            on_duty=_on_duty(session, actor, naming),
            coverage=_coverage(session, naming),
            waiting=_waiting(actor, language),
            medians=medians(session, known),
        )


# ── running incidents ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Read:
    """What the cards are made of, read for all incidents at once and told by incident."""

    held: dict[UUID, list[Holder]]
    written: dict[UUID, list[Statement]]
    moments: dict[UUID, list[tuple[datetime, str]]]
    present: dict[UUID, list[UUID]]
    alerts: dict[UUID, Newest]
    last: dict[UUID, Entry]
    first_due: dict[UUID, datetime]


def _cards(
    session: Session, running: Sequence[Incident], held: dict[UUID, list[Holder]], naming: Naming
) -> list[Card]:
    """The gravest first, and of those alike whichever must speak soonest."""
    ids = [each.id for each in running]
    lines = journal.newest_of(session, ids)
    read = _Read(
        held=held,
        written=written_in(session, ids),
        moments=moments_in(session, ids),
        present=present_in(session, ids),
        alerts=newest_of(session, ids),
        last=dict(zip(lines, entries(session, lines.values(), naming), strict=True)),
        first_due=first_due(session, running),
    )
    return sorted(
        (_card(each, read, naming) for each in running),
        key=lambda card: (-card.incident.level, card.next is None, card.next and card.next.due_at),
    )


def _card(incident: Incident, read: _Read, naming: Naming) -> Card:
    written, last = read.written[incident.id], read.last.get(incident.id)
    return Card(
        incident=incident_view(incident, read.held[incident.id], naming),
        supporting=len(incident.supporting_ids),
        last={"at": last.at, "entry": last} if last else None,
        present=[person_view(each, naming) for each in read.present[incident.id]],
        ribbon=ribbon_of(incident, written, read.moments[incident.id]),
        next=next_of(incident, written, read.first_due.get(incident.id)),
        signing=signing(written, naming),
        alert=read.alerts.get(incident.id),
        unsent=unsent(written),
    )


def _issued(session: Session, known: Sequence[Incident], language: str) -> list[Issued]:
    incidents = {each.id: each for each in known}
    wanted = (
        select(Statement, Version, Version.released_at)
        .join(Version, Version.statement_id == Statement.id)
        .where(Statement.incident_id.in_(list(incidents)), Version.released_at.is_not(None))
        .order_by(Version.released_at.desc())
        .limit(ISSUED)
    )
    return [
        Issued(
            ref=incidents[statement.incident_id].ref,
            number=statement.number,
            title=title_in(out.text, language),
            at=at,
            zone=incidents[statement.incident_id].zone,
            code=code_of(out.sha256),
            languages=tuple(out.text.languages),
        )
        for statement, out, at in session.execute(wanted)
        if at
    ]


# ── what waits for one person ────────────────────────────────────────────────────────────────────


def _waiting(actor: Actor, language: str) -> list[Waits]:
    """Everything that waits for this person, the most pressing first."""
    found = [
        *(_statement(each) for each in waiting(actor, language)),
        *(
            Waits(
                kind=each.kind,
                path=each.path,
                about=each.title,
                due_at=each.due_at,
                zone=each.zone,
                number=each.number,
                people=each.recipients,
            )
            for each in alerts_waiting(actor, language)
        ),
        *(
            Waits("duty", "/me/duties", each.title, each.answer_by, each.zone, duty=each.duty)
            for each in asked_of(actor, language)
        ),
    ]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at, each.path))


def _statement(waiting: Waiting) -> Waits:
    page = f"/i/{waiting.ref}/statements/{waiting.number}"
    return Waits(
        kind=waiting.kind,
        path={
            "sign": f"/approvals/{waiting.statement_id}",
            "unsent": f"{page}/release",
            "emergency": f"{page}/emergency",
        }.get(waiting.kind, page),
        about=waiting.incident,
        due_at=waiting.due_at,
        zone=waiting.zone,
        number=waiting.number,
        version=waiting.version,
        title=waiting.title,
    )


# ── who is on duty ───────────────────────────────────────────────────────────────────────────────


def _on_duty(session: Session, actor: Actor, naming: Naming) -> list[PersonView]:
    """The centre's people with a standing duty; numbers only for whoever may see them."""
    may_call = allows(actor, Action.SEE_CONTACTS, None)
    staff = (
        select(Person)
        .join(Ministry, Person.ministry_id == Ministry.id)
        .where(
            Ministry.kind == Kind.CENTRE, Person.active.is_(True), Person.standing_duty.is_not(None)
        )
    )
    order = {duty.value: place for place, duty in enumerate(Duty)}
    found = sorted(session.scalars(staff), key=lambda each: order[each.standing_duty or ""])
    return [
        person_view(
            each.id,
            naming,
            duty=Duty(each.standing_duty or ""),
            phone=(each.first(ContactKind.MOBILE) or "") if may_call else "",
        )
        for each in found
    ]


def _coverage(session: Session, naming: Naming) -> dict[str, Any]:
    """How many ministries have a liaison officer, and which have none."""
    found = coverage(session)
    return {
        "ministries": len(found.ministries),
        "with_liaison": len(found.ministries) - len(found.missing),
        "missing": [{"id": each.id, "name": naming.ministry(each.id)} for each in found.missing],
    }
