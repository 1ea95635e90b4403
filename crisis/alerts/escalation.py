"""Who is asked when whoever was asked does not answer; so that no ministry stays untold in silence.

Silence past the deadline, a decline and the loss of every message lead to one and the same step:
the next person of the same place is asked, until nobody is left but a telephone.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from crisis.alerts.model import Alert
from crisis.alerts.outbox import LOST, Delivery
from crisis.alerts.posting import AT_ONCE
from crisis.alerts.recipients import Answer, Recipient
from crisis.deadlines.model import ONCE, Code, Deadline, State
from crisis.kernel.ids import new_id


# -- commands and the dispatcher call these, inside their transactions ----------------------------


def await_answers(
    session: Session, alert: Alert, recipients: Iterable[Recipient], at: datetime
) -> None:
    """From `at` on these answer within the time of the alert; whoever gets no message is not waited
    for, and the next in line is asked at once. Nothing is due of an alert that asks for no answer.
    """
    if not alert.asks_answer:
        return
    rows = [
        {
            "id": new_id(),
            "incident_id": alert.incident_id,
            "code": Code.ACKNOWLEDGE,
            "subject_id": each.id,
            "cycle": ONCE,
            "due_at": at if each.left_out else at + alert.answer_within,
            "state": State.DUE,
            "fence": 0,
        }
        for each in recipients
    ]
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(Deadline), rows[first : first + AT_ONCE])


def lost(session: Session, recipient_ids: Collection[UUID], at: datetime) -> None:
    """Messages to these ended without arriving: whoever has none left that may still arrive is not
    waited for any longer."""
    living = exists().where(Delivery.recipient_id == Recipient.id, Delivery.state.not_in(LOST))
    out_of_reach = select(Recipient.id).where(
        Recipient.id.in_(recipient_ids), Recipient.answer == Answer.WAITING, ~living
    )
    session.flush()
    session.execute(
        update(Deadline)
        .where(
            Deadline.code == Code.ACKNOWLEDGE,
            Deadline.subject_id.in_(out_of_reach.scalar_subquery()),
            Deadline.state == State.DUE,
            Deadline.due_at > at,
        )
        .values(due_at=at, fence=Deadline.fence + 1, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
