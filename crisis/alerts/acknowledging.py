"""Saying that one has an alert, that one cannot take it, or that somebody said so by telephone.

A link or a reply proves that whoever holds the phone has read it, and is told in the name of the
installation, about the person it was sent to; what a coordinator records bears their own name.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from crisis.alerts.escalation import (
    about,
    ask_next,
    chain_acknowledged,
    has_enough,
    stop_waiting,
    wait_again,
)
from crisis.alerts.links import hash_of
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import NEVER_LEFT, Channel, Delivery
from crisis.alerts.recipients import (
    SILENT,
    AlertAcknowledged,
    AlertDeclined,
    Answer,
    Method,
    Recipient,
)
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden
from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.policy import Action


@command(Action.ANSWER_ALERT, on=Recipient)
def acknowledge(
    recipient: Recipient, work: Work, *, method: Method, arrives_in: int | None = None
) -> AlertAcknowledged:
    """They have it. Raises `Conflict`: `not_asked`, `already`, `cancelled`, `expired`."""
    _must_be_theirs(recipient, work)
    alert = _still_open(recipient, work)
    return _acknowledged(recipient, alert, work, method, arrives_in=arrives_in)


@command(Action.ANSWER_ALERT, on=Recipient)
def decline(recipient: Recipient, work: Work, *, reason: str | None = None) -> AlertDeclined:
    """They cannot: the next in line is asked at once, in the same act.

    Raises `Conflict`: `not_asked`, `passed_on`, `cancelled`, `expired`.
    """
    _must_be_theirs(recipient, work)
    alert = _still_open(recipient, work)
    recipient.decline(reason)
    if chain_acknowledged(work.session, recipient.root_id):
        raise Conflict(Message("Somebody else is asked already."), code="passed_on")
    stop_waiting(work.session, alert, root_id=recipient.root_id)
    needed = not has_enough(work.session, alert)
    if needed:
        wait_again(work.session, alert, besides=recipient.root_id)
    following = ask_next(work, alert, recipient, AlertDeclined.name) if needed else None
    return AlertDeclined(
        **about(alert, recipient),
        reason=reason,
        is_unreached=recipient.answer == Answer.UNREACHED,
        next_id=following.id if following else None,
        next=following.name if following else None,
    )


@command(Action.FOLLOW_UP_ALERT, on=Recipient)
def record_acknowledgement(recipient: Recipient, work: Work, *, reason: str) -> AlertAcknowledged:
    """They said by telephone, or in person, that they have it; `reason` tells how.

    Raises `Conflict`: `not_asked`, `already`, `cancelled`.
    """
    alert = work.session.get_one(Alert, recipient.alert_id)
    _must_not_be_cancelled(alert)
    return _acknowledged(recipient, alert, work, Method.ON_BEHALF, reason=reason)


def open_link(session: Session, recipient_id: UUID, at: datetime) -> None:
    """A person's browser shows the page: a fact about the link, which answers nothing."""
    session.execute(
        update(Recipient)
        .where(Recipient.id == recipient_id, Recipient.opened_at.is_(None))
        .values(opened_at=at)
    )


def of_secret(session: Session, secret: str) -> Recipient | None:
    """Whose link this is."""
    return session.scalar(select(Recipient).where(Recipient.token_hash == hash_of(secret)))


PASSED_ON: Final = (Answer.ESCALATED, Answer.UNREACHED)
"""What stands at somebody who said that they cannot, or nothing in time."""


def declined(session: Session, alert: Alert) -> dict[UUID, datetime]:
    """By recipient whose last word was that they cannot, when they said so."""
    said = select(Line.facts, Line.at).where(
        Line.stream == alert.incident_id,
        Line.name == AlertDeclined.name,
        Line.about == f"alert:{alert.id}",
    )
    told = {
        UUID(row.facts["recipient_id"]): row.at for row in session.execute(said.order_by(Line.seq))
    }
    if not told:
        return {}
    passed = select(Recipient.id).where(
        Recipient.alert_id == alert.id, Recipient.answer.in_(PASSED_ON)
    )
    return {each: told[each] for each in session.scalars(passed) if each in told}


def awaited_from(
    session: Session, mobile: str, at: datetime, *, rehearsed: bool
) -> Recipient | None:
    """Whom a reply from this number speaks for: the newest alert that still waits for it; when none
    waits, the newest whose time has passed, so that late words are kept as late.

    What never left for that phone is not meant: what still waits, what went by mail alone and,
    unless the reply is rehearsed as well, an exercise. None when nothing was asked there, or it was
    answered already: a word said twice must not answer another alert.
    """
    left = exists().where(
        Delivery.recipient_id == Recipient.id,
        Delivery.channel == Channel.SMS,
        Delivery.state.not_in(NEVER_LEFT),
        Delivery.is_exercise.in_((False, rehearsed)),
    )
    asked = (
        select(Recipient)
        .join(Alert, Alert.id == Recipient.alert_id)
        .where(
            Recipient.mobile == mobile,
            left,
            Recipient.answer.in_(SILENT),
            Alert.state != AlertState.CANCELLED,
            Alert.expires_at > at,
        )
        .order_by((Recipient.answer == Answer.WAITING).desc(), Recipient.asked_at.desc())
        .order_by(Recipient.id.desc())
    )
    return session.scalar(asked.limit(1))


def _acknowledged(
    recipient: Recipient,
    alert: Alert,
    work: Work,
    method: Method,
    *,
    arrives_in: int | None = None,
    reason: str | None = None,
) -> AlertAcknowledged:
    is_first = not chain_acknowledged(work.session, recipient.root_id)
    by_id = work.actor.id if method is Method.ON_BEHALF else None
    recipient.acknowledge(method, work.now, arrives_in=arrives_in, by_id=by_id, reason=reason)
    stop_waiting(work.session, alert, root_id=recipient.root_id)
    if has_enough(work.session, alert):
        stop_waiting(work.session, alert)
    root = work.session.get_one(Recipient, recipient.root_id)
    return AlertAcknowledged(
        **about(alert, recipient),
        method=method,
        seconds=int((work.now - recipient.asked_at).total_seconds()),
        overdue=recipient.is_late,
        is_first=is_first,
        arrives_in=arrives_in,
        instead_of=None if recipient.is_root else root.name,
        reason=reason,
    )


def _must_be_theirs(recipient: Recipient, work: Work) -> None:
    if not work.actor.is_machine and recipient.person_id != work.actor.id:
        raise Forbidden(Message("Somebody else is asked."), code="not_asked")


def _still_open(recipient: Recipient, work: Work) -> Alert:
    """The alert, if it can still be answered by whoever got it."""
    alert = work.session.get_one(Alert, recipient.alert_id)
    _must_not_be_cancelled(alert)
    if alert.expires_at <= work.now:
        raise Conflict(Message("The time of this alert is over."), code="expired")
    return alert


def _must_not_be_cancelled(alert: Alert) -> None:
    if alert.state == AlertState.CANCELLED:
        raise Conflict(Message("This alert was cancelled."), code="cancelled")
