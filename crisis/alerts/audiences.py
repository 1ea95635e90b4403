"""Keeping audiences: who is told together, by a rule, by name, or from a list of contacts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.described import Described
from crisis.alerts.events import AudienceRetired, AudienceSaved
from crisis.alerts.gathering import gather
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import Audience, Ministry, Office, Person
from crisis.policy import Action


@command(Action.KEEP_AUDIENCES, on=Office)
def save_audience(
    office: Office, work: Work, *, described: Described, audience_id: UUID | None = None
) -> AudienceSaved:
    """Describe a new audience, or (with `audience_id`) another make-up of one that is there."""
    session = work.session
    members = _members(session, described.member_ids)
    _must_fit(session, described, audience_id)
    audience = _known(session, audience_id) if audience_id else Audience(id=new_id(), active=True)
    with session.no_autoflush:
        described.put_into(audience, members)
    session.add(audience)
    session.flush()
    return AudienceSaved(
        audience_id=audience.id,
        code=audience.code,
        audience=audience.name,
        added=audience_id is None,
        people=gather(session, audiences=[audience]).count,
    )


@command(Action.KEEP_AUDIENCES, on=Office)
def retire_audience(
    office: Office, work: Work, *, audience_id: UUID, active: bool = False
) -> AudienceRetired:
    """Offer an audience no longer, or (`active`) again; what went to it stays as it was."""
    audience = _known(work.session, audience_id)
    if audience.active == active:
        raise Conflict(Message("That is already so."), code="already")
    audience.active = active
    return AudienceRetired(
        audience_id=audience.id, code=audience.code, audience=audience.name, active=active
    )


def _known(session: Session, audience_id: UUID) -> Audience:
    found = session.get(Audience, audience_id)
    if found is None:
        raise Invalid(Message("There is no such audience."), code="no_audience")
    return found


def _members(session: Session, ids: Collection[UUID]) -> list[Person]:
    wanted = select(Person).where(
        Person.id.in_(ids), Person.active.is_(True), Person.is_machine.is_(False)
    )
    found = list(session.scalars(wanted))
    if len(found) != len(set(ids)):
        gone = Message("One of these people is not in service any more.")
        raise Invalid(gone, code="no_person", fields={"members": gone})
    return found


def _must_fit(session: Session, described: Described, audience_id: UUID | None) -> None:
    same = select(Audience.id).where(Audience.code == described.code, Audience.id != audience_id)
    if audience_id is None:
        same = select(Audience.id).where(Audience.code == described.code)
    if session.scalar(same) is not None:
        taken = Message("The code {code} is already taken.", code=described.code)
        raise Invalid(taken, code="taken", fields={"code": taken})
    ministries = select(Ministry.id).where(Ministry.id.in_(described.ministry_ids))
    if set(session.scalars(ministries)) != set(described.ministry_ids):
        wrong = Message("Choose an active entity.")
        raise Invalid(wrong, code="no_ministry", fields={"ministries": wrong})
