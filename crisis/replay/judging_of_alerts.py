"""What must be true of an alert after an event: its state, its recipients, who was reached."""

from sqlalchemy import select

from crisis.alerts.drafts import facts_of, words
from crisis.alerts.model import AlertState
from crisis.alerts.outbox import LINK, Channel
from crisis.alerts.recipients import Answer, Recipient
from crisis.kernel.database import reading
from crisis.replay import carrier
from crisis.replay.acts_of_alerts import (
    address_in,
    alert_id_of,
    delivery_to,
    find,
    recipient_of,
)
from crisis.replay.judging import judge
from crisis.replay.scenario import OrgRef, PersonRef
from crisis.replay.stage import NotYetError, Played, Stage
from crisis.statements.sms import sms_length

_LEAVING = frozenset({AlertState.SENDING, AlertState.SENT, AlertState.COMPLETED})
STATES = {
    "draft": frozenset({AlertState.DRAFT}),
    "awaiting_second_person": frozenset({AlertState.AWAITING}),
    "approved": _LEAVING,
    "sending": _LEAVING,
    "sent": frozenset({AlertState.SENT, AlertState.COMPLETED}),
    "paused": frozenset({AlertState.PAUSED}),
    "cancelled": frozenset({AlertState.CANCELLED}),
}
"""What the file calls a state. An alert leaves with its confirmation, and here within a moment."""
ANSWERS = {
    "received": Answer.ACKNOWLEDGED,
    "will_act": Answer.ACKNOWLEDGED,
    "cannot": Answer.ESCALATED,
}


@judge("status", "alert.create", "alert.confirm", "alert.dispatch", "provider.outage")
def has_come_so_far(stage: Stage, played: Played, wanted: str) -> bool:
    if wanted not in STATES:
        raise NotYetError
    return find(stage, played.happening).state in STATES[wanted]


@judge("segments_ar", "alert.create", wants=int)
def takes_parts(stage: Stage, played: Played, wanted: int) -> bool:
    """As it will be sent, prefix and all, but with the address that the file itself writes: the
    length of the real one depends on where the office is found."""
    alert = find(stage, played.happening)
    told = words(alert, "ar", Channel.SMS, facts_of(alert.incident))
    theirs = address_in(played.happening.data.body_ar)
    return sms_length(told.text.replace(LINK, theirs)).count == wanted


@judge("circuit", "provider.outage")
def is_open(stage: Stage, played: Played, wanted: str) -> bool:
    return ("open" if carrier.is_failing() else "closed") == wanted


@judge("duplicates", "provider.resume", wants=int)
def are_doubled(stage: Stage, played: Played, wanted: int) -> bool:
    """Whether everything has left by now, and nobody has it more often than that."""
    with reading() as session:
        messages, recipients, waiting = carrier.handed_over(
            session, alert_id_of(stage, played.happening)
        )
    return waiting == 0 and messages - recipients == wanted


@judge("state", "delivery.callback")
def message_is(stage: Stage, played: Played, wanted: str) -> bool:
    return delivery_to(stage, played.happening, played.happening.data.person).state == wanted


@judge("escalate_to", "delivery.callback", "inbound.sms", "timer.fired", wants=PersonRef)
def is_asked_instead(stage: Stage, played: Played, wanted: str) -> bool:
    """Whether that person is asked in the place of the one it happened to."""
    asked = recipient_of(stage, played.happening, played.happening.data.person)
    with reading() as session:
        instead = session.scalar(
            select(Recipient.person_id).where(Recipient.instead_of_id == asked.id)
        )
    return asked.answer == Answer.ESCALATED and instead == stage.cast.people[wanted]


@judge("ack", "inbound.sms", "ack")
def has_answered(stage: Stage, played: Played, wanted: str) -> bool:
    if wanted not in ANSWERS:
        raise NotYetError
    person = getattr(played.happening.data, "person", None) or played.happening.actor
    return recipient_of(stage, played.happening, person).answer == ANSWERS[wanted]


@judge("role_reached", "inbound.sms", wants=OrgRef)
def is_reached(stage: Stage, played: Played, wanted: str) -> bool:
    """Whether somebody who stands for that entity has acknowledged."""
    with reading() as session:
        answered = session.scalar(
            select(Recipient.id).where(
                Recipient.alert_id == alert_id_of(stage, played.happening),
                Recipient.ministry_id == stage.cast.ministries[wanted],
                Recipient.answer == Answer.ACKNOWLEDGED,
            )
        )
    return answered is not None


@judge("note", "delivery.callback")
def is_remarked(stage: Stage, played: Played, wanted: str) -> bool:
    """A remark of whoever wrote the file: it wishes for nothing that could come true or not."""
    return True
