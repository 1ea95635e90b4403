"""What people do about messages on their way: hold a lane, go on, and decide what nobody knows."""

from __future__ import annotations

from typing import Any, Final

from crisis.alerts import escalation, lanes
from crisis.alerts.events import (
    LaneHeld,
    LaneOpened,
    MessageChecked,
    MessageMarkedUnsent,
    MessageSentAgain,
)
from crisis.alerts.milestones import AlertResumed, resumed
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import Delivery, Lane, State
from crisis.alerts.posting import repeat
from crisis.alerts.ways import not_needed
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.people.model import Office
from crisis.policy import Action

MAY_BE_SENT_AGAIN: Final = frozenset({State.UNKNOWN, State.UNDELIVERED, State.FAILED})


# -- lanes ----------------------------------------------------------------------------------------


@command(Action.HOLD_LANE, on=Office)
def hold_lane(office: Office, work: Work, *, provider: str, reason: str) -> LaneHeld:
    """Nothing more goes to that provider until somebody opens the way again. Raises `Conflict`
    (`already_held`)."""
    row = lanes.lane(work.session, provider)
    if row.held_at is not None:
        raise Conflict(Message("This way is held already."), code="already_held")
    row.held_by_id, row.held_at, row.why = work.actor.id, work.now, reason[:200]
    return LaneHeld(provider=provider, reason=reason)


@command(Action.HOLD_LANE, on=Office)
def open_lane(office: Office, work: Work, *, provider: str) -> LaneOpened:
    """What was held goes on, and a provider that failed is tried at once. Raises `Conflict`
    (`not_shut`)."""
    row = lanes.lane(work.session, provider)
    if row.held_at is None and row.broken_since is None:
        raise Conflict(Message("This way is open."), code="not_shut")
    _open(row)
    return LaneOpened(provider=provider)


@command(Action.FOLLOW_UP_ALERT, on=Alert)
def resume_alert(alert: Alert, work: Work) -> AlertResumed:
    """Go on now rather than at the next trial: only what has not left yet is sent. Raises
    `Conflict`: `not_paused`; `held` when somebody holds a lane that messages of this alert wait
    for, which is for them to open. Other lanes stay as they are."""
    beside = not_needed(work.session, alert.id)
    closed = [each for name, each in lanes.shut(work.session).items() if name not in beside]
    if any(each.held_at is not None for each in closed):
        raise Conflict(Message("Somebody holds the way that it needs."), code="held")
    for each in closed:
        _open(lanes.lane(work.session, each.provider))
    return resumed(alert, work.session)


def _open(row: Lane) -> None:
    row.held_by_id = row.held_at = row.why = None
    row.broken_since = row.try_again_at = None


# -- messages of which nobody knows ---------------------------------------------------------------


@command(Action.FOLLOW_UP_ALERT, on=Delivery)
def check_again(delivery: Delivery, work: Work) -> MessageChecked:
    """Ask the provider once more what became of it. Raises `Conflict` (`not_unknown`)."""
    _must_be_unknown(delivery)
    delivery.looked_up, delivery.not_before = 0, work.now
    return MessageChecked(**_named(delivery, work))


@command(Action.FOLLOW_UP_ALERT, on=Delivery)
def send_again(delivery: Delivery, work: Work) -> MessageSentAgain:
    """Send it once more; what may have arrived says that it is a repetition. Raises `Conflict`:
    `not_lost`, `sent_again` when that was done before, `ended` when its alert is over."""
    state, alert = State(delivery.state), _alert_of(delivery, work)
    if state not in MAY_BE_SENT_AGAIN:
        raise Conflict(Message("This message is not lost."), code="not_lost")
    if alert is not None and _is_over(alert, work):
        raise Conflict(Message("The alert is over: what it says no longer holds."), code="ended")
    if not repeat(work.session, [delivery], at=work.now):
        raise Conflict(Message("This message was sent again already."), code="sent_again")
    return MessageSentAgain(**_named(delivery, work), may_double=state == State.UNKNOWN)


@command(Action.FOLLOW_UP_ALERT, on=Delivery)
def mark_not_sent(delivery: Delivery, work: Work, *, reason: str) -> MessageMarkedUnsent:
    """Somebody has found out that it never left. Raises `Conflict` (`not_unknown`)."""
    _must_be_unknown(delivery)
    delivery.hear(State.FAILED, work.now)
    delivery.why = reason[:200]
    if delivery.recipient_id is not None:
        escalation.lost(work.session, [delivery.recipient_id], work.now)
    return MessageMarkedUnsent(**_named(delivery, work), reason=reason)


def _must_be_unknown(delivery: Delivery) -> None:
    if delivery.state != State.UNKNOWN:
        raise Conflict(Message("What became of this message is known."), code="not_unknown")


def _alert_of(delivery: Delivery, work: Work) -> Alert | None:
    return work.session.get(Alert, delivery.alert_id) if delivery.alert_id else None


def _is_over(alert: Alert, work: Work) -> bool:
    ended = alert.state == AlertState.CANCELLED or alert.expires_at <= work.now
    return ended or escalation.is_wrong(work.session, alert)


def _named(delivery: Delivery, work: Work) -> dict[str, Any]:
    alert = _alert_of(delivery, work)
    return {
        "delivery_id": delivery.id,
        "channel": delivery.channel,
        "person_id": delivery.person_id,
        "alert_id": delivery.alert_id,
        "alert_number": alert and alert.number,
    }
