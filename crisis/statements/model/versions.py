"""A text as it was frozen: its bytes are what people sign, and what goes out."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import IncidentRecord
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.policy import Actor
from crisis.statements.content import NEVER_PUBLIC, Content, fingerprint, readable
from crisis.statements.model.slots import Slot
from crisis.statements.model.states import Answer, State


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


_BLOCKED: Final = {
    Answer.REFUSE: State.REFUSED,
    Answer.OBJECT: State.OBJECTED,
    Answer.CHANGE: State.CHANGES_REQUESTED,
}


def tampered() -> Conflict:
    """The refusal of a text whose stored bytes are not what was signed."""
    return Conflict(
        Message(
            "The stored text is not the text that was signed. It cannot be released; tell the "
            "administrator."
        ),
        code="tampered",
    )


def stale() -> Conflict:
    """The refusal of an answer to a text that is not the present one."""
    return Conflict(
        Message("The text changed after you opened it. Please read it again."),
        code="stale_version",
    )
