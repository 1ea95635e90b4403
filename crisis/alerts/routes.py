"""The HTTP door to alerts: writing one, confirming one from a phone, stopping one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from babel.numbers import get_currency_name
from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    make_response,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from crisis.alerts import commands, composing, delivery, fields, forms, queries, ways
from crisis.alerts.composing import Preview
from crisis.alerts.drafts import Draft
from crisis.alerts.fields import Shown
from crisis.alerts.model import SECOND_PERSON_WITHIN, Alert, AlertKind, AlertState, Priority
from crisis.alerts.shortening import rewritten
from crisis.alerts.templates import places
from crisis.incidents.queries import find_incident
from crisis.kernel import clock, once
from crisis.kernel.errors import Conflict, Invalid, Refusal
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.words import Message
from crisis.people.model import in_language
from crisis.policy import Action
from crisis.settings import Settings
from crisis.statements.content import LANGUAGES
from crisis.statements.incident_head import incident_head
from crisis.statements.queries.view import read_statement
from crisis.web.asking import answers_on, asked, asked_of_url, current_actor, see
from crisis.web.locale import clock_time, language, money, say

bp: Final = Blueprint("alerts", __name__)

FORM: Final = "compose"


# ── the list, and writing one ────────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/alerts")
def index(ref: str) -> str:
    """Every alert of an incident."""
    incident = incident_head(ref)
    actor = current_actor()
    rows = queries.alerts_of(actor, incident["id"])
    known = ways.outlets(actor, OFFICE_ID, language=language())
    shut = [
        each
        for each in known
        if each.standing != ways.Standing.WORKS and incident["drill"] in each.exercises
    ]
    return render_template("alerts/index.html", incident=incident, rows=rows, shut=shut)


@bp.get("/i/<ref>/alerts/new")
def new(ref: str) -> str:
    """An alert that is not there yet: from a template, or with the text of a statement."""
    incident = incident_head(ref, Action.WRITE_ALERT)
    if request.method == "POST":
        return _as_sent(incident, None)
    wanted = asked_of_url(forms.NewAsked)
    statement_id = _statement_id(incident, wanted.statement)
    code = "" if statement_id else wanted.template or fields.fitting(incident["hazard"])
    draft = fields.from_template(code, zone=incident["zone"]) if code else fields.empty()
    if statement_id:
        actor = current_actor()
        draft = composing.as_pressing(actor, incident["id"], draft=draft, statement_id=statement_id)
    shown = fields.kept(
        draft, zone=incident["zone"], kind=wanted.kind, statement=wanted.statement, tab=language()
    )
    return _composer(incident, None, shown, _look(incident, shown, draft, None))


@bp.post("/i/<ref>/alerts/new")
@answers_on("alerts.new")
def create(ref: str) -> Response:
    return _write(ref, None)


@bp.get("/i/<ref>/alerts/<number:number>")
def show(ref: str, number: int) -> Any:
    """One alert: its composer while it is written, what is asked while it waits, then what became
    of it."""
    asked_of_url(delivery.Sieve)  # what makes no sense is refused in whatever state it is
    incident = incident_head(ref)
    alert = queries.read_alert(current_actor(), incident["id"], number=number)
    g.way_on = url_for("alerts.show", ref=ref, number=number), Message("Open the alert")
    if alert.state == AlertState.DRAFT and incident["may"]["write_alert"] and incident["runs"]:
        if request.method == "POST" and request.form.get("_form") == FORM:
            return _as_sent(incident, alert)
        draft = Draft.of(alert)
        shown = fields.kept(
            draft, zone=incident["zone"], kind=AlertKind(alert.kind), statement=None, tab=language()
        )
        return _composer(incident, alert, shown, _look(incident, shown, draft, alert))
    if alert.confirmed_at is None:
        return _waiting(incident, alert)
    return _delivered(incident, alert)


@bp.post("/i/<ref>/alerts/<number:number>")
@answers_on("alerts.show")
def edit(ref: str, number: int) -> Response:
    return _write(ref, number)


# ── the second person ────────────────────────────────────────────────────────────────────────────


@bp.get("/i/<ref>/alerts/<number:number>/confirmation")
def confirmation(ref: str, number: int) -> str:
    """What the second person reads before they say yes, and type how many it reaches."""
    incident = incident_head(ref, Action.CONFIRM_ALERT)
    alert = queries.read_alert(current_actor(), incident["id"], number=number)
    g.way_on = url_for("alerts.show", ref=ref, number=number), Message("Open the alert")
    return _waiting(incident, alert)


@bp.post("/i/<ref>/alerts/<number:number>/confirmation")
@answers_on("alerts.confirmation")
def confirm(ref: str, number: int) -> Response:
    sent = asked(forms.ConfirmForm)
    commands.confirm_alert(
        current_actor(),
        _alert_id(ref, number),
        revision=sent.revision,
        typed_count=sent.typed_count,
        audience_hash=sent.seen,
        said_hash=sent.said,
    )
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/return")
@answers_on("alerts.confirmation")
def send_back(ref: str, number: int) -> Response:
    reason = asked(forms.ReasonForm).reason
    commands.send_back(current_actor(), _alert_id(ref, number), reason=reason)
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/cancellation")
@answers_on("alerts.show")
def cancel(ref: str, number: int) -> Response:
    """Give it up, or stop what has not left."""
    reason = asked(forms.ReasonForm).reason
    commands.cancel_alert(current_actor(), _alert_id(ref, number), reason=reason)
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/following")
@answers_on("alerts.show")
def follow(ref: str, number: int) -> Response:
    """Begin an update, an all-clear or a correction for the same people."""
    kind = asked(forms.FollowForm).kind
    begun = commands.follow_up(current_actor(), _alert_id(ref, number), kind=kind)
    return see("alerts.show", ref=ref, number=begun.number)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def _write(ref: str, number: int | None) -> Response:
    incident = incident_head(ref)
    actor, sent = current_actor(), asked(forms.ComposeForm)
    alert = (number and queries.read_alert(actor, incident["id"], number=number)) or None
    if sent.then in {"look", "take", "spell", "tight"}:
        return _only_shown(incident, alert)
    draft = sent.draft(incident["zone"])
    if sent.then in {"ask", "send"}:
        _must_be_ready(incident, sent, draft, alert)
    alert_id, revision, kept_number = _kept_as(incident, sent, draft, alert)
    _go_on(sent, alert_id, revision)
    return see("alerts.show", ref=ref, number=kept_number)


def _kept_as(
    incident: Mapping[str, Any], sent: forms.ComposeForm, draft: Draft, alert: Alert | None
) -> tuple[UUID, int, int]:
    """The draft as an alert: begun, edited, or left as it is; its id, revision and number."""
    actor = current_actor()
    if alert is None:
        begun = commands.create_alert(
            actor,
            incident["id"],
            draft=draft,
            kind=sent.kind,
            statement_id=_statement_id(incident, sent.statement),
        )
        return begun.alert_id, 1, begun.number
    revision = sent.revision or 0
    if draft.says_as(alert) and revision == alert.revision and incident["runs"]:
        return alert.id, revision, alert.number
    edited = commands.edit_alert(actor, alert.id, draft=draft, based_on=revision)
    return alert.id, edited.revision, alert.number


def _go_on(sent: forms.ComposeForm, alert_id: UUID, revision: int) -> None:
    actor, despite = current_actor(), sent.again == "yes"
    if sent.then == "ask":
        commands.ask_confirmation(
            actor, alert_id, revision=revision, audience_hash=sent.seen, despite_same=despite
        )
    elif sent.then == "send":
        commands.send_alert(
            actor, alert_id, revision=revision, audience_hash=sent.seen, despite_same=despite
        )
    elif sent.then == "test":
        commands.test_to_me(actor, alert_id, language=sent.tab)
        flash(say(Message("It is on its way to you alone.")), "ok")
    else:
        at = clock_time(clock.now())
        flash(say(Message("Draft kept {time}", time=at)), "ok")


def _must_be_ready(
    incident: Mapping[str, Any], sent: forms.ComposeForm, draft: Draft, alert: Alert | None
) -> None:
    """Refused before it is kept: else a corrected form would begin a second alert. What is sent
    again gets its first answer, whatever has become of the alert since."""
    if once.was_answered(current_actor().id, commands.create_alert.__name__):
        return
    view = _preview(incident, draft, alert, sent.kind, sent.statement)
    if incident["runs"]:
        composing.must_be_sendable(
            view, asks=sent.then == "ask", seen=sent.seen, despite_same=sent.again == "yes"
        )


def _only_shown(incident: dict[str, Any], alert: Alert | None) -> Response:
    page = _as_sent(incident, alert)
    if not incident["runs"]:
        raise _closed()
    return make_response(page)


def _as_sent(incident: dict[str, Any], alert: Alert | None) -> str:
    """The composer with what was just typed, after a refusal or where only a look was asked for."""
    shown = fields.typed()
    try:
        sent = asked(forms.ComposeForm)
        draft = sent.draft(incident["zone"])
    except Invalid as refusal:
        g.setdefault("refusal", refusal)
        draft = Draft.of(alert) if alert else fields.empty()
        view = _look(incident, shown, draft, alert)
        return _composer(incident, alert, fields.typed(view.places), view)
    if sent.then == "take" and sent.template and not (alert and alert.statement_id):
        draft = fields.from_template(sent.template, zone=incident["zone"])
        shown = fields.kept(
            draft, zone=incident["zone"], kind=sent.kind, statement=None, tab=sent.tab
        )
    elif sent.then in {"spell", "tight"}:
        text = rewritten(shown.sms[sent.tab], "spell" if sent.then == "spell" else "tight")
        shown = fields.with_sms(shown, sent.tab, text)
        draft = replace(draft, sms={**draft.sms, sent.tab: text})
    return _composer(incident, alert, shown, _look(incident, shown, draft, alert))


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def _composer(incident: dict[str, Any], alert: Alert | None, shown: Shown, view: Preview) -> str:
    return render_template("alerts/compose.html", **_context(incident, alert, shown, view))


def _context(
    incident: dict[str, Any], alert: Alert | None, shown: Shown, view: Preview
) -> dict[str, Any]:
    """What the composer and its live parts read."""
    refusal: Refusal | None = g.get("refusal")
    amiss = composing.fields_of(refusal) if refusal else []
    groups = queries.choices()
    named = {str(each.id): in_language(each.name, language()) for each in queries.people_to_pick()}
    prepared = fields.prepared(incident["hazard"])
    return {
        "incident": incident,
        "alert": alert,
        "shown": fields.opened(shown, amiss),
        "amiss": fields.sections_of(amiss),
        "view": view,
        "groups": groups,
        "people": named,
        "prepared": prepared,
        "priorities": list(Priority),
        "answers": forms.ANSWERS,
        "place_names": places(),
        "cost": _cost(view),
        "budget": composing.LOAD_BUDGET,
        "wrong": composing.problems_of(view.wrong) if view.wrong else [],
        "wrong_code": view.wrong.code if view.wrong else "",
        "confirmers": [named.get(str(each), "") for each in view.confirmers],
        "languages": LANGUAGES,
        "fixed": _carried(incident, alert, shown),
    }


def _waiting(incident: dict[str, Any], alert: Alert) -> str:
    """An alert that somebody else must look at, or that never left."""
    actor = current_actor()
    view = composing.preview_of(actor, alert.id, by=actor.id)
    names = queries.names_of([alert.created_by_id])
    return render_template(
        "alerts/confirm.html",
        incident=incident,
        alert=alert,
        view=view,
        cost=_cost(view),
        by=in_language(names[alert.created_by_id], language()),
        mine=queries.wrote(actor, alert),
        waits=alert.state == AlertState.AWAITING,
        until=alert.asked_at and alert.asked_at + SECOND_PERSON_WITHIN,
        now=clock.now(),
        groups=[each for each in queries.choices() if str(each.id) in alert.audience_ids],
        crowd=composing.crowd_of(actor, alert.id),
        wrong=composing.problems_of(view.wrong) if view.wrong else [],
        changed=alert.audience_hash is not None and alert.audience_hash != view.fingerprint,
    )


def _delivered(incident: dict[str, Any], alert: Alert) -> Any:
    """What became of an alert that left."""
    return delivery.page(incident, alert)


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _look(incident: Mapping[str, Any], shown: Shown, draft: Draft, alert: Alert | None) -> Preview:
    return _preview(incident, draft, alert, AlertKind(shown.kind), shown.statement)


def _preview(
    incident: Mapping[str, Any],
    draft: Draft,
    alert: Alert | None,
    kind: AlertKind,
    statement: int | None,
) -> Preview:
    actor = current_actor()
    return composing.preview(
        actor,
        incident["id"],
        draft=draft,
        by=actor.id,
        kind=kind,
        statement_id=None if alert else _statement_id(incident, statement),
        alert_id=alert.id if alert else None,
    )


def _cost(view: Preview) -> dict[str, str]:
    """What its SMS come to, as an estimate, in the currency of the settings."""
    settings: Settings = current_app.config["SETTINGS"]
    total = view.parts * settings.sms_part_price
    currency = get_currency_name(settings.sms_currency, locale=language())
    return {
        "total": money(total),
        "currency": currency,
        "each": money(settings.sms_part_price),
    }


def _alert_id(ref: str, number: int) -> UUID:
    actor = current_actor()
    return queries.read_alert(actor, find_incident(actor, ref), number=number).id


def _statement_id(incident: Mapping[str, Any], number: int | None) -> UUID | None:
    if number is None:
        return None
    found = read_statement(current_actor(), incident["id"], number=number, language=language())
    return found.id


def _carried(incident: Mapping[str, Any], alert: Alert | None, shown: Shown) -> int | None:
    """The number of the statement whose text it carries."""
    if alert is None:
        return shown.statement
    rows = queries.alerts_of(current_actor(), incident["id"])
    return next((each.statement for each in rows if each.id == alert.id), None)


def _closed() -> Conflict:
    return Conflict(Message("The incident is not running."), code="closed")
