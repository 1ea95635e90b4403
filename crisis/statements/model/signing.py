"""What those who are asked to sign may say of a version, and how an objection is settled."""

from datetime import datetime
from uuid import UUID

from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.words import Message
from crisis.policy import Actor, Duty
from crisis.statements.model.events import AnswerWithdrawn, ObjectionResolved, StatementAnswered
from crisis.statements.model.statement import Statement, must_not_be_author
from crisis.statements.model.states import Answer


def answer(
    statement: Statement,
    by: Actor,
    answer: Answer,
    *,
    version: int,
    text_hash: str,
    reason: str | None,
    at: datetime,
) -> StatementAnswered:
    """Fill the slot that waits for this person, for the very text they have read.

    Refuses with a code of its own: `released`, `withdrawn`, `stale_version`, `author`,
    `not_awaited`, `not_yet` (an earlier stage is not complete), `already`, `slot_filled`; and with
    `Invalid` when anything but an approval comes without a reason.
    """
    current = statement.read_by(version, text_hash)
    current.must_be_as_signed()
    must_not_be_author(by, current.authors)
    slot = current.slot_for(by, statement.incident_id)
    if answer is not Answer.APPROVE and not reason:
        needed = Message("Say what should change, or why.")
        raise Invalid(needed, fields={"reason": needed})
    slot.take(by, answer, text_hash=current.sha256, reason=reason, at=at)
    return StatementAnswered(
        statement_id=statement.id,
        number=statement.number,
        version=current.number,
        slot_id=slot.id,
        answer=answer,
        ministry_id=slot.ministry_id,
        duties=[Duty(each) for each in slot.duties],
        reason=reason,
        still_waiting=len(current.unfilled),
        state=statement.state,
    )


def withdraw_answer(statement: Statement, by: Actor, *, at: datetime) -> AnswerWithdrawn:
    """Take back one's own answer, until release."""
    statement.must_be_open()
    current = statement.current()
    slot = next((each for each in current.slots if each.answered_by(by.id)), None)
    given = slot.given if slot else None
    if slot is None or given is None:
        raise Conflict(Message("You have not answered this version."), code="not_answered")
    given.withdrawn_at = at
    return AnswerWithdrawn(
        statement_id=statement.id,
        number=statement.number,
        version=current.number,
        slot_id=slot.id,
        ministry_id=slot.ministry_id,
        answer=Answer(given.answer),
    )


def resolve(statement: Statement, by: Actor, *, resolution: str, at: datetime) -> ObjectionResolved:
    """Whoever objected is content; the slot waits for a signature again."""
    statement.must_be_open()
    current = statement.current()
    own = next((each for each in current.slots if each.blocks and each.answered_by(by.id)), None)
    if own is None or own.given is None:
        raise Conflict(Message("You have no open objection here."), code="not_objected")
    own.given.resolved_at, own.given.resolved_by, own.given.resolution = at, by.id, resolution
    return ObjectionResolved(
        statement_id=statement.id,
        number=statement.number,
        version=current.number,
        slot_id=own.id,
        ministry_id=own.ministry_id,
        overruled=False,
        resolution=resolution,
    )


def overrule(
    statement: Statement, slot_id: UUID, by: Actor, *, rationale: str, at: datetime
) -> ObjectionResolved:
    """The director lets the text go on over an objection; the dissent stays on record.

    The slot counts as settled without a signature.
    """
    statement.must_be_open()
    current = statement.current()
    slot = next((each for each in current.slots if each.id == slot_id), None)
    if slot is None or not slot.blocks or slot.given is None:
        raise Conflict(Message("There is no such open objection."), code="not_objected")
    slot.given.resolved_at, slot.given.resolved_by, slot.given.resolution = at, by.id, rationale
    slot.waived = True
    return ObjectionResolved(
        statement_id=statement.id,
        number=statement.number,
        version=current.number,
        slot_id=slot.id,
        ministry_id=slot.ministry_id,
        overruled=True,
        resolution=rationale,
    )
