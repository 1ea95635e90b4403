"""What can happen to an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.incidents.states import Phase
from crisis.kernel.event import Event
from crisis.people.model import Names


@dataclass(frozen=True, kw_only=True)
class IncidentEvent(Event):
    """An event of one incident."""

    name = "incident"
    incident_id: UUID


@dataclass(frozen=True, kw_only=True)
class IncidentReported(IncidentEvent):
    name = "incident.reported"
    ref: str
    title: Names
    hazard: str
    source: str
    is_exercise: bool

    @property
    def stream(self) -> UUID:
        return self.incident_id


@dataclass(frozen=True, kw_only=True)
class IncidentWatched(IncidentEvent):
    name = "incident.watched"
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class IncidentDismissed(IncidentEvent):
    name = "incident.dismissed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(IncidentEvent):
    name = "incident.opened"
    ref: str
    title: Names
    level: int
    hazard: str
    lead_id: UUID
    supporting_ids: list[UUID]
    restricted: bool
    is_exercise: bool

    @property
    def stream(self) -> UUID:
        return self.incident_id


@dataclass(frozen=True, kw_only=True)
class IncidentRenamed(IncidentEvent):
    name = "incident.renamed"
    before: Names
    title: Names


@dataclass(frozen=True, kw_only=True)
class LevelAssessed(IncidentEvent):
    name = "level.assessed"
    scores: dict[str, int | None]
    computed: int
    chosen: int
    before: int
    rationale: str


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(IncidentEvent):
    name = "phase.changed"
    before: Phase
    phase: Phase
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class LeadNamed(IncidentEvent):
    name = "lead.named"
    ministry_id: UUID
    before_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class MinistryJoined(IncidentEvent):
    name = "ministry.joined"
    ministry_id: UUID


@dataclass(frozen=True, kw_only=True)
class MinistryLeft(IncidentEvent):
    name = "ministry.left"
    ministry_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteAdded(IncidentEvent):
    name = "note.added"
    text: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class LineCorrected(IncidentEvent):
    name = "line.corrected"
    corrects: int
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DecisionRecorded(IncidentEvent):
    name = "decision.recorded"
    decision_id: UUID
    number: int
    question: str
    options: list[str]
    chosen: str
    rationale: str
    dissent: str | None
    review_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IncidentLinked(IncidentEvent):
    """The other incident is named by id only: who may not know of it learns nothing here."""

    name = "incident.linked"
    other_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RestrictionChanged(IncidentEvent):
    name = "restriction.changed"
    restricted: bool


@dataclass(frozen=True, kw_only=True)
class StoodDown(IncidentEvent):
    name = "incident.stood_down"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Resumed(IncidentEvent):
    name = "incident.resumed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentClosed(IncidentEvent):
    name = "incident.closed"
    summary: str
    waived: list[str]
    waiver: str | None


@dataclass(frozen=True, kw_only=True)
class Reopened(IncidentEvent):
    name = "incident.reopened"
    reason: str
