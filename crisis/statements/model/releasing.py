"""Letting a signed text out, giving it up before, showing afterwards where it stands."""

from datetime import datetime
from uuid import UUID

from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.statements.model.events import EvidenceNoted, StatementReleased, StatementWithdrawn
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version, stale


def release(
    statement: Statement,
    *,
    version: int,
    channels: list[str],
    next_update_at: datetime | None,
    by: UUID,
    at: datetime,
) -> StatementReleased:
    """Let the signed text out. Every slot is checked again, for the bytes as they are stored.

    Raises `Conflict`: `never_public`, `stale_version`, `tampered`, `not_approved`.
    """
    statement.must_be_open()
    current = statement.current()
    if version != current.number or current.revision != statement.revision:
        raise stale()
    current.must_be_as_signed()
    if current.state is not State.APPROVED:
        raise Conflict(
            Message.plural(
                "{n} signature is missing.",
                "{n} signatures are missing.",
                n=max(1, len(current.unfilled)),
            ),
            code="not_approved",
        )
    return let_out(statement, current, channels, next_update_at, by, at)


def withdraw(statement: Statement, *, reason: str, at: datetime) -> StatementWithdrawn:
    """Give it up before it went out."""
    statement.must_be_open()
    statement.withdrawn_at = at
    return StatementWithdrawn(statement_id=statement.id, number=statement.number, reason=reason)


def note_evidence(statement: Statement, channel: str, evidence: str) -> EvidenceNoted:
    """Say where the released text can be seen on a channel it was released to."""
    out = statement.released
    if out is None or channel not in (out.channels or {}):
        raise Conflict(Message("It was not released on this channel."), code="not_released")
    out.channels = {**(out.channels or {}), channel: evidence}
    return EvidenceNoted(
        statement_id=statement.id, number=statement.number, channel=channel, evidence=evidence
    )


def let_out(
    statement: Statement,
    version: Version,
    channels: list[str],
    next_update_at: datetime | None,
    by: UUID,
    at: datetime,
) -> StatementReleased:
    """Note that this very version went out, where to and when we speak again."""
    version.must_allow(channels)
    version.released_at, version.released_by = at, by
    version.next_update_at = next_update_at
    version.channels = dict.fromkeys(channels)
    return StatementReleased(
        statement_id=statement.id,
        number=statement.number,
        version=version.number,
        text_hash=version.sha256,
        type=version.text.type,
        languages=list(version.text.languages),
        channels=channels,
        next_update_at=next_update_at,
        emergency=version.emergency is not None and version.outcome is not None,
        corrects_id=statement.corrects_id,
        retracts_id=statement.retracts_id,
    )
