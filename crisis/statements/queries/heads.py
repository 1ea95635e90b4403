"""The incident a statement belongs to, as its pages show it."""

from dataclasses import dataclass
from uuid import UUID

from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.people.model import in_language


@dataclass(frozen=True)
class Head:
    """The incident a statement belongs to."""

    id: UUID
    ref: str
    title: str
    level: int
    status: str
    zone: str
    drill: bool
    runs: bool


def head_of(incident: Incident, language: str) -> Head:
    """The head of this incident, its title in the reader's language."""
    return Head(
        id=incident.id,
        ref=incident.ref,
        title=in_language(incident.title, language),
        level=incident.level,
        status=incident.status,
        zone=incident.zone,
        drill=incident.is_exercise,
        runs=incident.status in {Status.OPEN, Status.STANDING_DOWN},
    )
