"""What waits for one person: signatures, texts to send, texts of theirs that are held up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.incidents.queries import case_of
from crisis.kernel.database import reading
from crisis.people.model import Kind, Ministry, in_language
from crisis.policy import Action, Actor, Case, Duty, allows
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import OPEN, Outcome, State
from crisis.statements.queries.approval import answered
from crisis.statements.queries.rows import title_in


@dataclass(frozen=True)
class Waiting:
    """Something on somebody's desk."""

    kind: str
    """`sign`, `unsent`, `blocked`, `emergency` (a second person) or `ratify`."""
    statement_id: UUID
    ref: str
    number: int
    version: int
    title: str
    incident: str
    due_at: datetime | None
    zone: str


def waiting(actor: Actor, language: str) -> list[Waiting]:
    """What waits for this person: signatures, texts to send, texts of theirs that are held up."""
    with reading() as session:
        rows = session.scalars(
            select(Statement).where(
                Statement.incident_id.in_(list(actor.duties)),
                Statement.withdrawn_at.is_(None),
                Statement.ended_as.is_(None),
            )
        ).all()
        about = select(Incident).where(Incident.id.in_({each.incident_id for each in rows}))
        incidents = {each.id: each for each in session.scalars(about)}
        found = [
            _waiting(kind, each, incidents[each.incident_id], language)
            for each in rows
            if (kind := _wanted(session, each, incidents[each.incident_id], actor))
        ]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at))


def _wanted(session: Session, statement: Statement, incident: Incident, actor: Actor) -> str | None:
    case, latest = case_of(incident), statement.latest
    if not allows(actor, Action.FOLLOW_INCIDENT, case) or latest is None:
        return None
    said = answered(latest, actor.id) is not None
    if statement.waiting_for(actor) and str(actor.id) not in latest.authors and not said:
        return "sign"
    if statement.state is State.APPROVED and allows(actor, Action.RELEASE_STATEMENT, case):
        return "unsent"
    if (kind := _wanted_in_emergency(session, statement, actor, case)) is not None:
        return kind
    held_up = {State.CHANGES_REQUESTED, State.OBJECTED, State.REFUSED}
    if statement.state in held_up and str(actor.id) in latest.authors:
        return "blocked"
    return None


def _wanted_in_emergency(
    session: Session, statement: Statement, actor: Actor, case: Case
) -> str | None:
    """A second person to let it out, or somebody to stand behind it afterwards."""
    out, latest = statement.released, statement.latest
    version = out or latest
    told = version.emergency if version else None
    if not told or str(actor.id) in {told["first"], told.get("second")}:
        return None
    directs = Duty.DIRECTOR in actor.duties.get(case.id, frozenset())
    if out is None:
        may = allows(actor, Action.CONFIRM_EMERGENCY, case) and (directs or told["directed"])
        return "emergency" if may and statement.state in OPEN - {State.DRAFT} else None
    if out.outcome != Outcome.PENDING or not allows(actor, Action.RATIFY_EMERGENCY, case):
        return None
    own = session.get(Ministry, actor.ministry_id) if actor.ministry_id else None
    return "ratify" if directs or (own and own.kind == Kind.CABINET_OFFICE) else None


def _waiting(kind: str, statement: Statement, incident: Incident, language: str) -> Waiting:
    latest = statement.latest
    return Waiting(
        kind=kind,
        statement_id=statement.id,
        ref=incident.ref,
        number=statement.number,
        version=latest.number if latest else 0,
        title=title_in(statement.content, language),
        incident=in_language(incident.title, language),
        due_at=_wanted_by(kind, statement),
        zone=incident.zone,
    )


def _wanted_by(kind: str, statement: Statement) -> datetime | None:
    if kind == "ratify" and statement.released:
        return statement.released.ratify_due_at
    return statement.latest.deadline_at if statement.latest and kind == "sign" else None
