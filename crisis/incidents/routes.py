"""The HTTP door to incidents: each post reads a form, calls one command, and goes on."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from crisis.incidents import commands, duties, forms
from crisis.incidents.hazards import suggested
from crisis.incidents.queries import (
    asked_of,
    case_of,
    duties_of,
    find_incident,
    ministry_choices,
    read_incident,
    read_line,
    set_up,
    similar_incident,
)
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.words import Message
from crisis.people.model import Hazard, in_language
from crisis.policy import Action, allows
from crisis.timeline import terms
from crisis.web.asking import NothingForm, answers_on, asked, current_actor, see, typed
from crisis.web.locale import language

bp: Final = Blueprint("incidents", __name__)
TITLE_LENGTH: Final = 200


@bp.get("/incidents/new")
def new() -> str:
    """The form that opens an incident."""
    _only_for(Action.OPEN_INCIDENT)
    typed_so_far = {name: typed("opening", name, "") for name in ("title", "level", "hazard")}
    return render_template(
        "incidents/new.html",
        ministries=ministry_choices(language()),
        preset={},
        **beginning(**typed_so_far),
    )


@bp.post("/incidents/new")
@answers_on("incidents.new")
def open_new() -> Response:
    """Open an incident and go into its room."""
    sent = asked(forms.OpenForm)
    opened = commands.open_incident(
        current_actor(),
        OFFICE_ID,
        title=sent.title,
        language=language(),
        level=sent.level,
        hazard=sent.hazard,
        lead_id=sent.lead,
        supporting_ids=sent.supporting,
        restricted=sent.restricted,
        is_exercise=sent.drill,
        despite_similar=sent.anyway,
    )
    return see("room.show", ref=opened.ref)


@bp.get("/incidents/similar")
def similar() -> str:
    """While one is being opened: an incident like it, the kind it seems to be, what it brings."""
    _only_for(Action.OPEN_INCIDENT)
    sent = {name: request.args.get(name, "") for name in ("title", "level", "hazard")}
    return render_template("incidents/_beginning.html", **beginning(**sent))


@bp.get("/reports/new")
def report() -> str:
    """The form that reports something to the centre."""
    _only_for(Action.REPORT_INCIDENT)
    return render_template("incidents/report.html")


@bp.post("/reports/new")
@answers_on("incidents.report")
def send_report() -> Response:
    """Report something; whoever reports sees what becomes of it."""
    sent = asked(forms.ReportForm)
    reported = commands.report_incident(
        current_actor(),
        OFFICE_ID,
        title=sent.title,
        language=language(),
        source=sent.source,
        is_exercise=sent.drill,
    )
    return see("room.show", ref=reported.ref)


@bp.post("/i/<ref>/opening")
@answers_on("room.show")
def open_reported(ref: str) -> Response:
    sent = asked(forms.OpenReportedForm)
    commands.open_reported(
        current_actor(),
        _id(ref),
        level=sent.level,
        hazard=sent.hazard,
        lead_id=sent.lead,
        supporting_ids=sent.supporting,
    )
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/watch")
@answers_on("room.show")
def watch(ref: str) -> Response:
    reason = asked(forms.OptionalReasonForm).reason
    commands.watch_incident(current_actor(), _id(ref), reason=reason)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/dismissal")
@answers_on("room.show")
def dismiss(ref: str) -> Response:
    reason = asked(forms.ReasonForm).reason
    commands.dismiss_incident(current_actor(), _id(ref), reason=reason)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/title")
@answers_on("room.show")
def rename(ref: str) -> Response:
    title = asked(forms.TitleForm).names()
    commands.rename_incident(current_actor(), _id(ref), title=title)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/notes")
@answers_on("room.show")
def note(ref: str) -> Response:
    text = asked(forms.NoteForm).text
    commands.add_note(current_actor(), _id(ref), text=text)
    return see("room.show", ref=ref)


@bp.get("/i/<ref>/lines/<number:seq>/correction")
def correction(ref: str, seq: int) -> str:
    """The form that corrects a line."""
    incident = _page(ref, Action.CORRECT_LINE)
    entry = read_line(current_actor(), incident["id"], seq=seq, language=language())
    return render_template("incidents/correct.html", incident=incident, entry=entry)


@bp.post("/i/<ref>/lines/<number:seq>/correction")
@answers_on("incidents.correction")
def correct(ref: str, seq: int) -> Response:
    sent = asked(forms.CorrectionForm)
    commands.correct_line(current_actor(), _id(ref), seq=seq, text=sent.text, reason=sent.reason)
    return see("room.show", ref=ref)


@bp.get("/i/<ref>/level")
def assessment(ref: str) -> str:
    """The form of the nine criteria."""
    incident = _page(ref, Action.ASSESS_LEVEL)
    return render_template("incidents/assess.html", incident=incident, last=incident["last"])


@bp.post("/i/<ref>/level")
@answers_on("incidents.assessment")
def assess(ref: str) -> Response:
    sent = asked(forms.AssessmentForm)
    commands.assess_level(
        current_actor(),
        _id(ref),
        scores=sent.scores(),
        chosen=sent.chosen,
        rationale=sent.rationale,
    )
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/phase")
@answers_on("room.show")
def phase(ref: str) -> Response:
    sent = asked(forms.PhaseForm)
    commands.change_phase(current_actor(), _id(ref), phase=sent.phase, reason=sent.reason)
    return see("room.show", ref=ref)


@bp.get("/i/<ref>/decisions/new")
def decision(ref: str) -> str:
    """The form of a decision."""
    return render_template("incidents/decide.html", incident=_page(ref, Action.RECORD_DECISION))


@bp.post("/i/<ref>/decisions/new")
@answers_on("incidents.decision")
def decide(ref: str) -> Response:
    draft = asked(forms.DecisionForm).draft()
    commands.record_decision(current_actor(), _id(ref), draft=draft)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/lead")
@answers_on("room.show")
def lead(ref: str) -> Response:
    ministry_id = asked(forms.MinistryForm).ministry_id
    commands.name_lead(current_actor(), _id(ref), ministry_id=ministry_id)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/ministries")
@answers_on("room.show")
def ministry(ref: str) -> Response:
    ministry_id = asked(forms.MinistryForm).ministry_id
    commands.add_ministry(current_actor(), _id(ref), ministry_id=ministry_id)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/ministries/end")
@answers_on("room.show")
def ministry_end(ref: str) -> Response:
    ministry_id = asked(forms.MinistryForm).ministry_id
    commands.remove_ministry(current_actor(), _id(ref), ministry_id=ministry_id)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/duties")
@answers_on("room.show")
def duty(ref: str) -> Response:
    """Ask somebody to take a duty, or name them at once."""
    sent = asked(forms.DutyNamingForm)
    give = commands.assign_duty if sent.at_once else duties.propose_duty
    give(current_actor(), _id(ref), person_id=sent.person_id, duty=sent.duty, note=sent.note)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/duties/proposals/<uuid:proposal_id>/end")
@answers_on("room.show")
def proposal_end(ref: str, proposal_id: UUID) -> Response:
    asked(NothingForm)
    _id(ref)
    duties.withdraw_proposal(current_actor(), proposal_id)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/duties/end")
@answers_on("room.show")
def duty_end(ref: str) -> Response:
    sent = asked(forms.DutyReleaseForm)
    commands.release_duty(
        current_actor(), _id(ref), person_id=sent.person_id, duty=sent.duty, reason=sent.reason
    )
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/duties/own/end")
@answers_on("room.show")
def own_duty_end(ref: str) -> Response:
    sent = asked(forms.OwnDutyForm)
    commands.leave_duty(current_actor(), _id(ref), duty=sent.duty, reason=sent.reason)
    return see("room.dashboard")


@bp.post("/i/<ref>/duties/own/handover")
@answers_on("room.show")
def handover(ref: str) -> Response:
    sent = asked(forms.HandoverForm)
    duties.hand_over_duty(
        current_actor(), _id(ref), duty=sent.duty, person_id=sent.person_id, note=sent.note
    )
    return see("room.show", ref=ref)


@bp.get("/me/duties")
def own_duties() -> str:
    """What one is asked to take, and what one holds: made for a phone."""
    actor = current_actor()
    return render_template(
        "incidents/duties.html",
        asked=asked_of(actor, language()),
        held=duties_of(actor, language()),
    )


@bp.post("/me/duties/<uuid:proposal_id>/acceptance")
@answers_on("incidents.own_duties")
def duty_accept(proposal_id: UUID) -> Response:
    asked(NothingForm)
    duties.accept_duty(current_actor(), proposal_id)
    return see("incidents.own_duties")


@bp.post("/me/duties/<uuid:proposal_id>/refusal")
@answers_on("incidents.own_duties")
def duty_decline(proposal_id: UUID) -> Response:
    reason = asked(forms.ReasonForm).reason
    duties.decline_duty(current_actor(), proposal_id, reason=reason)
    return see("incidents.own_duties")


@bp.post("/i/<ref>/links")
@answers_on("room.show")
def link(ref: str) -> Response:
    sent = asked(forms.LinkForm)
    commands.link_incident(current_actor(), _id(ref), other_ref=sent.other_ref, reason=sent.reason)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/restriction")
@answers_on("room.show")
def restrict(ref: str) -> Response:
    restricted = asked(forms.RestrictionForm).restricted
    commands.restrict_incident(current_actor(), _id(ref), restricted=restricted)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/stand-down")
@answers_on("room.show")
def stand_down(ref: str) -> Response:
    reason = asked(forms.ReasonForm).reason
    commands.stand_down(current_actor(), _id(ref), reason=reason)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/resumption")
@answers_on("room.show")
def resume(ref: str) -> Response:
    reason = asked(forms.ReasonForm).reason
    commands.resume_incident(current_actor(), _id(ref), reason=reason)
    return see("room.show", ref=ref)


@bp.get("/i/<ref>/closing")
def closing(ref: str) -> str:
    """The form that closes an incident, with its checks."""
    incident = _page(ref, Action.CLOSE_INCIDENT)
    return render_template("incidents/close.html", incident=incident, checks=incident["checks"])


@bp.post("/i/<ref>/closing")
@answers_on("incidents.closing")
def close(ref: str) -> Response:
    sent = asked(forms.CloseForm)
    commands.close_incident(current_actor(), _id(ref), summary=sent.summary, waiver=sent.waiver)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/reopening")
@answers_on("room.show")
def reopen(ref: str) -> Response:
    reason = asked(forms.ReasonForm).reason
    commands.reopen_incident(current_actor(), _id(ref), reason=reason)
    return see("room.show", ref=ref)


def _id(ref: str) -> UUID:
    return find_incident(current_actor(), ref)


def _only_for(action: Action) -> None:
    if not allows(current_actor(), action, None):
        raise NotFound(Message("There is no such page, or it is not open to you."))


def _page(ref: str, action: Action) -> dict[str, Any]:
    """What a form about one incident shows of it; `NotFound` for whoever may not do the act."""
    actor = current_actor()
    incident = read_incident(actor, _id(ref))
    if not allows(actor, action, case_of(incident)):
        raise NotFound(Message("There is no such page, or it is not open to you."))
    g.room_now = {"ref": ref, "title": in_language(incident.title, language())}
    g.drill = incident.is_exercise
    checks = incident.closing_checks()
    return {
        "id": incident.id,
        "ref": incident.ref,
        "title": in_language(incident.title, language()),
        "level": incident.level,
        "status": incident.status,
        "phase": incident.phase,
        "drill": incident.is_exercise,
        "zone": incident.zone,
        "may_lower": allows(actor, Action.LOWER_LEVEL, case_of(incident)),
        "last": incident.assessments[-1] if incident.assessments else None,
        "checks": [
            {
                "code": each.code,
                "words": terms.CHECK[each.code],
                "ok": each.passed,
                "waivable": each.can_be_waived,
            }
            for each in checks
        ],
    }


def beginning(title: str = "", level: str = "", hazard: str = "") -> dict[str, Any]:
    """What the form shows of an opening as far as it is typed; what is not right is left out."""
    title = title[:TITLE_LENGTH]
    guess = suggested(title)
    kind = Hazard(hazard) if hazard in list(Hazard) else guess
    chosen = int(level) if level in {"1", "2", "3", "4"} else None
    return {
        "similar": _similar(title),
        "suggested": guess,
        "set_up": set_up(kind, chosen, language()),
    }


def _similar(title: str) -> dict[str, Any] | None:
    found = similar_incident(current_actor(), title) if title.strip() else None
    if found is None:
        return None
    return {
        "ref": found.ref,
        "title": in_language(found.title, language()),
        "level": found.level,
        "reported_at": found.reported_at,
    }
