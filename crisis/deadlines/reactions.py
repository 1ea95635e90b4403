"""What becomes due because of what happened in an incident."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.deadlines.commands import (
    set_deadline,
    shorten_deadlines,
    stop_deadlines,
    stop_everything,
)
from crisis.deadlines.model import ONCE, SHARES, SPANS, Code, after
from crisis.incidents.model import Incident
from crisis.jobs.reactions import Reaction
from crisis.kernel.database import locked
from crisis.kernel.journal import Line
from crisis.people.model import DutyProposal, Proposed


def await_first_statement(session: Session, line: Line) -> None:
    """From the opening on, the public waits for a first word."""
    until = line.at + SPANS[Code.HOLDING][int(line.facts["level"])]
    for share in SHARES:
        set_deadline(
            session,
            incident_id=line.stream,
            code=Code.HOLDING,
            subject_id=line.stream,
            cycle=share,
            due_at=after(share, line.at, until),
        )


def await_answers(session: Session, line: Line) -> None:
    """Who is asked to take a duty answers in time; who has answered is waited for no longer."""
    locked(session, Incident, line.stream)
    proposals = session.scalars(select(DutyProposal).where(DutyProposal.incident_id == line.stream))
    ended = []
    for each in proposals:
        if each.state != Proposed.OPEN:
            ended.append(each.id)
            continue
        set_deadline(
            session,
            incident_id=line.stream,
            code=Code.DUTY,
            subject_id=each.id,
            cycle=ONCE,
            due_at=each.answer_by,
        )
    stop_deadlines(session, Code.DUTY, ended)


def hurry(session: Session, line: Line) -> None:
    """A higher level leaves less time."""
    if int(line.facts["chosen"]) > int(line.facts["before"]):
        locked(session, Incident, line.stream)
        shorten_deadlines(session, line.stream, level=int(line.facts["chosen"]), at=line.at)


def let_everything_be(session: Session, line: Line) -> None:
    """In an incident that is over nothing is due."""
    locked(session, Incident, line.stream)
    stop_everything(session, line.stream)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "incident.opened": await_first_statement,
    "level.assessed": hurry,
    "incident.closed": let_everything_be,
    "incident.dismissed": let_everything_be,
    "duty.proposed": await_answers,
    "duty.handover_offered": await_answers,
    "duty.accepted": await_answers,
    "duty.assigned": await_answers,
    "duty.declined": await_answers,
    "duty.lapsed": await_answers,
    "duty.proposal_withdrawn": await_answers,
}
