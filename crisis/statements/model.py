"""A statement: one text the whole government stands behind, and everything that can happen to it.

Facts, not flags. A version is frozen as bytes; an approval is a row about one version and its
SHA-256. Whether a statement is approved is always computed from those rows, so nothing has to be
reset when a text changes: approvals of another text simply no longer count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import IncidentRecord
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.event import Event
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.policy import Actor, Duty
from crisis.statements.content import (
    DAMAGED,
    NEVER_PUBLIC,
    Content,
    Type,
    canonical_bytes,
    fingerprint,
    readable,
)
from crisis.statements.translations import (
    Beside,
    Outdated,
    Place,
    as_it_stands,
    outdated,
    remembered,
    settled,
)

LIAISONS: Final = frozenset({Duty.LIAISON, Duty.LEAD_LIAISON})
RATIFIED_WITHIN: Final = timedelta(minutes=60)
JUSTIFIED_BY: Final = 40
"""Characters: an emergency release without quorum is explained, not clicked."""
EMERGENCY_FROM: Final = 3


class State(StrEnum):
    """Where a statement stands; computed, never stored."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PENDING = "pending_approval"
    CHANGES_REQUESTED = "changes_requested"
    OBJECTED = "objected"
    REFUSED = "refused"
    APPROVED = "approved"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What an approver says of the text they read."""

    APPROVE = "approve"
    CHANGE = "change"
    OBJECT = "object"
    REFUSE = "refuse"


class Ground(StrEnum):
    """Why a text goes out before everybody signed."""

    THREAT_TO_LIFE = "imminent_threat_to_life"
    PANIC = "panic_prevention"
    ACCOUNT_TAKEN = "official_account_compromise"


class Outcome(StrEnum):
    """What became of an emergency release."""

    PENDING = "pending"
    RATIFIED = "ratified"
    REJECTED = "rejected"


@dataclass(frozen=True)
class SlotSpec:
    """Whose signature a version needs: a ministry, or an office role (any one of its duties)."""

    ministry_id: UUID | None = None
    duties: tuple[Duty, ...] = ()
    stage: int = 1


class Statement(IncidentRecord):
    """One statement of an incident, from its first draft to what became of it."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(24))
    draft: Mapped[bytes] = mapped_column(LargeBinary)
    """The text being written, in canonical form; versions are frozen from it."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts edits of the draft; an edit names the revision it was made on."""
    beside: Mapped[dict[str, Any] | None]
    """What each translation of the draft was written beside; None: as it stands."""
    editors: Mapped[list[str]]
    """Everyone who edited it so far, in any language: its authors, who sign nothing of it."""
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement.id"))
    retracts_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement.id"))
    withdrawn_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(12))
    """After release: superseded, corrected or retracted."""
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement.id"))
    versions: Mapped[list[Version]] = relationship(lazy="selectin", order_by="Version.number")
    waivers: Mapped[list[Waiver]] = relationship(lazy="selectin", order_by="Waiver.requested_at")

    @property
    def content(self) -> Content:
        """The draft as it stands."""
        return readable(self.draft)

    @property
    def outdated(self) -> list[Outdated]:
        """The translations in the draft whose original changed since they were written."""
        return outdated(self._beside, self.content)

    @property
    def latest(self) -> Version | None:
        """The version last submitted."""
        return self.versions[-1] if self.versions else None

    @property
    def released(self) -> Version | None:
        """The version that went out, if one did."""
        return next((each for each in reversed(self.versions) if each.released_at), None)

    @property
    def state(self) -> State:
        """Where it stands, from its rows alone."""
        if self.withdrawn_at:
            return State.WITHDRAWN
        if self.ended_as:
            return State(self.ended_as)
        if self.released:
            return State.RELEASED
        latest = self.latest
        if latest is None or latest.revision != self.revision:
            return State.DRAFT
        return latest.state

    # -- writing it ---------------------------------------------------------------------------

    def edit(
        self, content: Content, *, based_on: int, by: UUID, confirmed: Collection[Place] = ()
    ) -> StatementEdited:
        """Take a new text for the draft written on revision `based_on`.

        `confirmed`: translations that were read again and still hold.

        Raises `Conflict`: `edited_meanwhile` when somebody else's edit came first, `released` or
        `withdrawn` when nothing is left to edit. Every edit ends the approvals in progress.
        """
        self._must_be_open()
        if based_on != self.revision:
            raise Conflict(
                Message("Somebody changed the text while you were writing. Both texts are shown."),
                code="edited_meanwhile",
            )
        self.beside = remembered(self._beside, content, confirmed)
        self.draft = canonical_bytes(content)
        self.type = content.type
        self.revision += 1
        if str(by) not in self.editors:
            self.editors = [*self.editors, str(by)]
        return StatementEdited(statement_id=self.id, number=self.number, revision=self.revision)

    def submit(
        self,
        slots: list[SlotSpec],
        *,
        based_on: int,
        findings: list[dict[str, Any]],
        by: UUID,
        at: datetime,
        deadline_at: datetime,
    ) -> StatementSubmitted:
        """Freeze the draft as the next version and ask for its signatures.

        Raises `Conflict` (`lint`) while a blocking finding is not waived for this very text, and
        `Invalid` (`no_slots`) when nobody would have to sign.
        """
        self._must_be_open()
        if based_on != self.revision:
            raise Conflict(Message("The text changed. Read it again, then submit."), code="stale")
        if not slots:
            raise Invalid(Message("Name at least one signature."), code="no_slots")
        self.must_be_readable()
        if blocked := self._blocking(findings, fingerprint(self.draft)):
            raise Conflict(
                Message("The text has findings that block it: {rules}.", rules=", ".join(blocked)),
                code="lint",
            )
        before, self.beside = self.latest, settled(self._beside, self.content)
        version = self._freeze(slots, findings=findings, by=by, at=at, until=deadline_at)
        return StatementSubmitted(
            statement_id=self.id,
            number=self.number,
            version=version.number,
            text_hash=version.sha256,
            ministry_ids=[each.ministry_id for each in slots if each.ministry_id],
            duties=[duty for each in slots for duty in each.duties],
            asked_of=version.asked_of,
            deadline_at=deadline_at,
            voided=_approving(before),
        )

    def ask_waiver(self, rule: str, *, reason: str, by: UUID, at: datetime) -> WaiverAsked:
        """Ask that one finding of this very text be let pass."""
        self._must_be_open()
        self.waivers.append(
            Waiver(
                incident_id=self.incident_id,
                rule=rule,
                text_hash=fingerprint(self.draft),
                requested_by=by,
                requested_at=at,
                reason=reason,
            )
        )
        return WaiverAsked(statement_id=self.id, number=self.number, rule=rule, reason=reason)

    def answer_waiver(
        self, rule: str, *, granted: bool, reason: str, by: Actor, at: datetime
    ) -> WaiverAnswered:
        """Grant or deny it; not by one of the authors."""
        self._must_not_be_author(by, self.editors)
        asked = [each for each in self.waivers if each.rule == rule and each.decided_at is None]
        if not asked:
            raise Conflict(Message("No waiver of that rule is asked for."), code="not_asked")
        for each in asked:
            each.decided_by, each.decided_at, each.granted = by.id, at, granted
        return WaiverAnswered(
            statement_id=self.id, number=self.number, rule=rule, granted=granted, reason=reason
        )

    # -- signing it ---------------------------------------------------------------------------

    def answer(
        self,
        by: Actor,
        answer: Answer,
        *,
        version: int,
        text_hash: str,
        reason: str | None,
        at: datetime,
    ) -> StatementAnswered:
        """Fill the slot that waits for this person, for the very text they have read.

        Refuses with a code of its own: `released`, `withdrawn`, `stale_version`, `author`,
        `not_awaited`, `not_yet` (an earlier stage is not complete), `already`, `slot_filled`,
        `one_slot`; and with `Invalid` when anything but an approval comes without a reason.
        """
        current = self._read_by(version, text_hash)
        current.must_be_as_signed()
        self._must_not_be_author(by, current.authors)
        slot = current.slot_for(by, self.incident_id)
        if answer is not Answer.APPROVE and not reason:
            needed = Message("Say what should change, or why.")
            raise Invalid(needed, fields={"reason": needed})
        slot.take(by, answer, text_hash=current.sha256, reason=reason, at=at)
        return StatementAnswered(
            statement_id=self.id,
            number=self.number,
            version=current.number,
            slot_id=slot.id,
            answer=answer,
            ministry_id=slot.ministry_id,
            duties=[Duty(each) for each in slot.duties],
            reason=reason,
            still_waiting=len(current.unfilled),
            state=self.state,
        )

    def withdraw_answer(self, by: Actor, *, at: datetime) -> AnswerWithdrawn:
        """Take back one's own answer, until release."""
        self._must_be_open()
        current = self._current()
        slot = next((each for each in current.slots if each.answered_by(by.id)), None)
        given = slot.given if slot else None
        if slot is None or given is None:
            raise Conflict(Message("You have not answered this version."), code="not_answered")
        given.withdrawn_at = at
        return AnswerWithdrawn(
            statement_id=self.id,
            number=self.number,
            version=current.number,
            slot_id=slot.id,
            ministry_id=slot.ministry_id,
            answer=Answer(given.answer),
        )

    def resolve(self, by: Actor, *, resolution: str, at: datetime) -> ObjectionResolved:
        """Whoever objected is content; the slot waits for a signature again."""
        self._must_be_open()
        current = self._current()
        own = next(
            (each for each in current.slots if each.blocks and each.answered_by(by.id)), None
        )
        if own is None or own.given is None:
            raise Conflict(Message("You have no open objection here."), code="not_objected")
        own.given.resolved_at, own.given.resolved_by, own.given.resolution = at, by.id, resolution
        return ObjectionResolved(
            statement_id=self.id,
            number=self.number,
            version=current.number,
            slot_id=own.id,
            ministry_id=own.ministry_id,
            overruled=False,
            resolution=resolution,
        )

    def overrule(
        self, slot_id: UUID, by: Actor, *, rationale: str, at: datetime
    ) -> ObjectionResolved:
        """The director lets the text go on over an objection; the dissent stays on record.

        The slot counts as settled without a signature.
        """
        self._must_be_open()
        current = self._current()
        slot = next((each for each in current.slots if each.id == slot_id), None)
        if slot is None or not slot.blocks or slot.given is None:
            raise Conflict(Message("There is no such open objection."), code="not_objected")
        slot.given.resolved_at, slot.given.resolved_by, slot.given.resolution = at, by.id, rationale
        slot.waived = True
        return ObjectionResolved(
            statement_id=self.id,
            number=self.number,
            version=current.number,
            slot_id=slot.id,
            ministry_id=slot.ministry_id,
            overruled=True,
            resolution=rationale,
        )

    # -- sending it out -----------------------------------------------------------------------

    def release(
        self,
        *,
        version: int,
        channels: list[str],
        next_update_at: datetime | None,
        by: UUID,
        at: datetime,
    ) -> StatementReleased:
        """Let the signed text out. Every slot is checked again, for the bytes as they are stored.

        Raises `Conflict`: `never_public`, `stale_version`, `tampered`, `not_approved`.
        """
        self._must_be_open()
        current = self._current()
        if version != current.number or current.revision != self.revision:
            raise _stale()
        current.must_be_as_signed()
        if current.state is not State.APPROVED:
            raise Conflict(
                Message.plural(
                    "{n} signature is missing.",
                    "{n} signatures are missing.",
                    n=max(1, len(current.unfilled)),
                ),
                code="not_approved",
            )
        return self._let_out(current, channels, next_update_at, by, at)

    def ask_emergency(
        self,
        *,
        ground: Ground,
        justification: str,
        level: int,
        findings: list[dict[str, Any]],
        by: UUID,
        directs: bool,
        at: datetime,
    ) -> EmergencyAsked:
        """The first of two people: this very text should go out before everybody signed.

        Raises `Conflict` (`level_too_low`) and `Invalid` (`too_short`).
        """
        self._must_be_open()
        if level < EMERGENCY_FROM:
            raise Conflict(
                Message("Emergency release exists from level 3 on."), code="level_too_low"
            )
        if len(justification) < JUSTIFIED_BY:
            short = Message("Explain it in at least {n} characters.", n=JUSTIFIED_BY)
            raise Invalid(short, code="too_short", fields={"justification": short})
        latest = self.latest
        if latest is None or latest.revision != self.revision:
            self.must_be_readable()
            latest = self._freeze([], findings=findings, by=by, at=at, until=at)
        latest.emergency = {
            "ground": ground.value,
            "justification": justification,
            "first": str(by),
            "directed": directs,
            "asked_at": at.isoformat(),
        }
        return EmergencyAsked(
            statement_id=self.id,
            number=self.number,
            version=latest.number,
            text_hash=latest.sha256,
            ground=ground,
            justification=justification,
        )

    def confirm_emergency(
        self,
        *,
        version: int,
        text_hash: str,
        channels: list[str],
        next_update_at: datetime | None,
        by: UUID,
        directs: bool,
        at: datetime,
    ) -> StatementReleased:
        """The second person, who has read that very text, lets it out; ratification is then due.

        One of the two directs the response. Raises `Conflict`: `not_asked`, `stale_version`,
        `tampered`, `no_director`; and `Forbidden` (`same_person`).
        """
        current = self._read_by(version, text_hash)
        if not current.emergency:
            raise Conflict(Message("Nobody has asked for it yet."), code="not_asked")
        if current.emergency["first"] == str(by):
            raise Forbidden(Message("It takes two people."), code="same_person")
        if not (directs or current.emergency["directed"]):
            raise Conflict(Message("One of the two must be the director."), code="no_director")
        current.must_be_as_signed()
        current.emergency = {**current.emergency, "second": str(by)}
        current.ratify_due_at, current.outcome = at + RATIFIED_WITHIN, Outcome.PENDING
        return self._let_out(current, channels, next_update_at, by, at)

    def ratify(
        self, *, ratified: bool, reason: str | None, by: UUID, at: datetime
    ) -> EmergencyJudged:
        """Stand behind an emergency release afterwards, or not: then a correction is due."""
        out = self.released
        if out is None or out.outcome != Outcome.PENDING:
            raise Conflict(Message("Nothing waits to be ratified here."), code="not_pending")
        if out.emergency and str(by) in {out.emergency["first"], out.emergency.get("second")}:
            raise Forbidden(Message("Whoever released it does not ratify it."), code="author")
        out.outcome = Outcome.RATIFIED if ratified else Outcome.REJECTED
        out.judged_by, out.judged_at = by, at
        return EmergencyJudged(
            statement_id=self.id, number=self.number, outcome=Outcome(out.outcome), reason=reason
        )

    def withdraw(self, *, reason: str, at: datetime) -> StatementWithdrawn:
        """Give it up before it went out."""
        self._must_be_open()
        self.withdrawn_at = at
        return StatementWithdrawn(statement_id=self.id, number=self.number, reason=reason)

    def end(self, state: State, by: Statement) -> None:
        """A released statement was overtaken by another: its text stays, and is marked."""
        if self.released and self.ended_as is None:
            self.ended_as, self.ended_by_id = state, by.id

    def note_evidence(self, channel: str, evidence: str) -> EvidenceNoted:
        """Say where the released text can be seen on a channel it was released to."""
        out = self.released
        if out is None or channel not in (out.channels or {}):
            raise Conflict(Message("It was not released on this channel."), code="not_released")
        out.channels = {**(out.channels or {}), channel: evidence}
        return EvidenceNoted(
            statement_id=self.id, number=self.number, channel=channel, evidence=evidence
        )

    # -- what others ask of it ------------------------------------------------------------------

    @property
    def overtakes(self) -> bool:
        """Whether its release takes the place of the last statement about the situation."""
        return self.type in _SITUATION

    def waiting_for(self, by: Actor) -> Slot | None:
        """The slot of the current version that waits for this person, author or not; else None."""
        latest = self.latest
        if latest is None or self.state not in _ASKING:
            return None
        mine = [slot for slot in latest.unfilled if slot.is_open_to(by, self.incident_id)]
        return next((slot for slot in mine if slot.stage == latest.stage), None)

    def must_be_readable(self) -> None:
        """Raises `Conflict` (`tampered`) when the draft is no text any more."""
        if self.content is DAMAGED:
            raise tampered()

    def signed_version(self) -> Version:
        """The version a translation can be made of: released, or signed by everybody."""
        if self.released:
            return self.released
        if self.state is not State.APPROVED:
            raise Conflict(Message("A translation is made of a signed text."), code="not_approved")
        return self._current()

    # -- guards and pieces --------------------------------------------------------------------

    @property
    def _beside(self) -> Beside:
        return as_it_stands(self.content) if self.beside is None else self.beside

    def _freeze(
        self,
        slots: list[SlotSpec],
        *,
        findings: list[dict[str, Any]],
        by: UUID,
        at: datetime,
        until: datetime,
    ) -> Version:
        version = Version(
            id=new_id(),
            incident_id=self.incident_id,
            statement_id=self.id,
            number=len(self.versions) + 1,
            revision=self.revision,
            content=self.draft,
            sha256=fingerprint(self.draft),
            authors=list(self.editors),
            findings=findings,
            submitted_by=by,
            submitted_at=at,
            deadline_at=until,
            slots=[_slot(self.incident_id, spec, place) for place, spec in enumerate(slots)],
        )
        self.versions.append(version)
        return version

    def _let_out(
        self,
        version: Version,
        channels: list[str],
        next_update_at: datetime | None,
        by: UUID,
        at: datetime,
    ) -> StatementReleased:
        version.must_allow(channels)
        version.released_at, version.released_by = at, by
        version.next_update_at = next_update_at
        version.channels = dict.fromkeys(channels)
        return StatementReleased(
            statement_id=self.id,
            number=self.number,
            version=version.number,
            text_hash=version.sha256,
            type=version.text.type,
            languages=list(version.text.languages),
            channels=channels,
            next_update_at=next_update_at,
            emergency=version.emergency is not None and version.outcome is not None,
            corrects_id=self.corrects_id,
            retracts_id=self.retracts_id,
        )

    def _must_be_open(self) -> None:
        if self.withdrawn_at:
            raise Conflict(Message("This statement was withdrawn."), code="withdrawn")
        if self.released:
            raise Conflict(Message("This statement was released."), code="released")

    def _current(self) -> Version:
        if self.latest is None:
            raise Conflict(Message("It was not submitted yet."), code="not_submitted")
        return self.latest

    def _read_by(self, version: int, text_hash: str) -> Version:
        self._must_be_open()
        current = self._current()
        if (version, text_hash) != (current.number, current.sha256):
            raise _stale()
        if current.revision != self.revision:
            raise _stale()
        return current

    def _must_not_be_author(self, by: Actor, authors: list[str]) -> None:
        if str(by.id) in authors:
            raise Forbidden(Message("Nobody approves their own words."), code="author")

    def _blocking(self, findings: list[dict[str, Any]], text_hash: str) -> list[str]:
        waived = {
            each.rule for each in self.waivers if each.granted and each.text_hash == text_hash
        }
        return sorted({each["rule"] for each in findings if each["severity"] == "block"} - waived)


class Version(IncidentRecord):
    """A text as it was frozen: its bytes are what people sign, and what goes out."""

    __tablename__ = "statement_version"
    __table_args__ = (UniqueConstraint("statement_id", "number"),)

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    number: Mapped[int]
    revision: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    authors: Mapped[list[str]]
    findings: Mapped[list[dict[str, Any]]]
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    next_update_at: Mapped[datetime | None]
    channels: Mapped[dict[str, Any] | None]
    """By channel, the evidence that it is out there (None: not yet shown)."""
    emergency: Mapped[dict[str, Any] | None]
    ratify_due_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None]
    slots: Mapped[list[Slot]] = relationship(
        lazy="selectin", order_by="Slot.place", cascade="all, delete-orphan"
    )

    @property
    def text(self) -> Content:
        """What it says."""
        return readable(self.content)

    @property
    def asked_of(self) -> str:
        """A fingerprint of whose signatures it needs. The journal keeps it: none can go missing."""
        slots = sorted(self.slots, key=lambda each: each.place)
        return fingerprint("\n".join(each.told for each in slots).encode())

    @property
    def unfilled(self) -> list[Slot]:
        """The slots that still wait for a signature."""
        return [each for each in self.slots if not each.is_filled]

    @property
    def stage(self) -> int:
        """The stage that is being asked now: the first with an unfilled slot."""
        last = max((each.stage for each in self.slots), default=1)
        return min((each.stage for each in self.unfilled), default=last)

    @property
    def state(self) -> State:
        """What the answers so far amount to."""
        for answer, state in _BLOCKED.items():
            if any(
                slot.blocks and slot.given and slot.given.answer == answer for slot in self.slots
            ):
                return state
        if not self.slots:
            return State.PENDING
        if not self.unfilled:
            return State.APPROVED
        stages = {each.stage for each in self.slots}
        return State.IN_REVIEW if len(stages) > 1 and self.stage == min(stages) else State.PENDING

    @property
    def is_sound(self) -> bool:
        """Whether the stored bytes are those of its fingerprint."""
        return fingerprint(self.content) == self.sha256

    def must_be_as_signed(self) -> None:
        """Raises `Conflict` (`tampered`) unless the stored bytes are the ones that were signed."""
        signed = {slot.given.text_hash for slot in self.slots if slot.is_filled and slot.given}
        if not self.is_sound or signed - {self.sha256}:
            raise tampered()

    def must_allow(self, channels: list[str]) -> None:
        """Raises `Conflict` (`never_public`, `other_channels`) for channels nobody signed for.

        A text that names no channel leaves them to whoever releases it.
        """
        text = self.text
        if text.type in NEVER_PUBLIC and channels:
            raise Conflict(
                Message("This is written for those who speak; it is not published."),
                code="never_public",
            )
        if text.channels and (others := sorted(set(channels) - text.channels)):
            raise Conflict(
                Message("It was not signed for: {channels}.", channels=", ".join(others)),
                code="other_channels",
            )

    def slot_for(self, by: Actor, incident_id: UUID) -> Slot:
        """The slot this person may fill now; refuses with its reason."""
        if any(slot.answered_by(by.id) and slot.is_filled for slot in self.slots):
            raise Conflict(Message("You have already signed this version."), code="already")
        mine = [slot for slot in self.slots if slot.is_open_to(by, incident_id)]
        if not mine:
            raise Conflict(
                Message("Your signature is not awaited on this statement."), code="not_awaited"
            )
        waiting = [slot for slot in mine if not slot.is_filled]
        if not waiting:
            raise Conflict(Message("Somebody else has already signed for you."), code="slot_filled")
        now = [slot for slot in waiting if slot.stage == self.stage]
        if not now:
            raise Conflict(Message("It is not your turn yet."), code="not_yet")
        return now[0]


class Slot(IncidentRecord):
    """A signature that a version needs, and the answers that were given for it."""

    __tablename__ = "statement_slot"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("statement_version.id"), index=True)
    place: Mapped[int]
    stage: Mapped[int]
    ministry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ministry.id"))
    duties: Mapped[list[str]]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    waived: Mapped[bool] = mapped_column(default=False)
    """The director let the text go on over this slot's objection."""
    answers: Mapped[list[GivenAnswer]] = relationship(
        lazy="selectin", order_by="GivenAnswer.at", cascade="all, delete-orphan"
    )

    @property
    def told(self) -> str:
        """What it asks for, in one line, as a version's fingerprint of its slots has it."""
        return f"{self.id} {self.place} {self.stage} {self.ministry_id} {','.join(self.duties)}"

    @property
    def given(self) -> GivenAnswer | None:
        """The answer that stands, if any."""
        return next((each for each in reversed(self.answers) if each.withdrawn_at is None), None)

    @property
    def is_filled(self) -> bool:
        """Whether this signature is there, or the director decided to go on without it."""
        return self.waived or (self.given is not None and self.given.answer == Answer.APPROVE)

    @property
    def blocks(self) -> bool:
        """Whether an answer here stops the statement."""
        given = self.given
        return given is not None and given.answer != Answer.APPROVE and given.resolved_at is None

    def is_open_to(self, by: Actor, incident_id: UUID) -> bool:
        """Whether this person holds what the slot asks for."""
        held = by.duties.get(incident_id, frozenset())
        if self.ministry_id is not None:
            return by.ministry_id == self.ministry_id and bool(held & LIAISONS)
        return any(Duty(each) in held for each in self.duties)

    def answered_by(self, person_id: UUID) -> bool:
        given = self.given
        return given is not None and given.person_id == person_id

    def take(
        self, by: Actor, answer: Answer, *, text_hash: str, reason: str | None, at: datetime
    ) -> None:
        """Write down an answer; an earlier one of the same slot is set aside by it."""
        if (given := self.given) is not None:
            given.withdrawn_at = at
        self.answers.append(
            GivenAnswer(
                incident_id=self.incident_id,
                person_id=by.id,
                answer=answer,
                text_hash=text_hash,
                reason=reason,
                at=at,
            )
        )


class GivenAnswer(IncidentRecord):
    """What one person said for one slot, of one text."""

    __tablename__ = "statement_answer"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("statement_slot.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    answer: Mapped[str] = mapped_column(String(8))
    text_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    resolution: Mapped[str | None]


class Waiver(IncidentRecord):
    """That a finding of one very text may be let pass, or may not."""

    __tablename__ = "statement_waiver"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    rule: Mapped[str] = mapped_column(String(8))
    text_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    granted: Mapped[bool | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class Comment(IncidentRecord):
    """A remark on a version, for whoever writes the next."""

    __tablename__ = "statement_comment"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    version: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    resolved_at: Mapped[datetime | None]


class Rendition(IncidentRecord):
    """A translation made after approval: its own bytes, hash, reviewer and release."""

    __tablename__ = "statement_rendition"
    __table_args__ = (
        Index("uq_statement_rendition_language", "version_id", "language", unique=True),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("statement_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    translator_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    translated_at: Mapped[datetime]
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    channels: Mapped[dict[str, Any] | None]


_SITUATION: Final = frozenset({Type.HOLDING, Type.INITIAL, Type.UPDATE})
_ASKING: Final = frozenset(
    {State.IN_REVIEW, State.PENDING, State.OBJECTED, State.CHANGES_REQUESTED}
)

_BLOCKED: Final = {
    Answer.REFUSE: State.REFUSED,
    Answer.OBJECT: State.OBJECTED,
    Answer.CHANGE: State.CHANGES_REQUESTED,
}


def _slot(incident_id: UUID, spec: SlotSpec, place: int) -> Slot:
    return Slot(
        id=new_id(),
        incident_id=incident_id,
        place=place,
        stage=spec.stage,
        ministry_id=spec.ministry_id,
        duties=[duty.value for duty in spec.duties],
        answers=[],
    )


def _approving(version: Version | None) -> list[UUID]:
    """The ministries whose approval of this version no longer counts."""
    slots = version.slots if version else []
    return [each.ministry_id for each in slots if each.is_filled and each.ministry_id]


def tampered() -> Conflict:
    """The refusal of a text whose stored bytes are not what was signed."""
    return Conflict(
        Message(
            "The stored text is not the text that was signed. It cannot be released; tell the "
            "administrator."
        ),
        code="tampered",
    )


def _stale() -> Conflict:
    return Conflict(
        Message("The text changed after you opened it. Please read it again."),
        code="stale_version",
    )


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
    name = "statement.submitted"
    version: int
    text_hash: str
    ministry_ids: list[UUID]
    duties: list[Duty]
    asked_of: str
    deadline_at: datetime
    voided: list[UUID]


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
