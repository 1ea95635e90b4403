"""What is on the phones and in the mailbox of the simulator, for somebody who may look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.alerts import links
from crisis.alerts.couriers import Letter
from crisis.alerts.outbox import (
    LINK,
    LOST,
    OVER,
    Channel,
    Delivery,
    InboundMessage,
    Purpose,
    State,
    Wording,
)
from crisis.alerts.recipients import Answer, Recipient
from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.people.model import Ministry, Names, Office, Person
from crisis.policy import Action, Actor, Case
from crisis.simulator.model import (
    AS_BEGUN,
    NETWORK,
    PROVIDER,
    Act,
    Network,
    SimulatedAct,
    SimulatedMessage,
)

SHOWN: Final = 12
"""Messages on one phone."""
MAILS: Final = 40
CHOICES: Final = 200
HAPPENED: Final = 8


@dataclass(frozen=True)
class Holder:
    """A phone or a mailbox, and whose it is; `id` is the first message that came to it."""

    id: UUID
    address: str
    name: Names
    ministry: Names
    language: str
    """In which that message was written."""


@dataclass(frozen=True)
class Shown:
    """One message as its receiver has it, and how far it has come."""

    id: UUID
    letter: Letter
    path: str
    """Where its link leads, below the address of this page; empty without a link."""
    at: datetime
    state: State
    error_class: str | None
    delivered_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    to: Holder

    @property
    def pieces(self) -> tuple[str, str, str]:
        """The text before the link, the link, and what follows it."""
        address = self.letter.link or (links.address(self.path) if self.path else "")
        return self.letter.text.partition(address) if address else (self.letter.text, "", "")


@dataclass(frozen=True)
class Happened:
    """One thing that happened lately."""

    at: datetime
    what: str
    """An `Act`, `taken` or `reply`."""
    to: Holder | None
    text: str
    again: int = 0


@dataclass(frozen=True)
class Phone:
    """One phone: whose it is, and what is on it, the oldest first."""

    to: Holder
    messages: list[Shown]


@dataclass(frozen=True)
class Counts:
    """How many messages were taken, wait for a receipt, and did not arrive."""

    taken: int
    waiting: int
    failed: int
    mails: int


@dataclass(frozen=True)
class Box:
    """Everything on the page."""

    counts: Counts
    choices: list[Holder]
    phones: list[Phone]
    mails: list[Shown]
    happened: list[Happened]
    network: Network


@query(Action.USE_SIMULATOR, on=Office)
def box(
    office: Office, session: Session, actor: Actor, *, chosen: Sequence[UUID | None], language: str
) -> Box:
    """Everything; `chosen` phones are named by a message on them, None is the one used last, of
    those in this language as long as there are any."""
    seen = _seen(session, actor)
    choices = _choices(session, seen)
    return Box(
        counts=_counts(session, seen),
        choices=choices,
        phones=[
            _phone(session, seen, each) for each in _held(session, seen, choices, chosen, language)
        ],
        mails=_shown(session, seen.where(SimulatedMessage.channel == Channel.EMAIL), MAILS),
        happened=_happened(session, seen),
        network=session.get(Network, NETWORK) or Network(**AS_BEGUN),
    )


@query(Action.USE_SIMULATOR, on=Office)
def message(office: Office, session: Session, actor: Actor, message_id: UUID) -> Shown:
    """One message. Raises `NotFound` when this person may not know of it."""
    found = _shown(session, _seen(session, actor).where(SimulatedMessage.id == message_id), 1)
    if not found:
        raise NotFound(Message("There is no such message."))
    return found[0]


@query(Action.USE_SIMULATOR, on=Office)
def may_play(office: Office, session: Session) -> None:
    """Raises `Forbidden` to whoever may not."""


_Seen = Select[SimulatedMessage]


def _seen(session: Session, actor: Actor) -> _Seen:
    """The messages of the incidents that this person may follow."""
    hidden = [
        each.id
        for each in session.execute(select(Incident.id, Incident.restricted))
        if not policy.allows(actor, Action.FOLLOW_INCIDENT, Case(each.id, each.restricted))
    ]
    seen = select(SimulatedMessage).join(Delivery, Delivery.id == SimulatedMessage.delivery_id)
    return seen.where(SimulatedMessage.is_shown.is_(True), Delivery.incident_id.not_in(hidden))


def _counts(session: Session, seen: _Seen) -> Counts:
    by_state = seen.with_only_columns(
        Delivery.state, SimulatedMessage.channel, func.count()
    ).group_by(Delivery.state, SimulatedMessage.channel)
    rows = session.execute(by_state).all()
    return Counts(
        taken=sum(n for _, _, n in rows),
        waiting=sum(n for state, _, n in rows if State(state) not in OVER),
        failed=sum(n for state, _, n in rows if State(state) in LOST),
        mails=sum(n for _, channel, n in rows if channel == Channel.EMAIL),
    )


def _choices(session: Session, seen: _Seen) -> list[Holder]:
    """Every phone that has a message, the one used last first."""
    place = func.row_number().over(
        partition_by=SimulatedMessage.address,
        order_by=(SimulatedMessage.at, SimulatedMessage.id),
    )
    last = func.max(SimulatedMessage.at).over(partition_by=SimulatedMessage.address)
    own = seen.where(SimulatedMessage.channel == Channel.SMS)
    ranked = own.with_only_columns(
        SimulatedMessage.id, place.label("place"), last.label("last")
    ).subquery()
    used = select(ranked.c.id).where(ranked.c.place == 1)
    firsts = session.scalars(used.order_by(ranked.c.last.desc(), ranked.c.id).limit(CHOICES)).all()
    return _holders(session, firsts)


def _holders(session: Session, ids: Sequence[UUID]) -> list[Holder]:
    """Whose phones these first messages came to, in the order given."""
    wanted = (
        select(
            SimulatedMessage.id,
            SimulatedMessage.address,
            SimulatedMessage.language,
            Person.name.label("person"),
            Recipient.name.label("recipient"),
            Ministry.name.label("ministry"),
        )
        .join(Delivery, Delivery.id == SimulatedMessage.delivery_id)
        .outerjoin(Person, Person.id == Delivery.person_id)
        .outerjoin(Recipient, Recipient.id == Delivery.recipient_id)
        .outerjoin(
            Ministry, Ministry.id == func.coalesce(Person.ministry_id, Recipient.ministry_id)
        )
        .where(SimulatedMessage.id.in_(ids))
    )
    found = {
        row.id: Holder(
            row.id,
            row.address,
            row.person or row.recipient or {},
            row.ministry or {},
            row.language,
        )
        for row in session.execute(wanted)
    }
    return [found[each] for each in ids if each in found]


def _held(
    session: Session,
    seen: _Seen,
    choices: list[Holder],
    chosen: Sequence[UUID | None],
    language: str,
) -> list[Holder]:
    """The phones to show: the chosen ones, in the other places those used last, the reader's
    language first."""
    firsts = [_by_message(session, seen, each) for each in chosen]
    taken = {each.address for each in firsts if each}
    free = [each for each in choices if each.address not in taken]
    others = iter(sorted(free, key=lambda each: each.language != language))
    held = [each or next(others, None) for each in firsts]
    return [each for each in held if each]


def _by_message(session: Session, seen: _Seen, message_id: UUID | None) -> Holder | None:
    if message_id is None:
        return None
    known = seen.where(
        SimulatedMessage.id == message_id, SimulatedMessage.channel == Channel.SMS
    ).with_only_columns(SimulatedMessage.id)
    return next(iter(_holders(session, session.scalars(known).all())), None)


def _phone(session: Session, seen: _Seen, holder: Holder) -> Phone:
    own = seen.where(
        SimulatedMessage.channel == Channel.SMS, SimulatedMessage.address == holder.address
    )
    return Phone(holder, _shown(session, own, SHOWN)[::-1])


def _shown(session: Session, messages: _Seen, limit: int) -> list[Shown]:
    """The latest of these, newest first."""
    rows = session.execute(
        messages.with_only_columns(SimulatedMessage, Delivery, Recipient, Wording.path)
        .join(Wording, Wording.id == Delivery.wording_id)
        .outerjoin(Recipient, Recipient.id == Delivery.recipient_id)
        .order_by(SimulatedMessage.at.desc(), SimulatedMessage.id.desc())
        .limit(limit)
    ).all()
    holders = {each.id: each for each in _holders(session, [row[0].id for row in rows])}
    return [_as_shown(*row, holders[row[0].id]) for row in rows]


def _as_shown(
    message: SimulatedMessage,
    delivery: Delivery,
    recipient: Recipient | None,
    path: str | None,
    to: Holder,
) -> Shown:
    own = links.path_of(recipient.id) if recipient and LINK in message.text else ""
    address = links.address(own) if own else ""
    asked = recipient if recipient and delivery.purpose == Purpose.ALERT else None
    return Shown(
        id=message.id,
        letter=Letter(
            delivery_id=delivery.id,
            attempt=message.attempt,
            channel=Channel(message.channel),
            purpose=Purpose(message.purpose),
            address=message.address,
            language=message.language,
            subject=message.subject,
            text=message.text.replace(LINK, address),
            is_exercise=message.is_exercise,
            link=address,
        ),
        path=own or path or "",
        at=message.at,
        state=State(delivery.state),
        error_class=delivery.error_class,
        delivered_at=delivery.delivered_at,
        opened_at=asked.opened_at if asked else delivery.read_at,
        acknowledged_at=(
            asked.answered_at if asked and asked.answer == Answer.ACKNOWLEDGED else None
        ),
        to=to,
    )


def _happened(session: Session, seen: _Seen) -> list[Happened]:
    """What was done last: by the carrier, by those who play it, by those who answer."""
    done = (
        seen.with_only_columns(SimulatedMessage, SimulatedAct)
        .join(SimulatedAct, SimulatedAct.message_id == SimulatedMessage.id)
        .where(SimulatedAct.done_at.is_not(None), SimulatedAct.act != Act.DROPPED)
        .order_by(SimulatedAct.done_at.desc(), SimulatedAct.id.desc())
        .limit(HAPPENED)
    )
    rows = session.execute(done).all()
    taken = session.scalars(seen.order_by(SimulatedMessage.at.desc()).limit(HAPPENED)).all()
    wanted = {each.id for each in taken} | {row[0].id for row in rows}
    to = {each.id: each for each in _holders(session, list(wanted))}
    found = [
        Happened(act.done_at or act.due_at, act.act, to[each.id], each.address, act.again)
        for each, act in rows
    ]
    found += [Happened(each.at, "taken", to[each.id], each.address) for each in taken]
    found += _replies(session, seen)
    return sorted(found, key=lambda each: each.at, reverse=True)[:HAPPENED]


def _replies(session: Session, seen: _Seen) -> list[Happened]:
    known = seen.with_only_columns(SimulatedMessage.address)
    said = select(InboundMessage).where(
        InboundMessage.provider == PROVIDER, InboundMessage.from_number.in_(known)
    )
    latest = session.scalars(said.order_by(InboundMessage.at.desc()).limit(HAPPENED))
    return [Happened(each.at, "reply", None, each.text) for each in latest]
