"""What somebody signs in with, the sessions they have open, and what is refused and when."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base, Record
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.event import Event
from crisis.kernel.words import Message
from crisis.people.model import Names

LASTS: Final = timedelta(hours=12)
"""How long a session lives at most: one shift."""
IDLE: Final = timedelta(hours=2)
"""How long a session lives unused; an open war room counts as use."""
CODE_WITHIN: Final = timedelta(minutes=5)
"""How long after the password the code of the second step may be given."""
LINK_LASTS: Final = timedelta(hours=24)
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly a session remembers when it was last used."""

FREE_ATTEMPTS: Final = 3
LONGEST_WAIT: Final = timedelta(minutes=5)
FORGIVEN_AFTER: Final = timedelta(hours=24)
STEP_SECONDS: Final = 30
"""RFC 6238 §4.1."""


class Proof(StrEnum):
    """How somebody showed who they are."""

    PASSWORD = "password"
    CODE = "code"
    RECOVERY = "recovery"
    PERSONA = "persona"


class Announce(StrEnum):
    """What a screen reader is told of new lines without being asked."""

    ALL = "all"
    MINE = "mine"
    URGENT = "urgent"
    NONE = "none"


def digest(secret: str) -> str:
    """What is kept of a secret that is itself random: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Account(Record):
    """What one person signs in with. Its id is the person's."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    recovery_hashes: Mapped[list[str]]
    reset_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    reset_expires_at: Mapped[datetime | None]
    reset_removes_totp: Mapped[bool]
    shortcuts: Mapped[bool]
    announce: Mapped[str] = mapped_column(String(8))


class SignIn(Record):
    """One session: a browser in which a person is signed in, or has yet to give their code."""

    __tablename__ = "sign_in"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[int]
    """`Person.session_epoch` when it began; when the person's is higher, it is over."""
    awaits_code: Mapped[bool]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(45))


class Attempts(Base):
    """How often in a row somebody failed to sign in under one e-mail, known to the office or not.

    Unknown addresses are counted as well, so that waiting does not tell who has an account.
    """

    __tablename__ = "sign_in_attempts"

    who_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]
