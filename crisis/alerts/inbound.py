"""SMS that people send us: that they have an alert, that they cannot, that they want no more.

Each is kept before anything is done about it, and done once, however often the carrier tells of it.
Nothing is ever answered: a machine on the other side would answer that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from crisis.alerts.acknowledging import acknowledge, awaited_from, decline
from crisis.alerts.escalation import about
from crisis.alerts.model import Alert
from crisis.alerts.outbox import InboundMessage, OptOut, keepable
from crisis.alerts.posting import inserting
from crisis.alerts.receipts import opt_out
from crisis.alerts.recipients import Method, Recipient, StopAsked
from crisis.kernel import clock
from crisis.kernel.command import Work, command
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Refusal
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.kernel.text import fold_arabic
from crisis.people.countries import has_sms_replies
from crisis.people.model import ContactKind, ContactPoint, Office, Person
from crisis.people.queries import the_system
from crisis.policy import Action

LONGEST: Final = 1600
"""Characters: more than ten parts nobody can send."""
LEFT_BEHIND: Final = timedelta(seconds=10)
"""What was not done by then was begun by a process that died."""
GIVEN_UP: Final = timedelta(hours=24)
REHEARSED: Final = "local"
NUMBER: Final = re.compile(r"\+[1-9]\d{5,14}")
_BETWEEN: Final = re.compile(r"[\W_]+")


class Intent(StrEnum):
    """What somebody means."""

    ACK = "ack"
    DECLINE = "decline"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNKNOWN = "unknown"


MEANT: Final[Mapping[str, Intent]] = {
    word: intent
    for intent, words in {
        Intent.ACK: (
            *("1", "نعم", "تم", "تم الاستلام", "استلمت", "استلمنا", "حاضر"),
            *("ok", "okay", "yes", "y", "oui", "recu", "bien recu"),
        ),
        Intent.DECLINE: ("2", "لا", "لا استطيع", "no", "n", "non"),
        Intent.STOP: ("stop", "stopall", "unsubscribe", "quit", "توقف", "قف", "اوقف", "arret"),
        Intent.START: ("start", "unstop", "ابدا"),
        Intent.HELP: ("help", "info", "مساعده", "aide"),
    }.items()
    for word in words
}
"""Folded, as `_plain` leaves what was written."""


@dataclass(frozen=True)
class Incoming:
    """One SMS as its carrier tells of it."""

    provider: str
    reference: str
    from_number: str
    text: str


def intent_of(text: str) -> Intent:
    """What these words mean when they are all there is; anything longer is for a person to read."""
    return MEANT.get(_plain(text), Intent.UNKNOWN)


def receive(incoming: Incoming) -> Intent:
    """Keep it and do what it says; hearing it again changes nothing."""
    with bookkeeping() as session:
        message = _kept(session, incoming)
        own, intent = message.id, Intent(message.intent)
        is_open = message.done_at is None
    if is_open:
        _do(own)
    return intent


def finish() -> int:
    """Do what was kept and not done, because whoever began it died; how much that was."""
    now = clock.now()
    begun = select(InboundMessage.id).where(
        InboundMessage.done_at.is_(None),
        InboundMessage.at < now - LEFT_BEHIND,
        InboundMessage.at > now - GIVEN_UP,
    )
    with reading() as session:
        left = session.scalars(begun.order_by(InboundMessage.at)).all()
    for each in left:
        _do(each)
    return len(left)


@command(Action.ANSWER_ALERT, on=Recipient)
def ask_to_stop(recipient: Recipient, work: Work) -> StopAsked:
    """They want no more messages. Whoever has duties is told all the same, and somebody must talk
    to them; nothing goes to anybody else."""
    alert = work.session.get_one(Alert, recipient.alert_id)
    number = recipient.mobile
    # a number in a list of residents may be that of somebody on duty as well
    person_id = recipient.person_id or (number and work.session.scalar(_people(number)))
    if number and not person_id:
        opt_out(work.session, number, source="sms_reply", at=work.now)
    return StopAsked(**about(alert, recipient), still_told=bool(person_id))


def _kept(session: Session, incoming: Incoming) -> InboundMessage:
    now, intent = clock.now(), intent_of(incoming.text)
    is_number = NUMBER.fullmatch(incoming.from_number) is not None
    row = {
        "id": new_id(),
        "provider": incoming.provider,
        "reference": incoming.reference[:64],
        "from_number": keepable(incoming.from_number, 20),
        "text": keepable(incoming.text, LONGEST),
        "at": now,
        "intent": intent,
    }
    insert = inserting(session, InboundMessage).values(**row)
    new = insert.on_conflict_do_nothing().returning(InboundMessage.id)
    is_new = session.scalar(new) is not None
    kept = select(InboundMessage).where(
        InboundMessage.provider == incoming.provider, InboundMessage.reference == row["reference"]
    )
    message = session.scalars(kept.with_for_update()).one()
    if is_new:
        _address(session, message, intent if is_number else Intent.UNKNOWN, now)
    return message


def _address(session: Session, message: InboundMessage, intent: Intent, now: datetime) -> None:
    """Whose words these are, and which alert they speak of; settled once, when they come."""
    number = message.from_number
    message.person_id = session.scalar(_people(number))
    recipient = None
    if intent in {Intent.ACK, Intent.DECLINE} and _are_replies_taken(session, message.provider):
        rehearsed = message.provider == REHEARSED
        recipient = awaited_from(session, number, now, rehearsed=rehearsed)
    elif intent is Intent.STOP:
        recipient = session.scalar(_latest(number))
        if recipient is None and message.person_id is None:
            opt_out(session, number, source="sms_reply", at=now)
    elif intent is Intent.START:
        session.execute(delete(OptOut).where(OptOut.address == number))
    if recipient is not None:
        message.recipient_id = recipient.id
        message.person_id = recipient.person_id
    else:
        message.done_at = now


def _people(number: str) -> Select[UUID]:
    return (
        select(Person.id)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            ContactPoint.kind == ContactKind.MOBILE,
            ContactPoint.value == number,
            Person.active.is_(True),
        )
        .order_by(Person.id)
        .limit(1)
    )


def _latest(number: str) -> Select[Recipient]:
    asked = select(Recipient).where(Recipient.mobile == number)
    return asked.order_by(Recipient.asked_at.desc(), Recipient.id.desc()).limit(1)


def _are_replies_taken(session: Session, provider: str) -> bool:
    office = session.get(Office, OFFICE_ID)
    return provider == REHEARSED or (office is not None and has_sms_replies(office.country))


def _do(message_id: UUID) -> None:
    with reading() as session:
        message = session.get_one(InboundMessage, message_id)
        recipient_id, intent = message.recipient_id, Intent(message.intent)
    if recipient_id is not None:
        _act(intent, recipient_id)
    with bookkeeping() as session:
        session.get_one(InboundMessage, message_id).done_at = clock.now()


def _act(intent: Intent, recipient_id: UUID) -> None:
    system = the_system()
    try:
        if intent is Intent.ACK:
            acknowledge(system, recipient_id, method=Method.SMS)
        elif intent is Intent.DECLINE:
            decline(system, recipient_id)
        elif intent is Intent.STOP:
            ask_to_stop(system, recipient_id)
    except Refusal:  # too late, or said already: their words are kept, and change nothing
        return


def _plain(text: str) -> str:
    return _BETWEEN.sub(" ", fold_arabic(text[:LONGEST])).strip()
