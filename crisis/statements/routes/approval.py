"""Signing from a phone."""

from contextlib import suppress
from uuid import UUID

from flask import g, render_template, request
from werkzeug.wrappers import Response as Answered

from crisis.incidents.queries import ministry_choices
from crisis.kernel.errors import Conflict
from crisis.statements import forms
from crisis.statements.commands import signing
from crisis.statements.content import Content
from crisis.statements.model.states import Answer
from crisis.statements.queries.approval import Request, read_request
from crisis.statements.routes.blueprint import bp
from crisis.timeline import terms
from crisis.web.asking import NothingForm, answers_on, asked, current_actor, see
from crisis.web.locale import language, say


@bp.get("/approvals/<uuid:statement_id>")
def approval(statement_id: UUID) -> str:
    """What one approver is asked, or what became of their answer."""
    actor = current_actor()
    asked_of_me = _request(statement_id)
    if asked_of_me.must_open and not asked_of_me.is_author and request.method == "GET":
        _note_opened(statement_id)
    head = asked_of_me.statement.incident
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
        quick=terms.QUICK_REASON,
    )


@bp.post("/approvals/<uuid:statement_id>/approval")
@answers_on("statements.approval")
def approve(statement_id: UUID) -> Answered:
    sent = asked(forms.ApprovalForm)
    signing.answer_statement(
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
    signing.answer_statement(
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
    signing.withdraw_answer(current_actor(), statement_id)
    return see("statements.approval", statement_id=statement_id)


@bp.post("/approvals/<uuid:statement_id>/resolution")
@answers_on("statements.approval")
def resolve(statement_id: UUID) -> Answered:
    resolution = asked(forms.ResolutionForm).resolution
    signing.resolve_objection(current_actor(), statement_id, resolution=resolution)
    return see("statements.approval", statement_id=statement_id)


def _request(statement_id: UUID) -> Request:
    actor = current_actor()
    return read_request(
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
        signing.open_statement(current_actor(), statement_id)


def _content_to_sign(asked_of_me: Request) -> Content | None:
    version = asked_of_me.version
    return asked_of_me.statement.contents[version.number] if version else None


def _reason(sent: forms.AnswerForm) -> str | None:
    quick = say(terms.QUICK_REASON[sent.quick]) if sent.quick else ""
    return " — ".join(filter(None, [quick, sent.reason])) or None
