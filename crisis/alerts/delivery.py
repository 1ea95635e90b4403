"""The page of an alert that left, and what may be done about those who have not acknowledged."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from flask import Blueprint, flash, make_response, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from crisis.alerts import queries, sending
from crisis.alerts.acknowledging import record_acknowledgement
from crisis.alerts.export import export
from crisis.alerts.following import Following, awaited, follow_alert
from crisis.alerts.model import MOVING, Alert, AlertKind, AlertState
from crisis.alerts.outbox import Delivery
from crisis.alerts.recipients import Recipient
from crisis.alerts.tally import Tile
from crisis.alerts.ways import Standing
from crisis.incidents.queries import find_incident
from crisis.kernel.database import reading
from crisis.kernel.errors import NotFound
from crisis.kernel.text import line
from crisis.kernel.words import Message
from crisis.people.queries import the_office
from crisis.web.asking import Form, NothingForm, answers_on, asked, asked_of_url, current_actor, see
from crisis.web.locale import language, say

bp: Final = Blueprint("delivery", __name__)


class Sieve(Form):
    """Who is listed: everybody silent, or those of one tile; all of them, or the first."""

    tile: Tile | None = None
    all: Literal["1"] | None = None


class WordForm(Form):
    """How somebody knows."""

    reason: Annotated[str, line(400)]


def page(incident: Mapping[str, Any], alert: Alert) -> str:
    """What became of the alert; `incident` as the pages of alerts know it."""
    sieve = asked_of_url(Sieve)
    found = follow_alert(
        current_actor(),
        incident["id"],
        alert_id=alert.id,
        language=language(),
        tile=sieve.tile,
        everybody=sieve.all == "1",
    )
    return render_template(
        "alerts/delivery.html",
        incident=incident,
        it=found,
        alert=alert,
        tile=sieve.tile,
        pills=_pills(found),
        acts=_acts(incident, found),
        phone=the_office().duty_phone or "",
    )


@bp.get("/i/<ref>/alerts/<number:number>/export.csv")
def export_file(ref: str, number: int) -> Response:
    """Everybody it was for, for a spreadsheet."""
    text = export(current_actor(), _alert_id(ref, number), language=language())
    answer = make_response(text)
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{ref}-A{number}.csv"'
    return answer


@bp.post("/i/<ref>/alerts/<number:number>/recipients/<uuid:recipient_id>/word")
@answers_on("alerts.show")
def record(ref: str, number: int, recipient_id: UUID) -> Response:
    """They said by telephone that they have it."""
    reason = asked(WordForm).reason
    _must_be_of(ref, number, Recipient, recipient_id)
    record_acknowledgement(current_actor(), recipient_id, reason=reason)
    flash(say(Message("The acknowledgement is recorded.")), "ok")
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/messages/<uuid:delivery_id>/again")
@answers_on("alerts.show")
def again(ref: str, number: int, delivery_id: UUID) -> Response:
    """Send this message once more."""
    asked(NothingForm)
    _must_be_of(ref, number, Delivery, delivery_id)
    sending.send_again(current_actor(), delivery_id)
    flash(say(Message("It is sent once more.")), "ok")
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/messages/<uuid:delivery_id>/look")
@answers_on("alerts.show")
def look(ref: str, number: int, delivery_id: UUID) -> Response:
    """Ask the provider once more what became of it."""
    asked(NothingForm)
    _must_be_of(ref, number, Delivery, delivery_id)
    sending.check_again(current_actor(), delivery_id)
    flash(say(Message("The provider is asked.")), "ok")
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/messages/<uuid:delivery_id>/loss")
@answers_on("alerts.show")
def loss(ref: str, number: int, delivery_id: UUID) -> Response:
    """It never left, as somebody found out."""
    reason = asked(WordForm).reason
    _must_be_of(ref, number, Delivery, delivery_id)
    sending.mark_not_sent(current_actor(), delivery_id, reason=reason)
    return see("alerts.show", ref=ref, number=number)


@bp.post("/i/<ref>/alerts/<number:number>/resumption")
@answers_on("alerts.show")
def resume(ref: str, number: int) -> Response:
    """Go on sending what has not left."""
    asked(NothingForm)
    sending.resume_alert(current_actor(), _alert_id(ref, number))
    return see("alerts.show", ref=ref, number=number)


def _pills(found: Following) -> list[tuple[Tile | None, int]]:
    """The tiles that can be chosen, everybody silent first."""
    some = awaited(found.alert)
    every = sum(found.tally.tiles[each] for each in some)
    order = [each for each in Tile if each in some and found.tally.tiles[each]]
    return [(None, every), *((each, found.tally.tiles[each]) for each in order)]


def _acts(incident: Mapping[str, Any], found: Following) -> dict[str, Any]:
    """What this person may do with the alert as it stands."""
    may, state = incident["may"], AlertState(found.alert.state)
    is_held = any(each.standing == Standing.HELD for each in found.shut)
    writes = may["write_alert"] and incident["runs"]
    kinds = [AlertKind.UPDATE, AlertKind.ALL_CLEAR, AlertKind.CORRECTION]
    return {
        "calls": may["follow_up_alert"],
        "stops": may["stop_alert"] and state in MOVING,
        "goes_on": may["follow_up_alert"] and state == AlertState.PAUSED and not is_held,
        "opens": may["hold_lane"] and is_held,
        "follows": kinds if writes and state != AlertState.CANCELLED else [],
    }


def _alert_id(ref: str, number: int) -> UUID:
    actor = current_actor()
    return queries.read_alert(actor, find_incident(actor, ref), number=number).id


def _must_be_of(
    ref: str, number: int, kind: type[Recipient] | type[Delivery], row_id: UUID
) -> None:
    """A row of another alert does not exist at this address."""
    alert_id = _alert_id(ref, number)
    with reading() as session:
        found = session.scalar(select(kind.alert_id).where(kind.id == row_id))
        if found != alert_id:
            raise NotFound(Message("There is no such page, or it is not open to you."))
