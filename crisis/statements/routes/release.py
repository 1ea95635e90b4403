"""Sending a statement out, and what comes after: evidence, correction, retraction, its text."""

from flask import Response, make_response, render_template
from werkzeug.wrappers import Response as Answered

from crisis.kernel.errors import Invalid
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements import forms
from crisis.statements.commands import correcting, releasing
from crisis.statements.content import Content, Language
from crisis.statements.forms_of_text import EXERCISE, plain_text, short_form
from crisis.statements.queries.view import StatementView
from crisis.statements.routes.address import (
    must_be_open,
    spoken_language,
    statement_at,
    statement_id_at,
    view_at,
)
from crisis.statements.routes.blueprint import bp
from crisis.statements.routes.outgoing import (
    is_about_the_situation,
    must_agree,
    outgoing,
    release_context,
)
from crisis.web.asking import answers_on, asked, asked_of_url, current_actor, see
from crisis.web.locale import clock_time, day


@bp.get("/i/<ref>/statements/<number:number>/release")
def release_page(ref: str, number: int) -> str:
    """What goes out, where to, and when we speak again."""
    incident, statement = statement_at(ref, number, Action.RELEASE_STATEMENT)
    must_be_open(statement)
    return render_template(
        "statements/release.html",
        incident=incident,
        statement=statement,
        release=release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/release")
@answers_on("statements.release_page")
def release(ref: str, number: int) -> Answered:
    incident, statement = statement_at(ref, number)
    sent = asked(forms.ReleaseForm)
    _must_promise(statement, sent)
    next_update_at = forms.in_zone(sent.next_update, incident["zone"])
    if not sent.although:
        must_agree(statement, next_update_at)
    releasing.release_statement(
        current_actor(),
        statement.id,
        version=sent.version,
        channels=sent.channels,
        next_update_at=next_update_at,
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/evidence")
@answers_on("statements.show")
def evidence(ref: str, number: int) -> Answered:
    sent = asked(forms.EvidenceForm)
    releasing.note_evidence(
        current_actor(), statement_id_at(ref, number), channel=sent.channel, evidence=sent.evidence
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/correction")
@answers_on("statements.show")
def correct(ref: str, number: int) -> Answered:
    wrong = asked(forms.CorrectionForm).texts()
    begun = correcting.prepare_correction(
        current_actor(), statement_id_at(ref, number), what_was_wrong=wrong
    )
    return see("statements.show", ref=ref, number=begun.number)


@bp.post("/i/<ref>/statements/<number:number>/retraction")
@answers_on("statements.show")
def retract(ref: str, number: int) -> Answered:
    reason = asked(forms.CorrectionForm).texts()
    begun = correcting.prepare_retraction(
        current_actor(), statement_id_at(ref, number), reason=reason
    )
    return see("statements.show", ref=ref, number=begun.number)


@bp.get("/i/<ref>/statements/<number:number>/text.txt")
def text(ref: str, number: int) -> Response:
    """The text alone, to copy and send: as plain text, or as short as a text message."""
    statement = view_at(ref, number)
    wanted = asked_of_url(forms.TextForm)
    content = outgoing(statement)
    spoken = wanted.lang or _first_language(content)
    answered = make_response(_as_text(statement, content, spoken, wanted.form))
    answered.headers["Content-Type"] = "text/plain; charset=utf-8"
    return answered


def _first_language(content: Content) -> Language:
    spoken = spoken_language()
    return spoken if spoken in content.languages else next(iter(content.languages), spoken)


def _must_promise(statement: StatementView, sent: forms.ReleaseForm) -> None:
    if is_about_the_situation(statement) and sent.next_update is None:
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
