"""What the carrier inside this machine has taken, what it still has to report, and how it behaves.

Everything stands in rows with a time, so that a restart changes nothing; nothing depends on chance
but on the seed, so that the same messages in the same order fare the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crisis.alerts.outbox import Channel, State
from crisis.kernel.database import Base

PROVIDER: Final = "local"
"""What it is called in the outbox."""
NETWORK: Final = 1
LONGEST_DELAY: Final = 60
LOST_BY: Final = {
    Channel.SMS: ("30003", "30005", "30007", "30008"),
    Channel.EMAIL: ("550", "552"),
}
"""Why a message does not arrive, in the codes of real carriers."""


class Act(StrEnum):
    """What happens to a message in the simulator."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DROPPED = "dropped"
    """It would have been reported, had nobody stepped in."""
    ACKNOWLEDGED = "acknowledged"
    """Whoever got it opens the link and presses the button."""


REPORTS: Final = {
    Act.SENT: State.SENT,
    Act.DELIVERED: State.DELIVERED,
    Act.UNDELIVERED: State.UNDELIVERED,
}


AS_BEGUN: Final[dict[str, Any]] = {
    "id": NETWORK,
    "delay": 2,
    "failing": 0,
    "silent": 0,
    "answering": 0,
    "replies": True,
    "seed": 1,
}
"""How the network behaves until somebody tunes it."""


@dataclass(frozen=True)
class Planned:
    """What will happen to a message, and how long after it was taken."""

    act: Act
    after: timedelta
    code: str | None = None
    """Why it does not arrive."""


class Network(Base):
    """How the simulated carrier and the people behind it behave; there is one."""

    __tablename__ = "simulated_network"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    delay: Mapped[int]
    """Seconds until a phone has a message, more or less."""
    failing: Mapped[int]
    """Of a hundred messages, how many do not arrive."""
    silent: Mapped[int]
    """Of a hundred that arrive, of how many nobody ever hears."""
    answering: Mapped[int]
    """Of a hundred people who are asked, how many acknowledge by themselves."""
    replies: Mapped[bool]
    """Whether an SMS can be answered."""
    seed: Mapped[int]

    def course(self, channel: Channel, address: str, nth: int, *, asks: bool) -> list[Planned]:
        """What will happen to the `nth` message to that address, the first thing first."""
        chance = Random(f"{self.seed}:{channel}:{address}:{nth}")  # noqa: S311  no secret: a rehearsal
        fails, is_silent, answers = (chance.random() * 100 for _ in range(3))
        arrives = timedelta(seconds=self.delay * (0.5 + chance.random()))
        course = [Planned(Act.SENT, arrives * 0.3)]
        if fails < self.failing:
            code = chance.choice(LOST_BY[channel])
            return [*course, Planned(Act.UNDELIVERED, arrives, code)]
        if is_silent >= self.silent:
            course.append(Planned(Act.DELIVERED, arrives))
        if asks and answers < self.answering:
            thinks = timedelta(seconds=3 + 12 * chance.random())
            course.append(Planned(Act.ACKNOWLEDGED, arrives + thinks))
        return course


class SimulatedMessage(Base):
    """One message as its receiver has it on the phone or in the mailbox."""

    __tablename__ = "simulated_message"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index("ix_simulated_message_channel_address_at", "channel", "address", "at"),
        Index("ix_simulated_message_delivery_id", "delivery_id", "attempt"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    attempt: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    purpose: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    """With `LINK` in place of the recipient's own address, whose secret is kept nowhere."""
    is_exercise: Mapped[bool]
    at: Mapped[datetime]
    is_shown: Mapped[bool] = mapped_column(default=True)
    """False once the box was emptied; what is still to be reported of it is."""


class SimulatedAct(Base):
    """That something happens, or has happened, to a message in the simulator."""

    __tablename__ = "simulated_act"
    __table_args__ = (Index("ix_simulated_act_done_at_due_at", "done_at", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("simulated_message.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    again: Mapped[int] = mapped_column(default=0)
    """How often a person let the carrier report it once more."""
