"""What is wrong with a field, as a sentence a person can act on."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import PydanticCustomError

from crisis.kernel.words import Message
from crisis.kernel.words import Message as _


def problem_message(error: Mapping[str, Any] | PydanticCustomError) -> Message:
    """What is wrong with one field, in words that never repeat what was typed.

    `error` is an item of pydantic's `ValidationError.errors()`, or what `Reading.read` raised.
    """
    if isinstance(error, PydanticCustomError):
        kind, context = error.type, error.context
    else:
        kind, context = str(error["type"]), error.get("ctx")
    pattern = PROBLEMS.get(kind) or _FAMILIES.get(kind.partition("_")[0]) or _NOT_ACCEPTED
    return Message(pattern.msgid, **(context or {}))


def problem(kind: str, **context: Any) -> PydanticCustomError:
    """The refusal of this kind (a key of `PROBLEMS`), for a validator to raise."""
    return PydanticCustomError(kind, PROBLEMS[kind].msgid, context)


_NOT_ACCEPTED: Final = _("This value is not accepted here.")
_NUMBER: Final = _("Write a whole number.")
_DATE: Final = _("Write a date and time that exist, with year, month and day.")

PROBLEMS: Final[Mapping[str, Message]] = {
    "text.blank": _("This cannot be left empty."),
    "text.too_long": _("Too long: {length} characters, where {max} fit. Shorten it."),
    "text.nul": _("A null character ({code_point}) stands at place {position}. Delete it."),
    "text.control": _("A control character ({code_point}) stands at place {position}. Delete it."),
    "text.line_break": _("This is one line: remove the line break at place {position}."),
    "text.line_separator": _(
        "A line separator ({code_point}) stands at place {position}. Use an ordinary line break."
    ),
    "text.bidi_override": _(
        "A hidden character ({code_point}) at place {position} turns the reading direction. "
        "Delete it, or type the text anew."
    ),
    "text.bidi_isolate": _(
        "A hidden direction mark ({code_point}) stands at place {position}. "
        "Delete it, or type the text anew."
    ),
    "text.surrogate": _(
        "Half a character ({code_point}) stands at place {position}: the text was cut. "
        "Type it anew."
    ),
    "text.damaged": _(
        "The text was damaged on its way: {code_point} at place {position}. Type that part anew."
    ),
    "text.noncharacter": _("{code_point} at place {position} is not a character. Delete it."),
    "text.invisible": _(
        "An invisible character ({code_point}) stands at place {position}. "
        "Delete it, or type the text anew."
    ),
    "text.joiner": _(
        "A joining mark ({code_point}) at place {position} joins nothing. "
        "It belongs between two letters. Delete it."
    ),
    "text.marks": _(
        "The mark at place {position} ({code_point}) is one too many, or stands on no letter. "
        "Delete it."
    ),
    "text.mixed_alphabets": _(
        "{code_point} at place {position} only looks like a Latin letter. Type the word anew."
    ),
    "email.invalid": _("This is not an e-mail address. Write one like name@ministry.gov.ly."),
    "email.not_ascii": _(
        "An e-mail address has Latin letters and digits only; "
        "{code_point} stands at place {position}."
    ),
    "code.invalid": _("Write the six digits of the code."),
    "phone.invalid": _(
        "No such number is in use. Write it with its country code, like +218 91 000 0000."
    ),
    "phone.letters": _("A phone number has no letters; {code_point} stands at place {position}."),
    "phone.unexpected": _(
        "A phone number has digits only; {code_point} stands at place {position}."
    ),
    "phone.extension": _("A number with an extension cannot receive messages. Leave it out."),
    "phone.short_code": _(
        "Short numbers cannot be reached from everywhere. Write the full number."
    ),
    "phone.premium": _("Numbers that charge the caller are not accepted."),
    "missing": _("This is required."),
    "extra_forbidden": _("This field is not known here."),
    "string_type": _("Write text here."),
    "string_too_short": _("Too short: write at least {min_length} characters."),
    "string_too_long": _("Too long: at most {max_length} characters fit."),
    "string_pattern_mismatch": _("This is not written in the expected way."),
    "uuid_parsing": _("This is not a known reference. Choose from the list."),
    "enum": _("Choose one of the options offered."),
    "literal_error": _("Choose one of the options offered."),
    "greater_than": _("Write a number greater than {gt}."),
    "greater_than_equal": _("Write a number not below {ge}."),
    "less_than": _("Write a number less than {lt}."),
    "less_than_equal": _("Write a number not above {le}."),
    "finite_number": _NUMBER,
    "list_type": _("A list is expected here."),
    "too_short": _("Give at least {min_length}."),
    "too_long": _("Give at most {max_length}."),
    "timezone_aware": _("Say which time zone is meant."),
    "json_invalid": _("This is not valid JSON."),
    "none_required": _("Leave this empty."),
}
_FAMILIES: Final[Mapping[str, Message]] = {
    "uuid": PROBLEMS["uuid_parsing"],
    "int": _NUMBER,
    "float": _NUMBER,
    "decimal": _NUMBER,
    "bool": _("Choose yes or no."),
    "datetime": _DATE,
    "date": _DATE,
    "time": _DATE,
    "string": PROBLEMS["string_type"],
    "url": _("This is not a web address. Write one like https://ministry.gov.ly."),
    "tuple": PROBLEMS["list_type"],
    "set": PROBLEMS["list_type"],
    "json": PROBLEMS["json_invalid"],
}
