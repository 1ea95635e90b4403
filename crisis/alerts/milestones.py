"""How far an alert has come as a whole, said by the installation itself.

A lane that is shut pauses the alerts whose messages wait for it, and lets them go on when it opens:
what other lanes carry does not wait, and neither do people who must be told wait for a click.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from crisis.alerts.lanes import Way, shut
from crisis.alerts.model import MOVING, Alert, AlertState, _AlertEvent
from crisis.alerts.outbox import LOST, OVER, REACHED, TO_LEAVE, Delivery, State
from crisis.kernel import clock
from crisis.kernel.command import Work, command
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Refusal
from crisis.kernel.words import Message
from crisis.people.model import SYSTEM_ID
from crisis.policy import Action, Actor

log = logging.getLogger(__name__)

_THE_SYSTEM: Final = Actor(id=SYSTEM_ID)
_AWAITED: Final = frozenset(State) - OVER


@dataclass(frozen=True, kw_only=True)
class AlertFinished(_AlertEvent):
    """`state` is `sent` when everything has left or ended, `completed` when nothing is awaited."""

    name = "alert.finished"
    state: AlertState
    messages: int
    reached: int
    unknown: int
    lost: int


@dataclass(frozen=True, kw_only=True)
class AlertPaused(_AlertEvent):
    """`waiting` messages cannot leave while the way to `providers` is shut."""

    name = "alert.paused"
    providers: list[str]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class AlertResumed(_AlertEvent):
    name = "alert.resumed"
    waiting: int


# -- seen to by the dispatcher --------------------------------------------------------------------


def reach(ways: Sequence[Way]) -> None:
    """Say of every alert what is true of it now and was not said yet."""
    with reading() as session:
        now = clock.now()
        done = session.scalars(select(Alert.id).where(_is_done(now))).all()
        closed = shut(session)
        stuck = _stuck(session, [each for each in ways if each.provider in closed])
        moving = session.execute(select(Alert.id, Alert.state).where(Alert.state.in_(MOVING))).all()
    for alert_id in done:
        _said(finish_alert, alert_id)
    for alert_id, state in moving:
        waiting = stuck.get(alert_id)
        if waiting and state == AlertState.SENDING:
            told = {"providers": sorted(waiting), "waiting": sum(waiting.values())}
            _said(pause_alert, alert_id, **told)
        elif not waiting and state == AlertState.PAUSED and alert_id not in done:
            _said(continue_alert, alert_id)


@command(Action.MIND_ALERT, on=Alert)
def finish_alert(alert: Alert, work: Work) -> AlertFinished:
    """Every message has left or has ended; or nothing more is awaited of any. Raises `Conflict`
    (`not_finished`) when that is not so."""
    true = select(Alert.id).where(Alert.id == alert.id, _is_done(work.now))
    if work.session.scalar(true) is None:
        raise Conflict(Message("Messages of this alert still wait."), code="not_finished")
    alert.state = AlertState.SENT if alert.state in MOVING else AlertState.COMPLETED
    if alert.state == AlertState.COMPLETED:
        alert.ended_at = work.now
    counted = _counted(work.session, alert.id)
    return AlertFinished(
        alert_id=alert.id,
        number=alert.number,
        state=AlertState(alert.state),
        messages=sum(counted.values()),
        reached=sum(counted.get(each, 0) for each in REACHED),
        unknown=counted.get(State.UNKNOWN, 0),
        lost=sum(counted.get(each, 0) for each in LOST),
    )


@command(Action.MIND_ALERT, on=Alert)
def pause_alert(alert: Alert, work: Work, *, providers: list[str], waiting: int) -> AlertPaused:
    """So many of its messages wait for lanes that are shut. Raises `Conflict` (`not_sending`)."""
    if alert.state != AlertState.SENDING:
        raise Conflict(Message("This alert is not being sent."), code="not_sending")
    alert.state = AlertState.PAUSED
    return AlertPaused(alert_id=alert.id, number=alert.number, providers=providers, waiting=waiting)


@command(Action.MIND_ALERT, on=Alert)
def continue_alert(alert: Alert, work: Work) -> AlertResumed:
    """The lane it waited for is open again. Raises `Conflict` (`not_paused`)."""
    return resumed(alert, work.session)


def resumed(alert: Alert, session: Session) -> AlertResumed:
    """It is being sent again, by a command of whoever may say so. Raises `Conflict`
    (`not_paused`)."""
    if alert.state != AlertState.PAUSED:
        raise Conflict(Message("This alert is not paused."), code="not_paused")
    alert.state = AlertState.SENDING
    waiting = _counted(session, alert.id).get(State.QUEUED, 0)
    return AlertResumed(alert_id=alert.id, number=alert.number, waiting=waiting)


def _said(say: Callable[..., Any], alert_id: UUID, **told: Any) -> None:
    try:
        say(_THE_SYSTEM, alert_id, **told)
    except Refusal as refusal:  # another worker was first, or it is so no longer
        log.debug("Alert %s: %s", alert_id, refusal.code)


def _is_done(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Alert.state.in_(MOVING), ~_has(TO_LEAVE)),
        and_(Alert.state == AlertState.SENT, or_(~_has(_AWAITED), Alert.expires_at <= now)),
    )


def _has(states: Collection[State]) -> ColumnElement[bool]:
    return exists().where(Delivery.alert_id == Alert.id, Delivery.state.in_(states))


def _stuck(session: Session, closed: Sequence[Way]) -> Mapping[UUID | None, Counter[str]]:
    """By alert, how many of its messages wait for each of these."""
    if not closed:
        return {}
    queued = (
        select(Delivery.alert_id, Delivery.channel, Delivery.is_exercise, func.count())
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.state.in_(MOVING), Delivery.state == State.QUEUED)
        .group_by(Delivery.alert_id, Delivery.channel, Delivery.is_exercise)
    )
    found: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    for alert_id, channel, is_exercise, count in session.execute(queued):
        for way in closed:
            if way.channel == channel and is_exercise in way.exercises:
                found[alert_id][way.provider] += count
    return found


def _counted(session: Session, alert_id: UUID) -> dict[State, int]:
    """How many of its messages stand where."""
    session.flush()
    counted = select(Delivery.state, func.count()).where(Delivery.alert_id == alert_id)
    rows = session.execute(counted.group_by(Delivery.state))
    return {State(state): count for state, count in rows}
