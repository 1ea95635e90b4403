"""Asking that a finding of this very text be let pass, and answering that."""

from datetime import datetime
from typing import Any
from uuid import UUID

from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Actor
from crisis.statements.content import fingerprint
from crisis.statements.model.events import WaiverAnswered, WaiverAsked
from crisis.statements.model.statement import Statement, must_not_be_author
from crisis.statements.model.waivers import Waiver


def ask(statement: Statement, rule: str, *, reason: str, by: UUID, at: datetime) -> WaiverAsked:
    """Ask that one finding of this very text be let pass."""
    statement.must_be_open()
    statement.waivers.append(
        Waiver(
            incident_id=statement.incident_id,
            rule=rule,
            text_hash=fingerprint(statement.draft),
            requested_by=by,
            requested_at=at,
            reason=reason,
        )
    )
    return WaiverAsked(statement_id=statement.id, number=statement.number, rule=rule, reason=reason)


def answer(
    statement: Statement, rule: str, *, granted: bool, reason: str, by: Actor, at: datetime
) -> WaiverAnswered:
    """Grant or deny it; not by one of the authors."""
    must_not_be_author(by, statement.editors)
    asked = [each for each in statement.waivers if each.rule == rule and each.decided_at is None]
    if not asked:
        raise Conflict(Message("No waiver of that rule is asked for."), code="not_asked")
    for each in asked:
        each.decided_by, each.decided_at, each.granted = by.id, at, granted
    return WaiverAnswered(
        statement_id=statement.id,
        number=statement.number,
        rule=rule,
        granted=granted,
        reason=reason,
    )


def blocking(statement: Statement, findings: list[dict[str, Any]]) -> list[str]:
    """The rules that stop this very text, those that were let pass left out."""
    text_hash = fingerprint(statement.draft)
    waived = {
        each.rule for each in statement.waivers if each.granted and each.text_hash == text_hash
    }
    return sorted({each["rule"] for each in findings if each["severity"] == "block"} - waived)
