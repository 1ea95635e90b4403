"""For whom nobody is next in line, known before their time is over: they will be telephoned.

It says of all who are awaited, in few queries, what `escalation.next_in_line` would say of each
when their time comes, if nothing changed until then.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from crisis.alerts.escalation import MOST_STEPS, duty_holders, is_wrong
from crisis.alerts.gathering import reachable
from crisis.alerts.model import Alert
from crisis.alerts.outbox import Channel
from crisis.alerts.recipients import Recipient
from crisis.incidents.model import Incident
from crisis.people.model import Kind, Ministry, Person
from crisis.policy import LIAISONS

_Asked = Row[UUID, UUID | None, UUID | None, int, UUID | None]
_Person = Row[UUID, UUID | None, UUID | None, str | None, bool, bool]


def without_next(session: Session, alert: Alert, due: Mapping[UUID, datetime]) -> Set[UUID]:
    """Which of these recipients nobody stands in for. `due`: by recipient when their time is over,
    in the order in which they are seen to: whoever is asked for one is not asked for the next."""
    alone = set(due)
    if not due or is_wrong(session, alert):
        return alone
    found = session.execute(
        select(
            Recipient.id,
            Recipient.person_id,
            Recipient.ministry_id,
            Recipient.step,
            Recipient.instead_of_id,
        ).where(Recipient.alert_id == alert.id, Recipient.person_id.is_not(None))
    )
    asked: dict[UUID, _Asked] = {each.id: each for each in found}
    waiting = [
        asked[each]
        for each, at in due.items()
        if each in asked and asked[each].step < MOST_STEPS and alert.expires_at > at
    ]
    if not waiting:
        return alone
    lines = _lines(session, alert, waiting, asked)
    told = {each.person_id for each in asked.values()}
    free = reachable(
        session,
        {each for line in lines.values() for each in line} - told,
        channels=[Channel(each) for each in alert.channels],
        life_safety=alert.is_life_safety,
    )
    for recipient_id, line in lines.items():
        following = next((each for each in line if each in free), None)
        if following is not None:
            alone.discard(recipient_id)
            free.discard(following)
    return alone


def _lines(
    session: Session, alert: Alert, waiting: list[_Asked], asked: Mapping[UUID, _Asked]
) -> dict[UUID, list[UUID]]:
    """By recipient, who may be asked instead of them: deputies first, then the same place."""
    of = Recipient.alert_id == alert.id
    rows = session.execute(
        select(
            Person.id,
            Person.deputy_id,
            Person.ministry_id,
            Person.standing_duty,
            Person.active,
            Person.is_machine,
        ).where(
            or_(
                Person.id.in_(select(Recipient.person_id).where(of)),
                Person.ministry_id.in_(select(Recipient.ministry_id).where(of)),
            )
        )
    )
    people: dict[UUID, _Person] = {each.id: each for each in rows}
    places: defaultdict[UUID | None, list[_Person]] = defaultdict(list)
    for each in people.values():
        if each.active and not each.is_machine:
            places[each.ministry_id].append(each)
    centres = set(session.scalars(select(Ministry.id).where(Ministry.kind == Kind.CENTRE)))
    holders = duty_holders(session, alert.incident_id)
    restricted = session.get_one(Incident, alert.incident_id).restricted
    lines: dict[UUID, list[UUID]] = {}
    for one in waiting:
        line = _deputies(one, asked, people)
        if one.ministry_id is not None:
            is_centre = one.ministry_id in centres
            line += _colleagues(one, places[one.ministry_id], people, holders, is_centre)
        lines[one.id] = [each for each in line if not restricted or each in holders]
    return lines


def _deputies(
    one: _Asked, asked: Mapping[UUID, _Asked], people: Mapping[UUID, _Person]
) -> list[UUID]:
    line: list[UUID] = []
    each: _Asked | None = one
    while each is not None:
        person = people.get(each.person_id) if each.person_id else None
        if person and person.deputy_id:
            line.append(person.deputy_id)
        each = asked.get(each.instead_of_id) if each.instead_of_id else None
    return line


def _colleagues(
    one: _Asked,
    place: list[_Person],
    people: Mapping[UUID, _Person],
    holders: Set[UUID],
    is_centre: bool,
) -> list[UUID]:
    own = people[one.person_id].standing_duty
    found = [
        (each.standing_duty not in LIAISONS, each.id not in holders, each.id)
        for each in place
        if each.id != one.person_id
        and (
            (own and each.standing_duty == own)
            or (not is_centre and (each.standing_duty or each.id in holders))
        )
    ]
    return [person_id for *_rank, person_id in sorted(found)]
