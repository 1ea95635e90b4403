"""How far an alert has come, counted from what is known of each person in it, whenever it is asked.

Every person of the frozen audience is in exactly one tile, so the tiles add up to the audience.
Beside them stands the ladder: how many messages a provider took, how many arrived, how many links
were opened, how many people acknowledged. Each rung is counted from its own evidence.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from crisis.alerts.model import MOVING, Alert, AlertState
from crisis.alerts.outbox import REACHED, TO_LEAVE, Delivery, Purpose, State
from crisis.alerts.recipients import Answer, Method, Recipient


class Tile(StrEnum):
    """The furthest that is known of one person, the best first."""

    ACKNOWLEDGED = "acknowledged"
    OPENED = "opened"
    DELIVERED = "delivered"
    HANDED = "handed"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    FAILED = "failed"
    LEFT_OUT = "left_out"


LEFT: Final = (State.ACCEPTED, State.SENT, State.UNDELIVERED, State.DELIVERED, State.READ)
"""A provider took it, whatever became of it then."""
_UNDER_WAY: Final = MOVING | {AlertState.SENT}


@dataclass(frozen=True)
class Tally:
    """Counts of people of the frozen audience; `tiles` holds every tile and adds up to `total`."""

    total: int
    tiles: Mapping[Tile, int]
    handed: int
    delivered: int
    opened: int
    acknowledged: int
    unknown: int
    """Nobody knows whether any message to them left or arrived."""
    undelivered: int
    """The carrier reports that it could not reach them."""
    never_left: int
    """Every message to them ended before a provider took it, or there was none."""
    opened_only: int
    """They opened the link and have not acknowledged."""
    methods: Mapping[Method, int]

    @property
    def silent(self) -> int:
        """How many have not acknowledged."""
        return self.total - self.acknowledged


def tally_of(session: Session, alert_id: UUID) -> Tally:
    """The counts as they are now: one query over its people, one over how they said so."""
    known = standing(alert_id)
    one: ColumnElement[int] = func.count()
    wanted = select(
        known.c.tile,
        one.label("people"),
        *(func.sum(known.c[each]).label(each) for each in _FLAGS),
    ).group_by(known.c.tile)
    rows = session.execute(wanted).mappings().all()
    summed: dict[str, int] = {each: sum(int(row[each]) for row in rows) for each in _FLAGS}
    by_tile = {Tile(row["tile"]): int(row["people"]) for row in rows}
    tiles = {each: by_tile.get(each, 0) for each in Tile}
    return Tally(
        total=sum(tiles.values()), tiles=tiles, methods=_methods(session, alert_id), **summed
    )


def standing(alert_id: UUID) -> Subquery:
    """For each person of the audience: `id`, `ministry_id`, `tile`, and one column of 0 or 1 for
    each rung and gap."""
    sent, places = _messages(alert_id), _places(alert_id)
    said, opened = places.c.said == 1, Recipient.opened_at.is_not(None)
    tile = case(
        (said, Tile.ACKNOWLEDGED),
        (opened, Tile.OPENED),
        (sent.c.reached == 1, Tile.DELIVERED),
        (sent.c.held == 1, Tile.HANDED),
        (sent.c.waits == 1, Tile.WAITING),
        (sent.c.unknown == 1, Tile.UNKNOWN),
        (sent.c.recipient_id.is_not(None), Tile.FAILED),
        else_=Tile.LEFT_OUT,
    )
    no_trace = and_(func.coalesce(sent.c.reached, 0) == 0, ~opened, ~said)
    return (
        select(
            Recipient.id,
            Recipient.ministry_id,
            tile.label("tile"),
            _flag(sent.c.handed == 1).label("handed"),
            _flag(sent.c.reached == 1).label("delivered"),
            _flag(opened).label("opened"),
            _flag(said).label("acknowledged"),
            _flag(and_(sent.c.unknown == 1, sent.c.held == 0, no_trace)).label("unknown"),
            _flag(and_(sent.c.undelivered == 1, no_trace)).label("undelivered"),
            _flag(_never_left(sent)).label("never_left"),
            _flag(and_(opened, ~said)).label("opened_only"),
        )
        .join(places, places.c.root_id == Recipient.id)
        .outerjoin(sent, sent.c.recipient_id == Recipient.id)
        .where(Recipient.alert_id == alert_id, Recipient.root_id == Recipient.id)
        .subquery()
    )


_FLAGS: Final = (
    "handed",
    "delivered",
    "opened",
    "acknowledged",
    "unknown",
    "undelivered",
    "never_left",
    "opened_only",
)


def by_ministry(session: Session, alert_id: UUID) -> list[tuple[UUID | None, int, int]]:
    """Ministry, how many of it acknowledged, and how many it has here; the least share first."""
    known = standing(alert_id)
    said, people = func.sum(known.c.acknowledged), func.count()
    wanted = select(known.c.ministry_id, said, people).group_by(known.c.ministry_id)
    found = [(row[0], int(row[1]), int(row[2])) for row in session.execute(wanted)]
    return sorted(found, key=lambda each: (each[1] / each[2], -each[2], str(each[0])))


def marks(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, int]:
    """For each incident with an alert on its way a number that changes when the counts may have."""
    moving = select(Alert.id, Alert.incident_id).where(
        Alert.incident_id.in_(incident_ids), Alert.state.in_(_UNDER_WAY)
    )
    found: dict[UUID, int] = {}
    for row in session.execute(moving.order_by(Alert.number)):
        seen = repr(_seen(session, row.id)).encode()
        found[row.incident_id] = crc32(seen, found.get(row.incident_id, 0))
    return found


def _seen(session: Session, alert_id: UUID) -> list[tuple[Any, ...]]:
    messages = select(Delivery.state, func.count()).where(Delivery.alert_id == alert_id)
    people = select(Recipient.answer, func.count(), func.count(Recipient.opened_at)).where(
        Recipient.alert_id == alert_id
    )
    return [
        tuple(row)
        for wanted in (
            messages.group_by(Delivery.state).order_by(Delivery.state),
            people.group_by(Recipient.answer).order_by(Recipient.answer),
        )
        for row in session.execute(wanted)
    ]


def _messages(alert_id: UUID) -> Subquery:
    """What is known of all messages to one person together."""
    state = Delivery.state
    return (
        select(
            Delivery.recipient_id,
            _any(or_(state.in_(LEFT), Delivery.accepted_at.is_not(None))).label("handed"),
            _any(state.in_((State.ACCEPTED, State.SENT))).label("held"),
            _any(state.in_(REACHED)).label("reached"),
            _any(state == State.UNKNOWN).label("unknown"),
            _any(state == State.UNDELIVERED).label("undelivered"),
            _any(state.in_(TO_LEAVE)).label("waits"),
        )
        .where(Delivery.alert_id == alert_id, Delivery.purpose == Purpose.ALERT)
        .group_by(Delivery.recipient_id)
        .subquery()
    )


def _places(alert_id: UUID) -> Subquery:
    """For each person of the audience whether somebody acknowledged: they, or whoever stood in."""
    return (
        select(Recipient.root_id, _any(Recipient.answer == Answer.ACKNOWLEDGED).label("said"))
        .where(Recipient.alert_id == alert_id)
        .group_by(Recipient.root_id)
        .subquery()
    )


def _never_left(sent: Subquery) -> ColumnElement[bool]:
    return and_(
        func.coalesce(sent.c.handed, 0) == 0,
        func.coalesce(sent.c.waits, 0) == 0,
        func.coalesce(sent.c.unknown, 0) == 0,
    )


def _methods(session: Session, alert_id: UUID) -> dict[Method, int]:
    said = select(Recipient.method, func.count(Recipient.root_id.distinct())).where(
        Recipient.alert_id == alert_id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    found = session.execute(said.group_by(Recipient.method)).all()
    return {Method(method): count for method, count in found if method}


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(_flag(condition))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
