"""Mobile numbers that stand in a text, however they are grouped; found in linear time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

_DIGITS: Final = re.compile(r"\+?[0-9]+")
_BETWEEN: Final = re.compile(r"[ \u00a0()./-]{1,3}")
_MOST_GROUPS: Final = 6
_SHORTEST, _LONGEST = 8, 15
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True)
class MobileNumber:
    """A number as it was written, and in E.164."""

    written: str
    e164: str


def mobile_numbers(text: str, country: str) -> Iterator[MobileNumber]:
    """The mobile numbers in a text with plain digits: of `country`, or with any country code."""
    groups = list(_DIGITS.finditer(text))
    reached = 0
    for first in range(len(groups)):
        if first < reached:
            continue
        for last in _candidates(text, groups, first):
            written = text[groups[first].start() : groups[last].end()]
            if e164 := _as_mobile(written, country):
                yield MobileNumber(written, e164)
                reached = last + 1
                break


def _candidates(text: str, groups: list[re.Match[str]], first: int) -> Iterator[int]:
    """The last groups with which the one at `first` may make up a number, nearest first."""
    digits = 0
    for last in range(first, min(first + _MOST_GROUPS, len(groups))):
        group = groups[last]
        between = text[groups[last - 1].end() : group.start()] if last > first else " "
        digits += len(group.group())
        if (
            digits > _LONGEST
            or not _BETWEEN.fullmatch(between)
            or (last > first and group.group().startswith("+"))
        ):
            return
        if digits >= _SHORTEST:
            yield last


def _as_mobile(written: str, country: str) -> str | None:
    dialled = re.sub(r"[^0-9+]", "", written)
    if dialled.startswith(("+", "00")):
        return _international(f"+{dialled.removeprefix('+').removeprefix('00')}")
    code, pattern = _national_mobiles(country)
    national = dialled.removeprefix("0")
    return f"+{code}{national}" if pattern.fullmatch(national) else None


def _international(dialled: str) -> str | None:
    try:
        number = phonenumbers.parse(dialled)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(number) not in _MOBILE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@cache
def _national_mobiles(country: str) -> tuple[int, re.Pattern[str]]:
    """The country's code, and what its mobile numbers look like without it."""
    metadata = PhoneMetadata.metadata_for_region(country)
    described = metadata.mobile.national_number_pattern if metadata and metadata.mobile else None
    return phonenumbers.country_code_for_region(country), re.compile(described or "(?!)")
