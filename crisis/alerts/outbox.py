"""The outbox: every message that is to reach somebody, one row for each channel and address.

A message is queued in the transaction of the event that made it necessary. Whoever sends it writes
first that it is about to (`SENDING`, under a lease), then calls the courier, then writes what came
of it; what may or may not have left is `UNKNOWN` and is never sent again by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base, IncidentRecord

LINK: Final = "{link}"
"""Stands in a wording for the address that is the recipient's own; filled in at the last moment, so
that the secret in it is nowhere in the database."""


def keepable(told: str, length: int) -> str:
    """What a provider said, as a row can keep it: databases take no NUL and no half a character,
    and one odd answer must not stand in the way of all others."""
    whole = told.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\x00", "\ufffd")[:length]


class Channel(StrEnum):
    """By what somebody is reached."""

    SMS = "sms"
    EMAIL = "email"


class Purpose(StrEnum):
    """Why somebody is told."""

    ALERT = "alert"
    APPROVAL = "approval"
    """Their signature is awaited."""
    DUTY = "duty"
    """They hold a duty, or are asked to take one."""
    REMINDER = "reminder"
    """What is awaited from them has not come yet."""
    NOTICE = "notice"
    """Something happened that they should know."""
    CONFIRMATION = "confirmation"
    """An alert waits for a second person."""
    TEST = "test"
    """Somebody looks how an alert arrives, on their own phone."""


class State(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENDING = "sending"
    """Taken by a worker; it may be on the wire."""
    UNKNOWN = "unknown"
    """It may or may not have left. Never sent again by itself."""
    ACCEPTED = "accepted"
    """The provider took it."""
    SENT = "sent"
    """Handed to the carrier."""
    UNDELIVERED = "undelivered"
    """The carrier could not reach the phone, or the mail server refused it."""
    FAILED = "failed"
    """It never left."""
    SUPPRESSED = "suppressed"
    """There is no address, or whoever it is asked not to be written to."""
    EXPIRED = "expired"
    """What it says ended before it could leave."""
    CANCELLED = "cancelled"
    """It was stopped before it left."""
    DELIVERED = "delivered"
    """The handset, or the mail server, has it."""
    READ = "read"
    """It was opened, by a person as far as anybody can tell."""


RANKS: Final[dict[State, int]] = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.ACCEPTED: 3,
    State.SENT: 4,
    State.UNDELIVERED: 5,
    State.FAILED: 5,
    State.SUPPRESSED: 5,
    State.EXPIRED: 5,
    State.CANCELLED: 5,
    State.DELIVERED: 6,
    State.READ: 7,
}
"""What a provider reports moves a message up this order and never down (domain §3.5)."""

TO_LEAVE: Final = (State.QUEUED, State.SENDING)
OVER: Final = frozenset(each for each, rank in RANKS.items() if rank >= RANKS[State.UNDELIVERED])
"""Nothing more is awaited."""
REACHED: Final = frozenset({State.DELIVERED, State.READ})
LATER: Final = datetime.max.replace(tzinfo=UTC)
LOST: Final = frozenset(
    {State.UNDELIVERED, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED}
)

NEVER_LEFT: Final = frozenset(
    {State.QUEUED, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED}
)


class ErrorClass(StrEnum):
    """Why a message did not arrive, in words that tell what to do about it (domain §3.5)."""

    INVALID_NUMBER = "invalid_number"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked_filter"
    OPTED_OUT = "opted_out"
    CARRIER = "carrier"
    PROVIDER_DOWN = "provider_down"
    RATE_LIMITED = "rate_limited"
    EXPIRED = "expired"
    NO_ADDRESS = "no_address"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"


class Wording(IncidentRecord):
    """What is said, once for everybody who is told the same in the same language."""

    __tablename__ = "wording"

    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(200), default="")
    """The subject of a mail; empty for an SMS."""
    text: Mapped[str] = mapped_column(Text)
    """May hold `LINK`."""
    path: Mapped[str | None] = mapped_column(String(200))
    """Where `LINK` leads, below the public address; None: to the recipient's own page."""


class Delivery(IncidentRecord):
    """One message to one address."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_channel", "state", "channel", "priority", "id"),
        Index("ix_delivery_provider_reference", "provider", "reference"),
        Index("ix_delivery_alert_id_state", "alert_id", "state"),
    )

    is_exercise: Mapped[bool]
    purpose: Mapped[str] = mapped_column(String(12))
    priority: Mapped[int]
    """0 goes first."""
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("wording.id"))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(String(254))
    """E.164, or a mail address."""
    language: Mapped[str] = mapped_column(String(2))
    about: Mapped[str] = mapped_column(String(120))
    """What it is about, as `kind:id`."""
    event: Mapped[str] = mapped_column(String(80))
    """The event that made it necessary."""
    seq: Mapped[int]
    """Its line in the incident's journal, where the facts are."""
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """The same thing is told to the same address once."""
    repeat_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"))
    """The message that this one knowingly repeats."""
    state: Mapped[str] = mapped_column(String(12), default=State.QUEUED)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    """How often it was taken up for sending."""
    claimed_by: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    looked_up: Mapped[int] = mapped_column(default=0)
    """How often the provider was asked what became of it, while that was unknown."""
    provider: Mapped[str | None] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(String(64))
    """What the provider calls it."""
    provider_status: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[int | None]
    """How many SMS parts it takes."""
    error_code: Mapped[str | None] = mapped_column(String(16))
    error_class: Mapped[str | None] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(200))
    """The provider's or the network's own words, for the operator."""
    accepted_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it failed, expired or was stopped."""

    def hear(self, state: State, at: datetime) -> bool:
        """What is reported of it, in whatever order it comes; whether that moved it up.

        Moments are kept even when they come late: a message that was delivered was sent before. Of
        several the earliest counts, so that the order they come in does not matter.
        """
        marks = {
            State.ACCEPTED: "accepted_at",
            State.SENT: "sent_at",
            State.DELIVERED: "delivered_at",
            State.READ: "read_at",
        }
        mark = marks.get(state, "ended_at" if state in LOST else None)
        if mark and at < (getattr(self, mark) or LATER):
            setattr(self, mark, at)
        if RANKS[state] <= RANKS[State(self.state)]:
            return False
        self.state = state
        self.claimed_by = self.lease_until = None
        if state in REACHED:
            self.error_class = self.error_code = self.why = self.ended_at = None
        return True


class Receipt(Base):
    """One thing a provider reported, kept so that hearing it again changes nothing."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("provider", "event_key"),
        Index("ix_receipt_provider_reference", "provider", "reference"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    event_key: Mapped[str] = mapped_column(String(128))
    reference: Mapped[str] = mapped_column(String(64))
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    """None while nobody knows what it is about: it may come before our own commit."""
    state: Mapped[str] = mapped_column(String(12))
    provider_status: Mapped[str] = mapped_column(String(32))
    error_code: Mapped[str | None] = mapped_column(String(16))
    happened_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    """`applied`, `older` (known better already), `anomaly` (contradicts an end) or `parked`."""


class InboundMessage(Base):
    """An SMS that somebody sent us."""

    __tablename__ = "inbound_message"
    __table_args__ = (UniqueConstraint("provider", "reference"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(64))
    from_number: Mapped[str] = mapped_column(String(20), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    intent: Mapped[str] = mapped_column(String(12))
    """`ack`, `decline`, `stop`, `start`, `help` or `unknown`."""
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("recipient.id"))
    """Whose alert it speaks of."""
    done_at: Mapped[datetime | None]
    """When what it says was done; None until then."""


class OptOut(Base):
    """An address that asked not to be written to."""

    __tablename__ = "opt_out"

    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    since: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(24))


class Lane(Base):
    """The way to one provider: whether it is open, and who closed it."""

    __tablename__ = "lane"

    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    held_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The person who stopped it; None when nobody did."""
    held_at: Mapped[datetime | None]
    broken_since: Mapped[datetime | None]
    """Since when the provider fails; None while it works as far as is known."""
    try_again_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(200))
