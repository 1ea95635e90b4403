"""Sending a signed text out, or giving it up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements.commands.guards import must_promise_future, must_run, out_of
from crisis.statements.content import NEVER_PUBLIC, Type
from crisis.statements.due import await_next_update, await_signatures
from crisis.statements.model import releasing
from crisis.statements.model.events import EvidenceNoted, StatementReleased, StatementWithdrawn
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.witness import must_be_as_told


@command(Action.RELEASE_STATEMENT, on=Statement)
def release_statement(
    statement: Statement,
    work: Work,
    *,
    version: int,
    channels: Sequence[str],
    next_update_at: datetime | None,
) -> StatementReleased:
    """Let the signed text out in every language that was signed."""
    must_promise_future(next_update_at, work.now)
    must_run(work.session.get_one(Incident, statement.incident_id))
    released = releasing.release(
        statement,
        version=version,
        channels=list(channels),
        next_update_at=next_update_at,
        by=work.actor.id,
        at=work.now,
    )
    must_be_as_told(work.session, statement, out_of(statement))
    end_earlier(statement, work)
    await_signatures(statement, work)
    await_next_update(statement, work, next_update_at)
    return released


@command(Action.SHARE_STATEMENT, on=Statement)
def share_statement(statement: Statement, work: Work, *, version: int) -> StatementReleased:
    """Hand a signed text that is never published (lines to take, questions and answers) to those
    who speak; unlike a release, the media officer may do it too.

    Raises `Conflict` (`public`) for a text that is released instead.
    """
    if Type(statement.type) not in NEVER_PUBLIC:
        raise Conflict(Message("This text is for the public: release it."), code="public")
    must_run(work.session.get_one(Incident, statement.incident_id))
    shared = releasing.release(
        statement, version=version, channels=[], next_update_at=None, by=work.actor.id, at=work.now
    )
    must_be_as_told(work.session, statement, out_of(statement))
    await_signatures(statement, work)
    return shared


@command(Action.RELEASE_STATEMENT, on=Statement)
def withdraw_statement(statement: Statement, work: Work, *, reason: str) -> StatementWithdrawn:
    """Give it up before it went out."""
    withdrawn = releasing.withdraw(statement, reason=reason, at=work.now)
    await_signatures(statement, work)
    return withdrawn


@command(Action.RELEASE_STATEMENT, on=Statement)
def note_evidence(
    statement: Statement, work: Work, *, channel: str, evidence: str
) -> EvidenceNoted:
    """Say where the released text can be seen on a channel."""
    return releasing.note_evidence(statement, channel, evidence)


def end_earlier(statement: Statement, work: Work) -> None:
    """Mark what this release overtakes: the corrected or retracted text, or the last update."""
    for about_id, state in (
        (statement.corrects_id, State.CORRECTED),
        (statement.retracts_id, State.RETRACTED),
    ):
        if about_id:
            work.session.get_one(Statement, about_id).end(state, statement)
    if statement.corrects_id or statement.retracts_id or not statement.overtakes:
        return
    earlier = select(Statement).where(
        Statement.incident_id == statement.incident_id, Statement.id != statement.id
    )
    for each in work.session.scalars(earlier):
        if each.overtakes and each.state is State.RELEASED:
            each.end(State.SUPERSEDED, statement)
