"""The list of statements, and beginning one."""

from typing import Any, Final

from flask import render_template
from werkzeug.wrappers import Response as Answered

from crisis.policy import Action
from crisis.statements import forms
from crisis.statements.commands import writing
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.incident_head import incident_head
from crisis.statements.queries.listing import statements_of
from crisis.statements.routes.address import incident_id, spoken_language
from crisis.statements.routes.blueprint import bp
from crisis.statements.templates import Template, readable, template, templates
from crisis.web.asking import answers_on, asked, current_actor, see
from crisis.web.locale import language

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


@bp.get("/i/<ref>/statements")
def index(ref: str) -> str:
    """Every statement of an incident."""
    incident = incident_head(ref)
    rows = statements_of(current_actor(), incident["id"], language=language())
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
    begun = writing.create_statement(
        current_actor(),
        incident_id(ref),
        content=content,
        template=chosen.code if chosen else None,
    )
    return see("statements.show", ref=ref, number=begun.number)


def _order(each: Template, hazard: str) -> tuple[bool, bool, int, str]:
    """Those for this hazard first; of those alike as an incident is told."""
    return (
        not each.code.startswith(hazard),
        "." in each.code,
        _AS_TOLD.index(each.type),
        each.code,
    )


def _prepared(each: Template, hazard: str) -> dict[str, Any]:
    spoken = spoken_language()
    return {
        "code": each.code,
        "type": each.type,
        "name": each.name[spoken],
        "fits": each.code.startswith(hazard),
        "opening": readable(each.body).get(spoken, "")[:160],
    }


def _from_template(chosen: Template) -> Content:
    bodies = readable(chosen.body).items()
    return Content(
        type=chosen.type,
        bodies={language: paragraphs_of(text) for language, text in bodies},
        channels=frozenset(),
    )
