"""The port to the world: what a courier is given, and the four things it may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from crisis.alerts.outbox import Channel, ErrorClass, Purpose


@dataclass(frozen=True)
class Letter:
    """One message, ready to go: nothing in it is filled in later."""

    delivery_id: UUID
    attempt: int
    channel: Channel
    purpose: Purpose
    address: str
    language: str
    subject: str
    text: str
    is_exercise: bool
    recipient_name: str = ""
    link: str = ""
    """The address in `text` that is this recipient's own; empty when the text is the same for all.
    """


@dataclass(frozen=True)
class Accepted:
    """The provider took it and calls it `reference`."""

    reference: str
    status: str = ""


@dataclass(frozen=True)
class NotAccepted:
    """It certainly did not leave, and may be tried again, after so many seconds if they are known.

    Only for answers that prove it: a refused connection, a failed look-up or handshake, a 429.
    """

    why: str
    retry_after: float | None = None


@dataclass(frozen=True)
class GiveUp:
    """It certainly did not leave and never will like this."""

    why: str
    code: str | None = None
    error_class: ErrorClass = ErrorClass.UNKNOWN


@dataclass(frozen=True)
class Unknown:
    """It may or may not have left: a 5xx, silence after the body, a broken answer."""

    why: str


Outcome = Accepted | NotAccepted | GiveUp | Unknown


@dataclass(frozen=True)
class Found:
    """The provider has it."""

    reference: str
    status: str = ""


@dataclass(frozen=True)
class NotFound:
    """The provider does not list it; which is no proof that it will not later."""


@dataclass(frozen=True)
class CannotTell:
    """The provider keeps no list, or does not answer."""

    why: str


Trace = Found | NotFound | CannotTell


class ExerciseRefusedError(Exception):
    """Exercise material was given to a courier that reaches the world. It is a fault of ours."""


class Courier(Protocol):
    """Takes letters to one provider. Called from one event loop; must not block it."""

    @property
    def name(self) -> str:
        """What the provider is called in rows, pages and logs: `twilio`, `local` …"""

    @property
    def channel(self) -> Channel:
        """What it carries."""

    @property
    def reaches_the_world(self) -> bool:
        """Whether real people get what it carries. Such a courier raises `ExerciseRefusedError`
        for a letter of an exercise, whoever hands it over."""

    @property
    def calls_at_once(self) -> int:
        """How many calls may be open."""

    @property
    def letters_per_call(self) -> int:
        """How many letters fit in one call; they share language and wording."""

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand the letters over, in one call: one outcome for each, in their order.

        Never raises for anything the network or the provider does, never tries again by itself, and
        answers within 15 seconds: connecting may take 3, reading 10.
        """

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        """Whether the provider lists exactly this letter, handed over after `since`."""

    async def close(self) -> None:
        """Let go of connections."""


Couriers = Mapping[tuple[Channel, bool], Courier]
"""Who carries what: by channel, and by whether it is an exercise."""

plugged: Final[dict[tuple[Channel, bool], Courier]] = {}
"""The couriers of this process. Filled from the settings, for every way of starting."""
