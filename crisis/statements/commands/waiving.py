"""Letting a finding of the rules pass, or not."""

from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements.lint import can_be_waived
from crisis.statements.model import waiving
from crisis.statements.model.events import WaiverAnswered, WaiverAsked
from crisis.statements.model.statement import Statement


@command(Action.SUBMIT_STATEMENT, on=Statement)
def ask_waiver(statement: Statement, work: Work, *, rule: str, reason: str) -> WaiverAsked:
    """Ask that a finding be let pass for this very text. Raises `Conflict` (`not_waivable`)."""
    if not can_be_waived(rule):
        raise Conflict(
            Message("Nobody can let this pass. Change the text instead."), code="not_waivable"
        )
    return waiving.ask(statement, rule, reason=reason, by=work.actor.id, at=work.now)


@command(Action.WAIVE_FINDING, on=Statement)
def answer_waiver(
    statement: Statement, work: Work, *, rule: str, granted: bool, reason: str
) -> WaiverAnswered:
    """Grant a waiver or deny it; never one of the authors."""
    return waiving.answer(
        statement, rule, granted=granted, reason=reason, by=work.actor, at=work.now
    )
