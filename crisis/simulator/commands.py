"""What the simulated carrier does: take messages, report on them in time, and obey whoever plays.

Nothing of it stands in the journal: it is no part of what happened, only of the rehearsal. What it
reports goes the way of every carrier's receipts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from crisis.alerts import inbound, receipts
from crisis.alerts.acknowledging import acknowledge, open_link
from crisis.alerts.couriers import Letter
from crisis.alerts.inbound import Incoming, Intent
from crisis.alerts.outbox import LINK, Channel, Delivery
from crisis.alerts.posting import AT_ONCE
from crisis.alerts.recipients import Method
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Conflict, NotFound, Refusal
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.queries import the_system
from crisis.simulator.model import (
    AS_BEGUN,
    NETWORK,
    PROVIDER,
    REPORTS,
    Act,
    Network,
    SimulatedAct,
    SimulatedMessage,
)

UNREACHABLE: Final = {Channel.SMS: "30003", Channel.EMAIL: "550"}


# -- what the carrier does ------------------------------------------------------------------------


def take(letters: Sequence[Letter]) -> list[str]:
    """Put these on the phones and into the mailbox, and plan what will be reported of them; the
    carrier's own names for them, in order."""
    at = clock.now()
    with bookkeeping() as session:
        network = _network(session)
        had = _had(session, letters)
        messages, acts = [], []
        for letter in letters:
            message = _message(letter, at)
            messages.append(message)
            nth = had[letter.channel, letter.address]
            had[letter.channel, letter.address] += 1
            course = network.course(letter.channel, letter.address, nth, asks=bool(letter.link))
            acts += [_act(message["id"], each.act, at + each.after, each.code) for each in course]
        session.execute(insert(SimulatedMessage), messages)
        for first in range(0, len(acts), AT_ONCE):
            session.execute(insert(SimulatedAct), acts[first : first + AT_ONCE])
        return [str(each["reference"]) for each in messages]


def reference_of(delivery_id: UUID, attempt: int) -> str | None:
    """What the carrier calls this message; None when it never had it."""
    wanted = select(SimulatedMessage.reference).where(
        SimulatedMessage.delivery_id == delivery_id, SimulatedMessage.attempt == attempt
    )
    with reading() as session:
        return session.scalar(wanted.limit(1))


def go_on() -> int:
    """Let happen what is due; how much that was. Several workers may do so at once."""
    now = clock.now()
    due = select(SimulatedAct).where(SimulatedAct.done_at.is_(None), SimulatedAct.due_at <= now)
    with reading() as session:  # an idle second must not take SQLite's one pen
        if session.scalar(due.with_only_columns(SimulatedAct.id).limit(1)) is None:
            return 0
    with bookkeeping() as session:
        rows = due.order_by(SimulatedAct.due_at, SimulatedAct.id).limit(AT_ONCE)
        acts = session.scalars(rows.with_for_update(skip_locked=True)).all()
        _report(session, acts, now)
        answering = [_recipient_of(session, each) for each in acts if each.act == Act.ACKNOWLEDGED]
        for each in acts:
            each.done_at = now
    for recipient_id in answering:
        _acknowledge(recipient_id)
    return len(acts)


# -- what people let it do ------------------------------------------------------------------------


def report(message_id: UUID, act: Act) -> None:
    """The carrier says this of the message now, and nothing of what it would have said later."""
    now = clock.now()
    with bookkeeping() as session:
        message = _found(session, message_id)
        pending = update(SimulatedAct).where(
            SimulatedAct.message_id == message_id, SimulatedAct.done_at.is_(None)
        )
        session.execute(pending.values(done_at=now, act=Act.DROPPED))
        code = UNREACHABLE[Channel(message.channel)] if act is Act.UNDELIVERED else None
        said = SimulatedAct(**_act(message_id, act, now, code))
        session.add(said)
        session.flush()
        _report(session, [said], now)
        said.done_at = now


def repeat(message_id: UUID) -> None:
    """The carrier says its last word once more. Raises `Conflict` (`nothing_said`)."""
    now = clock.now()
    with bookkeeping() as session:
        said = select(SimulatedAct).where(
            SimulatedAct.message_id == _found(session, message_id).id,
            SimulatedAct.done_at.is_not(None),
            SimulatedAct.act.in_(REPORTS),
        )
        last = session.scalars(said.order_by(SimulatedAct.done_at.desc()).limit(1)).first()
        if last is None:
            raise Conflict(
                Message("The carrier has reported nothing of this message yet."),
                code="nothing_said",
            )
        last.again += 1
        _report(session, [last], last.done_at or now)


def reply(number: str, text: str) -> Intent:
    """Somebody answers from that phone. Raises `Conflict` (`no_reply`) where that does not work."""
    with reading() as session:
        network = session.get(Network, NETWORK)
    if network is not None and not network.replies:
        raise Conflict(
            Message("Replies by SMS are not available in this country."), code="no_reply"
        )
    said = Incoming(PROVIDER, f"{PROVIDER}-{new_id().hex}", number, text)
    return inbound.receive(said)


def tune(*, delay: int, failing: int, silent: int, answering: int, replies: bool) -> None:
    """From the next message on, the carrier and the people behind it behave like this."""
    with bookkeeping() as session:
        network = _network(session)
        network.delay, network.failing, network.silent = delay, failing, silent
        network.answering, network.replies = answering, replies


def behaviour() -> dict[str, Any]:
    """How the carrier and the people behind it behave now, as `tune` takes it."""
    with reading() as session:
        network = session.get(Network, NETWORK) or Network(**AS_BEGUN)
    told = ("delay", "failing", "silent", "answering", "replies")
    return {name: getattr(network, name) for name in told}


def empty() -> None:
    """Nothing is on the phones and in the mailbox any more. What was sent stays in the outbox."""
    with bookkeeping() as session:
        shown = update(SimulatedMessage).where(SimulatedMessage.is_shown.is_(True))
        session.execute(shown.values(is_shown=False))


def _network(session: Session) -> Network:
    found = session.get(Network, NETWORK)
    if found is None:
        found = Network(**AS_BEGUN)
        session.add(found)
        session.flush()
    return found


def _had(session: Session, letters: Sequence[Letter]) -> Counter[tuple[str, str]]:
    """How many messages each of these addresses has had."""
    had: Counter[tuple[str, str]] = Counter()
    for first in range(0, len(letters), AT_ONCE):
        addresses = {each.address for each in letters[first : first + AT_ONCE]}
        counted = (
            select(SimulatedMessage.channel, SimulatedMessage.address, func.count())
            .where(SimulatedMessage.address.in_(addresses))
            .group_by(SimulatedMessage.channel, SimulatedMessage.address)
        )
        had |= Counter({(c, address): n for c, address, n in session.execute(counted)})
    return had


def _message(letter: Letter, at: datetime) -> dict[str, object]:
    id = new_id()
    return {
        "id": id,
        "delivery_id": letter.delivery_id,
        "attempt": letter.attempt,
        "reference": f"{PROVIDER}-{id.hex}",
        "channel": letter.channel,
        "address": letter.address,
        "language": letter.language,
        "purpose": letter.purpose,
        "subject": letter.subject,
        "text": letter.text.replace(letter.link, LINK) if letter.link else letter.text,
        "is_exercise": letter.is_exercise,
        "at": at,
    }


def _act(message_id: object, act: Act, due_at: datetime, code: str | None) -> dict[str, object]:
    return {
        "id": new_id(),
        "message_id": message_id,
        "act": act,
        "code": code,
        "due_at": due_at,
        "done_at": None,
        "again": 0,
    }


def _report(session: Session, acts: Iterable[SimulatedAct], at: datetime) -> None:
    told = [each for each in acts if each.act in REPORTS]
    names = select(SimulatedMessage.id, SimulatedMessage.reference).where(
        SimulatedMessage.id.in_({each.message_id for each in told})
    )
    references = {row.id: row.reference for row in session.execute(names)}
    events = [
        receipts.Reported(
            event_key=str(each.id),
            reference=references[each.message_id],
            state=REPORTS[Act(each.act)],
            provider_status=each.act,
            error_code=each.code,
            happened_at=at,
        )
        for each in told
    ]
    if events:
        receipts.receive(session, PROVIDER, events)


def _recipient_of(session: Session, act: SimulatedAct) -> UUID | None:
    asked = (
        select(Delivery.recipient_id)
        .join(SimulatedMessage, SimulatedMessage.delivery_id == Delivery.id)
        .where(SimulatedMessage.id == act.message_id)
    )
    return session.scalar(asked)


def _acknowledge(recipient_id: UUID | None) -> None:
    if recipient_id is None:
        return
    with bookkeeping() as session:  # whoever presses the button has the page open
        open_link(session, recipient_id, clock.now())
    try:
        acknowledge(the_system(), recipient_id, method=Method.LINK)
    except Refusal:  # somebody was quicker, or nothing is asked any more: like people
        return


def _found(session: Session, message_id: UUID) -> SimulatedMessage:
    found = session.get(SimulatedMessage, message_id)
    if found is None:
        raise NotFound(Message("There is no such message."))
    return found
