"""What is known of alerts, audiences, and what waits in the outbox."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts.described import Described
from crisis.alerts.drafts import title_of
from crisis.alerts.gathering import Gathered, gather, members_of
from crisis.alerts.model import Alert, AlertKind, AlertState, Contact, Priority
from crisis.alerts.recipients import Answer, Recipient
from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.kernel.database import reading
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.people.model import Audience, AudienceKind, Names, Office, Person
from crisis.policy import Action, Actor
from crisis.statements.content import LANGUAGES
from crisis.statements.model.statement import Statement

WRITTEN: Final = ("alert.drafted", "alert.edited", "alert.confirmation_asked")
"""Acts that make somebody one of its writers."""


@dataclass(frozen=True)
class Summary:
    """One alert in a list."""

    id: UUID
    number: int
    kind: AlertKind
    title: Names
    priority: Priority
    state: AlertState
    recipients: int
    asks_answer: bool
    acknowledged: int
    statement: int | None
    follows: int | None
    by_id: UUID
    at: datetime


@dataclass(frozen=True)
class Group:
    """One audience in a list, and how many are in it now."""

    id: UUID
    code: str
    kind: AudienceKind
    name: Names
    active: bool
    gathered: Gathered
    contacts: int


@dataclass(frozen=True)
class Choice:
    """One audience to choose; addresses are not compared for its number."""

    id: UUID
    kind: AudienceKind
    name: Names
    count: int


@query(Action.FOLLOW_INCIDENT, on=Incident)
def alerts_of(incident: Incident, session: Session) -> Sequence[Summary]:
    """Every alert of an incident, the newest first."""
    known = select(Alert).where(Alert.incident_id == incident.id).order_by(Alert.number.desc())
    found = session.scalars(known).all()
    heard = _acknowledged(session, incident.id)
    numbers = {each.id: each.number for each in found}
    statements = select(Statement.id, Statement.number).where(Statement.incident_id == incident.id)
    carried = dict(session.execute(statements).all())
    return [
        Summary(
            id=each.id,
            number=each.number,
            kind=AlertKind(each.kind),
            title={code: title_of(each, code) for code in LANGUAGES},
            priority=Priority(each.priority),
            state=AlertState(each.state),
            recipients=each.recipients,
            asks_answer=each.asks_answer,
            acknowledged=heard.get(each.id, 0),
            statement=carried.get(each.statement_id) if each.statement_id else None,
            follows=numbers.get(each.follows_id) if each.follows_id else None,
            by_id=each.created_by_id,
            at=each.confirmed_at or each.asked_at or each.created_at,
        )
        for each in found
    ]


@query(Action.FOLLOW_INCIDENT, on=Incident)
def read_alert(incident: Incident, session: Session, *, number: int) -> Alert:
    """One alert by its number. Raises `NotFound`."""
    wanted = select(Alert).where(Alert.incident_id == incident.id, Alert.number == number)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return found


@query(Action.SEE_OFFICE, on=Office)
def groups(office: Office, session: Session) -> Sequence[Group]:
    """Every audience, those in use first, and who is in each now."""
    found = session.scalars(select(Audience).order_by(Audience.code)).all()
    contacts = _contacts(session)
    return [
        _group(session, each, contacts.get(each.id, 0))
        for each in sorted(found, key=lambda each: (not each.active, each.code))
    ]


@query(Action.SEE_OFFICE, on=Office)
def read_audience(office: Office, session: Session, *, audience_id: UUID) -> Audience:
    """One audience. Raises `NotFound`."""
    found = session.get(Audience, audience_id)
    if found is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return found


def choices() -> Sequence[Choice]:
    """The audiences in use, each with how many are in it."""
    with reading() as session:
        wanted = select(Audience).where(Audience.active.is_(True)).order_by(Audience.code)
        contacts = _contacts(session)
        return [
            Choice(
                id=each.id,
                kind=AudienceKind(each.kind),
                name=each.name,
                count=len(members_of(session, each)) + contacts.get(each.id, 0),
            )
            for each in session.scalars(wanted)
        ]


def people_to_pick() -> Sequence[Person]:
    """Everybody in service, by name."""
    with reading() as session:
        wanted = select(Person).where(Person.active.is_(True), Person.is_machine.is_(False))
        return sorted(session.scalars(wanted), key=lambda each: each.name.get("ar", ""))


def as_described(described: Described, audience_id: UUID | None) -> Gathered:
    """Who would be in an audience that is only described yet; with `audience_id` its contacts are
    counted as well."""
    with reading() as session:
        members = session.scalars(select(Person).where(Person.id.in_(described.member_ids)))
        audience = Audience(id=audience_id or new_id(), active=True)
        described.put_into(audience, members)
        return gather(session, audiences=[audience])


def in_audience(audience: Audience) -> Gathered:
    """Who is in it now."""
    with reading() as session:
        return gather(session, audiences=[audience])


def contacts_of(audience_id: UUID) -> int:
    """How many contacts are in its list."""
    with reading() as session:
        return _contacts(session).get(audience_id, 0)


def _group(session: Session, each: Audience, contacts: int) -> Group:
    return Group(
        id=each.id,
        code=each.code,
        kind=AudienceKind(each.kind),
        name=each.name,
        active=each.active,
        gathered=gather(session, audiences=[each]),
        contacts=contacts,
    )


def _contacts(session: Session) -> dict[UUID, int]:
    counted = select(Contact.audience_id, func.count()).group_by(Contact.audience_id)
    return dict(session.execute(counted).all())


def _acknowledged(session: Session, incident_id: UUID) -> dict[UUID, int]:
    """How many of each alert's audience are spoken for: by themselves, or by whoever was asked in
    their place."""
    counted = (
        select(Recipient.alert_id, func.count(func.distinct(Recipient.root_id)))
        .where(Recipient.incident_id == incident_id, Recipient.answer == Answer.ACKNOWLEDGED)
        .group_by(Recipient.alert_id)
    )
    return dict(session.execute(counted).all())


def hands_of(session: Session, alert: Alert) -> Collection[UUID]:
    """Everybody who wrote it or asked for its confirmation: none of them is a second person."""
    lines = select(Line.actor_id).where(
        Line.stream == alert.incident_id,
        Line.about == f"alert:{alert.id}",
        Line.name.in_(WRITTEN),
    )
    return {alert.created_by_id, *session.scalars(lines)}


def wrote(actor: Actor, alert: Alert) -> bool:
    """Whether this person is one of those hands."""
    with reading() as session:
        return actor.id in hands_of(session, alert)


def names_of(ids: Collection[UUID]) -> dict[UUID, Names]:
    """The names of these people."""
    with reading() as session:
        wanted = select(Person.id, Person.name).where(Person.id.in_(ids))
        return dict(session.execute(wanted).all())
