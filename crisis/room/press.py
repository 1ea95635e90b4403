"""Prints what a room is sent: each line once per language, and the regions that a line made stale.

Runs outside any request and knows no actor, so nothing personal can get into a packet.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.following import in_room
from crisis.incidents.model import Incident
from crisis.kernel.database import reading
from crisis.kernel.journal import Line
from crisis.room.queries import IncidentView, Present, people_present, present_state
from crisis.timeline.naming import Naming, naming_in
from crisis.timeline.words import Entry, entries
from crisis.web.locale import language, style

_HEADER: Final = ("header", "people")
_SIGNING: Final = ("statements",)
STALE: Final[dict[str, tuple[str, ...]]] = {
    "incident.watched": _HEADER,
    "incident.dismissed": _HEADER,
    "incident.opened": _HEADER,
    "incident.renamed": ("header",),
    "level.assessed": ("header", "level"),
    "phase.changed": ("header",),
    "lead.named": (*_HEADER, *_SIGNING),
    "ministry.joined": ("people", *_SIGNING),
    "ministry.left": ("people", *_SIGNING),
    "duty.assigned": (*_HEADER, *_SIGNING),
    "duty.proposed": ("people",),
    "duty.accepted": (*_HEADER, *_SIGNING),
    "duty.declined": ("people",),
    "duty.lapsed": ("people",),
    "duty.handover_offered": ("people",),
    "duty.proposal_withdrawn": ("people",),
    "duty.released": (*_HEADER, *_SIGNING),
    "decision.recorded": ("decisions",),
    "restriction.changed": ("header",),
    "incident.linked": (),
    "incident.stood_down": ("header",),
    "incident.resumed": ("header",),
    "incident.closed": ("header",),
    "incident.reopened": ("header",),
    "statement.created": _SIGNING,
    "statement.edited": _SIGNING,
    "statement.submitted": _SIGNING,
    "waiver.answered": _SIGNING,
    "statement.opened": _SIGNING,
    "statement.answered": _SIGNING,
    "answer.withdrawn": _SIGNING,
    "objection.resolved": _SIGNING,
    "statement.released": ("header", "statements"),
    "emergency.asked": _SIGNING,
    "emergency.judged": _SIGNING,
    "statement.withdrawn": _SIGNING,
    "approver.reminded": ("people", "statements"),
    "next_update.due": ("header",),
    "rendition.written": _SIGNING,
    "rendition.reviewed": _SIGNING,
    "rendition.released": _SIGNING,
    "alert.confirmed": ("alerts",),
    "alert.cancelled": ("alerts",),
    "alert.paused": ("alerts",),
    "alert.resumed": ("alerts",),
    "alert.finished": ("alerts",),
    "alert.acknowledged": ("alerts",),
    "alert.declined": ("alerts",),
    "alert.escalated": ("alerts",),
    "alert.unreached": ("alerts",),
}
"""The shared parts of the page that a line of this name changes."""

PERSONAL: Final = ("acts", "links", "statement-acts")
"""What each page fetches again for itself, with its own rights, after a line named in STALE."""


def packet(lines: Sequence[Line], spoken: str) -> list[dict[str, Any]]:
    """The news of these lines of one stream, in order, for the room that speaks `spoken`.

    Each is `{seq, name, about, entry, regions, mine}`. The present state is told once, with the
    last line: regions carry the `seq` they are as of, and a page drops an older one.
    """
    if not lines:
        return []
    stream = lines[0].stream
    with reading() as session:
        incident = session.scalar(select(Incident).where(Incident.id == stream))
        if incident is None:
            return []
        naming = naming_in(session, spoken)
        shown = present_state(session, incident, naming)
        told = entries(session, lines, naming)
        wrong = _corrected(session, stream, lines, naming)
    names = {line.name for line in lines}
    regions = _regions(names, shown) | _marks(wrong, shown.incident)
    packets = [
        _packet(line, entry, shown.incident) for line, entry in zip(lines, told, strict=True)
    ]
    packets[-1]["regions"] = {
        name: {"as_of": shown.head, "html": html} for name, html in regions.items()
    }
    packets[-1]["mine"] = list(PERSONAL) if names & STALE.keys() else []
    return packets


def presence_html(incident_id: UUID, spoken: str) -> str:
    """Who is in the room now, as the header shows them."""
    with reading() as session:
        naming = naming_in(session, spoken)
        found = people_present(session, incident_id, naming)
    return render_template("room/_presence.html", present=found)


def moving_parts(incident_id: UUID, spoken: str) -> dict[str, str]:
    """What moves without a line: how far the newest alert has come."""
    with reading() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            return {}
        shown = in_room(session, incident_id, spoken)
        view = {"ref": incident.ref, "zone": incident.zone}
    return {"alerts": render_template("room/_alerts.html", alert=shown, incident=view)}


def _packet(line: Line, entry: Entry, incident: IncidentView) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "name": line.name,
        "about": line.about,
        "entry": _print_entry(entry, incident.ref, incident.zone, _manner()),
        "regions": {},
        "mine": [],
    }


@lru_cache(maxsize=4096)
def _print_entry(entry: Entry, ref: str, zone: str, _manner: object) -> str:
    """A line never changes, so neither does its print in one language and style."""
    return render_template("room/_entry.html", entry=entry, incident={"ref": ref, "zone": zone})


def _manner() -> tuple[str, object]:
    """What the print of a line depends on besides the line."""
    return language(), style()


def _regions(names: set[str], shown: Present) -> dict[str, str]:
    stale = {region for name in names for region in STALE.get(name, ())}
    return {each: render_template(f"room/_{each}.html", **vars(shown)) for each in sorted(stale)}


def _corrected(
    session: Session, stream: UUID, lines: Sequence[Line], naming: Naming
) -> list[Entry]:
    """The earlier lines that these lines correct: their mark is new."""
    corrected = [int(line.facts["corrects"]) for line in lines if line.name == "line.corrected"]
    if not corrected:
        return []
    found = session.scalars(
        select(Line).where(Line.stream == stream, Line.seq.in_(corrected))
    ).all()
    return entries(session, found, naming)


def _marks(wrong: Sequence[Entry], incident: IncidentView) -> dict[str, str]:
    return {
        f"line-{each.seq}": _print_entry(each, incident.ref, incident.zone, _manner())
        for each in wrong
    }
