"""What the journal is told of statements."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.kernel.event import Event
from crisis.policy import Duty
from crisis.statements.content import Type
from crisis.statements.model.states import Answer, Ground, Outcome, State


@dataclass(frozen=True, kw_only=True)
class _StatementEvent(Event):
    """An event of one statement; `number` is what people call it by."""

    name = "statement"
    statement_id: UUID
    number: int

    @property
    def about(self) -> str:
        return f"statement:{self.statement_id}"


@dataclass(frozen=True, kw_only=True)
class StatementCreated(_StatementEvent):
    name = "statement.created"
    type: Type
    template: str | None
    about_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class StatementEdited(_StatementEvent):
    name = "statement.edited"
    revision: int


@dataclass(frozen=True, kw_only=True)
class StatementSubmitted(_StatementEvent):
    """`nobody_signs` of the signatures nobody in the incident could give when it was sent."""

    name = "statement.submitted"
    version: int
    text_hash: str
    ministry_ids: list[UUID]
    duties: list[Duty]
    asked_of: str
    deadline_at: datetime
    voided: list[UUID]
    nobody_signs: int = 0


@dataclass(frozen=True, kw_only=True)
class WaiverAsked(_StatementEvent):
    name = "waiver.asked"
    rule: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WaiverAnswered(_StatementEvent):
    name = "waiver.answered"
    rule: str
    granted: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class StatementOpened(_StatementEvent):
    name = "statement.opened"
    version: int
    ministry_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class StatementAnswered(_StatementEvent):
    name = "statement.answered"
    version: int
    slot_id: UUID
    answer: Answer
    ministry_id: UUID | None
    duties: list[Duty]
    reason: str | None
    still_waiting: int
    state: State


@dataclass(frozen=True, kw_only=True)
class AnswerWithdrawn(_StatementEvent):
    name = "answer.withdrawn"
    version: int
    slot_id: UUID
    ministry_id: UUID | None
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class ObjectionResolved(_StatementEvent):
    name = "objection.resolved"
    version: int
    slot_id: UUID
    ministry_id: UUID | None
    overruled: bool
    resolution: str


@dataclass(frozen=True, kw_only=True)
class CommentAdded(_StatementEvent):
    name = "comment.added"
    version: int
    text: str


@dataclass(frozen=True, kw_only=True)
class StatementReleased(_StatementEvent):
    name = "statement.released"
    version: int
    text_hash: str
    type: Type
    languages: list[str]
    channels: list[str]
    next_update_at: datetime | None
    emergency: bool
    corrects_id: UUID | None
    retracts_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class EmergencyAsked(_StatementEvent):
    name = "emergency.asked"
    version: int
    text_hash: str
    ground: Ground
    justification: str


@dataclass(frozen=True, kw_only=True)
class EmergencyJudged(_StatementEvent):
    name = "emergency.judged"
    outcome: Outcome
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class EvidenceNoted(_StatementEvent):
    name = "evidence.noted"
    channel: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class StatementWithdrawn(_StatementEvent):
    name = "statement.withdrawn"
    reason: str


@dataclass(frozen=True, kw_only=True)
class RenditionWritten(_StatementEvent):
    name = "rendition.written"
    version: int
    language: str
    text_hash: str


@dataclass(frozen=True, kw_only=True)
class RenditionReviewed(_StatementEvent):
    name = "rendition.reviewed"
    language: str
    text_hash: str


@dataclass(frozen=True, kw_only=True)
class RenditionReleased(_StatementEvent):
    name = "rendition.released"
    language: str
    text_hash: str
    channels: list[str]


@dataclass(frozen=True, kw_only=True)
class ApproverReminded(_StatementEvent):
    """`percent` of the time has passed; None when a coordinator reminded by hand.

    `person_ids` could sign before, `deputy_ids` can from now on.
    """

    name = "approver.reminded"
    version: int
    slot_id: UUID
    ministry_id: UUID | None
    duties: list[Duty]
    percent: int | None
    person_ids: list[UUID]
    deputy_ids: list[UUID]
    minutes_late: int


@dataclass(frozen=True, kw_only=True)
class NextUpdateDue(_StatementEvent):
    """The update this statement promised is due soon, or was missed."""

    name = "next_update.due"
    next_update_at: datetime
    missed: bool
    minutes_late: int


@dataclass(frozen=True, kw_only=True)
class RatificationDue(_StatementEvent):
    name = "ratification.due"
    ratify_due_at: datetime
    missed: bool
    minutes_late: int


@dataclass(frozen=True, kw_only=True)
class FirstStatementDue(Event):
    """No public statement yet, after `percent` of the time this level leaves for one."""

    name = "first_statement.due"
    incident_id: UUID
    percent: int
    level: int
    minutes_late: int
