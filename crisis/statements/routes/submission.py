"""Asking for signatures, and hurrying or overruling those who were asked."""

from datetime import timedelta
from typing import Final

from flask import flash, render_template
from werkzeug.wrappers import Response as Answered

from crisis.deadlines.model import SPANS, Code
from crisis.kernel import clock
from crisis.kernel.words import Message
from crisis.policy import Action, Duty
from crisis.statements import forms
from crisis.statements.commands import signing, submitting
from crisis.statements.content import NEVER_PUBLIC
from crisis.statements.queries.awaited import Next, awaited
from crisis.statements.queries.checks import checked
from crisis.statements.queries.signers import nobody_signs
from crisis.statements.routes.address import (
    must_be_open,
    spoken_language,
    statement_at,
    statement_id_at,
)
from crisis.statements.routes.blueprint import bp
from crisis.statements.routes.involved import asked_before, involved_first
from crisis.web.asking import answers_on, asked, current_actor, see
from crisis.web.locale import say

OFFICE_ROLES: Final = (
    Duty.DIRECTOR, Duty.LEGAL, Duty.FACT_CHECKER, Duty.SPOKESPERSON, Duty.COORDINATOR,
)  # fmt: skip


@bp.get("/i/<ref>/statements/<number:number>/submission")
def submission(ref: str, number: int) -> str:
    """Naming whose signatures are needed, and by when."""
    incident, statement = statement_at(ref, number, Action.SUBMIT_STATEMENT)
    must_be_open(statement)
    chosen, roles = asked_before(statement, incident)
    is_public = statement.type not in NEVER_PUBLIC
    spoken_next = awaited(current_actor(), incident["id"]) if is_public else None
    return render_template(
        "statements/submit.html",
        incident=incident,
        statement=statement,
        checked=checked(current_actor(), incident["id"], number=number, language=spoken_language()),
        ministries=involved_first(incident),
        chosen=[str(each) for each in chosen],
        roles=OFFICE_ROLES,
        chosen_roles=roles,
        minutes=forms.SIGNED_WITHIN_MINUTES,
        proposed=_signed_within(incident["level"], spoken_next),
        spoken_next=spoken_next,
        unsigned=nobody_signs(current_actor(), incident["id"], number=number),
    )


def _signed_within(level: int, spoken_next: Next | None) -> int:
    """The most minutes offered that the level allows and that end before the public waits for it;
    the fewest where no time is left."""
    allowed = SPANS[Code.APPROVAL][level]
    if spoken_next is not None:
        allowed = min(allowed, spoken_next.due_at - clock.now())
    fitting = [each for each in forms.SIGNED_WITHIN_MINUTES if timedelta(minutes=each) <= allowed]
    return max(fitting, default=min(forms.SIGNED_WITHIN_MINUTES))


@bp.post("/i/<ref>/statements/<number:number>/submission")
@answers_on("statements.submission")
def submit(ref: str, number: int) -> Answered:
    sent = asked(forms.SubmissionForm)
    submitting.submit_statement(
        current_actor(),
        statement_id_at(ref, number),
        slots=sent.slots(),
        based_on=sent.based_on,
        deadline_at=sent.deadline(),
        although_nobody_signs=sent.although,
    )
    return see("statements.show", ref=ref, number=number, _anchor="sent")


@bp.post("/i/<ref>/statements/<number:number>/reminder")
@answers_on("statements.show")
def remind(ref: str, number: int) -> Answered:
    """Remind whoever has not signed, without waiting for the clock."""
    sent = asked(forms.SlotForm)
    signing.remind_now(current_actor(), statement_id_at(ref, number), slot_id=sent.slot_id)
    if sent.then == "room":
        return see("room.show", ref=ref)
    flash(say(Message("They are reminded by text message and e-mail.")), "ok")
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/overruling")
@answers_on("statements.show")
def overrule(ref: str, number: int) -> Answered:
    sent = asked(forms.OverruleForm)
    signing.overrule_objection(
        current_actor(),
        statement_id_at(ref, number),
        slot_id=sent.slot_id,
        rationale=sent.rationale,
    )
    return see("statements.show", ref=ref, number=number)
