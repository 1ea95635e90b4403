"""Numbers, plurals and days are written as the office wishes and the language demands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

from crisis.alerts.forms import ConfirmForm
from crisis.kernel import clock
from crisis.kernel.words import Message
from crisis.web import locale
from crisis.web.locale import Style, say, speaking

EVENING = datetime(2026, 11, 22, 20, 7, tzinfo=UTC)
ARABIC = Style(zone="Asia/Riyadh", arabic_digits=True, hijri=True, country="SA")
LATIN = Style(zone="Africa/Tripoli", country="LY")
COUNTS = (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111, 1000)
COUNTED = {
    ("%(num)s recipient", "%(num)s recipients"): (
        "لا مستلمين",
        "مستلم واحد",
        "مستلمان",
        "3 مستلمين",
        "10 مستلمين",
        "11 مستلماً",
        "99 مستلماً",
        "100 مستلم",
        "102 مستلم",
        "103 مستلمين",
        "111 مستلماً",
        "1000 مستلم",
    ),
    ("%(num)s part", "%(num)s parts"): (
        "بلا أجزاء",
        "جزء واحد",
        "جزآن",
        "3 أجزاء",
        "10 أجزاء",
        "11 جزءاً",
        "99 جزءاً",
        "100 جزء",
        "102 جزء",
        "103 أجزاء",
        "111 جزءاً",
        "1000 جزء",
    ),
    ("in %(num)s hour", "in %(num)s hours"): (
        "الآن",
        "بعد ساعة",
        "بعد ساعتين",
        "بعد 3 ساعات",
        "بعد 10 ساعات",
        "بعد 11 ساعة",
        "بعد 99 ساعة",
        "بعد 100 ساعة",
        "بعد 102 ساعة",
        "بعد 103 ساعات",
        "بعد 111 ساعة",
        "بعد 1000 ساعة",
    ),
}


@pytest.fixture(scope="module")
def speaker() -> Flask:
    """The words of the product, without its pages."""
    app = Flask("crisis")
    locale.register(app)
    return app


@pytest.fixture
def in_riyadh(speaker: Flask) -> Iterator[Flask]:
    """The Arabic of an office that wants Arabic digits and both calendars."""
    with speaking(speaker, "ar", ARABIC), clock.at(EVENING):
        yield speaker


def rendered(app: Flask, template: str, **values: Any) -> str:
    return app.jinja_env.from_string(template).render(**values)


@pytest.mark.parametrize("sentence", COUNTED, ids=lambda pair: pair[0])
def test_arabic_counts_in_six_forms(speaker: Flask, sentence: tuple[str, str]) -> None:
    with speaking(speaker, "ar", LATIN):
        said = [
            rendered(
                speaker, "{{ ngettext(one, many, n) }}", one=sentence[0], many=sentence[1], n=n
            )
            for n in COUNTS
        ]

    assert dict(zip(COUNTS, said, strict=True)) == dict(zip(COUNTS, COUNTED[sentence], strict=True))


def test_a_message_counts_as_a_template_does(speaker: Flask) -> None:
    missing = ("{n} signature is missing.", "{n} signatures are missing.")
    with speaking(speaker, "ar", LATIN):
        said = [say(Message.plural(*missing, n=n)) for n in (2, 3, 11, 100)]

    assert said == ["ينقص اعتمادان.", "تنقص 3 اعتمادات.", "ينقص 11 اعتماداً.", "ينقص 100 اعتماد."]


def test_every_number_is_in_the_digits_of_the_office(in_riyadh: Flask) -> None:
    for template, said in {
        '{{ _("Statement %(n)s", n=12) }}': "البيان ١٢",
        '{{ _("Less than 24 h") }}': "أقل من ٢٤ ساعة",
        '{{ _("5–8 entities") }}': "من ٥ إلى ٨ جهات",
        '{{ ngettext("%(num)s part", "%(num)s parts", 11) }}': "١١ جزءاً",
        "{{ 2750|number }} {{ 12345|number }}": "٢٧٥٠ ١٢٬٣٤٥",
        "{{ at|clock }}": "٢٣:٠٧",
        "{{ (at - day)|moment }}": "السبت ٢١ نوفمبر ٢٣:٠٧",
        "{{ at|day }}": "الأحد ٢٢ نوفمبر ٢٠٢٦",
        "{{ at|hijri }}": "١٢ جمادى الآخرة ١٤٤٨",
        "{{ lately(at - minute * 5) }}": "قبل ٥ د",
        "{{ price|money }}": "١٬٢٣٤٫٥٠",
    }.items():
        given = {"at": EVENING, "day": timedelta(1), "minute": timedelta(minutes=1)}
        assert rendered(in_riyadh, template, **given, price=Decimal("1234.5")) == said


def test_what_is_dialled_or_typed_back_keeps_its_digits(in_riyadh: Flask) -> None:
    known = '{{ _("%(there)s of %(needed)s", there="2026-014/3", needed="+218 91 000 0000") }}'

    utf = '{{ _("This is not text in UTF-8. Save it as such, and send it again.") }}'
    wrong = "No such number is in use. Write it with its country code, like +218 91 000 0000."

    assert "UTF-8" in rendered(in_riyadh, utf)
    assert "+218 91 000 0000" in say(Message(wrong))
    assert rendered(in_riyadh, known) == "2026-014/3 من \u2068+218 91 000 0000\u2069"
    assert rendered(in_riyadh, "{{ at|local }}", at=EVENING) == "2026-11-22T23:07"
    assert rendered(in_riyadh, "{{ at|iso }}", at=EVENING) == "2026-11-22T20:07:00+00:00"


@pytest.mark.parametrize(
    ("reader", "name", "is_isolated"),
    [
        ("ar", "ليلى بن عمر", False),
        ("ar", "(Dr. A) 12 بن-علي", True),
        ("ar", "Leïla", True),
        ("ar", "+218 91 000 0000", True),
        ("ar", "2026-014/A2", True),
        ("ar", "14:07", False),
        ("en", "Layla (Health)", False),
        ("en", "(Dr. A) 12 بن-علي", True),
        ("fr", "ليلى", True),
    ],
)
def test_a_name_in_a_sentence_keeps_its_own_direction(
    speaker: Flask, reader: str, name: str, is_isolated: bool
) -> None:
    with speaking(speaker, reader, LATIN):
        told = [
            say(Message("Added: {name}", name=name)),
            rendered(speaker, '{{ _("Translated by %(name)s", name=name) }}', name=name),
            rendered(
                speaker, '{{ _("Call %(name)s", name="\u2068" ~ name ~ "\u2069") }}', name=name
            ),
        ]

    assert [f"\u2068{name}\u2069" in each for each in told] == [is_isolated, is_isolated, True]
    assert "\u2068\u2068" not in "".join(told)


@pytest.mark.parametrize("reader", ["en", "fr"])
def test_arabic_digits_belong_to_arabic(speaker: Flask, reader: str) -> None:
    with speaking(speaker, reader, ARABIC), clock.at(EVENING):
        said = rendered(speaker, "{{ 12|number }} {{ at|clock }} {{ at|day }}", at=EVENING)

    assert said.isascii()
    assert said.startswith("12 23:07 ")


def test_what_a_template_says_of_a_constant_is_no_constant(speaker: Flask) -> None:
    """It is compiled once, by whoever reads first, and read in all languages after that."""
    with speaking(speaker, "ar", LATIN):
        template = speaker.jinja_env.from_string("{{ 0|number }} {{ 64|number }}")
        assert template.render() == "0 64"
    with speaking(speaker, "ar", ARABIC):
        assert template.render() == "٠ ٦٤"


@pytest.mark.parametrize(
    ("reader", "country", "said"),
    [
        ("ar", "SA", "12,345"),
        ("ar", "LY", "12.345"),
        ("en", "LY", "12,345"),
        ("fr", "LY", "12\u202f345"),
    ],
)
def test_large_numbers_are_separated_as_people_there_do(
    speaker: Flask, reader: str, country: str, said: str
) -> None:
    with speaking(speaker, reader, Style(country=country)):
        assert locale.number(12345) == said
        assert locale.number(1999) == "1999"


@pytest.mark.parametrize(
    ("country", "month"),
    [
        ("LY", "نوفمبر"),
        ("SA", "نوفمبر"),
        ("MA", "نونبر"),
        ("IQ", "تشرين الثاني"),
        ("SY", "تشرين الثاني"),
        ("DZ", "نوفمبر"),
    ],
)
def test_months_are_named_as_the_country_names_them(
    speaker: Flask, country: str, month: str
) -> None:
    with speaking(speaker, "ar", Style(country=country)):
        assert locale.day(EVENING) == f"الأحد 22 {month} 2026"


@pytest.mark.parametrize(
    ("gregorian", "hijri"),
    [
        # The ends of the table of R. H. van Gent, "The Umm al-Qura Calendar of Saudi Arabia",
        # https://webspace.science.uu.nl/~gent0113/islam/ummalqura.htm
        (date(1937, 3, 14), "1 محرم 1356"),
        (date(2077, 11, 16), "30 ذو الحجة 1500"),
        # An entry stamp of King Khalid airport, https://en.wikipedia.org/wiki/Islamic_calendar
        (date(2007, 7, 24), "10 رجب 1428"),
        (date(2024, 7, 7), "1 محرم 1446"),
        # Beyond the table nothing is shown rather than something wrong.
        (date(2079, 1, 1), ""),
    ],
)
def test_hijri_days_are_those_of_umm_al_qura(speaker: Flask, gregorian: date, hijri: str) -> None:
    noon = datetime(gregorian.year, gregorian.month, gregorian.day, 12, tzinfo=UTC)
    with speaking(speaker, "ar", Style(hijri=True, country="SA")):
        assert locale.hijri_day(noon) == hijri


def test_what_is_long_ago_is_told_by_its_moment(speaker: Flask) -> None:
    with speaking(speaker, "en", LATIN), clock.at(EVENING):
        ago = [
            locale.lately(EVENING - timedelta(minutes=n))
            for n in (3, 59, 60, 60 * 24, 60 * 24 * 400)
        ]

    assert ago == [
        "3 min ago",
        "59 min ago",
        "21:07",
        "Sat 21 Nov 22:07",
        "Sat 18 Oct 2025 22:07",
    ]


def test_the_place_decides_what_day_it_is(speaker: Flask) -> None:
    with speaking(speaker, "en", LATIN), clock.at(EVENING):
        assert locale.clock_time(EVENING, "Asia/Tokyo") == "05:07"
        assert locale.day(EVENING, "Asia/Tokyo").startswith("Monday 23")


@pytest.mark.parametrize(
    ("reader", "country", "said"),
    [
        ("ar", "LY", ["مركز اتصال", "مكتب الإعلام", "الوزارات والجهات الحكومية"]),
        ("ar", "SA", ["مركز تواصل", "الإدارة الإعلامية", "الأجهزة الحكومية"]),
        ("ar", "OM", ["مركز تواصل", "دائرة التواصل والإعلام", "الوحدات الحكومية"]),
        ("ar", "MA", ["مركز اتصال", "مكتب الإعلام", "الجهات الحكومية"]),
        ("fr", "SA", ["Centre de communication", "Bureau de presse", "Entités gouvernementales"]),
    ],
)
def test_official_terms_are_those_of_the_country(
    speaker: Flask, reader: str, country: str, said: list[str]
) -> None:
    terms = ("Communication centre", "Media office", "Government entities")
    with speaking(speaker, reader, Style(country=country)):
        assert [say(Message(each)) for each in terms] == said
        assert [rendered(speaker, "{{ _(term) }}", term=each) for each in terms] == said


@pytest.mark.parametrize(
    "typed", ["12345", "12,345", "12.345", "12\u202f345", "١٢٬٣٤٥", "١٢٣٤٥", "۱۲۳۴۵", " 12345 "]
)
def test_a_number_is_typed_as_any_page_shows_it(typed: str) -> None:
    sent = {"revision": "١", "seen": "0" * 64, "said": "0" * 64, "typed_count": typed}

    assert ConfirmForm.model_validate(sent).typed_count == 12345


@pytest.mark.parametrize("typed", ["12,34", "1.5", "12 345 6", "-1", "12e3"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    sent = {"revision": "1", "seen": "0" * 64, "said": "0" * 64, "typed_count": typed}
    with pytest.raises(ValidationError):
        ConfirmForm.model_validate(sent)
