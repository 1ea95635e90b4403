"""Answering for a ministry or an office: signing, objecting, and settling that."""

from uuid import UUID

from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements.due import await_signatures, reminded
from crisis.statements.model import signing
from crisis.statements.model.events import (
    AnswerWithdrawn,
    ApproverReminded,
    ObjectionResolved,
    StatementAnswered,
    StatementOpened,
)
from crisis.statements.model.slots import Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer


@command(Action.APPROVE_STATEMENT, on=Statement)
def open_statement(statement: Statement, work: Work) -> StatementOpened:
    """Note that an approver has the current version before them; noted once for each slot."""
    slot = statement.waiting_for(work.actor)
    if slot is None or slot.opened_at is not None:
        raise Conflict(Message("That is already so."), code="already")
    slot.opened_at, slot.opened_by = work.now, work.actor.id
    return StatementOpened(
        statement_id=statement.id,
        number=statement.number,
        version=len(statement.versions),
        ministry_id=slot.ministry_id,
    )


@command(Action.APPROVE_STATEMENT, on=Statement)
def answer_statement(
    statement: Statement,
    work: Work,
    *,
    answer: Answer,
    version: int,
    text_hash: str,
    reason: str | None = None,
) -> StatementAnswered:
    """Approve, ask for a change, object or refuse: of the very text one has read."""
    answered = signing.answer(
        statement,
        work.actor,
        answer,
        version=version,
        text_hash=text_hash,
        reason=reason,
        at=work.now,
    )
    await_signatures(statement, work)
    return answered


@command(Action.REMIND_APPROVER, on=Statement)
def remind_now(statement: Statement, work: Work, *, slot_id: UUID) -> ApproverReminded:
    """Remind those whose signature is awaited in this slot, without waiting for the clock."""
    slot = work.session.get(Slot, slot_id)
    if slot is None:
        raise Conflict(Message("This signature is not awaited now."), code="not_awaited")
    return reminded(statement, slot, work, percent=None)


@command(Action.APPROVE_STATEMENT, on=Statement)
def withdraw_answer(statement: Statement, work: Work) -> AnswerWithdrawn:
    """Take back one's answer, until release."""
    withdrawn = signing.withdraw_answer(statement, work.actor, at=work.now)
    await_signatures(statement, work)
    return withdrawn


@command(Action.APPROVE_STATEMENT, on=Statement)
def resolve_objection(statement: Statement, work: Work, *, resolution: str) -> ObjectionResolved:
    """Say that one's own objection is settled; the signature is still to be given."""
    resolved = signing.resolve(statement, work.actor, resolution=resolution, at=work.now)
    await_signatures(statement, work)
    return resolved


@command(Action.OVERRULE_OBJECTION, on=Statement)
def overrule_objection(
    statement: Statement, work: Work, *, slot_id: UUID, rationale: str
) -> ObjectionResolved:
    """Go on over an objection; the dissent stays on record."""
    resolved = signing.overrule(statement, slot_id, work.actor, rationale=rationale, at=work.now)
    await_signatures(statement, work)
    return resolved
