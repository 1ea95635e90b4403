"""The ways by which messages leave: who carries what, whether it does, and what waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts import couriers, lanes
from crisis.alerts.outbox import Channel, Delivery, Lane, State
from crisis.kernel.command import query
from crisis.people.model import Office, Person, in_language
from crisis.policy import Action


class Standing(StrEnum):
    """Whether anything leaves."""

    WORKS = "works"
    """As far as is known."""
    FAILS = "fails"
    """The provider does not work; it is tried again by itself."""
    HELD = "held"
    """Somebody stopped it, and somebody opens it again."""


@dataclass(frozen=True)
class Outlet:
    """One provider in use."""

    provider: str
    channels: Sequence[Channel]
    exercises: frozenset[bool]
    """False: what is real; True: what is an exercise; or both."""
    standing: Standing
    since: datetime | None
    """Since when it fails or is held."""
    by: str
    """Who holds it."""
    why: str
    waiting: int
    """Messages that are to leave by it and have not."""


@query(Action.SEE_OFFICE, on=Office)
def outlets(office: Office, session: Session, *, language: str) -> list[Outlet]:
    """Every provider that this installation uses, in the order of their names."""
    return _outlets(session, language)


def in_the_way(session: Session, alert_id: UUID, language: str) -> list[Outlet]:
    """The providers that are shut while messages of that alert wait for them; `waiting` counts
    those of the alert alone."""
    if not lanes.shut(session):
        return []
    found = _outlets(session, language, alert_id)
    return [each for each in found if each.standing != Standing.WORKS and each.waiting]


def not_needed(session: Session, alert_id: UUID) -> set[str]:
    """The providers in use for which no message of that alert waits."""
    return {each.provider for each in _outlets(session, "en", alert_id) if not each.waiting}


def _outlets(session: Session, language: str, alert_id: UUID | None = None) -> list[Outlet]:
    carried: dict[str, set[tuple[Channel, bool]]] = {}
    for what, courier in couriers.plugged.items():
        carried.setdefault(courier.name, set()).add(what)
    closed, waiting = lanes.shut(session), _waiting(session, alert_id)
    return [
        _outlet(session, name, carried[name], closed.get(name), waiting, language)
        for name in sorted(carried)
    ]


def _outlet(
    session: Session,
    provider: str,
    carried: set[tuple[Channel, bool]],
    lane: Lane | None,
    waiting: Mapping[tuple[Channel, bool], int],
    language: str,
) -> Outlet:
    by = session.get(Person, lane.held_by_id) if lane and lane.held_by_id else None
    return Outlet(
        provider=provider,
        channels=[each for each in Channel if each in {channel for channel, _ in carried}],
        exercises=frozenset(is_exercise for _, is_exercise in carried),
        standing=_standing(lane),
        since=(lane.held_at or lane.broken_since) if lane else None,
        by=in_language(by.name, language) if by else "",
        why=(lane and lane.why) or "",
        waiting=sum(waiting.get(each, 0) for each in carried),
    )


def _standing(lane: Lane | None) -> Standing:
    if lane is None:
        return Standing.WORKS
    return Standing.HELD if lane.held_at else Standing.FAILS


def _waiting(session: Session, alert_id: UUID | None) -> dict[tuple[Channel, bool], int]:
    counted = select(Delivery.channel, Delivery.is_exercise, func.count())
    counted = counted.where(Delivery.state == State.QUEUED)
    if alert_id:
        counted = counted.where(Delivery.alert_id == alert_id)
    rows = session.execute(counted.group_by(Delivery.channel, Delivery.is_exercise))
    return {(Channel(channel), exercise): count for channel, exercise, count in rows}
