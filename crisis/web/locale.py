"""The reader's language, and the office's way of writing numbers and time.

The language is the reader's. Zone, digits, calendar and the terms of the country are the office's,
and the incident's zone wins inside an incident. All are passed explicitly: nothing is left to a
locale's default.
"""

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_domain, get_locale
from flask_login import current_user
from hijridate import Gregorian
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from crisis.kernel import clock
from crisis.kernel.words import Message, isolated
from crisis.web import straight
from crisis.web.usage import packs

LANGUAGES: Final = {"ar": "العربية", "en": "English", "fr": "Français"}
THEMES: Final = ("system", "light", "dark", "dim")
_GROUPED_FROM: Final = 10_000
_FIGURE: Final = re.compile(r"(?<![\w+-])[0-9]+(?![\w-])(?![^\u2066\u2069]*\u2069)")
_AGAINST_ARABIC: Final = re.compile(r"[A-Za-z\u00c0-\u024f]|^[+({\[]|(?<=\w)[)}\].!?]$")
_AGAINST_LATIN: Final = re.compile(r"[\u0590-\u08ff]")
_ARABIC_DIGITS: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Style:
    """How an office writes: its zone, its digits, whether Hijri follows, its country."""

    zone: str = "UTC"
    arabic_digits: bool = False
    hijri: bool = False
    country: str = "LY"


def register(app: Flask) -> None:
    """Choose a language for each request, and give templates the words of this module."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=_chosen_language, default_locale="ar")
    _say_numbers_as_the_office_does(app)
    filters: dict[str, Callable[..., Any]] = {
        "clock": clock_time,
        "day": day,
        "moment": moment,
        "number": number,
        "money": money,
        "iso": _iso,
        "local": local_time,
        "hijri": hijri_day,
        "straight": straight.marked,
        "straight_runs": straight.runs_of,
    }
    app.jinja_env.filters.update({name: _anew(each) for name, each in filters.items()})
    app.jinja_env.globals.update(
        say=say,
        language=language,
        direction=direction,
        digits=digits,
        span=span,
        lately=lately,
        now=clock.now,
    )


def language() -> str:
    """The language now spoken: `ar`, `en` or `fr`."""
    spoken = get_locale()
    return str(spoken.language) if spoken else "ar"


def direction(of: str | None = None) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if (of or language()) == "ar" else "ltr"


def say(message: Message | str) -> str:
    """The message in the language now spoken, its numbers in the office's digits."""
    if isinstance(message, str):
        return message
    if message.plural_id is None:
        sentence = _sentence(message.msgid)
    else:
        sentence = _counted(message.msgid, message.plural_id, message.params["n"])
    told = {name: _told(value) for name, value in message.params.items()}
    return sentence.format_map(told)


@contextmanager
def speaking(app: Flask, to: str, style: Style) -> Generator[None]:
    """Speak `to` outside of any request, as the press does for a room. No actor is known here."""
    with app.app_context():
        g.style = style
        with force_locale(to):
            yield


def style() -> Style:
    """How numbers and times are written in this answer."""
    found: Style = g.get("style") or Style()
    return found


def digits() -> str:
    """Which digits this answer is written in: `latn`, or `arab` in the Arabic of an office that
    wishes so."""
    return "arab" if style().arabic_digits and language() == "ar" else "latn"


def clock_time(at: datetime, zone: str | None = None) -> str:
    """Hours and minutes, 24-hour clock: `14:07`, or `١٤:٠٧`."""
    return _in_digits(at.astimezone(ZoneInfo(zone or style().zone)).strftime("%H:%M"))


def local_time(at: datetime, zone: str | None = None) -> str:
    """As a field for a time is filled: the clock on the wall of that zone, in Latin digits."""
    return at.astimezone(ZoneInfo(zone or style().zone)).strftime("%Y-%m-%dT%H:%M")


def day(at: datetime, zone: str | None = None) -> str:
    """The day with its name, the month as the country says it."""
    local = at.astimezone(ZoneInfo(zone or style().zone)).date()
    return _in_digits(format_date(local, "EEEE d MMMM y", locale=_locale()))


def hijri_day(at: datetime, zone: str | None = None) -> str:
    """The day in the Umm al-Qura calendar, in Arabic; empty where the office does not show it, and
    beyond the years that calendar is reckoned for (1924 to 2077)."""
    if not style().hijri:
        return ""
    local = at.astimezone(ZoneInfo(zone or style().zone)).date()
    try:
        told = Gregorian.fromdate(local).to_hijri()
    except OverflowError:
        return ""
    return _in_digits(f"{told.day} {told.month_name('ar')} {told.year}")


def moment(at: datetime, zone: str | None = None) -> str:
    """The clock alone for today, else the named day and the clock; the year where it is another."""
    place = ZoneInfo(zone or style().zone)
    then, today = at.astimezone(place).date(), clock.now().astimezone(place).date()
    if then == today:
        return clock_time(at, zone)
    shape = "EEE d MMM" if then.year == today.year else "EEE d MMM y"
    return f"{_in_digits(format_date(then, shape, locale=_locale()))} {clock_time(at, zone)}"


def span(since: datetime) -> str:
    """How long it has lasted: minutes up to an hour, then hours, then days."""
    return say(_span(clock.now() - since))


def lately(at: datetime, zone: str | None = None) -> str:
    """When it was: so many minutes ago within the hour, the moment itself afterwards."""
    if clock.now() - at >= timedelta(hours=1):
        return moment(at, zone)
    return say(Message("{span} ago", span=_span(clock.now() - at)))


def number(value: object) -> str:
    """A number as people of the language and the country write it, in the office's digits; text
    keeps all but its digits, and markup keeps those. Four figures stay together, as in a year."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int) and abs(value) >= _GROUPED_FROM:
        return _in_digits(format_decimal(value, locale=_locale(), numbering_system=digits()))
    return _in_digits(str(value))


def money(value: Decimal) -> str:
    """A sum with two places, without its currency."""
    shape, place = "#,##0.00", _locale()
    return _in_digits(format_decimal(value, shape, locale=place, numbering_system=digits()))


def _anew(says: Callable[..., Any]) -> Callable[..., Any]:
    """The same, worked out for each reader. Jinja works out a filter of a constant once, while it
    compiles, and `{{ 0|number }}` would be in the digits of the first reader for all later ones;
    of what takes the context it knows nothing then."""

    @pass_context
    def said(_: Context, /, *args: object, **named: object) -> Any:
        return says(*args, **named)

    return said


def _say_numbers_as_the_office_does(app: Flask) -> None:
    """What templates say with `_()` and `ngettext()` has its numbers in the office's digits. Words
    that carry digits (references, codes, phone numbers) stay as they are written."""
    env: Any = app.jinja_env  # the i18n extension adds the next method without a type
    env.install_gettext_callables(_sentence, _counted, newstyle=True)
    sentence: Callable[..., Any] = env.globals["gettext"]
    counted: Callable[..., Any] = env.globals["ngettext"]

    @pass_context
    def gettext_(context: Context, said: str, /, **values: object) -> Any:
        return sentence(context, said, **_all_told(values))

    @pass_context
    def ngettext_(context: Context, one: str, many: str, n: int, /, **values: object) -> Any:
        return counted(context, one, many, n, **_all_told({"num": n, **values}))

    env.globals.update(gettext=gettext_, ngettext=ngettext_)


def _sentence(said: str) -> str:
    """In the words of the country or the catalogue, its places still to fill."""
    return _figures(_as_here(said) or str(get_domain().get_translations().ugettext(said)))


def _counted(one: str, many: str, n: int) -> str:
    """In the form that goes with `n`, its places still to fill."""
    return _figures(str(get_domain().get_translations().ungettext(one, many, n)))


def _as_here(sentence: str) -> str:
    """What the office's country says instead of the catalogue; empty where it says the same."""
    return packs().get(style().country, {}).get(sentence, "") if language() == "ar" else ""


def _figures(sentence: str) -> str:
    """A sentence of the catalogue with its own figures in the office's digits; those of an example
    in isolation marks, or of a name like UTF-8, stay."""
    if digits() != "arab":
        return sentence
    return _FIGURE.sub(lambda found: _in_digits(found[0]), sentence)


def _all_told(values: dict[str, object]) -> dict[str, object]:
    return {name: _told_in_place(each) for name, each in values.items()}


def _in_digits(text: str) -> str:
    return text.translate(_ARABIC_DIGITS) if digits() == "arab" else text


def _span(since: timedelta) -> Message:
    minutes = max(0, int(since.total_seconds() // 60))
    if minutes < 60:
        return Message.plural("{n} min", "{n} min", n=minutes)
    if minutes < 48 * 60:
        return Message("{h} h {m} min", h=minutes // 60, m=minutes % 60)
    return Message.plural("{n} day", "{n} days", n=minutes // (24 * 60))


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        value = value[language()]
    return say(value) if isinstance(value, Message) else str(_told_in_place(value))


def _told_in_place(value: object) -> object:
    """What fills a place of a sentence: a number in the office's digits; a name, an address or a
    reference that would turn the words around it, isolated from them."""
    if isinstance(value, int):
        return number(value)
    return _unturned(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _unturned(text: str) -> str:
    """The text, isolated where the sentence now spoken would otherwise be read in another order."""
    turns = _AGAINST_ARABIC if language() == "ar" else _AGAINST_LATIN
    return isolated(text) if turns.search(text) else text


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _locale() -> Locale:
    """Month names differ between Arab countries, so the country stays in the locale."""
    if language() != "ar":
        return Locale.parse(language())
    return Locale.parse(f"ar_{style().country}")


def _chosen_language() -> str:
    """What this browser was told to speak; else what its person reads; else Arabic."""
    if not has_request_context():
        return "ar"
    said = request.cookies.get("lang", "")
    if said in LANGUAGES:
        return said
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return "ar"
