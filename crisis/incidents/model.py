"""An incident: what it is, and what is allowed with it.

States and guards follow the state machine of the domain model (§3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.incidents.decisions import Decision, DecisionDraft
from crisis.incidents.events import (
    DecisionRecorded,
    IncidentClosed,
    IncidentDismissed,
    IncidentOpened,
    IncidentRenamed,
    IncidentWatched,
    LeadNamed,
    LevelAssessed,
    MinistryJoined,
    MinistryLeft,
    NoteAdded,
    PhaseChanged,
    Reopened,
    RestrictionChanged,
    Resumed,
    StoodDown,
)
from crisis.incidents.levels import (
    ALWAYS_HAVE_OPTIONS_FROM,
    BETWEEN_LOWERINGS,
    HIGHEST,
    Criterion,
    LevelAssessment,
    Scores,
    computed_level,
)
from crisis.incidents.states import ORDER, Part, Phase, Status
from crisis.kernel.database import IncidentRecord, Record
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import Names

REOPENED_WITHIN: Final = timedelta(days=30)


class Incident(Record):
    """What happened, how grave it is, who leads, and who may know of it."""

    __tablename__ = "incident"

    ref: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[dict[str, str]]
    hazard: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16), index=True)
    phase: Mapped[str | None] = mapped_column(String(16))
    level: Mapped[int]
    level_since: Mapped[datetime | None]
    """Since when the level is what it is; None before the incident was opened."""
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
        self.level, self.hazard = level, hazard
        self.opened_at = self.level_since = at
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
        at least 60 minutes old, that already allowed it, as did all since. Raises `Conflict`.
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
        if chosen != before:
            self.level_since = at
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
        self.status, self.phase = Status.OPEN, Phase.RESOLUTION
        self.closed_at = self.standing_down_at = None
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
        early = [n for n, each in enumerate(self.assessments) if at - each.at >= BETWEEN_LOWERINGS]
        # the last that is old enough, and all that came after it: a worse one begins the hour anew
        since = self.assessments[early[-1] :] if early else []
        if not since or any(each.computed_level > chosen for each in since):
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
class ClosingCheck:
    """One thing that should be in order before closing; some can be waived with a reason."""

    code: str
    passed: bool
    can_be_waived: bool
