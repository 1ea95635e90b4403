"""What a statement says: the very words, languages, audience and channels that people approve.

A version is frozen once, as bytes; the bytes are kept, and approvals bind to their SHA-256. Nothing
is put right here: text came in through `crisis.kernel.text`, and what is not canonical is refused.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, StringConstraints, TypeAdapter, ValidationError

Language = Literal["ar", "en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("ar", "en", "fr")
"""In the order people read them; the first is the original unless a statement has no Arabic."""

Texts = dict[Language, str]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Type(StrEnum):
    """What kind of statement it is."""

    HOLDING = "holding"
    INITIAL = "initial"
    UPDATE = "update"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    LINES_TO_TAKE = "lines_to_take"
    QA = "qa"
    SOCIAL_POST = "social_post"
    PRESS_RELEASE = "press_release"
    CONDOLENCE = "condolence"
    PUBLIC_INSTRUCTION = "public_instruction"
    RUMOUR_REBUTTAL = "rumour_rebuttal"
    INTERNAL_BRIEF = "internal_brief"


NEVER_PUBLIC: Final = frozenset({Type.LINES_TO_TAKE, Type.QA, Type.INTERNAL_BRIEF})
"""What is written for those who speak, and never released to public channels."""
SITUATION: Final = frozenset({Type.HOLDING, Type.INITIAL, Type.UPDATE})
"""What tells how things stand: each takes the place of the last, and promises the next."""

_STRICT: Final = ConfigDict(extra="forbid", strict=True, revalidate_instances="always")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; the ministry that owns it reads it first, and still approves the whole."""

    __pydantic_config__ = _STRICT

    text: str
    owner_ministry_id: UUID | None = None


@dataclass(frozen=True)
class Correction:
    """What a correction puts right: the statement, its error, and since when it has stood there."""

    __pydantic_config__ = _STRICT

    corrects: UUID
    what_was_wrong: Texts
    since: AwareDatetime


@dataclass(frozen=True)
class Retraction:
    """The statement that is taken back, and why."""

    __pydantic_config__ = _STRICT

    retracts: UUID
    reason: Texts


@dataclass(frozen=True)
class Content:
    """Everything an approval covers. When it goes out is no part of it: release decides that."""

    __pydantic_config__ = _STRICT

    type: Type
    titles: Texts = field(default_factory=dict)
    bodies: dict[Language, tuple[Paragraph, ...]] = field(default_factory=dict)
    audiences: frozenset[Code] = frozenset()
    channels: frozenset[Code] = frozenset()
    next_update_at: AwareDatetime | None = None
    correction: Correction | None = None
    retraction: Retraction | None = None

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages it has a title or a body in, Arabic first."""
        present = self.titles.keys() | self.bodies.keys()
        return tuple(language for language in LANGUAGES if language in present)

    def text(self, language: Language) -> str:
        """The body in one language, a blank line between paragraphs; "" when it has none."""
        return "\n\n".join(paragraph.text for paragraph in self.bodies.get(language, ()))


def paragraphs_of(text: str) -> tuple[Paragraph, ...]:
    """Typed text as paragraphs without owners: each line that is not blank is one."""
    return tuple(Paragraph(line.strip()) for line in text.split("\n") if line.strip())


# ── frozen ───────────────────────────────────────────────────────────────────────────────────────

PREFIX: Final = b"nasaq-statement/v1\0"


class NotCanonical(ValueError):
    """A text that cannot be frozen as it stands, or bytes that no content froze to."""


def canonical_bytes(content: Content) -> bytes:
    """The one way to write this content: `PREFIX`, then JSON as in RFC 8785, in UTF-8.

    There are no numbers, times are in UTC, every key is always there. Raises `NotCanonical` for
    text that is not in form NFC, has line ends other than LF, or is damaged.
    """
    try:
        told = _told(_CONTENT.validate_python(content))
    except ValidationError as error:
        raise NotCanonical("it is not what a statement is made of") from error
    written = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return PREFIX + written.encode()


def from_canonical(frozen: bytes) -> Content:
    """The content that froze to exactly these bytes; raises `NotCanonical` for any others."""
    if not frozen.startswith(PREFIX):
        raise NotCanonical(f"it does not begin with {PREFIX!r}")
    try:
        content = _CONTENT.validate_json(frozen[len(PREFIX) :])
    except ValidationError as error:
        raise NotCanonical("it is not the JSON of a statement") from error
    if canonical_bytes(content) != frozen:
        raise NotCanonical("the same content is written in another way")
    return content


def readable(frozen: bytes) -> Content:
    """The same, to be looked at: bytes that no content froze to show only that they are damaged."""
    try:
        return from_canonical(frozen)
    except NotCanonical:
        return DAMAGED


def fingerprint(frozen: bytes) -> str:
    """SHA-256 of the frozen bytes, prefix included, in hexadecimal."""
    return hashlib.sha256(frozen).hexdigest()


DAMAGED: Final = Content(
    Type.INTERNAL_BRIEF,
    bodies={
        "ar": (Paragraph("النص المحفوظ تالف ولا يمكن عرضه. أبلغوا إدارة النظام."),),
        "en": (
            Paragraph("The stored text is damaged and cannot be read. Tell the administrator."),
        ),
        "fr": (
            Paragraph("Le texte conservé est endommagé et illisible. Prévenez l’administration."),
        ),
    },
)
"""What stands in the place of a text that cannot be read. It is never frozen, signed or sent."""

_CONTENT: Final = TypeAdapter(Content)


def _told(value: object) -> Any:
    match value:
        case str():
            return _as_it_stands(value)
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case frozenset():
            return sorted(_as_it_stands(code) for code in value)
        case tuple():
            return [_told(part) for part in value]
        case dict():
            return {str(language): _told(words) for language, words in value.items()}
        case Content() | Paragraph() | Correction() | Retraction():
            return {part.name: _told(getattr(value, part.name)) for part in fields(value)}
    return None


def _as_it_stands(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("a text is not in form NFC")
    if found := _FOREIGN.search(text):
        raise NotCanonical(f"U+{ord(found.group()):04X} stands in a text")
    return str(text)


_FOREIGN: Final = re.compile(r"[\0\r\ud800-\udfff]")


# ── the code people read out ─────────────────────────────────────────────────────────────────────

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32
_CODE_LENGTH: Final = 6


def code_of(fingerprint: str) -> str:
    """A short code for a fingerprint, as in 7K4-PX2: its first 30 bits, to look it up by.

    Two texts may share a code, seldom; only the fingerprint proves that a text is the one released.
    """
    bits = int(fingerprint, 16) >> (4 * len(fingerprint) - 5 * _CODE_LENGTH)
    letters = "".join(_ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_CODE_LENGTH)))
    return f"{letters[:3]}-{letters[3:]}"
