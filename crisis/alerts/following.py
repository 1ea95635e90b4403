"""What became of an alert that left: the ladder, who has not acknowledged, what happens next."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from crisis.alerts.acknowledging import declined
from crisis.alerts.drafts import title_of
from crisis.alerts.foreseen import without_next
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import (
    LOST,
    REACHED,
    Channel,
    Delivery,
    ErrorClass,
    Purpose,
    State,
)
from crisis.alerts.recipients import Answer, LeftOut, Recipient
from crisis.alerts.sending import MAY_BE_SENT_AGAIN
from crisis.alerts.tally import LEFT, Tally, Tile, by_ministry, standing, tally_of
from crisis.alerts.ways import Outlet, in_the_way
from crisis.deadlines.model import Code, Deadline
from crisis.deadlines.model import State as Due
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.people.model import Ministry, Person, in_language
from crisis.policy import Action
from crisis.statements.content import LANGUAGES

FEW: Final = 50
IN_ROOM: Final = 3
MOST: Final = 500
"""Rows a page shows at most; all of them are in the file."""
_URGENCY: Final = {
    Tile.LEFT_OUT: 0,
    Tile.FAILED: 1,
    Tile.UNKNOWN: 2,
    Tile.WAITING: 3,
    Tile.HANDED: 4,
    Tile.DELIVERED: 5,
    Tile.OPENED: 6,
}


class Mark(StrEnum):
    """What is known of one fact about one person."""

    YES = "yes"
    NO = "no"
    """It is known that it did not happen, and will not by itself."""
    UNKNOWN = "unknown"
    NONE = "none"
    """Nothing is known yet."""


@dataclass(frozen=True)
class Node:
    """One of the four facts."""

    mark: Mark
    at: datetime | None = None


@dataclass(frozen=True)
class Letter:
    """One message to the person, and what may be done about it."""

    id: UUID
    channel: Channel
    state: State
    error: ErrorClass | None
    why: str
    address: str
    may_send_again: bool
    is_unknown: bool


@dataclass(frozen=True)
class Silent:
    """Somebody of whom no acknowledgement is known: the last one asked in that place."""

    recipient_id: UUID
    root_id: UUID
    person_id: UUID | None
    name: str
    ministry: str
    instead_of: str
    """Whom the audience names, where somebody else is asked by now."""
    tile: Tile
    answer: Answer
    left_out: LeftOut | None
    reason: str
    mobile: str
    letters: Sequence[Letter]
    nodes: Sequence[Node]
    due_at: datetime | None
    """When the next in line is asked."""
    is_last: bool
    """Nobody is next in line: at that time they are to be telephoned."""
    unknown_since: datetime | None
    declined_at: datetime | None
    """When they said that they cannot."""


@dataclass(frozen=True)
class Share:
    """How many of one ministry have acknowledged."""

    name: str
    acknowledged: int
    people: int


@dataclass(frozen=True)
class Step:
    """One step of the escalation: who was asked, how many, when."""

    step: int
    people: int
    at: datetime


@dataclass(frozen=True)
class Following:
    """The whole page, but for the rights of who reads it."""

    alert: Alert
    title: str
    by: str
    confirmed_by: str
    tally: Tally
    rows: Sequence[Silent]
    more: int
    """How many rows are not on the page."""
    shares: Sequence[Share]
    steps: Sequence[Step]
    next_at: datetime | None
    """When somebody is asked next."""
    next_people: int
    """In the place of how many somebody else is asked then."""
    next_calls: int
    """How many are to be telephoned then, because nobody stands in for them."""
    to_call: int
    """Of how many places nobody is left to ask."""
    shut: Sequence[Outlet]
    """The providers that are held or fail while messages of it wait for them."""
    follows: int | None


@query(Action.FOLLOW_INCIDENT, on=Incident)
def follow_alert(
    incident: Incident,
    session: Session,
    *,
    alert_id: UUID,
    language: str,
    tile: Tile | None = None,
    everybody: bool = False,
) -> Following:
    """What became of the alert. `tile`: only people of that one; else everybody silent."""
    alert = session.get_one(Alert, alert_id)
    tally = tally_of(session, alert.id)
    limit = MOST if everybody else FEW
    due = _due(session, alert)
    alone = without_next(session, alert, due)
    rows = _silent(session, alert, language, tile, limit, due, alone, declined(session, alert))
    wanted = tally.tiles[tile] if tile else sum(tally.tiles[each] for each in awaited(alert))
    next_at = min(due.values(), default=None)
    then = {each for each, at in due.items() if at == next_at}
    return Following(
        alert=alert,
        title=title_of(alert, next(each for each in LANGUAGES if each == language)),
        by=_person(session, alert.created_by_id, language),
        confirmed_by=_person(session, alert.confirmed_by_id, language),
        tally=tally,
        rows=rows,
        more=max(0, wanted - len(rows)),
        shares=_shares(session, alert, language),
        steps=_steps(session, alert),
        next_at=next_at,
        next_people=len(then - alone),
        next_calls=len(then & alone),
        to_call=_to_call(session, alert),
        shut=in_the_way(session, alert.id, language),
        follows=session.scalar(select(Alert.number).where(Alert.id == alert.follows_id)),
    )


def awaited(alert: Alert) -> tuple[Tile, ...]:
    """The exceptions: whoever is silent, or, where no answer is asked, whom it did not reach."""
    if alert.asks_answer:
        return tuple(_URGENCY)
    return (Tile.LEFT_OUT, Tile.FAILED, Tile.UNKNOWN)


def newest_sent(session: Session, incident_id: UUID) -> Alert | None:
    """The alert that the room follows: the last one that left."""
    sent = select(Alert).where(Alert.incident_id == incident_id, Alert.confirmed_at.is_not(None))
    return session.scalar(sent.order_by(Alert.number.desc()).limit(1))


@dataclass(frozen=True)
class Newest:
    """How far the newest alert of an incident has come."""

    number: int
    asks_answer: bool
    tally: Tally


def newest_of(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, Newest]:
    """By incident that sent one, the alert that left last."""
    last = (
        select(Alert.incident_id, func.max(Alert.number).label("number"))
        .where(Alert.incident_id.in_(incident_ids), Alert.confirmed_at.is_not(None))
        .group_by(Alert.incident_id)
        .subquery()
    )
    is_last = and_(Alert.incident_id == last.c.incident_id, Alert.number == last.c.number)
    return {
        each.incident_id: Newest(each.number, each.asks_answer, tally_of(session, each.id))
        for each in session.scalars(select(Alert).join(last, is_last)).all()
    }


@dataclass(frozen=True)
class InRoom:
    """The newest alert as the room follows it."""

    number: int
    title: str
    state: AlertState
    sent_at: datetime
    asks_answer: bool
    tally: Tally
    silent: Sequence[Silent]
    """The few who are waited for most."""
    next_at: datetime | None
    to_call: int


def in_room(session: Session, incident_id: UUID, language: str) -> InRoom | None:
    """What the war room shows of the newest alert; None before one has left."""
    alert = newest_sent(session, incident_id)
    if alert is None or alert.confirmed_at is None:
        return None
    due = _due(session, alert)
    return InRoom(
        number=alert.number,
        title=title_of(alert, next(each for each in LANGUAGES if each == language)),
        state=AlertState(alert.state),
        sent_at=alert.confirmed_at,
        asks_answer=alert.asks_answer,
        tally=tally_of(session, alert.id),
        silent=_silent(session, alert, language, None, IN_ROOM, due),
        next_at=min(due.values(), default=None),
        to_call=_to_call(session, alert),
    )


def _silent(
    session: Session,
    alert: Alert,
    language: str,
    tile: Tile | None,
    limit: int,
    due: Mapping[UUID, datetime],
    alone: Set[UUID] = frozenset(),
    cannot: Mapping[UUID, datetime] = MappingProxyType({}),
) -> list[Silent]:
    known = standing(alert.id)
    urgency = case(*((known.c.tile == each, rank) for each, rank in _URGENCY.items()), else_=9)
    # Where nobody is left to ask, only somebody with a telephone helps: before all others.
    to_call = exists().where(Recipient.root_id == known.c.id, Recipient.answer == Answer.UNREACHED)
    wanted = (
        select(known.c.id, known.c.tile)
        .where(known.c.tile.in_([tile] if tile else awaited(alert)))
        .order_by(case((to_call, 0), else_=1), urgency, known.c.id)
        .limit(limit)
    )
    tiles = {row.id: Tile(row.tile) for row in session.execute(wanted)}
    chains = _chains(session, list(tiles))
    last = [chain[-1].id for chain in chains.values()]
    letters, ministries = _letters(session, last), _ministries(session, language)
    is_over = _is_over(alert)
    return [
        _row(chains[root], tile, letters, due, ministries, language, is_over, alone, cannot)
        for root, tile in tiles.items()
    ]


def _is_over(alert: Alert) -> bool:
    """What it says no longer holds: nothing of it is sent again."""
    return alert.state == AlertState.CANCELLED or alert.expires_at <= clock.now()


def _row(
    chain: Sequence[Recipient],
    tile: Tile,
    letters: Mapping[UUID, Sequence[Delivery]],
    due: Mapping[UUID, datetime],
    ministries: Mapping[UUID, str],
    language: str,
    is_over: bool,
    alone: Set[UUID],
    cannot: Mapping[UUID, datetime],
) -> Silent:
    root, last = chain[0], chain[-1]
    sent = letters.get(last.id, ())
    repeated = {each.repeat_of_id for each in sent}
    nodes = _nodes(last, sent, cannot.get(last.id))
    return Silent(
        recipient_id=last.id,
        root_id=root.id,
        person_id=last.person_id,
        name=in_language(last.name, language),
        ministry=ministries.get(last.ministry_id, "") if last.ministry_id else "",
        instead_of=in_language(root.name, language) if root is not last else "",
        tile=tile,
        answer=Answer(last.answer),
        left_out=LeftOut(last.left_out) if last.left_out else None,
        reason=last.reason or "",
        mobile=last.mobile or "",
        letters=[_letter(each, is_over or each.id in repeated) for each in sent],
        nodes=nodes,
        due_at=due.get(last.id),
        is_last=last.id in alone,
        unknown_since=min(
            (each.created_at for each in sent if each.state == State.UNKNOWN), default=None
        ),
        declined_at=cannot.get(last.id),
    )


def _nodes(
    recipient: Recipient, sent: Sequence[Delivery], declined_at: datetime | None
) -> list[Node]:
    """Handed over, arrived, opened, acknowledged."""
    states = {State(each.state) for each in sent}
    handed = min((each.accepted_at for each in sent if each.accepted_at), default=None)
    arrived = min((each.delivered_at for each in sent if each.delivered_at), default=None)
    over = not states - LOST
    return [
        Node(_mark(bool(states & set(LEFT)), State.UNKNOWN in states, over), handed),
        Node(
            _mark(
                bool(states & REACHED),
                bool(states & {State.UNKNOWN}) or _no_word(sent),
                over and bool(states & {State.UNDELIVERED}),
            ),
            arrived,
        ),
        Node(Mark.YES if recipient.opened_at else Mark.NONE, recipient.opened_at),
        Node(
            _mark(recipient.answer == Answer.ACKNOWLEDGED, False, declined_at is not None),
            recipient.answered_at,
        ),
    ]


def _no_word(sent: Sequence[Delivery]) -> bool:
    """A provider took it and has not said that it arrived."""
    return any(each.state in {State.ACCEPTED, State.SENT} for each in sent)


def _mark(yes: bool, unknown: bool, no: bool) -> Mark:
    if yes:
        return Mark.YES
    if unknown:
        return Mark.UNKNOWN
    return Mark.NO if no else Mark.NONE


def _letter(each: Delivery, is_done_with: bool) -> Letter:
    lost = State(each.state) in MAY_BE_SENT_AGAIN and each.repeat_of_id is None
    return Letter(
        id=each.id,
        channel=Channel(each.channel),
        state=State(each.state),
        error=ErrorClass(each.error_class) if each.error_class else None,
        why=each.why or "",
        address=each.address or "",
        may_send_again=lost and not is_done_with,
        is_unknown=each.state == State.UNKNOWN,
    )


def _chains(session: Session, roots: Sequence[UUID]) -> dict[UUID, list[Recipient]]:
    """By person of the audience, who was asked in their place, themselves first."""
    asked = select(Recipient).where(Recipient.root_id.in_(roots))
    found: dict[UUID, list[Recipient]] = {}
    for each in session.scalars(asked.order_by(Recipient.step, Recipient.asked_at, Recipient.id)):
        found.setdefault(each.root_id, []).append(each)
    return found


def _letters(session: Session, to: Sequence[UUID]) -> dict[UUID, list[Delivery]]:
    sent = select(Delivery).where(Delivery.recipient_id.in_(to), Delivery.purpose == Purpose.ALERT)
    found: dict[UUID, list[Delivery]] = {}
    for each in session.scalars(sent.order_by(Delivery.channel.desc(), Delivery.id)):
        if each.recipient_id:
            found.setdefault(each.recipient_id, []).append(each)
    return found


def _due(session: Session, alert: Alert) -> dict[UUID, datetime]:
    """By recipient, when somebody else is asked; whoever is seen to first comes first."""
    own = select(Recipient.id).where(
        Recipient.alert_id == alert.id, Recipient.answer == Answer.WAITING
    )
    running = select(Deadline.subject_id, Deadline.due_at).where(
        Deadline.code == Code.ACKNOWLEDGE,
        Deadline.state == Due.DUE,
        Deadline.subject_id.in_(own.scalar_subquery()),
    )
    in_order = running.order_by(Deadline.due_at, Deadline.id)
    return {row.subject_id: row.due_at for row in session.execute(in_order)}


def _shares(session: Session, alert: Alert, language: str) -> list[Share]:
    names = _ministries(session, language, short=True)
    return [
        Share(names.get(ministry_id, "") if ministry_id else "", said, people)
        for ministry_id, said, people in by_ministry(session, alert.id)
    ]


def _steps(session: Session, alert: Alert) -> list[Step]:
    asked = select(Recipient.step, func.count(), func.min(Recipient.asked_at)).where(
        Recipient.alert_id == alert.id
    )
    rows = session.execute(asked.group_by(Recipient.step).order_by(Recipient.step))
    return [Step(step, people, at) for step, people, at in rows]


def _to_call(session: Session, alert: Alert) -> int:
    """Places where nobody is left to ask, and nobody has acknowledged late."""
    said = select(Recipient.root_id).where(
        Recipient.alert_id == alert.id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    left = select(func.count(Recipient.root_id.distinct())).where(
        Recipient.alert_id == alert.id,
        Recipient.answer == Answer.UNREACHED,
        Recipient.root_id.not_in(said.scalar_subquery()),
    )
    return session.scalar(left) or 0


def _ministries(session: Session, language: str, *, short: bool = False) -> dict[UUID, str]:
    rows = session.execute(select(Ministry.id, Ministry.name, Ministry.short_name))
    return {
        row.id: in_language(row.short_name, language)
        if short and row.short_name.get(language)
        else in_language(row.name, language)
        for row in rows
    }


def _person(session: Session, person_id: UUID | None, language: str) -> str:
    found = session.get(Person, person_id) if person_id else None
    return in_language(found.name, language) if found else ""
