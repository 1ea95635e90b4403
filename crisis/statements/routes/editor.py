"""The pages of one statement: writing it, comparing its versions, remarks, waivers."""

from dataclasses import replace
from typing import Any

from flask import g, jsonify, render_template, url_for
from werkzeug.wrappers import Response as Answered

from crisis.incidents.queries import ministry_choices
from crisis.incidents.states import Status
from crisis.kernel import clock
from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.statements import forms
from crisis.statements.commands import releasing, waiving, writing
from crisis.statements.content import Content, Type
from crisis.statements.diff import diff_contents
from crisis.statements.queries.approval import awaits
from crisis.statements.queries.checks import checked
from crisis.statements.queries.promises import promised
from crisis.statements.queries.signers import nobody_signs
from crisis.statements.queries.view import StatementView, audiences
from crisis.statements.routes.address import spoken_language, statement_at, statement_id_at
from crisis.statements.routes.blueprint import bp
from crisis.statements.routes.involved import asked_before, involved_first
from crisis.statements.routes.outgoing import CHANNELS, release_context
from crisis.statements.translations import Place
from crisis.timeline import terms
from crisis.web.asking import answers_on, asked, asked_of_url, current_actor, see, wants_json
from crisis.web.locale import clock_time, language, say


@bp.get("/i/<ref>/statements/<number:number>")
def show(ref: str, number: int) -> str:
    """One statement: its editor while it can be written, else the text and what became of it."""
    incident, statement = statement_at(ref, number)
    may, actor = incident["may"], current_actor()
    found = checked(actor, incident["id"], number=number, language=spoken_language())
    written = statement.is_open and incident["status"] != Status.CLOSED
    page = "editor" if written and may["draft_statement"] else "statement"
    conflict = _is_edited_meanwhile()
    return render_template(
        f"statements/{page}.html",
        incident=incident,
        statement=statement,
        checked=found,
        to_sign=awaits(actor, statement.id, by=actor),
        changed=_changed_cells(statement),
        promise=promised(actor, incident["id"]),
        conflict=conflict,
        theirs=_their_difference(statement) if conflict else None,
        ministries=involved_first(incident),
        nobody=_nobody_signs(statement, incident),
        audiences=_audiences(statement),
        channels=[*CHANNELS, *sorted(statement.content.channels - set(CHANNELS))],
        types=list(Type),
        release=release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>")
@answers_on("statements.show")
def edit(ref: str, number: int) -> Answered:
    """Take a text; the same text again changes nothing."""
    incident, statement = statement_at(ref, number)
    sent = asked(forms.EditForm)
    content = sent.content(incident["zone"])
    revision = statement.revision
    same = _says_the_same(statement, content) and sent.based_on == revision
    confirmed = [each for each in sent.confirmed() if each in statement.outdated]
    if not (same and not confirmed and incident["may"]["draft_statement"]):
        revision = writing.edit_statement(
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
    incident, statement = statement_at(ref, number)
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
    writing.comment_statement(current_actor(), statement_id_at(ref, number), text=text)
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/waivers")
@answers_on("statements.show")
def ask_waiver(ref: str, number: int) -> Answered:
    sent = asked(forms.WaiverForm)
    waiving.ask_waiver(
        current_actor(), statement_id_at(ref, number), rule=sent.rule, reason=sent.reason
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/waivers/answer")
@answers_on("statements.show")
def answer_waiver(ref: str, number: int) -> Answered:
    sent = asked(forms.WaiverAnswerForm)
    waiving.answer_waiver(
        current_actor(),
        statement_id_at(ref, number),
        rule=sent.rule,
        granted=sent.granted,
        reason=sent.reason,
    )
    return see("statements.show", ref=ref, number=number)


@bp.post("/i/<ref>/statements/<number:number>/withdrawal")
@answers_on("statements.show")
def withdraw(ref: str, number: int) -> Answered:
    reason = asked(forms.ReasonForm).reason
    releasing.withdraw_statement(current_actor(), statement_id_at(ref, number), reason=reason)
    return see("statements.show", ref=ref, number=number)


def _nobody_signs(statement: StatementView, incident: dict[str, Any]) -> list[str]:
    """Who will probably be asked to sign next, though nobody in the incident can."""
    latest = statement.latest
    if not statement.is_open or (latest and latest.is_current):
        return []
    ministries, duties = asked_before(statement, incident)
    unsigned = nobody_signs(current_actor(), incident["id"], number=statement.number)
    named = {each["id"]: each["name"] for each in ministry_choices(language())}
    return [
        *(named[each] for each in ministries if each in unsigned.ministry_ids),
        *(say(terms.DUTY[each]) for each in duties if each in unsigned.duties),
    ]


def _audiences(statement: StatementView) -> list[tuple[str, str]]:
    """Those of the office, and those the text already names."""
    known = audiences(current_actor(), statement.incident.id, language=language())
    others = statement.content.audiences - {code for code, _name in known}
    return [*known, *((code, code) for code in sorted(others))]


def _says_the_same(statement: StatementView, content: Content) -> bool:
    """Whether it does, but for what it corrects or retracts, which no form says."""
    kept = statement.content
    return kept == replace(content, correction=kept.correction, retraction=kept.retraction)


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
