"""The countries an office can be in, and what it starts with in each."""

from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

import yaml

_FILE: Final = Path(__file__).resolve().parents[2] / "config" / "countries.yaml"


@cache
def countries() -> dict[str, dict[str, Any]]:
    """By ISO 3166 code: `name` in three languages, `zone`, `digits`, `calendar`; `sms_replies`
    where it is false."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found


def has_sms_replies(country: str) -> bool:
    """Whether people there can answer an SMS of ours. In some countries senders are names, and
    nobody can write to a name."""
    return bool(countries().get(country, {}).get("sms_replies", True))


@cache
def zones() -> list[str]:
    """Every time zone of a place, by name; UTC first."""
    places = {zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone}
    return ["UTC", *sorted(places)]
