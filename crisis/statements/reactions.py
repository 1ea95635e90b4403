"""What a statement does when something happened elsewhere: a higher level leaves less time."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.deadlines.model import SPANS, Code
from crisis.incidents.model import Incident
from crisis.jobs.reactions import Reaction
from crisis.kernel.database import locked
from crisis.kernel.journal import Line
from crisis.statements.due import awaited_slots
from crisis.statements.model.statement import Statement


def hurry(session: Session, line: Line) -> None:
    """Signatures are asked for sooner once the level has risen."""
    level = int(line.facts["chosen"])
    if level <= int(line.facts["before"]):
        return
    locked(session, Incident, line.stream)
    until = line.at + SPANS[Code.APPROVAL][level]
    for each in session.scalars(select(Statement).where(Statement.incident_id == line.stream)):
        if each.latest and awaited_slots(each):
            each.latest.deadline_at = min(each.latest.deadline_at, until)


REACTIONS: Final[Mapping[str, Reaction]] = {"level.assessed": hurry}
