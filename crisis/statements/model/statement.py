"""A statement: its draft, its versions, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import IncidentRecord
from crisis.kernel.errors import Conflict, Forbidden
from crisis.kernel.words import Message
from crisis.policy import Actor
from crisis.statements.content import DAMAGED, SITUATION, Content, readable
from crisis.statements.model.slots import Slot
from crisis.statements.model.states import ASKING, State
from crisis.statements.model.versions import Version, stale, tampered
from crisis.statements.model.waivers import Waiver
from crisis.statements.translations import Beside, Outdated, as_it_stands, outdated


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
        return outdated(self.written_beside, self.content)

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

    def end(self, state: State, by: Statement) -> None:
        """A released statement was overtaken by another: its text stays, and is marked."""
        if self.released and self.ended_as is None:
            self.ended_as, self.ended_by_id = state, by.id

    @property
    def overtakes(self) -> bool:
        """Whether its release takes the place of the last statement about the situation."""
        return self.type in SITUATION

    def waiting_for(self, by: Actor) -> Slot | None:
        """The slot of the current version that waits for this person, author or not; else None."""
        latest = self.latest
        if latest is None or self.state not in ASKING:
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
        return self.current()

    @property
    def written_beside(self) -> Beside:
        """What each translation of the draft is true to."""
        return as_it_stands(self.content) if self.beside is None else self.beside

    def must_be_open(self) -> None:
        """Raises `Conflict`: `released` or `withdrawn` when nothing is left to do."""
        if self.withdrawn_at:
            raise Conflict(Message("This statement was withdrawn."), code="withdrawn")
        if self.released:
            raise Conflict(Message("This statement was released."), code="released")

    def current(self) -> Version:
        """The version last submitted. Raises `Conflict` (`not_submitted`) when there is none."""
        if self.latest is None:
            raise Conflict(Message("It was not submitted yet."), code="not_submitted")
        return self.latest

    def read_by(self, version: int, text_hash: str) -> Version:
        """The present version, if it is the very text that was read.

        Raises `Conflict`: `stale_version`, or what `must_be_open` and `current` raise.
        """
        self.must_be_open()
        current = self.current()
        if (version, text_hash) != (current.number, current.sha256):
            raise stale()
        if current.revision != self.revision:
            raise stale()
        return current


def must_not_be_author(by: Actor, authors: Collection[str]) -> None:
    """Raises `Forbidden` (`author`) for one of those who wrote the text."""
    if str(by.id) in authors:
        raise Forbidden(Message("Nobody approves their own words."), code="author")
