"""What people type, read once at the door: accepted as it stands, or refused with the reason.

Accepted text is in Unicode form NFC, has LF line ends and no blank ends; nothing else about it is
ever changed. What could deceive a reader or break a machine is refused, naming the character and
its place (1 for the first), so that the person can remove it. All reading takes linear time.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType
from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from crisis.kernel.problems import problem, problem_message

__all__ = [
    "ALIKE",
    "Code",
    "Email",
    "Line",
    "Name",
    "OptionalLine",
    "OptionalName",
    "OptionalProse",
    "OptionalShortName",
    "Prose",
    "Reading",
    "ShortLine",
    "Whole",
    "fold_arabic",
    "line",
    "optional",
    "phone",
    "plain_digits",
    "problem_message",
    "proper_name",
    "prose",
    "similar",
]

Answer = TypeVar("Answer", bound=str | None, covariant=True)


@dataclass(frozen=True)
class Reading(Generic[Answer]):
    """How one kind of field reads what was typed; stands in `Annotated[str, …]`.

    `read` may also be called directly; it raises `PydanticCustomError`, which
    `problem_message` puts into words.
    """

    read: Callable[[str], Answer]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def _check(self, value: object) -> Answer | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise PydanticKnownError("string_type")
        return self.read(value)


def line(max_length: int) -> Reading[str]:
    """One line of at most `max_length` characters, counted after NFC; never blank."""
    return Reading(lambda typed: _read_text(typed, max_length, several_lines=False))


def proper_name(max_length: int) -> Reading[str]:
    """The same, for what somebody or something is called: no word of it mixes alphabets.

    A Greek or Cyrillic letter among Latin ones makes a second ministry that looks like the first.
    """
    return Reading(lambda typed: _refuse_mixed(_read_text(typed, max_length, several_lines=False)))


def prose(max_length: int) -> Reading[str]:
    """Paragraphs of at most `max_length` characters in all; LF and TAB allowed; never blank."""
    return Reading(lambda typed: _read_text(typed, max_length, several_lines=True))


def optional(reading: Reading[str]) -> Reading[str | None]:
    """The same, where nothing but spaces means "not given" (None)."""
    return Reading(lambda typed: reading.read(typed) if typed.strip(" \t\r\n") else None)


def phone(region: str) -> Reading[str]:
    """A telephone number that people can be reached at, in E.164.

    `region` (ISO 3166, `LY`) completes numbers typed without a country code. Spaces, hyphens, dots,
    slashes and brackets are punctuation; nothing else is left out to make a number fit.
    """
    return Reading(lambda typed: _read_phone(typed, region))


def _read_email(typed: str) -> str:
    address = _read_text(typed, EMAIL_LENGTH, several_lines=False)
    for position, character in enumerate(address, start=1):
        if not character.isascii():
            raise problem("email.not_ascii", **_place(character, position))
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    acceptable = (
        at
        and len(local) <= EMAIL_LOCAL_LENGTH
        and all(_ATOM.fullmatch(atom) for atom in local.split("."))
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not acceptable:
        raise problem("email.invalid")
    return f"{local}@{domain.lower()}"


def _read_code(typed: str) -> str:
    code = plain_digits(typed).translate(_CODE_SPACING)
    if not _SIX_DIGITS.fullmatch(code):
        raise problem("code.invalid")
    return code


EMAIL_LENGTH: Final = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
EMAIL_LOCAL_LENGTH: Final = 64  # RFC 5321 §4.5.3.1.1
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")  # RFC 5322 §3.2.3
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
_CODE_SPACING: Final = {ord(c): None for c in " -\t\r\n\u00a0\u200e\u200f\u202f"}

Line = Annotated[str, line(200)]
ShortLine = Annotated[str, line(80)]
Prose = Annotated[str, prose(20_000)]
Name = Annotated[str, proper_name(200)]
OptionalName = Annotated[str | None, optional(proper_name(200))]
OptionalShortName = Annotated[str | None, optional(proper_name(80))]
OptionalLine = Annotated[str | None, optional(line(200))]
OptionalProse = Annotated[str | None, optional(prose(20_000))]
Whole = Annotated[int, BeforeValidator(lambda typed: _read_digits(typed))]
"""A whole number, in whichever digits it was typed."""
Email = Annotated[str, Reading(_read_email)]
Code = Annotated[str, Reading(_read_code)]


# ── folding, for comparing only: stored text stays as written ────────────────────────────────────

_DIGITS: Final = {
    ord(zero) + value: ord("0") + value
    for zero in "\u0660\u06f0\uff10"  # Arabic-Indic, Persian, full width
    for value in range(10)
}
_SAME_LETTER: Final = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": None})
_WORD: Final = re.compile(r"[^\W_]+")
_ARTICLES: Final = ("وال", "بال", "فال", "كال", "لل", "ال")
_SMALL_WORDS: Final = frozenset(
    {"في", "من", "علي", "الي", "عن", "مع", "او"}
    | {"and", "at", "for", "in", "of", "on", "the", "to"}
    | {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sur"}
)
ALIKE: Final = 0.5  # from here on two titles are worth showing side by side


def plain_digits(text: str) -> str:
    """The text with Arabic-Indic, Persian and full-width digits as 0-9."""
    return text.translate(_DIGITS)


def fold_arabic(text: str) -> str:
    """What two spellings of one thing have in common, for searching, sorting and comparing.

    Vowel marks, tatweel, accents and case disappear; أإآٱ become ا, ؤ و, ئ and ى ي, ة ه; digits
    become 0-9; runs of white space one space.
    """
    letters = _without_marks(unicodedata.normalize("NFD", _without_marks(text)))
    return " ".join(plain_digits(letters).translate(_SAME_LETTER).casefold().split())


def similar(a: str, b: str) -> float:
    """How alike two titles are, 0 to 1: twice the words they share, over the words of both.

    Words are compared folded, without the Arabic article and without small words («في», "of",
    « de »). Order does not count. From `ALIKE` on, two incidents may well be one.
    """
    words_a, words_b = _words(a), _words(b)
    both = len(words_a) + len(words_b)
    return 2 * len(words_a & words_b) / both if both else 0.0


def folded_words(text: str) -> list[str]:
    """The words of a text as they are compared: folded, without the Arabic article."""
    return [_without_article(word) for word in _WORD.findall(fold_arabic(text))]


def _words(text: str) -> set[str]:
    words = _WORD.findall(fold_arabic(text))
    return {_without_article(word) for word in words if word not in _SMALL_WORDS}


def _without_article(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + 3:
            return word.removeprefix(article)
    return word


def _read_digits(typed: object) -> object:
    return plain_digits(typed) if isinstance(typed, str) else typed


def _without_marks(text: str) -> str:
    # Before decomposing too: a long run of marks would make it take quadratic time.
    return "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


# ── free text ────────────────────────────────────────────────────────────────────────────────────

MARKS_PER_LETTER: Final = 8
_MARKS_BEFORE_NFC: Final = 30  # UAX #15 stream-safe text: more would make NFC take quadratic time

_REFUSED: Final[Mapping[str, str]] = {
    "text.nul": "\0",
    "text.control": r"\x01-\x08\x0b-\x1f\x7f-\x84\x86-\x9f",
    "text.line_separator": r"\x85\u2028\u2029",
    "text.bidi_override": r"\u202a-\u202e",
    "text.bidi_isolate": r"\u2066-\u2069",
    "text.surrogate": r"\ud800-\udfff",
    "text.damaged": r"\ufffc\ufffd",
    "text.noncharacter": r"\ufdd0-\ufdef"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(0x11)),
    # Zero-width spaces, soft hyphen, fillers, variation selectors other than the emoji's, tags.
    "text.invisible": r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065"
    r"\u206a-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff",
}
_HOSTILE: Final = re.compile(
    "|".join(f"(?P<{kind[5:]}>[{characters}])" for kind, characters in _REFUSED.items())
)
_BREAK: Final = re.compile(r"[\n\t]")
_JOINER: Final = re.compile(r"[\u200c\u200d]")
_EMOJI_STYLE: Final = re.compile(r"[\ufe0e\ufe0f]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Me", "Mn", "Zl", "Zp", "Zs"})
_LOOKALIKES: Final = frozenset(
    {"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "FULLWIDTH", "GREEK", "MATHEMATICAL"}
)
"""Alphabets with letters that look like Latin ones, as Unicode names their letters."""
_FILLERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _read_text(typed: str, max_length: int, *, several_lines: bool) -> str:
    text = typed.replace("\r\n", "\n")
    _refuse_hostile(text)
    _refuse_blank(text)
    _refuse_misplaced(text)
    if not several_lines:
        _refuse_break(text)
    _refuse_marks(text, _MARKS_BEFORE_NFC)
    text = unicodedata.normalize("NFC", text).strip()
    _refuse_marks(text, MARKS_PER_LETTER)
    if len(text) > max_length:
        raise problem("text.too_long", max=max_length, length=len(text))
    return text


def _refuse_hostile(text: str) -> None:
    found = _HOSTILE.search(text)
    if found is None:
        return
    kind = f"text.{found.lastgroup}"
    # A field of zero-width spaces alone was, to its author, left empty.
    if kind == "text.invisible":
        _refuse_blank(text)
    raise problem(kind, **_place(found.group(), found.start() + 1))


def _refuse_blank(text: str) -> None:
    if all(unicodedata.category(c) in _UNSEEN or c in _FILLERS for c in text):
        raise problem("text.blank")


def _refuse_misplaced(text: str) -> None:
    """Joiners belong between letters (as in Persian) or emoji, an emoji style after a sign."""
    for found in _JOINER.finditer(text):
        if not _joins(text, found.start()):
            raise problem("text.joiner", **_place(found.group(), found.start() + 1))
    for found in _EMOJI_STYLE.finditer(text):
        drawn = text[found.start() - 1 : found.start()]
        if not drawn or unicodedata.category(drawn)[0] in "CMZ":
            raise problem("text.invisible", **_place(found.group(), found.start() + 1))


def _joins(text: str, at: int) -> bool:
    before = at - 1
    while before > at - _MARKS_BEFORE_NFC and before > 0 and _is_mark(text[before]):
        before -= 1
    left = unicodedata.category(text[before]) if before >= 0 else "Zs"
    right = unicodedata.category(text[at + 1]) if at + 1 < len(text) else "Zs"
    between_letters = left[0] in "LN" and right[0] == "L"
    between_emoji = left in ("So", "Sk") and right in ("So", "Sm") and text[at] == "\u200d"
    return between_letters or between_emoji


def _refuse_marks(text: str, limit: int) -> None:
    if text.isascii():
        return
    marks = limit  # a mark that begins a text or a line has no letter to stand on
    for position, character in enumerate(text, start=1):
        if not _is_mark(character):
            marks = limit if character == "\n" else 0
        elif marks == limit:
            raise problem("text.marks", max=MARKS_PER_LETTER, **_place(character, position))
        else:
            marks += 1


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _refuse_break(text: str) -> None:
    begins = len(text) - len(text.lstrip())
    if found := _BREAK.search(text.rstrip(), begins):
        kind = "text.line_break" if found.group() == "\n" else "text.control"
        raise problem(kind, **_place(found.group(), found.start() + 1))


def _refuse_mixed(text: str) -> str:
    if text.isascii():
        return text
    for word in _WORD.finditer(text):
        alphabets = [_alphabet(letter) for letter in word.group()]
        if "LATIN" in alphabets and not _LOOKALIKES.isdisjoint(alphabets):
            at = next(i for i, each in enumerate(alphabets) if each in _LOOKALIKES)
            place = _place(word.group()[at], word.start() + at + 1)
            raise problem("text.mixed_alphabets", **place)
    return text


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _place(character: str, position: int) -> dict[str, Any]:
    return {"code_point": f"U+{ord(character):04X}", "position": position}


# ── telephone numbers ────────────────────────────────────────────────────────────────────────────

_PHONE_LENGTH: Final = 40
_SHORT_CODE_LENGTH: Final = 6
_PHONE_PUNCTUATION: Final = {
    ord(c): None for c in " -.()/\u00a0\u200e\u200f\u061c\u202f\u2010\u2011\u2012\u2013\u2212"
}
_EXTENSION: Final = re.compile(r"[0-9 ](?:;|,|#|x|ext|poste|تحويلة|داخلي)", re.IGNORECASE)
_CHARGED: Final = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def _read_phone(typed: str, region: str) -> str:
    text = plain_digits(_read_text(typed, _PHONE_LENGTH, several_lines=False)).replace("＋", "+")
    _refuse_phone_signs(text)
    dialled = text.translate(_PHONE_PUNCTUATION)
    digits = dialled.removeprefix("+")
    if len(digits) <= _SHORT_CODE_LENGTH:
        raise problem("phone.short_code")
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        raise problem("phone.invalid") from None
    if not phonenumbers.is_valid_number(number) or not _all_digits_kept(digits, number):
        raise problem("phone.invalid")
    if phonenumbers.number_type(number) in _CHARGED:
        raise problem("phone.premium")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse_phone_signs(text: str) -> None:
    if _EXTENSION.search(text):
        raise problem("phone.extension")
    started = False
    for position, character in enumerate(text, start=1):
        if character in "0123456789" or (character == "+" and not started):
            started = True
        elif ord(character) not in _PHONE_PUNCTUATION:
            kind = "phone.letters" if character.isalpha() else "phone.unexpected"
            raise problem(kind, **_place(character, position))


def _all_digits_kept(digits: str, number: PhoneNumber) -> bool:
    """Whether every digit typed is in the number or is a known way to begin it (00, country, 0)."""
    national = phonenumbers.national_significant_number(number)
    country = str(number.country_code)
    trunk = phonenumbers.ndd_prefix_for_region(
        phonenumbers.region_code_for_number(number) or "", True
    )
    beginnings = {
        f"{exit_code}{country_code}{trunk_code}"
        for exit_code, country_code in (("", ""), ("", country), ("00", country))
        for trunk_code in ("", trunk or "", "0")
    }
    return digits.endswith(national) and digits.removesuffix(national) in beginnings
