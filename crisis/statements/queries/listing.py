"""The statements of an incident, one line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.policy import Action
from crisis.statements.content import Content, Language, code_of
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.queries.rows import title_in
from crisis.statements.queries.seals import Seal, seal_of
from crisis.statements.queries.stored import all_of
from crisis.timeline.naming import Naming, naming_in


@dataclass(frozen=True)
class Summary:
    """A statement in a list."""

    id: UUID
    number: int
    type: str
    title: str
    state: State
    version: int
    approvals: int
    needed: int
    at: datetime
    languages: tuple[Language, ...]
    ended_by: int | None
    corrects: int | None
    retracts: int | None
    next_update_at: datetime | None
    code: str
    lead: str
    """How it begins."""
    seals: list[Seal]


@query(Action.FOLLOW_INCIDENT, on=Incident)
def statements_of(incident: Incident, session: Session, *, language: str) -> list[Summary]:
    """Every statement of an incident, newest first."""
    return summaries(all_of(session, incident.id), naming_in(session, language))


def summaries(found: Sequence[Statement], naming: Naming) -> list[Summary]:
    """Statements in a list, in the order they are given."""
    numbers = {each.id: each.number for each in found}
    return [_summary(each, numbers, naming) for each in found]


def _summary(statement: Statement, numbers: dict[UUID, int], naming: Naming) -> Summary:
    latest, out = statement.latest, statement.released
    content = out.text if out else statement.content
    at = out.released_at if out else latest.submitted_at if latest else None
    return Summary(
        id=statement.id,
        number=statement.number,
        type=statement.type,
        title=title_in(content, naming.language),
        state=statement.state,
        version=latest.number if latest else 0,
        approvals=sum(each.is_filled for each in latest.slots) if latest else 0,
        needed=len(latest.slots) if latest else 0,
        at=at or statement.created_at,
        languages=content.languages,
        ended_by=numbers.get(statement.ended_by_id) if statement.ended_by_id else None,
        corrects=numbers.get(statement.corrects_id) if statement.corrects_id else None,
        retracts=numbers.get(statement.retracts_id) if statement.retracts_id else None,
        next_update_at=out.next_update_at if out else None,
        code=code_of(frozen.sha256) if (frozen := out or latest) else "",
        lead=_lead(content, naming.language),
        seals=[seal_of(each, latest, naming) for each in latest.slots] if latest else [],
    )


def _lead(content: Content, language: str) -> str:
    """The first paragraph, in another language when it has none in this one."""
    spoken = language if language in content.languages else next(iter(content.languages), "")
    bodies = {str(code): body for code, body in content.bodies.items()}
    return next((each.text for each in bodies.get(spoken, ()) if each.text), "")
