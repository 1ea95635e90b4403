"""The HTTP door to audiences: who is told together, counted as one describes it."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from crisis.alerts import audiences as commands
from crisis.alerts import forms, queries
from crisis.alerts.gathering import Gathered
from crisis.incidents.queries import ministry_choices
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.words import Message
from crisis.people.model import LANGUAGES, Audience, AudienceKind, in_language
from crisis.policy import Action, Duty, allows
from crisis.web.asking import answers_on, asked, current_actor, see
from crisis.web.locale import language, say

bp: Final = Blueprint("audiences", __name__)


@bp.get("/office/audiences")
def index() -> str:
    """Every audience, and how many are in it now."""
    rows = queries.groups(current_actor(), OFFICE_ID)
    return render_template("audiences/index.html", rows=rows, **_rights())


@bp.get("/office/audiences/new")
def new() -> str:
    """Describing a new audience."""
    _only_for_keepers()
    return _page(None)


@bp.post("/office/audiences/new")
@answers_on("audiences.new")
def create() -> Response:
    return _save(None)


@bp.get("/office/audiences/<uuid:audience_id>")
def show(audience_id: UUID) -> str:
    """One audience: its rule, and who is in it now."""
    actor = current_actor()
    return _page(queries.read_audience(actor, OFFICE_ID, audience_id=audience_id))


@bp.post("/office/audiences/<uuid:audience_id>")
@answers_on("audiences.show")
def save(audience_id: UUID) -> Response:
    return _save(audience_id)


@bp.post("/office/audiences/<uuid:audience_id>/use")
@answers_on("audiences.show")
def use(audience_id: UUID) -> Response:
    """Offer it no longer, or again."""
    active = asked(forms.UseForm).active == "yes"
    commands.retire_audience(current_actor(), OFFICE_ID, audience_id=audience_id, active=active)
    flash(say(Message("Saved.")), "ok")
    return see("audiences.show", audience_id=audience_id)


def _save(audience_id: UUID | None) -> Response:
    actor, sent = current_actor(), asked(forms.AudienceForm)
    if sent.then == "look" and allows(actor, Action.KEEP_AUDIENCES, None):
        kept = audience_id and queries.read_audience(actor, OFFICE_ID, audience_id=audience_id)
        return make_response(_page(kept or None))
    saved = commands.save_audience(
        actor, OFFICE_ID, described=sent.described(), audience_id=audience_id
    )
    flash(say(Message("Saved.")), "ok")
    return see("audiences.show", audience_id=saved.audience_id)


def _page(audience: Audience | None) -> str:
    shown = _shown(audience)
    known = queries.people_to_pick()
    return render_template(
        "audiences/audience.html",
        audience=audience,
        shown=shown,
        gathered=_now(audience),
        contacts=queries.contacts_of(audience.id) if audience else 0,
        ministries=ministry_choices(language()),
        people=[{"id": each.id, "name": in_language(each.name, language())} for each in known],
        kinds=list(AudienceKind),
        duties=list(Duty),
        **_rights(),
    )


def _now(audience: Audience | None) -> Gathered:
    """Who is in it: as it is being described, else as it is kept."""
    if request.method == "POST" and request.form.get("_form") == "audience":
        described = forms.so_far(request.form)
        return queries.as_described(described, audience.id if audience else None)
    if audience is None:
        return queries.as_described(forms.nobody(), None)
    return queries.in_audience(audience)


def _shown(audience: Audience | None) -> dict[str, Any]:
    """What the fields hold before anybody types."""
    if audience is None:
        return {
            "code": "",
            "kind": AudienceKind.MINISTRY_DUTY,
            **{f"name_{each}": "" for each in LANGUAGES},
            "rule": "",
            "ministries": [],
            "duties": [],
            "languages": [],
            "members": [],
        }
    return {
        "code": audience.code,
        "kind": audience.kind,
        **{f"name_{each}": audience.name.get(each, "") for each in LANGUAGES},
        "rule": audience.rule,
        "ministries": audience.ministry_ids,
        "duties": audience.duties,
        "languages": audience.languages,
        "members": [str(each.id) for each in audience.members],
    }


def _rights() -> dict[str, bool]:
    actor = current_actor()
    return {
        "may_audiences": allows(actor, Action.KEEP_AUDIENCES, None),
        "may_keep": allows(actor, Action.KEEP_OFFICE, None),
    }


def _only_for_keepers() -> None:
    if not allows(current_actor(), Action.KEEP_AUDIENCES, None):
        raise NotFound(Message("There is no such page, or it is not open to you."))
