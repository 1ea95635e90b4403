"""Who can sign what is asked for: whoever has the duty for it, and wrote nothing of the text."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.people.model import DutyHolding, Person
from crisis.policy import Duty
from crisis.statements.model.slots import Slot, SlotSpec, is_for

OnDuty = Sequence[tuple[DutyHolding, UUID | None]]
"""Duties held in an incident, each with the ministry of its holder."""


def on_duty(session: Session, incident_id: UUID) -> OnDuty:
    """Every duty that is held in the incident now, the longest held first."""
    held = (
        select(DutyHolding, Person.ministry_id)
        .join(Person, Person.id == DutyHolding.person_id)
        .where(
            DutyHolding.incident_id == incident_id,
            DutyHolding.ended_at.is_(None),
            Person.active.is_(True),
        )
        .order_by(DutyHolding.since, DutyHolding.id)
    )
    return [(holding, ministry_id) for holding, ministry_id in session.execute(held)]


def able_to_sign(
    asked: Slot | SlotSpec, held: OnDuty, authors: Collection[str]
) -> list[DutyHolding]:
    """For each person who can give this signature, the duty by which they can."""
    found = {
        holding.person_id: holding
        for holding, ministry_id in reversed(held)
        if is_for(asked, ministry_id, {Duty(holding.duty)})
        and str(holding.person_id) not in authors
    }
    return list(found.values())[::-1]
