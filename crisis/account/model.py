"""What somebody signs in with, the sessions they have open, and what is refused and when."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Annotated, Final
from uuid import UUID

import pyotp
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import Base, Record
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.event import Event
from crisis.kernel.problems import problem
from crisis.kernel.text import Reading, plain_digits
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
CODE_DIGITS: Final = 6
RECOVERY_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which people mistake for one another."""
_CODE: Final = re.compile(f"[0-9]{{{CODE_DIGITS}}}|[{RECOVERY_LETTERS}]{{16}}")
_CODE_SPACING: Final = {ord(c): None for c in " -\t\r\n\u00a0\u200e\u200f\u202f"}


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


def read_code(typed: str) -> str:
    """Six digits, in any script, or the letters of a recovery code; raises `code.invalid`."""
    code = plain_digits(typed).translate(_CODE_SPACING).upper()
    if not _CODE.fullmatch(code):
        raise problem("code.invalid")
    return code


Code = Annotated[str, Reading(read_code)]
"""A code of the second step as a form may carry it."""


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

    @property
    def has_second_step(self) -> bool:
        return self.totp_confirmed_at is not None

    def set_password(self, password_hash: str, *, at: datetime) -> None:
        """Take a new password; a link to set one is no longer needed."""
        self.password_hash, self.password_changed_at = password_hash, at
        self.reset_hash = self.reset_expires_at = None

    def enable_second_step(
        self, *, secret: str, code: str, recovery_hashes: list[str], at: datetime
    ) -> None:
        """Raises `Invalid` (`wrong_code`) unless `code` is what `secret` shows now."""
        if self.has_second_step:
            raise Conflict(Message("The second step is already on."), code="already")
        self.totp_secret, self.totp_last_step = secret, None
        self._take_step(code, at)
        self.totp_confirmed_at, self.recovery_hashes = at, recovery_hashes

    def disable_second_step(self) -> None:
        if not self.has_second_step:
            raise Conflict(Message("The second step is not on."), code="already")
        self.totp_secret = self.totp_confirmed_at = self.totp_last_step = None
        self.recovery_hashes = []

    def replace_recovery(self, recovery_hashes: list[str]) -> None:
        if not self.has_second_step:
            raise Conflict(Message("The second step is not on."), code="already")
        self.recovery_hashes = recovery_hashes

    def take_code(self, code: str, *, at: datetime) -> Proof:
        """Use up a six-digit code or a recovery code; each is good once.

        Raises `Invalid` (`wrong_code`), in the same words for a wrong, an old and a used one.
        """
        if len(code) == CODE_DIGITS:
            self._take_step(code, at)
            return Proof.CODE
        if digest(code) not in self.recovery_hashes:
            raise _wrong_code()
        self.recovery_hashes = [each for each in self.recovery_hashes if each != digest(code)]
        return Proof.RECOVERY

    def make_link(self, token_hash: str, *, removes_second_step: bool, at: datetime) -> None:
        """Let whoever holds the token set a password for `LINK_LASTS`; an earlier link ends."""
        self.reset_hash, self.reset_expires_at = token_hash, at + LINK_LASTS
        self.reset_removes_totp = removes_second_step

    def link_holds(self, token_hash: str, *, at: datetime) -> bool:
        """Whether this token still lets somebody set a password."""
        return (
            self.reset_hash is not None
            and hmac.compare_digest(self.reset_hash, token_hash)
            and self.reset_expires_at is not None
            and at < self.reset_expires_at
        )

    def _take_step(self, code: str, at: datetime) -> None:
        # One step of grace either way (RFC 6238 §5.2), and never a step that was used.
        present = int(at.timestamp()) // STEP_SECONDS
        for step in range(present - 1, present + 2):
            shown = pyotp.HOTP(str(self.totp_secret)).at(step)
            if hmac.compare_digest(shown, code) and step > (self.totp_last_step or 0):
                self.totp_last_step = step
                return
        raise _wrong_code()


def new_account(person_id: UUID) -> Account:
    """The account of somebody who has set nothing yet."""
    return Account(
        id=person_id,
        recovery_hashes=[],
        reset_removes_totp=False,
        shortcuts=True,
        announce=Announce.ALL,
    )


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

    def end(self, *, at: datetime) -> None:
        if self.ended_at is not None:
            raise Conflict(Message("That session has already ended."), code="already")
        self.ended_at = at


class Attempts(Base):
    """How often in a row somebody failed to sign in under one e-mail, known to the office or not.

    Unknown addresses are counted as well, so that waiting does not tell who has an account.
    """

    __tablename__ = "sign_in_attempts"

    who_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]

    def begin(self, now: datetime) -> None:
        """Count an attempt as failed until it succeeds, so that many at once gain nothing.

        Raises `Conflict` (`wait`) before its time has come; that does not make the wait longer.
        """
        if now - self.last_at > FORGIVEN_AFTER:
            self.failures, self.next_at = 0, now
        if now < self.next_at:
            seconds = ceil((self.next_at - now).total_seconds())
            raise Conflict(
                Message.plural(
                    "Too many attempts. Try again in {n} second.",
                    "Too many attempts. Try again in {n} seconds.",
                    n=seconds,
                ),
                code="wait",
            )
        self.failures += 1
        self.last_at, self.next_at = now, now + wait_after(self.failures)


def wait_after(failures: int) -> timedelta:
    """None for the first `FREE_ATTEMPTS`, then 1 s, 2 s, 4 s … up to `LONGEST_WAIT`."""
    over = min(failures - FREE_ATTEMPTS, 16)
    return min(timedelta(seconds=2 ** (over - 1)), LONGEST_WAIT) if over > 0 else timedelta()


def _wrong_code() -> Invalid:
    wrong = Message("This code is not valid now. Write the one your application shows.")
    return Invalid(wrong, code="wrong_code", fields={"code": wrong})


@dataclass(frozen=True, kw_only=True)
class PersonSignedIn(Event):
    name = "account.signed_in"
    person_id: UUID
    person: Names
    sign_in_id: UUID
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class PersonSignedOut(Event):
    """`sign_in_id` is the session that ended; None when all of them did, but `kept_id` if set."""

    name = "account.signed_out"
    person_id: UUID
    person: Names
    sign_in_id: UUID | None
    kept_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    name = "account.password_changed"
    person_id: UUID
    person: Names


@dataclass(frozen=True, kw_only=True)
class SecondStepEnabled(Event):
    name = "account.second_step_enabled"
    person_id: UUID
    person: Names


@dataclass(frozen=True, kw_only=True)
class SecondStepDisabled(Event):
    name = "account.second_step_disabled"
    person_id: UUID
    person: Names


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    name = "account.recovery_codes_made"
    person_id: UUID
    person: Names


@dataclass(frozen=True, kw_only=True)
class ResetLinkMade(Event):
    name = "account.reset_link_made"
    person_id: UUID
    person: Names
    removes_second_step: bool


@dataclass(frozen=True, kw_only=True)
class ResetLinkUsed(Event):
    name = "account.reset_link_used"
    person_id: UUID
    person: Names
    removed_second_step: bool


@dataclass(frozen=True, kw_only=True)
class PreferencesChosen(Event):
    name = "account.preferences_chosen"
    person_id: UUID
    person: Names
    language: str
    shortcuts: bool
    announce: Announce
