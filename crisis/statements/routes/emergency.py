"""Sending a statement out before everybody signed."""

from flask import render_template
from werkzeug.wrappers import Response as Answered

from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements import forms
from crisis.statements.commands import emergencies
from crisis.statements.model.states import Ground, Outcome
from crisis.statements.routes.address import must_be_open, statement_at, statement_id_at
from crisis.statements.routes.blueprint import bp
from crisis.statements.routes.outgoing import must_agree, release_context
from crisis.web.asking import answers_on, asked, current_actor, see


@bp.get("/i/<ref>/statements/<number:number>/emergency")
def emergency(ref: str, number: int) -> str:
    """Asking for an emergency release, or confirming one as the second of two people."""
    incident, statement = statement_at(ref, number, Action.CONFIRM_EMERGENCY)
    must_be_open(statement)
    return render_template(
        "statements/emergency.html",
        incident=incident,
        statement=statement,
        grounds=list(Ground),
        release=release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/emergency")
@answers_on("statements.emergency")
def ask_emergency(ref: str, number: int) -> Answered:
    sent = asked(forms.EmergencyForm)
    emergencies.ask_emergency(
        current_actor(),
        statement_id_at(ref, number),
        ground=sent.ground,
        justification=sent.justification,
    )
    return see("statements.emergency", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/emergency/confirmation")
@answers_on("statements.emergency")
def confirm_emergency(ref: str, number: int) -> Answered:
    incident, statement = statement_at(ref, number)
    sent = asked(forms.ConfirmationForm)
    next_update_at = forms.in_zone(sent.next_update, incident["zone"])
    if not sent.although:
        must_agree(statement, next_update_at)
    emergencies.confirm_emergency(
        current_actor(),
        statement.id,
        version=sent.version,
        text_hash=sent.text_hash,
        channels=sent.channels,
        next_update_at=next_update_at,
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/ratification")
@answers_on("statements.show")
def ratify(ref: str, number: int) -> Answered:
    sent = asked(forms.RatificationForm)
    incident, statement = statement_at(ref, number)
    waits = statement.released is not None and statement.released.outcome == Outcome.PENDING
    if incident["may"]["ratify_emergency"] and not waits:
        raise Conflict(Message("Nothing waits to be ratified here."), code="not_pending")
    emergencies.ratify_emergency(
        current_actor(), statement.id, ratified=sent.ratified, reason=sent.reason
    )
    return see("statements.show", ref=ref, number=number)
