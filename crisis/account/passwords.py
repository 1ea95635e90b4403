"""Passwords: which ones are accepted, and what is kept of them."""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crisis.account.model import RECOVERY_LETTERS
from crisis.kernel.database import refuse_while_writing
from crisis.kernel.errors import Invalid
from crisis.kernel.problems import problem
from crisis.kernel.text import Reading, fold_arabic
from crisis.kernel.words import Message
from crisis.people.model import Names

SHORTEST: Final = 12
LONGEST: Final = 200
AT_ONCE: Final = 2
"""How many hashes are computed at the same time: each takes 64 MiB, and strangers can ask."""
RECOVERY_CODES: Final = 10

_REFUSED: Final = {"Cc": "text.control", "Cs": "text.surrogate"}
_DAMAGED: Final = "\N{REPLACEMENT CHARACTER}"
_hasher: Final = PasswordHasher()
_turn: Final = BoundedSemaphore(AT_ONCE)


def _read_password(typed: str) -> str:
    if len(typed) > LONGEST:
        raise problem("text.too_long", max=LONGEST, length=len(typed))
    for position, character in enumerate(typed, start=1):
        kind = _REFUSED.get(unicodedata.category(character))
        if kind or character == _DAMAGED:
            code_point = f"U+{ord(character):04X}"
            raise problem(kind or "text.damaged", code_point=code_point, position=position)
    # NFKC (RFC 8265 §4.2.2): the same keys pressed on another machine are the same password.
    return unicodedata.normalize("NFKC", typed)


Password = Annotated[str, Reading(_read_password)]
"""A password as a form may carry it; whether it is a good one, `fresh_hash` says."""


def fresh_hash(password: str, *, about: Iterable[str], field: str = "password") -> str:
    """What to keep of a new password; slow, so never inside `writing()`.

    `about` is what others know of the person: e-mail and names. Raises `Invalid` naming `field`
    for a password that is too short, too common, or one of these.
    """
    if wrong := _objection(password, about):
        raise Invalid(wrong, code="weak_password", fields={field: wrong})
    refuse_while_writing("hashing")
    with _turn:
        return _hasher.hash(password)


def known_of(email: str, name: Names) -> list[str]:
    """What others know of somebody, and what is therefore no password."""
    return [email, email.partition("@")[0], *name.values()]


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; without a hash the answer is no, after the same time."""
    refuse_while_writing("hashing")
    decoy = _nobodys()
    with _turn:
        try:
            _hasher.verify(password_hash or decoy, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def fresh_token() -> str:
    """256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def fresh_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, as people write them down: `ABCD-EFGH-JKLM-NPQR`."""
    return ["-".join(_four() for _ in range(4)) for _ in range(RECOVERY_CODES)]


def _four() -> str:
    return "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(4))


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text("utf-8").split())


def _objection(password: str, about: Iterable[str]) -> Message | None:
    if len(password) < SHORTEST:
        return Message(
            "Too short: write at least {min_length} characters. Three or four words do well.",
            min_length=SHORTEST,
        )
    folded = fold_arabic(password).replace(" ", "")
    if len(set(folded)) < 5 or folded in _common() or _is_run(folded):
        return Message("This password is among the first that others would try. Choose another.")
    if any(_tells(folded, each) for each in about):
        return Message("Your name or your e-mail is not a password. Choose another.")
    return None


def _is_run(folded: str) -> bool:
    """Whether each character follows the one before, as in abcdef… or 123456…."""
    steps = [ord(b) - ord(a) for a, b in pairwise(folded)]
    return sum(step in {0, 1, -1} for step in steps) >= len(steps) - 2


def _tells(folded: str, known: str) -> bool:
    word = fold_arabic(known).replace(" ", "")
    left = folded.replace(word, "") if len(word) >= 4 else folded
    return len(left) < len(folded) and len(left) < 6


_LIST: Final = Path(__file__).with_name("common_passwords.txt")
