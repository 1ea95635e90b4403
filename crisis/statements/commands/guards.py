"""What several commands ask before they go on."""

from datetime import datetime

from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.words import Message
from crisis.statements.model.statement import Statement
from crisis.statements.model.versions import Version


def must_run(incident: Incident) -> None:
    """Raises `Conflict` (`closed`) unless the incident is going on."""
    if incident.status not in {Status.OPEN, Status.STANDING_DOWN}:
        raise Conflict(Message("The incident is not running."), code="closed")


def must_promise_future(next_update_at: datetime | None, now: datetime) -> None:
    """Raises `Invalid` for a promise that lies in the past."""
    if next_update_at is not None and next_update_at <= now:
        past = Message("The next update must lie ahead.")
        raise Invalid(past, fields={"next_update_at": past})


def out_of(statement: Statement) -> Version:
    """The version that went out. Raises `Conflict` (`not_released`) when none did."""
    if statement.released is None:
        raise Conflict(Message("It was not released."), code="not_released")
    return statement.released
