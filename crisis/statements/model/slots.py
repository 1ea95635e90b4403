"""A signature that a version needs: who may give it, and the answers that were given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import IncidentRecord
from crisis.policy import LIAISONS, Actor, Duty
from crisis.statements.model.states import Answer


@dataclass(frozen=True)
class SlotSpec:
    """Whose signature a version needs: a ministry, or an office role (any one of its duties)."""

    ministry_id: UUID | None = None
    duties: tuple[Duty, ...] = ()
    stage: int = 1


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
        return is_for(self, by.ministry_id, by.duties.get(incident_id, frozenset()))

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


def is_for(asked: Slot | SlotSpec, ministry_id: UUID | None, held: Collection[Duty]) -> bool:
    """Whether it can be given by somebody of this ministry who holds these duties."""
    if asked.ministry_id is not None:
        return asked.ministry_id == ministry_id and not LIAISONS.isdisjoint(held)
    return any(Duty(each) in held for each in asked.duties)
