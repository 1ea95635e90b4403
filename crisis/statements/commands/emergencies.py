"""Sending a text out before everybody signed, and judging that afterwards."""

from collections.abc import Sequence
from datetime import datetime

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Forbidden
from crisis.kernel.words import Message
from crisis.people.model import Kind, Ministry
from crisis.policy import Action, Duty
from crisis.statements.commands.findings import findings_of
from crisis.statements.commands.guards import must_promise_future, must_run, out_of
from crisis.statements.commands.releasing import end_earlier
from crisis.statements.due import (
    await_next_update,
    await_ratification,
    await_signatures,
    stop_awaiting_ratification,
)
from crisis.statements.model import emergency
from crisis.statements.model.events import EmergencyAsked, EmergencyJudged, StatementReleased
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Ground
from crisis.statements.templates import must_be_filled
from crisis.statements.witness import must_be_as_told


@command(Action.ASK_EMERGENCY, on=Statement)
def ask_emergency(
    statement: Statement, work: Work, *, ground: Ground, justification: str
) -> EmergencyAsked:
    """The first of two people asks that the text go out before everybody signed.

    Raises `Invalid` (`open_places`) while a place of a prepared text is still to be filled.
    """
    must_be_filled(statement.content)
    incident = work.session.get_one(Incident, statement.incident_id)
    return emergency.ask(
        statement,
        ground=ground,
        justification=justification,
        level=incident.level,
        by=work.actor.id,
        directs=_directs(work),
        at=work.now,
        findings=findings_of(statement, incident, work, issued_at=work.now),
    )


@command(Action.CONFIRM_EMERGENCY, on=Statement)
def confirm_emergency(
    statement: Statement,
    work: Work,
    *,
    version: int,
    text_hash: str,
    channels: Sequence[str],
    next_update_at: datetime | None,
) -> StatementReleased:
    """The second person lets it out; a ratification is due within the hour."""
    must_promise_future(next_update_at, work.now)
    must_run(work.session.get_one(Incident, statement.incident_id))
    released = emergency.confirm(
        statement,
        version=version,
        text_hash=text_hash,
        channels=list(channels),
        next_update_at=next_update_at,
        by=work.actor.id,
        directs=_directs(work),
        at=work.now,
    )
    must_be_as_told(work.session, statement, out_of(statement))
    must_be_filled(out_of(statement).text)
    end_earlier(statement, work)
    await_signatures(statement, work)
    await_ratification(statement, work)
    await_next_update(statement, work, next_update_at)
    return released


@command(Action.RATIFY_EMERGENCY, on=Statement)
def ratify_emergency(
    statement: Statement, work: Work, *, ratified: bool, reason: str | None = None
) -> EmergencyJudged:
    """Stand behind an emergency release afterwards, or ask for its correction.

    For the director or the cabinet office, and never for one of the two who released it.
    """
    ministry = work.actor.ministry_id and work.session.get(Ministry, work.actor.ministry_id)
    if not _directs(work) and (not ministry or ministry.kind != Kind.CABINET_OFFICE):
        raise Forbidden(Message("This is for the director or the cabinet office."))
    verdict = emergency.ratify(
        statement, ratified=ratified, reason=reason, by=work.actor.id, at=work.now
    )
    stop_awaiting_ratification(statement, work)
    return verdict


def _directs(work: Work) -> bool:
    held = work.actor.duties.get(work.case.id, frozenset()) if work.case else frozenset()
    return Duty.DIRECTOR in held
