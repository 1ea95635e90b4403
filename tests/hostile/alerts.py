"""An alert in every state in which a form about it can be sent."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from crisis.alerts import links
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import Delivery, State
from crisis.alerts.recipients import Recipient
from crisis.incidents.model import Incident
from crisis.kernel.database import bookkeeping
from crisis.policy import Duty
from tests import given
from tests.alerts import given as alerts


def alerts_of(running: Incident, member: UUID) -> dict[str, Any]:
    """Their numbers (`a_…`) by state, and an audience (`audience_id`)."""
    links.plug("a key of the tests alone, and of nothing else", "https://nasaq.gov.example")
    writer, second = (given.someone(Duty.ALERT_OPERATOR, on=running) for _ in range(2))
    audience = alerts.an_audience(given.actor(member))
    drafts = [
        alerts.an_alert(running, writer, alerts.a_draft(audience, template=template))
        for template in ("flood_weather_internal", "call_in", "verify_request", "information")
    ]
    alerts.asked(drafts[1], by=writer)
    for each in drafts[2:]:
        alerts.confirmed(alerts.asked(each, by=writer), by=second)
    numbers = dict(zip(("a_draft", "a_asked", "a_sent", "a_paused"), drafts, strict=True))
    return {
        **{name: each.number for name, each in numbers.items()},
        "audience_id": audience,
        **_followed(sent=drafts[2].id, paused=drafts[3].id),
    }


def _followed(*, sent: UUID, paused: UUID) -> dict[str, Any]:
    """Somebody who was told, their link, and a message of which nobody knows whether it left."""
    with bookkeeping() as session:
        session.execute(update(Alert).where(Alert.id == paused).values(state=AlertState.PAUSED))
        told = select(Recipient.id).where(Recipient.alert_id == sent).limit(1)
        recipient_id = session.scalars(told).one()
        own = Delivery.recipient_id == recipient_id
        session.execute(update(Delivery).where(own).values(state=State.UNKNOWN))
        delivery_id = session.scalars(select(Delivery.id).where(own).limit(1)).one()
    return {
        "recipient_id": recipient_id,
        "delivery_id": delivery_id,
        "provider": "local",
        "secret": links.secret_of(recipient_id),
    }
