"""An incident: what it is, what can happen to it, and which events say so.

States and guards follow the state machine of the domain model (§3.1), levels its §2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import IncidentRecord, Record
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.event import Event
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import Names
from crisis.policy import Duty

HIGHEST: Final = 4
UNKNOWN_COUNTS_AS: Final = 3
"""A criterion nobody can score yet is taken as serious, never as nothing."""
BETWEEN_LOWERINGS: Final = timedelta(minutes=60)
REOPENED_WITHIN: Final = timedelta(days=30)
ANSWERED_WITHIN: Final = {
    4: timedelta(minutes=10),
    3: timedelta(minutes=15),
    2: timedelta(minutes=30),
    1: timedelta(minutes=60),
    0: timedelta(minutes=60),
}
"""By level, how long somebody may think about taking a duty before their deputy is asked."""
SPOKEN_WITHIN: Final = {
    4: timedelta(minutes=15),
    3: timedelta(minutes=30),
    2: timedelta(minutes=60),
    1: timedelta(minutes=240),
    0: timedelta(minutes=240),
}
"""By level, how long after the opening the first public statement may take."""
ALWAYS_HAVE_OPTIONS_FROM: Final = 3
"""From this level on a decision names at least two options."""


class Status(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    WATCH = "watch"
    OPEN = "open"
    STANDING_DOWN = "standing_down"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Phase(StrEnum):
    """How far the response to an open incident has come."""

    INITIAL = "initial"
    MAINTENANCE = "maintenance"
    RESOLUTION = "resolution"
    EVALUATION = "evaluation"


class Criterion(StrEnum):
    """The nine criteria of a level assessment, each scored 0 to 4."""

    HUMAN_HARM = "human_harm"
    GEOGRAPHY = "geography"
    MINISTRIES = "ministries"
    SERVICES = "services"
    ATTENTION = "attention"
    FALSE_INFO = "false_info"
    TRUST = "trust"
    UNCERTAINTY = "uncertainty"
    TIME_PRESSURE = "time_pressure"


class Part(StrEnum):
    """What a ministry does in an incident."""

    LEAD = "lead"
    SUPPORTING = "supporting"


ORDER: Final = (Phase.INITIAL, Phase.MAINTENANCE, Phase.RESOLUTION)
Scores = dict[Criterion, int | None]
"""A score for each criterion; None where it is not known."""


def computed_level(scores: Scores) -> int:
    """The gravest criterion decides; unknown counts as 3.

    Two criteria at 3 or more while public attention is at 3 or more give 4.
    """
    counted = {key: UNKNOWN_COUNTS_AS if score is None else score for key, score in scores.items()}
    serious = sum(1 for score in counted.values() if score >= UNKNOWN_COUNTS_AS)
    panic = scores.get(Criterion.ATTENTION) or 0
    if serious >= 2 and panic >= UNKNOWN_COUNTS_AS:
        return HIGHEST
    return max(counted.values())


class Incident(Record):
    """What happened, how grave it is, who leads, and who may know of it."""

    __tablename__ = "incident"

    ref: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[dict[str, str]]
    hazard: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16), index=True)
    phase: Mapped[str | None] = mapped_column(String(16))
    level: Mapped[int]
    restricted: Mapped[bool] = mapped_column(default=False)
    is_exercise: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200), default="")
    reported_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(index=True)
    standing_down_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing_summary: Mapped[str | None]
    ministries: Mapped[list[IncidentMinistry]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )
    assessments: Mapped[list[LevelAssessment]] = relationship(
        lazy="selectin", order_by="LevelAssessment.at", cascade="all, delete-orphan"
    )
    decisions: Mapped[list[Decision]] = relationship(
        lazy="selectin", order_by="Decision.number", cascade="all, delete-orphan"
    )

    @property
    def lead_id(self) -> UUID | None:
        return next((each.ministry_id for each in self.ministries if each.part == Part.LEAD), None)

    @property
    def supporting_ids(self) -> list[UUID]:
        return [each.ministry_id for each in self.ministries if each.part == Part.SUPPORTING]

    @property
    def level_since(self) -> datetime | None:
        """Since when the level is what it is; None before the incident was opened."""
        since = self.opened_at
        level = self.level
        for each in reversed(self.assessments):
            if each.chosen_level != level:
                break
            since = each.at
        return since

    @property
    def is_live(self) -> bool:
        """Whether people work on it."""
        return self.status in {Status.OPEN, Status.STANDING_DOWN}

    # -- from a report to an open incident --------------------------------------------------

    def watch(self, *, reason: str | None) -> IncidentWatched:
        self._must_be(Status.REPORTED)
        self.status, self.level = Status.WATCH, 0
        return IncidentWatched(incident_id=self.id, reason=reason)

    def dismiss(self, *, reason: str) -> IncidentDismissed:
        self._must_be(Status.REPORTED, Status.WATCH)
        self.status = Status.DISMISSED
        return IncidentDismissed(incident_id=self.id, reason=reason)

    def open(
        self, *, level: int, hazard: str, lead_id: UUID, supporting_ids: list[UUID], at: datetime
    ) -> IncidentOpened:
        """Raises `Invalid` for a level below 1: what is only watched is not open."""
        self._must_be(Status.REPORTED, Status.WATCH)
        if not 1 <= level <= HIGHEST:
            wrong = Message("An open incident has a level from 1 to 4.")
            raise Invalid(wrong, fields={"level": wrong})
        self.status, self.phase = Status.OPEN, Phase.INITIAL
        self.level, self.hazard, self.opened_at = level, hazard, at
        self._involve(lead_id, supporting_ids)
        return IncidentOpened(
            incident_id=self.id,
            ref=self.ref,
            title=self.title,
            level=level,
            hazard=hazard,
            lead_id=lead_id,
            supporting_ids=self.supporting_ids,
            restricted=self.restricted,
            is_exercise=self.is_exercise,
        )

    # -- running it ---------------------------------------------------------------------------

    def rename(self, *, title: Names) -> IncidentRenamed:
        """Take the titles given; those in other languages stay."""
        self._must_run(also=(Status.REPORTED, Status.WATCH))
        if not title:
            empty = Message("Write a title in at least one language.")
            raise Invalid(empty, fields={"title_ar": empty})
        before, self.title = self.title, {**self.title, **title}
        return IncidentRenamed(incident_id=self.id, before=before, title=self.title)

    def assess(
        self,
        *,
        scores: Scores,
        chosen: int,
        rationale: str,
        by: UUID,
        at: datetime,
        may_lower: bool,
    ) -> LevelAssessed:
        """Score the nine criteria and set the level.

        The level may be chosen above the computed one freely; below it, or below the present one,
        only by whoever may lower a level (`may_lower`), and down only after an earlier assessment,
        at least 60 minutes old, that already allowed it. Raises `Conflict`.
        """
        self._must_run()
        computed = computed_level(scores)
        if chosen < computed and not may_lower:
            raise Conflict(
                Message(
                    "The criteria give level {computed}. Only the director may choose a lower one.",
                    computed=computed,
                ),
                code="below_computed",
            )
        if chosen < self.level:
            self._must_allow_lowering(chosen, at, may_lower=may_lower)
        before, self.level = self.level, chosen
        self.assessments.append(
            LevelAssessment(
                at=at,
                person_id=by,
                scores={key: score for key, score in scores.items() if score is not None},
                computed_level=computed,
                chosen_level=chosen,
                rationale=rationale,
            )
        )
        return LevelAssessed(
            incident_id=self.id,
            scores={key: scores.get(key) for key in Criterion},
            computed=computed,
            chosen=chosen,
            before=before,
            rationale=rationale,
        )

    def change_phase(self, *, phase: Phase, reason: str | None) -> PhaseChanged:
        """One step forward at a time; back with a reason. Evaluation begins with closing."""
        self._must_run()
        if phase not in ORDER or phase == self.phase:
            raise Conflict(Message("The incident cannot go to that phase now."), code="phase")
        step = ORDER.index(phase) - ORDER.index(Phase(self.phase or Phase.INITIAL))
        if step > 1:
            raise Conflict(Message("Phases follow one after the other."), code="phase")
        if step < 0 and not reason:
            needed = Message("Say why the incident goes back to an earlier phase.")
            raise Invalid(needed, fields={"reason": needed})
        before, self.phase = self.phase, phase
        return PhaseChanged(
            incident_id=self.id, before=Phase(before or phase), phase=phase, reason=reason
        )

    def name_lead(self, ministry_id: UUID) -> LeadNamed:
        self._must_run()
        if ministry_id == self.lead_id:
            raise Conflict(Message("That entity already leads."), code="already")
        before = self.lead_id
        others = [each for each in self.supporting_ids if each != ministry_id]
        self._involve(ministry_id, [*others, *([before] if before else [])])
        return LeadNamed(incident_id=self.id, ministry_id=ministry_id, before_id=before)

    def add_ministry(self, ministry_id: UUID) -> MinistryJoined:
        self._must_run()
        if ministry_id == self.lead_id or ministry_id in self.supporting_ids:
            raise Conflict(Message("That entity is already part of it."), code="already")
        self.ministries.append(IncidentMinistry(ministry_id=ministry_id, part=Part.SUPPORTING))
        return MinistryJoined(incident_id=self.id, ministry_id=ministry_id)

    def remove_ministry(self, ministry_id: UUID) -> MinistryLeft:
        self._must_run()
        if ministry_id not in self.supporting_ids:
            raise Conflict(Message("Only a supporting entity can leave."), code="not_supporting")
        self.ministries = [each for each in self.ministries if each.ministry_id != ministry_id]
        return MinistryLeft(incident_id=self.id, ministry_id=ministry_id)

    def decide(self, draft: DecisionDraft, *, by: UUID, at: datetime) -> DecisionRecorded:
        """Raises `Invalid` without two options from level 3 on, or when none was chosen."""
        self._must_run(also=(Status.WATCH,))
        if self.level >= ALWAYS_HAVE_OPTIONS_FROM and len(draft.options) < 2:
            few = Message("At level 3 and above name at least two options, doing nothing included.")
            raise Invalid(few, code="options", fields={"options": few})
        if not 0 <= draft.chosen < len(draft.options):
            none = Message("Choose one of the options.")
            raise Invalid(none, fields={"chosen": none})
        decision = Decision(
            id=new_id(),
            number=len(self.decisions) + 1,
            decided_by=by,
            decided_at=at,
            question=draft.question,
            options=list(draft.options),
            chosen=draft.chosen,
            rationale=draft.rationale,
            information_known=draft.information_known,
            assumptions=draft.assumptions,
            dissent=draft.dissent,
            review_at=draft.review_at,
        )
        self.decisions.append(decision)
        return DecisionRecorded(
            incident_id=self.id,
            decision_id=decision.id,
            number=decision.number,
            question=draft.question,
            options=decision.options,
            chosen=draft.options[draft.chosen],
            rationale=draft.rationale,
            dissent=draft.dissent,
            review_at=draft.review_at,
        )

    def note(self, text: str) -> NoteAdded:
        """A note is taken in every state; after closing it is marked late."""
        return NoteAdded(incident_id=self.id, text=text, late=self.status == Status.CLOSED)

    def restrict(self, restricted: bool) -> RestrictionChanged:
        if self.restricted == restricted:
            raise Conflict(Message("That is already so."), code="already")
        self.restricted = restricted
        return RestrictionChanged(incident_id=self.id, restricted=restricted)

    # -- ending it ----------------------------------------------------------------------------

    def stand_down(self, *, reason: str, at: datetime, may_lower: bool) -> StoodDown:
        self._must_be(Status.OPEN)
        if self.level > 1 and not may_lower:
            raise Conflict(
                Message("Above level 1 only the director may stand down."), code="level_too_high"
            )
        self.status, self.standing_down_at = Status.STANDING_DOWN, at
        return StoodDown(incident_id=self.id, reason=reason)

    def resume(self, *, reason: str) -> Resumed:
        self._must_be(Status.STANDING_DOWN)
        self.status, self.standing_down_at = Status.OPEN, None
        return Resumed(incident_id=self.id, reason=reason)

    def closing_checks(self) -> list[ClosingCheck]:
        """What should be in order before closing, and whether it is."""
        after = self.standing_down_at or self.reported_at
        return [
            ClosingCheck("standing_down", self.status == Status.STANDING_DOWN, False),
            ClosingCheck("level_is_low", self.level <= 1, True),
            ClosingCheck(
                "assessed_since_stand_down", any(a.at >= after for a in self.assessments), True
            ),
            ClosingCheck("phase_is_resolution", self.phase == Phase.RESOLUTION, True),
        ]

    def close(self, *, summary: str, waiver: str | None, at: datetime) -> IncidentClosed:
        """Raises `Conflict` naming the checks that fail, unless all of them are waived."""
        self._must_be(Status.STANDING_DOWN)
        failed = [check.code for check in self.closing_checks() if not check.passed]
        if failed and not waiver:
            raise Conflict(
                Message.plural(
                    "{n} closing check is not green. Put it in order, or say why it is waived.",
                    "{n} closing checks are not green. Put them in order, or say why they are "
                    "waived.",
                    n=len(failed),
                ),
                code="checks",
            )
        self.status, self.phase = Status.CLOSED, Phase.EVALUATION
        self.closed_at, self.closing_summary = at, summary
        return IncidentClosed(incident_id=self.id, summary=summary, waived=failed, waiver=waiver)

    def reopen(self, *, reason: str, at: datetime) -> Reopened:
        self._must_be(Status.CLOSED)
        if self.closed_at and at - self.closed_at > REOPENED_WITHIN:
            raise Conflict(
                Message("It was closed more than 30 days ago. Open a new incident."), code="too_old"
            )
        self.status, self.phase, self.closed_at = Status.OPEN, Phase.RESOLUTION, None
        return Reopened(incident_id=self.id, reason=reason)

    # -- guards -------------------------------------------------------------------------------

    def _must_be(self, *allowed: Status) -> None:
        if self.status in allowed:
            return
        if self.status == Status.CLOSED:
            raise Conflict(Message("The incident is closed."), code="closed")
        raise Conflict(
            Message("The incident is no longer in the state this needs."), code="wrong_state"
        )

    def _must_run(self, *, also: tuple[Status, ...] = ()) -> None:
        self._must_be(Status.OPEN, Status.STANDING_DOWN, *also)

    def must_take_duties(self) -> None:
        """Raises `Conflict` when duties can no longer change."""
        self._must_run(also=(Status.REPORTED, Status.WATCH))

    def _must_allow_lowering(self, chosen: int, at: datetime, *, may_lower: bool) -> None:
        if not may_lower:
            raise Conflict(Message("Only the director may lower the level."), code="lowering")
        earlier = [each for each in self.assessments if at - each.at >= BETWEEN_LOWERINGS]
        if not earlier or earlier[-1].computed_level > chosen:
            raise Conflict(
                Message(
                    "The level goes down only after two assessments, 60 minutes apart, that both "
                    "allow it."
                ),
                code="lowering_too_soon",
            )

    def _involve(self, lead_id: UUID, supporting_ids: list[UUID]) -> None:
        supporting = dict.fromkeys(each for each in supporting_ids if each != lead_id)
        self.ministries = [
            IncidentMinistry(ministry_id=lead_id, part=Part.LEAD),
            *(IncidentMinistry(ministry_id=each, part=Part.SUPPORTING) for each in supporting),
        ]


class IncidentMinistry(IncidentRecord):
    """That a ministry leads or supports an incident."""

    __tablename__ = "incident_ministry"

    ministry_id: Mapped[UUID] = mapped_column(ForeignKey("ministry.id"), index=True)
    part: Mapped[str] = mapped_column(String(12))


class LevelAssessment(IncidentRecord):
    """One scoring of the nine criteria; a criterion that is not in `scores` was not known."""

    __tablename__ = "level_assessment"

    at: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    scores: Mapped[dict[str, int]]
    computed_level: Mapped[int]
    chosen_level: Mapped[int]
    rationale: Mapped[str]


class Decision(IncidentRecord):
    """What was decided, among which options, and why; never edited."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    number: Mapped[int]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    question: Mapped[str]
    options: Mapped[list[str]]
    chosen: Mapped[int]
    rationale: Mapped[str]
    information_known: Mapped[str | None]
    assumptions: Mapped[str | None]
    dissent: Mapped[str | None]
    review_at: Mapped[datetime | None]


class IncidentLink(IncidentRecord):
    """That somebody saw a connection between two incidents."""

    __tablename__ = "incident_link"
    __table_args__ = (
        UniqueConstraint("incident_id", "other_id"),
        Index("ix_incident_link_other", "other_id"),
    )

    other_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    reason: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True)
class DecisionDraft:
    """What somebody decided, as they wrote it; `chosen` is the index of an option."""

    question: str
    options: tuple[str, ...]
    chosen: int
    rationale: str
    information_known: str | None = None
    assumptions: str | None = None
    dissent: str | None = None
    review_at: datetime | None = None


@dataclass(frozen=True)
class ClosingCheck:
    """One thing that should be in order before closing; some can be waived with a reason."""

    code: str
    passed: bool
    can_be_waived: bool


@dataclass(frozen=True, kw_only=True)
class _IncidentEvent(Event):
    """An event of one incident."""

    name = "incident"
    incident_id: UUID


@dataclass(frozen=True, kw_only=True)
class IncidentReported(_IncidentEvent):
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
class IncidentWatched(_IncidentEvent):
    name = "incident.watched"
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class IncidentDismissed(_IncidentEvent):
    name = "incident.dismissed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(_IncidentEvent):
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
class IncidentRenamed(_IncidentEvent):
    name = "incident.renamed"
    before: Names
    title: Names


@dataclass(frozen=True, kw_only=True)
class LevelAssessed(_IncidentEvent):
    name = "level.assessed"
    scores: dict[str, int | None]
    computed: int
    chosen: int
    before: int
    rationale: str


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(_IncidentEvent):
    name = "phase.changed"
    before: Phase
    phase: Phase
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class LeadNamed(_IncidentEvent):
    name = "lead.named"
    ministry_id: UUID
    before_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class MinistryJoined(_IncidentEvent):
    name = "ministry.joined"
    ministry_id: UUID


@dataclass(frozen=True, kw_only=True)
class MinistryLeft(_IncidentEvent):
    name = "ministry.left"
    ministry_id: UUID


@dataclass(frozen=True, kw_only=True)
class DutyAssigned(_IncidentEvent):
    name = "duty.assigned"
    person_id: UUID
    duty: Duty
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class DutyReleased(_IncidentEvent):
    name = "duty.released"
    person_id: UUID
    duty: Duty
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class _ProposalEvent(_IncidentEvent):
    """What became of asking a person to take a duty."""

    name = "proposal"
    proposal_id: UUID
    person_id: UUID
    duty: Duty


@dataclass(frozen=True, kw_only=True)
class DutyProposed(_ProposalEvent):
    name = "duty.proposed"
    note: str | None
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class DutyAccepted(_ProposalEvent):
    """`from_id`: who handed it over, and does not hold it any more."""

    name = "duty.accepted"
    from_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyDeclined(_ProposalEvent):
    """`deputy_proposed`: who is asked instead; None when there is nobody to ask."""

    name = "duty.declined"
    reason: str
    from_id: UUID | None
    deputy_proposed: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyLapsed(_ProposalEvent):
    name = "duty.lapsed"
    from_id: UUID | None
    deputy_proposed: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyHandoverOffered(_ProposalEvent):
    name = "duty.handover_offered"
    from_id: UUID
    note: str
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class DutyProposalWithdrawn(_ProposalEvent):
    name = "duty.proposal_withdrawn"


@dataclass(frozen=True, kw_only=True)
class NoteAdded(_IncidentEvent):
    name = "note.added"
    text: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class LineCorrected(_IncidentEvent):
    name = "line.corrected"
    corrects: int
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DecisionRecorded(_IncidentEvent):
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
class IncidentLinked(_IncidentEvent):
    """The other incident is named by id only: who may not know of it learns nothing here."""

    name = "incident.linked"
    other_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RestrictionChanged(_IncidentEvent):
    name = "restriction.changed"
    restricted: bool


@dataclass(frozen=True, kw_only=True)
class StoodDown(_IncidentEvent):
    name = "incident.stood_down"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Resumed(_IncidentEvent):
    name = "incident.resumed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentClosed(_IncidentEvent):
    name = "incident.closed"
    summary: str
    waived: list[str]
    waiver: str | None


@dataclass(frozen=True, kw_only=True)
class Reopened(_IncidentEvent):
    name = "incident.reopened"
    reason: str
