"""The HTTP door to statements: writing one, signing one from a phone, sending it out."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from crisis.incidents.queries import case_of, find_incident, ministry_choices, read_incident
from crisis.incidents.states import Status
from crisis.kernel import clock
from crisis.kernel.errors import Conflict, Invalid, NotFound
from crisis.kernel.words import Message
from crisis.policy import Action, Duty, allows
from crisis.statements import commands, forms, queries
from crisis.statements.content import NEVER_PUBLIC, Content, Language, Type, paragraphs_of
from crisis.statements.diff import diff_contents
from crisis.statements.forms_of_text import EXERCISE, plain_text, short_form
from crisis.statements.incident_head import incident_head
from crisis.statements.model import Answer, Ground, Outcome, State
from crisis.statements.queries import StatementView
from crisis.statements.templates import Template, fill, template, templates
from crisis.statements.translations import Place
from crisis.timeline import terms
from crisis.web.asking import (
    NothingForm,
    answers_on,
    asked,
    asked_of_url,
    current_actor,
    see,
    wants_json,
)
from crisis.web.locale import clock_time, day, language, say

bp: Final = Blueprint("statements", __name__)

CHANNELS: Final = tuple(terms.CHANNEL)
_PLACE: Final = re.compile(r"\{\w+\}")
_AS_TOLD: Final = (
    Type.HOLDING,
    Type.INITIAL,
    Type.UPDATE,
    Type.PUBLIC_INSTRUCTION,
    Type.PRESS_RELEASE,
    Type.RUMOUR_REBUTTAL,
    Type.SOCIAL_POST,
    Type.LINES_TO_TAKE,
    Type.QA,
    Type.INTERNAL_BRIEF,
    Type.CORRECTION,
    Type.RETRACTION,
    Type.CONDOLENCE,
)
"""Prepared texts in the order they are needed; what takes back or mourns comes last."""
OFFICE_ROLES: Final = (
    Duty.DIRECTOR, Duty.LEGAL, Duty.FACT_CHECKER, Duty.SPOKESPERSON, Duty.COORDINATOR,
)  # fmt: skip
NEXT_UPDATE_AFTER: Final = {4: 60, 3: 120, 2: 240, 1: 720, 0: 1440}
"""Minutes until people expect to hear again, by level."""


# ── the list, and beginning one ──────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/statements")
def index(ref: str) -> str:
    """Every statement of an incident."""
    incident = incident_head(ref)
    rows = queries.statements_of(current_actor(), incident["id"], language=language())
    return render_template("statements/list.html", incident=incident, rows=rows)


@bp.get("/i/<ref>/statements/new")
def new(ref: str) -> str:
    """Choosing what to begin with: a prepared text, or an empty page."""
    incident = incident_head(ref, Action.DRAFT_STATEMENT)
    prepared = sorted(templates().values(), key=lambda each: _order(each, incident["hazard"]))
    return render_template(
        "statements/new.html",
        incident=incident,
        types=list(Type),
        prepared=[_prepared(each, incident["hazard"]) for each in prepared],
    )


@bp.post("/i/<ref>/statements/new")
@answers_on("statements.new")
def create(ref: str) -> Answered:
    sent = asked(forms.NewForm)
    chosen = template(sent.template) if sent.template else None
    content = _from_template(chosen) if chosen else Content(type=sent.type)
    begun = commands.create_statement(
        current_actor(),
        _id(ref),
        content=content,
        template=chosen.code if chosen else None,
    )
    return see("statements.show", ref=ref, number=begun.number)


# ── the editor ───────────────────────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/statements/<number:number>")
def show(ref: str, number: int) -> str:
    """One statement: its editor while it can be written, else the text and what became of it."""
    incident, statement = _statement(ref, number)
    may = incident["may"]
    checked = queries.checked(current_actor(), incident["id"], number=number, language=_language())
    written = statement.is_open and incident["status"] != Status.CLOSED
    page = "editor" if written and may["draft_statement"] else "statement"
    conflict = _is_edited_meanwhile()
    return render_template(
        f"statements/{page}.html",
        incident=incident,
        statement=statement,
        checked=checked,
        changed=_changed_cells(statement),
        promise=queries.promised(current_actor(), incident["id"]),
        conflict=conflict,
        theirs=_their_difference(statement) if conflict else None,
        ministries=_involved_first(incident),
        audiences=_audiences(statement),
        channels=[*CHANNELS, *sorted(statement.content.channels - set(CHANNELS))],
        types=list(Type),
        release=_release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>")
@answers_on("statements.show")
def edit(ref: str, number: int) -> Answered:
    """Take a text; the same text again changes nothing."""
    incident, statement = _statement(ref, number)
    sent = asked(forms.EditForm)
    content = sent.content(incident["zone"])
    revision = statement.revision
    same = _says_the_same(statement, content) and sent.based_on == revision
    confirmed = [each for each in sent.confirmed() if each in statement.outdated]
    if not (same and not confirmed and incident["may"]["draft_statement"]):
        revision = commands.edit_statement(
            current_actor(),
            statement.id,
            content=content,
            based_on=sent.based_on,
            confirmed=confirmed,
        ).revision
    if wants_json():
        here = url_for("statements.show", ref=ref, number=number)
        at = clock_time(clock.now(), incident["zone"])
        return jsonify(ok=True, to=here, revision=revision, at=at)
    onward = "statements.submission" if sent.then == "submit" else "statements.show"
    return see(onward, ref=ref, number=number)


@bp.get("/i/<ref>/statements/<number:number>/compare")
def compare(ref: str, number: int) -> str:
    """What changed between any two versions; 0 is the draft."""
    incident, statement = _statement(ref, number)
    wanted = asked_of_url(forms.CompareForm)
    known = (
        {0: statement.content, **statement.contents} if statement.is_open else statement.contents
    )
    newest = 0 if statement.is_open else max(known, default=0)
    to = newest if wanted.to is None else wanted.to
    since = wanted.since if wanted.since is not None else _before(to, statement)
    if since not in known or to not in known:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return render_template(
        "statements/compare.html",
        incident=incident,
        statement=statement,
        since=since,
        to=to,
        diff=diff_contents(known[since], known[to]),
    )


@bp.post("/i/<ref>/statements/<number:number>/comments")
@answers_on("statements.show")
def comment(ref: str, number: int) -> Answered:
    text = asked(forms.CommentForm).text
    commands.comment_statement(current_actor(), _statement_id(ref, number), text=text)
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/waivers")
@answers_on("statements.show")
def ask_waiver(ref: str, number: int) -> Answered:
    sent = asked(forms.WaiverForm)
    commands.ask_waiver(
        current_actor(), _statement_id(ref, number), rule=sent.rule, reason=sent.reason
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/waivers/answer")
@answers_on("statements.show")
def answer_waiver(ref: str, number: int) -> Answered:
    sent = asked(forms.WaiverAnswerForm)
    commands.answer_waiver(
        current_actor(),
        _statement_id(ref, number),
        rule=sent.rule,
        granted=sent.granted,
        reason=sent.reason,
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/withdrawal")
@answers_on("statements.show")
def withdraw(ref: str, number: int) -> Answered:
    reason = asked(forms.ReasonForm).reason
    commands.withdraw_statement(current_actor(), _statement_id(ref, number), reason=reason)
    return see("statements.show", ref=ref, number=number)


# ── asking for signatures ────────────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/statements/<number:number>/submission")
def submission(ref: str, number: int) -> str:
    """Naming whose signatures are needed, and by when."""
    incident, statement = _statement(ref, number, Action.SUBMIT_STATEMENT)
    _must_be_open(statement)
    before = statement.latest
    named = [each.ministry_id for each in before.seals if each.ministry_id] if before else []
    roles = [duty for each in before.seals for duty in each.duties] if before else [Duty.DIRECTOR]
    return render_template(
        "statements/submit.html",
        incident=incident,
        statement=statement,
        checked=queries.checked(
            current_actor(), incident["id"], number=number, language=_language()
        ),
        ministries=_involved_first(incident),
        chosen=[str(each) for each in named or incident["involved"]],
        roles=OFFICE_ROLES,
        chosen_roles=roles,
        minutes=forms.SIGNED_WITHIN_MINUTES,
    )


@bp.post("/i/<ref>/statements/<number:number>/submission")
@answers_on("statements.submission")
def submit(ref: str, number: int) -> Answered:
    sent = asked(forms.SubmissionForm)
    commands.submit_statement(
        current_actor(),
        _statement_id(ref, number),
        slots=sent.slots(),
        based_on=sent.based_on,
        deadline_at=sent.deadline(),
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/reminder")
@answers_on("statements.show")
def remind(ref: str, number: int) -> Answered:
    """Remind whoever has not signed, without waiting for the clock."""
    slot_id = asked(forms.SlotForm).slot_id
    commands.remind_now(current_actor(), _statement_id(ref, number), slot_id=slot_id)
    return see("room.show", ref=ref)


@bp.post("/i/<ref>/statements/<number:number>/overruling")
@answers_on("statements.show")
def overrule(ref: str, number: int) -> Answered:
    sent = asked(forms.OverruleForm)
    commands.overrule_objection(
        current_actor(), _statement_id(ref, number), slot_id=sent.slot_id, rationale=sent.rationale
    )
    return see("statements.show", ref=ref, number=number)


# ── signing from a phone ─────────────────────────────────────────────────────────────────────────


@bp.get("/approvals/<uuid:statement_id>")
def approval(statement_id: UUID) -> str:
    """What one approver is asked, or what became of their answer."""
    actor = current_actor()
    asked_of_me = _request(statement_id)
    if asked_of_me.must_open and not asked_of_me.is_author and request.method == "GET":
        _note_opened(statement_id)
    head = asked_of_me.statement.incident
    incident = read_incident(actor, head.id)
    g.room_now = {"ref": head.ref, "title": head.title}
    g.drill = head.drill
    return render_template(
        "statements/approval.html",
        request_=asked_of_me,
        statement=asked_of_me.statement,
        incident=head,
        full="text" in request.args,
        content=_content_to_sign(asked_of_me),
        own=actor.ministry_id,
        ministries={each["id"]: each["name"] for each in ministry_choices(language())},
        may_follow=allows(actor, Action.FOLLOW_INCIDENT, case_of(incident)),
        quick=terms.QUICK_REASON,
    )


@bp.post("/approvals/<uuid:statement_id>/approval")
@answers_on("statements.approval")
def approve(statement_id: UUID) -> Answered:
    sent = asked(forms.ApprovalForm)
    commands.answer_statement(
        current_actor(),
        statement_id,
        answer=Answer.APPROVE,
        version=sent.version,
        text_hash=sent.text_hash,
    )
    return see("statements.approval", statement_id=statement_id)


@bp.post("/approvals/<uuid:statement_id>")
@answers_on("statements.approval")
def answer(statement_id: UUID) -> Answered:
    """Ask for a change, object or refuse."""
    sent = asked(forms.AnswerForm)
    commands.answer_statement(
        current_actor(),
        statement_id,
        answer=sent.answer,
        version=sent.version,
        text_hash=sent.text_hash,
        reason=_reason(sent),
    )
    return see("statements.approval", statement_id=statement_id)


@bp.post("/approvals/<uuid:statement_id>/withdrawal")
@answers_on("statements.approval")
def withdraw_answer(statement_id: UUID) -> Answered:
    asked(NothingForm)
    commands.withdraw_answer(current_actor(), statement_id)
    return see("statements.approval", statement_id=statement_id)


@bp.post("/approvals/<uuid:statement_id>/resolution")
@answers_on("statements.approval")
def resolve(statement_id: UUID) -> Answered:
    resolution = asked(forms.ResolutionForm).resolution
    commands.resolve_objection(current_actor(), statement_id, resolution=resolution)
    return see("statements.approval", statement_id=statement_id)


# ── sending it out ───────────────────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/statements/<number:number>/release")
def release_page(ref: str, number: int) -> str:
    """What goes out, where to, and when we speak again."""
    incident, statement = _statement(ref, number, Action.RELEASE_STATEMENT)
    _must_be_open(statement)
    return render_template(
        "statements/release.html",
        incident=incident,
        statement=statement,
        release=_release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/release")
@answers_on("statements.release_page")
def release(ref: str, number: int) -> Answered:
    incident, statement = _statement(ref, number)
    sent = asked(forms.ReleaseForm)
    _must_promise(statement, sent)
    commands.release_statement(
        current_actor(),
        statement.id,
        version=sent.version,
        channels=sent.channels,
        next_update_at=forms.in_zone(sent.next_update, incident["zone"]),
    )
    return see("statements.show", ref=ref, number=number)


@bp.get("/i/<ref>/statements/<number:number>/emergency")
def emergency(ref: str, number: int) -> str:
    """Asking for an emergency release, or confirming one as the second of two people."""
    incident, statement = _statement(ref, number, Action.CONFIRM_EMERGENCY)
    _must_be_open(statement)
    return render_template(
        "statements/emergency.html",
        incident=incident,
        statement=statement,
        grounds=list(Ground),
        release=_release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/emergency")
@answers_on("statements.emergency")
def ask_emergency(ref: str, number: int) -> Answered:
    sent = asked(forms.EmergencyForm)
    commands.ask_emergency(
        current_actor(),
        _statement_id(ref, number),
        ground=sent.ground,
        justification=sent.justification,
    )
    return see("statements.emergency", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/emergency/confirmation")
@answers_on("statements.emergency")
def confirm_emergency(ref: str, number: int) -> Answered:
    incident, statement = _statement(ref, number)
    sent = asked(forms.ConfirmationForm)
    commands.confirm_emergency(
        current_actor(),
        statement.id,
        version=sent.version,
        text_hash=sent.text_hash,
        channels=sent.channels,
        next_update_at=forms.in_zone(sent.next_update, incident["zone"]),
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/ratification")
@answers_on("statements.show")
def ratify(ref: str, number: int) -> Answered:
    sent = asked(forms.RatificationForm)
    incident, statement = _statement(ref, number)
    waits = statement.released is not None and statement.released.outcome == Outcome.PENDING
    if incident["may"]["ratify_emergency"] and not waits:
        raise Conflict(Message("Nothing waits to be ratified here."), code="not_pending")
    commands.ratify_emergency(
        current_actor(), statement.id, ratified=sent.ratified, reason=sent.reason
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/evidence")
@answers_on("statements.show")
def evidence(ref: str, number: int) -> Answered:
    sent = asked(forms.EvidenceForm)
    commands.note_evidence(
        current_actor(), _statement_id(ref, number), channel=sent.channel, evidence=sent.evidence
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/correction")
@answers_on("statements.show")
def correct(ref: str, number: int) -> Answered:
    wrong = asked(forms.CorrectionForm).texts()
    begun = commands.prepare_correction(
        current_actor(), _statement_id(ref, number), what_was_wrong=wrong
    )
    return see("statements.show", ref=ref, number=begun.number)


@bp.post("/i/<ref>/statements/<number:number>/retraction")
@answers_on("statements.show")
def retract(ref: str, number: int) -> Answered:
    reason = asked(forms.CorrectionForm).texts()
    begun = commands.prepare_retraction(current_actor(), _statement_id(ref, number), reason=reason)
    return see("statements.show", ref=ref, number=begun.number)


@bp.get("/i/<ref>/statements/<number:number>/text.txt")
def text(ref: str, number: int) -> Response:
    """The text alone, to copy and send: as plain text, or as short as a text message."""
    statement = _view(ref, number)
    wanted = asked_of_url(forms.TextForm)
    content = _outgoing(statement)
    spoken = wanted.lang or _first_language(content)
    answered = make_response(_as_text(statement, content, spoken, wanted.form))
    answered.headers["Content-Type"] = "text/plain; charset=utf-8"
    return answered


# ── translations after approval ──────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/statements/<number:number>/renditions/<lang>")
def rendition(ref: str, number: int, lang: str) -> str:
    """Translating the signed text, or reading a translation before it goes out."""
    incident, statement = _statement(ref, number)
    spoken = _known(lang)
    written = next((each for each in statement.renditions if each.language == spoken), None)
    return render_template(
        "statements/rendition.html",
        incident=incident,
        statement=statement,
        spoken=spoken,
        written=written,
        original=_outgoing(statement),
        release=_release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>")
@answers_on("statements.rendition")
def write_rendition(ref: str, number: int, lang: str) -> Answered:
    statement = _view(ref, number)
    sent, spoken = asked(forms.RenditionForm), _known(lang)
    commands.write_rendition(
        current_actor(),
        statement.id,
        language=spoken,
        content=sent.content(spoken, _outgoing(statement)),
    )
    return see("statements.rendition", ref=ref, number=number, lang=lang)


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>/review")
@answers_on("statements.rendition")
def review_rendition(ref: str, number: int, lang: str) -> Answered:
    text_hash = asked(forms.ReviewForm).text_hash
    commands.review_rendition(
        current_actor(), _statement_id(ref, number), language=_known(lang), text_hash=text_hash
    )
    return see("statements.rendition", ref=ref, number=number, lang=lang)


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>/release")
@answers_on("statements.rendition")
def release_rendition(ref: str, number: int, lang: str) -> Answered:
    channels = asked(forms.ChannelsForm).channels
    commands.release_rendition(
        current_actor(), _statement_id(ref, number), language=_known(lang), channels=channels
    )
    return see("statements.show", ref=ref, number=number)


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _id(ref: str) -> UUID:
    return find_incident(current_actor(), ref)


def _statement_id(ref: str, number: int) -> UUID:
    return _view(ref, number).id


def _view(ref: str, number: int) -> StatementView:
    return queries.read_statement(current_actor(), _id(ref), number=number, language=language())


def _statement(
    ref: str, number: int, action: Action | None = None
) -> tuple[dict[str, Any], StatementView]:
    return incident_head(ref, action), _view(ref, number)


def _language() -> Language:
    return _known(language())


def _known(lang: str) -> Language:
    for each in ("ar", "en", "fr"):
        if each == lang:
            return each
    raise NotFound(Message("There is no such page, or it is not open to you."))


def _must_be_open(statement: StatementView) -> None:
    if statement.state is State.WITHDRAWN:
        raise Conflict(Message("This statement was withdrawn."), code="withdrawn")
    if not statement.is_open:
        raise Conflict(Message("This statement was released."), code="released")


def _involved_first(incident: dict[str, Any]) -> list[dict[str, Any]]:
    order = {each: place for place, each in enumerate(incident["involved"])}
    choices = ministry_choices(language())
    return sorted(choices, key=lambda each: order.get(each["id"], len(order)))


def _audiences(statement: StatementView) -> list[tuple[str, str]]:
    """Those of the office, and those the text already names."""
    known = queries.audiences(current_actor(), statement.incident.id, language=language())
    others = statement.content.audiences - {code for code, _name in known}
    return [*known, *((code, code) for code in sorted(others))]


def _order(each: Template, hazard: str) -> tuple[bool, bool, int, str]:
    """Those for this hazard first; of those alike as an incident is told."""
    return (
        not each.code.startswith(hazard),
        "." in each.code,
        _AS_TOLD.index(each.type),
        each.code,
    )


def _prepared(each: Template, hazard: str) -> dict[str, Any]:
    spoken = _language()
    return {
        "code": each.code,
        "type": each.type,
        "name": each.name[spoken],
        "fits": each.code.startswith(hazard),
        "opening": _PLACE.sub("…", each.body.get(spoken, ""))[:160],
    }


def _from_template(chosen: Template) -> Content:
    body = fill(chosen, {}, leave_open=True)
    return Content(
        type=chosen.type,
        bodies={language: paragraphs_of(text) for language, text in body.items()},
        channels=frozenset(),
    )


def _says_the_same(statement: StatementView, content: Content) -> bool:
    kept = statement.content
    return diff_contents(kept, content).changed is False or (
        (kept.titles, kept.bodies, kept.type) == (content.titles, content.bodies, content.type)
        and (kept.audiences, kept.channels) == (content.audiences, content.channels)
        and kept.next_update_at == content.next_update_at
    )


def _changed_cells(statement: StatementView) -> frozenset[Place]:
    """Where the draft says something else than the version that was sent last."""
    latest = statement.latest
    if latest is None or latest.is_current:
        return frozenset()
    return diff_contents(statement.contents[latest.number], statement.content).places


def _is_edited_meanwhile() -> bool:
    refusal = g.get("refusal")
    return refusal is not None and refusal.code == "edited_meanwhile"


def _their_difference(statement: StatementView) -> Any:
    """What was written meanwhile, against what is being sent now."""
    mine = asked(forms.EditForm).content(statement.incident.zone)
    return diff_contents(statement.content, mine)


def _before(to: int, statement: StatementView) -> int:
    newest = max(statement.contents, default=0)
    latest = statement.latest
    if to == 0 and not (latest and latest.is_current):
        return newest
    return max((to or newest) - 1, min(statement.contents, default=0))


def _request(statement_id: UUID) -> queries.Request:
    actor = current_actor()
    return queries.read_request(
        actor, statement_id, by=actor, language=language(), since=_version_being_read()
    )


def _version_being_read() -> int | None:
    """After a refusal: the version whose text was before the person who answered."""
    if request.method != "POST" or g.get("refusal") is None:
        return None
    said = request.form.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _note_opened(statement_id: UUID) -> None:
    with suppress(Conflict):  # somebody of the same ministry opened it in the same moment
        commands.open_statement(current_actor(), statement_id)


def _content_to_sign(asked_of_me: queries.Request) -> Content | None:
    version = asked_of_me.version
    return asked_of_me.statement.contents[version.number] if version else None


def _reason(sent: forms.AnswerForm) -> str | None:
    quick = say(terms.QUICK_REASON[sent.quick]) if sent.quick else ""
    return " — ".join(filter(None, [quick, sent.reason])) or None


def _outgoing(statement: StatementView) -> Content:
    """The text that went out, else the one that was signed last, else the draft."""
    if statement.released:
        return statement.contents[statement.released.version]
    if statement.latest:
        return statement.contents[statement.latest.number]
    return statement.content


def _first_language(content: Content) -> Language:
    spoken = _language()
    return spoken if spoken in content.languages else next(iter(content.languages), spoken)


def _release_context(statement: StatementView, incident: dict[str, Any]) -> dict[str, Any]:
    content = _outgoing(statement)
    wait = timedelta(minutes=NEXT_UPDATE_AFTER[incident["level"]])
    return {
        "content": content,
        "channels": [each for each in CHANNELS if each in content.channels] or CHANNELS,
        "chosen": sorted(content.channels) or ["website"],
        "next_update_at": content.next_update_at or clock.now() + wait,
        "must_promise": _is_about_the_situation(statement),
        "public": Type(statement.type) not in NEVER_PUBLIC,
    }


def _is_about_the_situation(statement: StatementView) -> bool:
    return statement.type in {Type.HOLDING, Type.INITIAL, Type.UPDATE}


def _must_promise(statement: StatementView, sent: forms.ReleaseForm) -> None:
    if _is_about_the_situation(statement) and sent.next_update is None:
        missing = Message("Say when people will hear from us again.")
        raise Invalid(missing, fields={"next_update": missing})


def _as_text(statement: StatementView, content: Content, spoken: Language, form: str) -> str:
    prefix = EXERCISE[spoken] if statement.incident.drill else ""
    if form == "sms":
        return short_form(content, spoken, before=prefix).text
    reference = f"{statement.incident.ref}/{statement.number}"
    out, zone = statement.released, statement.incident.zone
    frozen = next((v for v in statement.versions if out and v.number == out.version), None)
    below = [reference]
    if out and frozen:
        below = [f"{day(out.at, zone)} {clock_time(out.at, zone)}", f"{reference} · {frozen.code}"]
    return prefix + plain_text(content, spoken, below=below)
