"""What the forms of an incident may carry."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.levels import Criterion, Scores
from crisis.incidents.states import Phase
from crisis.kernel import clock
from crisis.kernel.text import Line, Whole, line, optional, plain_digits, prose
from crisis.people.model import Hazard, Names
from crisis.policy import Duty
from crisis.web.asking import Form

Level = Annotated[Whole, Field(ge=1, le=4)]
Score = Annotated[Whole, Field(ge=0, le=4)] | None
Place = Annotated[Whole, Field(ge=0, le=10_000)]
Minutes = Annotated[Whole, Field(ge=1, le=7 * 24 * 60)] | None
Reason = Annotated[str, line(500)]
OptionalReason = Annotated[str | None, optional(line(500))]
Words = Annotated[str, prose(4000)]
OptionalWords = Annotated[str | None, optional(prose(4000))]
Ref = Annotated[str, line(16), AfterValidator(plain_digits)]
Ids = Annotated[list[UUID], Field(max_length=60, default_factory=list)]
Options = Annotated[list[OptionalReason], Field(min_length=1, max_length=8)]


class ReportForm(Form):
    """Something seen or heard, and where it comes from."""

    title: Line
    source: Line
    drill: bool = False


class OpenForm(Form):
    """Opening: title, level and kind are needed; everything else has a default."""

    title: Line
    level: Level
    hazard: Hazard
    drill: bool = False
    restricted: bool = False
    lead: UUID | None = None
    supporting: Ids
    anyway: bool = False


class OpenReportedForm(Form):
    """Opening what was reported or watched."""

    level: Level
    hazard: Hazard
    lead: UUID | None = None
    supporting: Ids


class ReasonForm(Form):
    """An act that needs a reason."""

    reason: Reason


class OptionalReasonForm(Form):
    """An act that may have a reason."""

    reason: OptionalReason = None


class TitleForm(Form):
    """A title in each language that has one."""

    title_ar: Annotated[str | None, optional(line(200))] = None
    title_en: Annotated[str | None, optional(line(200))] = None
    title_fr: Annotated[str | None, optional(line(200))] = None

    def names(self) -> Names:
        given = {"ar": self.title_ar, "en": self.title_en, "fr": self.title_fr}
        return {language: title for language, title in given.items() if title}


class NoteForm(Form):
    """A line for the log."""

    text: Words


class CorrectionForm(Form):
    """What is right instead, and why the line was wrong."""

    text: Words
    reason: Reason


class AssessmentForm(Form):
    """Nine scores (empty: not known), the level chosen, and why."""

    human_harm: Score = None
    geography: Score = None
    ministries: Score = None
    services: Score = None
    attention: Score = None
    false_info: Score = None
    trust: Score = None
    uncertainty: Score = None
    time_pressure: Score = None
    chosen: Annotated[Whole, Field(ge=0, le=4)]
    rationale: Words

    def scores(self) -> Scores:
        return {criterion: getattr(self, criterion.value) for criterion in Criterion}


class PhaseForm(Form):
    """The phase to go to; a reason when it goes back."""

    phase: Phase
    reason: OptionalReason = None


class MinistryForm(Form):
    """A ministry."""

    ministry_id: UUID


class DutyNamingForm(Form):
    """Asking somebody to take a duty; or naming them at once."""

    person_id: UUID
    duty: Duty
    note: OptionalReason = None
    at_once: bool = False


class HandoverForm(Form):
    """One's own duty, who should take it, and what they need to know."""

    person_id: UUID
    duty: Duty
    note: Reason


class DutyReleaseForm(Form):
    """Relieving somebody of a duty."""

    person_id: UUID
    duty: Duty
    reason: OptionalReason = None


class OwnDutyForm(Form):
    """Laying down one's own duty."""

    duty: Duty
    reason: OptionalReason = None


class DecisionForm(Form):
    """A decision: the question, its options, which was chosen (from 0), and why."""

    question: Reason
    options: Options
    chosen: Place
    rationale: Words
    information_known: OptionalWords = None
    assumptions: OptionalWords = None
    dissent: OptionalWords = None
    review_in_minutes: Minutes = None

    def draft(self) -> DecisionDraft:
        """Without the options left empty; `chosen` is -1 when an empty one was marked."""
        written = [place for place, option in enumerate(self.options) if option]
        return DecisionDraft(
            question=self.question,
            options=tuple(option for option in self.options if option),
            chosen=written.index(self.chosen) if self.chosen in written else -1,
            rationale=self.rationale,
            information_known=self.information_known,
            assumptions=self.assumptions,
            dissent=self.dissent,
            review_at=self._review_at(),
        )

    def _review_at(self) -> datetime | None:
        wait = self.review_in_minutes
        return clock.now() + timedelta(minutes=wait) if wait else None


class LinkForm(Form):
    """The reference of another incident, and what connects the two."""

    other_ref: Ref
    reason: Reason


class RestrictionForm(Form):
    """Whether only people with a duty may see the incident."""

    restricted: bool


class CloseForm(Form):
    """The closing summary; a waiver where a check is not green."""

    summary: Words
    waiver: OptionalReason = None
