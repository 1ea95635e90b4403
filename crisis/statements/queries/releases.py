"""How a text went out, and what was asked for in an emergency."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crisis.statements.model.statement import Statement
from crisis.timeline.naming import Naming


@dataclass(frozen=True)
class ReleaseView:
    """How a text went out, and what became of it."""

    version: int
    at: datetime
    by: str
    next_update_at: datetime | None
    channels: dict[str, str | None]
    emergency: dict[str, Any] | None
    ratify_due_at: datetime | None
    outcome: str | None


def release_of(statement: Statement, naming: Naming) -> ReleaseView | None:
    """How this statement went out; None while it has not."""
    out = statement.released
    if out is None or out.released_at is None:
        return None
    return ReleaseView(
        version=out.number,
        at=out.released_at,
        by=naming.person(out.released_by) if out.released_by else "",
        next_update_at=out.next_update_at,
        channels=dict(out.channels or {}),
        emergency=asked_in_emergency(out.emergency if out.outcome else None, naming),
        ratify_due_at=out.ratify_due_at,
        outcome=out.outcome,
    )


def asked_in_emergency(told: dict[str, Any] | None, naming: Naming) -> dict[str, Any] | None:
    """What two people did in an emergency, their names in words; None when nobody did."""
    if not told:
        return None
    second = told.get("second")
    return {
        **told,
        "first_id": UUID(told["first"]),
        "first": naming.person(told["first"]),
        "second": naming.person(second) if second else "",
        "asked_at": datetime.fromisoformat(told["asked_at"]),
    }
