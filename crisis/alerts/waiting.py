"""What alerts want of one person: a second pair of eyes, a word that it came, a telephone call."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts import links
from crisis.alerts.drafts import title_of
from crisis.alerts.model import SECOND_PERSON_WITHIN, Alert, AlertState
from crisis.alerts.queries import hands_of
from crisis.alerts.recipients import Answer, Recipient
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.policy import Action, Actor, Case, allows
from crisis.statements.content import LANGUAGES, Language


@dataclass(frozen=True)
class AlertWaits:
    """One alert on somebody's desk."""

    kind: Literal["confirm", "acknowledge", "call"]
    number: int
    title: str
    recipients: int
    """Of a call: how many are to be telephoned."""
    path: str
    """Where it is done."""
    due_at: datetime | None
    zone: str


def alerts_waiting(actor: Actor, language: str) -> list[AlertWaits]:
    """What waits for this person, the most pressing first."""
    reads = next(each for each in LANGUAGES if each == language)
    with reading() as session:
        found = [
            *_to_confirm(session, actor, reads),
            *_to_acknowledge(session, actor, reads),
            *_to_call(session, actor, reads),
        ]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at))


def _to_confirm(session: Session, actor: Actor, language: Language) -> Iterator[AlertWaits]:
    wanted = (
        select(Alert, Incident)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Alert.incident_id.in_(list(actor.duties)), Alert.state == AlertState.AWAITING)
    )
    for alert, incident in session.execute(wanted):
        case = Case(incident.id, restricted=incident.restricted)
        if not incident.is_live or not allows(actor, Action.CONFIRM_ALERT, case):
            continue
        if actor.id in hands_of(session, alert):
            continue
        yield AlertWaits(
            kind="confirm",
            number=alert.number,
            title=title_of(alert, language),
            recipients=alert.recipients,
            path=f"/i/{incident.ref}/alerts/{alert.number}/confirmation",
            due_at=alert.asked_at and alert.asked_at + SECOND_PERSON_WITHIN,
            zone=incident.zone,
        )


def _to_acknowledge(session: Session, actor: Actor, language: Language) -> Iterator[AlertWaits]:
    wanted = (
        select(Recipient, Alert, Incident)
        .join(Alert, Alert.id == Recipient.alert_id)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(
            Recipient.person_id == actor.id,
            Recipient.answer == Answer.WAITING,
            Alert.asks_answer.is_(True),
            Alert.state != AlertState.CANCELLED,
            Alert.expires_at > clock.now(),
        )
    )
    for recipient, alert, incident in session.execute(wanted):
        yield AlertWaits(
            kind="acknowledge",
            number=alert.number,
            title=title_of(alert, language),
            recipients=alert.recipients,
            path=links.path_of(recipient.id),
            due_at=recipient.answer_by,
            zone=incident.zone,
        )


def _to_call(session: Session, actor: Actor, language: Language) -> Iterator[AlertWaits]:
    """Alerts in which nobody is left to ask for somebody: only a telephone helps."""
    said = select(Recipient.root_id).where(Recipient.answer == Answer.ACKNOWLEDGED)
    left = (
        select(
            Recipient.alert_id,
            func.count(Recipient.root_id.distinct()).label("people"),
            func.max(Recipient.answer_by).label("answer_by"),
        )
        .where(
            Recipient.incident_id.in_(list(actor.duties)),
            Recipient.answer == Answer.UNREACHED,
            Recipient.root_id.not_in(said.scalar_subquery()),
        )
        .group_by(Recipient.alert_id)
        .subquery()
    )
    wanted = (
        select(Alert, Incident, left.c.people, left.c.answer_by)
        .join(left, left.c.alert_id == Alert.id)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Alert.state != AlertState.CANCELLED, Alert.expires_at > clock.now())
    )
    for alert, incident, people, answer_by in session.execute(wanted):
        case = Case(incident.id, restricted=incident.restricted)
        if incident.is_live and allows(actor, Action.FOLLOW_UP_ALERT, case):
            yield AlertWaits(
                kind="call",
                number=alert.number,
                title=title_of(alert, language),
                recipients=people,
                path=f"/i/{incident.ref}/alerts/{alert.number}#silent",
                due_at=answer_by,
                zone=incident.zone,
            )
