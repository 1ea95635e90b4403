"""A text that goes out before everybody signed: two people, a reason, a judgement after."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.words import Message
from crisis.statements.model.events import EmergencyAsked, EmergencyJudged, StatementReleased
from crisis.statements.model.freezing import freeze
from crisis.statements.model.releasing import let_out
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Ground, Outcome

RATIFIED_WITHIN: Final = timedelta(minutes=60)
JUSTIFIED_BY: Final = 40
"""Characters: an emergency release without quorum is explained, not clicked."""
EMERGENCY_FROM: Final = 3


def ask(
    statement: Statement,
    *,
    ground: Ground,
    justification: str,
    level: int,
    findings: list[dict[str, Any]],
    by: UUID,
    directs: bool,
    at: datetime,
) -> EmergencyAsked:
    """The first of two people: this very text should go out before everybody signed.

    Raises `Conflict` (`level_too_low`) and `Invalid` (`too_short`).
    """
    statement.must_be_open()
    if level < EMERGENCY_FROM:
        raise Conflict(Message("Emergency release exists from level 3 on."), code="level_too_low")
    if len(justification) < JUSTIFIED_BY:
        short = Message("Explain it in at least {n} characters.", n=JUSTIFIED_BY)
        raise Invalid(short, code="too_short", fields={"justification": short})
    latest = statement.latest
    if latest is None or latest.revision != statement.revision:
        statement.must_be_readable()
        latest = freeze(statement, [], findings=findings, by=by, at=at, until=at)
    latest.emergency = {
        "ground": ground.value,
        "justification": justification,
        "first": str(by),
        "directed": directs,
        "asked_at": at.isoformat(),
    }
    return EmergencyAsked(
        statement_id=statement.id,
        number=statement.number,
        version=latest.number,
        text_hash=latest.sha256,
        ground=ground,
        justification=justification,
    )


def confirm(
    statement: Statement,
    *,
    version: int,
    text_hash: str,
    channels: list[str],
    next_update_at: datetime | None,
    by: UUID,
    directs: bool,
    at: datetime,
) -> StatementReleased:
    """The second person, who has read that very text, lets it out; ratification is then due.

    One of the two directs the response. Raises `Conflict`: `not_asked`, `stale_version`,
    `tampered`, `no_director`; and `Forbidden` (`same_person`).
    """
    current = statement.read_by(version, text_hash)
    if not current.emergency:
        raise Conflict(Message("Nobody has asked for it yet."), code="not_asked")
    if current.emergency["first"] == str(by):
        raise Forbidden(Message("It takes two people."), code="same_person")
    if not (directs or current.emergency["directed"]):
        raise Conflict(Message("One of the two must be the director."), code="no_director")
    current.must_be_as_signed()
    current.emergency = {**current.emergency, "second": str(by)}
    current.ratify_due_at, current.outcome = at + RATIFIED_WITHIN, Outcome.PENDING
    return let_out(statement, current, channels, next_update_at, by, at)


def ratify(
    statement: Statement, *, ratified: bool, reason: str | None, by: UUID, at: datetime
) -> EmergencyJudged:
    """Stand behind an emergency release afterwards, or not: then a correction is due."""
    out = statement.released
    if out is None or out.outcome != Outcome.PENDING:
        raise Conflict(Message("Nothing waits to be ratified here."), code="not_pending")
    if out.emergency and str(by) in {out.emergency["first"], out.emergency.get("second")}:
        raise Forbidden(Message("Whoever released it does not ratify it."), code="author")
    out.outcome = Outcome.RATIFIED if ratified else Outcome.REJECTED
    out.judged_by, out.judged_at = by, at
    return EmergencyJudged(
        statement_id=statement.id,
        number=statement.number,
        outcome=Outcome(out.outcome),
        reason=reason,
    )
