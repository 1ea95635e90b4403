"""The pages of the room and the dashboard."""

from typing import Annotated, Any, Final

from flask import Blueprint, g, jsonify, render_template
from pydantic import Field

from crisis.incidents.queries import find_incident, ministry_choices
from crisis.incidents.routes import beginning
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.journal import head_of
from crisis.kernel.text import Whole
from crisis.room import press
from crisis.room.dashboard import situation
from crisis.room.queries import CAUGHT_UP_AT_ONCE, missed_lines, read_acts, read_room
from crisis.web.asking import LARGEST_NUMBER, Form, asked_of_url, current_actor
from crisis.web.locale import language
from crisis.web.security import limiter, who_asks

bp: Final = Blueprint("room", __name__)


class Earlier(Form):
    """Which lines of the log the page shows: those before this one; else the newest."""

    before: Annotated[Whole, Field(ge=1, le=LARGEST_NUMBER)] | None = None


@bp.get("/")
def dashboard() -> str:
    """What runs, who is on duty, what to report."""
    return render_template(
        "room/dashboard.html",
        ministries=ministry_choices(language()),
        **beginning(),
        **_situation(),
    )


@bp.get("/now")
def dashboard_list() -> str:
    """The live parts of the dashboard alone."""
    return render_template("room/now.html", **_situation())


@bp.get("/i/<ref>")
def show(ref: str) -> str:
    """The war room of one incident."""
    actor = current_actor()
    incident_id = find_incident(actor, ref)
    before = asked_of_url(Earlier).before
    room = read_room(actor, incident_id, language(), before=before)
    g.room_now = {"ref": ref, "title": room.shown.incident.title}
    g.drill = room.shown.incident.drill
    own = {name: value for name, value in vars(room).items() if name != "shown"}
    return render_template("room/show.html", **vars(room.shown), **own)


@bp.get("/i/<ref>/acts")
def acts(ref: str) -> str:
    """Every form with which one may do something in the room, on a page of their own."""
    actor = current_actor()
    shown = read_acts(actor, find_incident(actor, ref), language())
    g.room_now = {"ref": ref, "title": shown.incident.title}
    g.drill = shown.incident.drill
    return render_template("room/acts.html", **vars(shown))


@bp.get("/i/<ref>/since/<number:seq>")
@limiter.limit("240/minute", key_func=who_asks)
def since(ref: str, seq: int) -> Any:
    """What a page that last saw line `seq` has missed, in the packets the socket would carry."""
    incident_id = find_incident(current_actor(), ref)
    with reading() as session:
        head = head_of(session, incident_id)
        lines = missed_lines(session, incident_id, seq)
    packets = press.packet(lines, language())
    return jsonify(
        head=head,
        at=clock.now().isoformat(),
        packets=packets,
        more=len(lines) == CAUGHT_UP_AT_ONCE,
    )


def _situation() -> dict[str, Any]:
    actor = current_actor()
    return vars(situation(actor, language()))
