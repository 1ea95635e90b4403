"""For whom nobody in the incident can sign: told before a text waits for them, and meanwhile."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.people.model import Ministry
from crisis.policy import Action, Duty
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import ASKING
from crisis.statements.queries.stored import numbered
from crisis.statements.signers import able_to_sign, on_duty


@dataclass(frozen=True)
class Unsigned:
    """Signatures that nobody in the incident could give to a text as it is written now."""

    ministry_ids: frozenset[UUID]
    duties: frozenset[Duty]


@query(Action.FOLLOW_INCIDENT, on=Incident)
def nobody_signs(incident: Incident, session: Session, *, number: int) -> Unsigned:
    """For which ministries and in which roles nobody can sign: not there, or among the authors."""
    authors = numbered(session, incident.id, number).editors
    held = on_duty(session, incident.id)
    active = session.scalars(select(Ministry.id).where(Ministry.active.is_(True)))
    return Unsigned(
        frozenset(
            each for each in active if not able_to_sign(SlotSpec(ministry_id=each), held, authors)
        ),
        frozenset(
            each for each in Duty if not able_to_sign(SlotSpec(duties=(each,)), held, authors)
        ),
    )


def nobody_fills(session: Session, statement: Statement) -> frozenset[UUID]:
    """The slots that wait for a signature which nobody in the incident can give."""
    latest = statement.latest
    if latest is None or statement.state not in ASKING:
        return frozenset()
    held = on_duty(session, statement.incident_id)
    awaited = (each for each in latest.unfilled if not each.blocks)
    return frozenset(each.id for each in awaited if not able_to_sign(each, held, latest.authors))
