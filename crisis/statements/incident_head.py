"""What every page about statements and alerts shows of its incident."""

from typing import Any

from flask import g

from crisis.incidents.queries import case_of, find_incident, read_incident
from crisis.kernel import journal
from crisis.kernel.database import reading
from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.policy import LIAISONS, Action, allows
from crisis.statements.queries.heads import head_of
from crisis.web.asking import current_actor
from crisis.web.locale import language


def incident_head(ref: str, action: Action | None = None) -> dict[str, Any]:
    """The head, the hazard, who is involved, and what this person may do (`may`, by action).

    `head`: the last line of its journal; what the page shows is at least as new.

    `writes`: whether they write for the office, and not for their own ministry alone.

    Raises `NotFound` for whoever may not do `action`.
    """
    actor = current_actor()
    incident_id = find_incident(actor, ref)
    with reading() as session:
        told = journal.head_of(session, incident_id)
    incident = read_incident(actor, incident_id)
    case = case_of(incident)
    if action and not allows(actor, action, case):
        raise NotFound(Message("There is no such page, or it is not open to you."))
    head = head_of(incident, language())
    g.room_now = {"ref": ref, "title": head.title}
    g.drill = head.drill
    return {
        **vars(head),
        "head": told,
        "hazard": incident.hazard,
        "involved": [each for each in (incident.lead_id, *incident.supporting_ids) if each],
        "may": {each.value: allows(actor, each, case) for each in Action},
        "writes": bool(actor.duties.get(incident.id, frozenset()) - LIAISONS),
        "actor_id": actor.id,
    }
