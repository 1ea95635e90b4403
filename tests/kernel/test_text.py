"""What people type is accepted as it stands, or refused with the reason and the place."""

import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from crisis.kernel.problems import PROBLEMS
from crisis.kernel.text import (
    ALIKE,
    Code,
    Email,
    Line,
    OptionalLine,
    OptionalProse,
    Prose,
    Reading,
    ShortLine,
    fold_arabic,
    line,
    optional,
    phone,
    plain_digits,
    problem_message,
    proper_name,
    prose,
    similar,
)

ACUTE, CEDILLA, FATHA = "\u0301", "\u0327", "\u064e"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HOSTILE = (
    "\0\x1b\x7f\x85\xad\u034f\u115f\u180e\u200b\u200c\u200d\u200e\u2028\u202a\u202e\u2060\u2066"
    "\u2069\u3164\ufe00\ufe0f\ufeff\uffa0\ufffd\uffff\ud800\udfff\U000e0041\U000e0100"
)

read_prose = prose(20_000).read


def accepted(reading: Reading[str], typed: str) -> str | None:
    with suppress(PydanticCustomError):
        return reading.read(typed)
    return None


def refusal(
    reading: Reading[Any] | Callable[[str], object], typed: str
) -> tuple[str, dict[str, Any]]:
    read = reading.read if isinstance(reading, Reading) else reading
    with pytest.raises(PydanticCustomError) as caught:
        read(typed)
    return caught.value.type, caught.value.context or {}


# ── free text ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "تتابع وزارة الموارد المائية ارتفاع منسوب المياه في وادي الزهر.",
        "مُدِيرُ الطَّوارِئِ يُؤكِّدُ — «لا خطر» ١٢٪",
        "Réunion à 9 h 30 : l’évacuation « est terminée »",
        "سطر أول\nسطر ثانٍ\n\n\tفقرة",
        "علامات الاتجاه \u200fمقبولة\u200e و\u061cظاهرة عند الاعتماد",
        "می\u200cخواهم · ۱۰\u200cها · क\u094d\u200dष",
        f"{FAMILY} ❤\ufe0f \U0001f3f3\ufe0f\u200d\U0001f308 1\ufe0f\u20e3",
        "\U0001f642\u200d\u2194\ufe0f",
        "{{ config }} {% for %} ${7*7} #{x} <%= y %> %s {0.__class__}",
        "<script>alert(1)</script> <img onerror=x> [x](javascript:alert(1))",
        '\' OR 1=1-- =HYPERLINK("x") \\ ` $ NEAR * "',
        "\u06dd \u0600١٢",
        "https://gov.eg@evil.tld",
    ],
)
def test_ordinary_writing_passes_untouched(text: str) -> None:
    assert read_prose(text) == text


@pytest.mark.parametrize(
    ("kind", "typed", "code_point", "position"),
    [
        ("text.bidi_override", "تم إلغاء \u202eالتحذير", "U+202E", 10),
        ("text.bidi_override", "\u202aab\u202c", "U+202A", 1),
        ("text.bidi_override", "ab\u202c", "U+202C", 3),
        ("text.bidi_override", "ab\u202d", "U+202D", 3),
        ("text.bidi_isolate", "ab\u2066c", "U+2066", 3),
        ("text.bidi_isolate", "\u2068متوازن\u2069", "U+2068", 1),
        ("text.joiner", "a \u200db", "U+200D", 3),
        ("text.joiner", "كلمة\u200c", "U+200C", 5),
        ("text.joiner", "ا\u200d\u200dب", "U+200D", 2),
        ("text.joiner", "\U0001f468\u200c\U0001f469", "U+200C", 2),
        ("text.invisible", "صفر\u200bعرض", "U+200B", 4),
        ("text.invisible", "a\u2060b", "U+2060", 2),
        ("text.invisible", "\ufeffنص", "U+FEFF", 1),
        ("text.invisible", "a\xadb", "U+00AD", 2),
        ("text.invisible", "a\u180eb", "U+180E", 2),
        ("text.invisible", "a\u115fb", "U+115F", 2),
        ("text.invisible", "a\u3164b", "U+3164", 2),
        ("text.invisible", "a\U000e0041b", "U+E0041", 2),
        ("text.invisible", "a\U000e0101", "U+E0101", 2),
        ("text.invisible", "a\ufe0f\ufe0fb", "U+FE0F", 3),
        ("text.surrogate", "a\ud800b", "U+D800", 2),
        ("text.nul", "ab\0", "U+0000", 3),
        ("text.control", "\x1b[31mأحمر", "U+001B", 1),
        ("text.control", "a\rb", "U+000D", 2),
        ("text.control", "a\x0cb", "U+000C", 2),
        ("text.control", "a\x9bb", "U+009B", 2),
        ("text.line_separator", "a\u2028b", "U+2028", 2),
        ("text.line_separator", "a\u2029b", "U+2029", 2),
        ("text.line_separator", "a\x85b", "U+0085", 2),
        ("text.noncharacter", "a\uffffb", "U+FFFF", 2),
        ("text.noncharacter", "a\ufdd0b", "U+FDD0", 2),
        ("text.noncharacter", "a\U0010fffe", "U+10FFFE", 2),
        ("text.damaged", "caf\ufffd", "U+FFFD", 4),
        ("text.marks", "a" + "\u0332" * 200, "U+0332", 32),
        ("text.marks", "a" + "\u0332" * 9, "U+0332", 10),
        ("text.marks", f"{FATHA}abc", "U+064E", 1),
        ("text.marks", f"abc\n{FATHA}d", "U+064E", 5),
        ("text.marks", f" {FATHA}abc", "U+064E", 1),
    ],
)
def test_what_could_deceive_or_break_is_refused_by_name_and_place(
    kind: str, typed: str, code_point: str, position: int
) -> None:
    assert refusal(read_prose, typed) == (
        kind,
        {"code_point": code_point, "position": position} | ({"max": 8} if "marks" in kind else {}),
    )


def test_places_are_counted_in_the_text_as_it_was_typed() -> None:
    assert refusal(read_prose, "  أول\r\nثان\u202e")[1]["position"] == 10


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "\n\t ",
        "\u00a0\u3000",
        "\u200e\u200f\u061c",
        "\u200b\u200b",
        "\u2800\u3164",
        "\u200d",
        FATHA,
    ],
)
def test_a_text_nobody_can_see_is_blank(typed: str) -> None:
    assert refusal(read_prose, typed)[0] == "text.blank"


def test_eight_marks_on_a_letter_are_a_letter_and_nine_are_a_flood() -> None:
    assert read_prose("ل" + "\u0332" * 8) == "ل" + "\u0332" * 8
    assert refusal(read_prose, "ل" + "\u0332" * 9)[0] == "text.marks"


def test_both_spellings_of_one_letter_are_stored_alike() -> None:
    assert read_prose("ا\u0654هلا") == read_prose("أهلا") == "أهلا"
    assert read_prose("de\u0301ja\u0300") == "déjà"


def test_limits_count_characters_after_normalising() -> None:
    assert line(4).read("de\u0301ja\u0300") == "déjà"
    assert line(10_000).read("\ufdfa" * 10_000) == "\ufdfa" * 10_000
    assert refusal(line(3), "déjà") == ("text.too_long", {"max": 3, "length": 4})
    assert line(3).read("   abc   ") == "abc"


def test_line_ends_become_lf_and_blank_ends_go() -> None:
    assert read_prose("\n أول\r\nثان  \r\n\t") == "أول\nثان"


@pytest.mark.parametrize("typed", ["a\nb", "a\r\nb", " \n a\nb"])
def test_a_line_has_no_line_break(typed: str) -> None:
    kind, context = refusal(line(80), typed)
    assert kind == "text.line_break"
    assert context["code_point"] == "U+000A"


def test_a_line_has_no_tab() -> None:
    assert refusal(line(80), " a\tb") == ("text.control", {"code_point": "U+0009", "position": 3})


def test_nothing_but_spaces_in_an_optional_field_means_not_given() -> None:
    adapter = TypeAdapter(OptionalProse)
    assert [adapter.validate_python(t) for t in ("", " \r\n", None, " نص ")] == [
        None,
        None,
        None,
        "نص",
    ]
    assert refusal(optional(line(9)), "\u200b")[0] == "text.blank"


@pytest.mark.parametrize("value", [7, True, b"bytes", ["a"], {"a": 1}, 1.5])
@pytest.mark.parametrize("kind", [Line, ShortLine, Prose, OptionalLine, Email, Code])
def test_only_text_is_text(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    assert {e["type"] for e in caught.value.errors()} == {"string_type"}


def test_every_formatting_and_control_character_has_been_judged() -> None:
    allowed = set(
        "\t\n\u200e\u200f\u061c\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891"
    )
    allowed |= set("\u08e2\U000110bd\U000110cd")
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in allowed:
            with pytest.raises(PydanticCustomError):
                read_prose(f". {character} .")
    for character in allowed:
        assert read_prose(f".{character}.") == f".{character}."


anything = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from(HOSTILE + ACUTE + CEDILLA + FATHA + " \t\r\nab12األ❤\U0001f468"), max_size=30
)


@given(anything, st.booleans())
@example("a\u200d\u0301b", True)
@example(" \u0301a", True)
@example("\u1100 \u1161", True)
def test_accepted_text_is_what_was_typed_in_nfc_and_stays_so(typed: str, several: bool) -> None:
    reading = (prose if several else line)(200)
    text = accepted(reading, typed)
    if text is not None:
        assert text == unicodedata.normalize("NFC", typed.replace("\r\n", "\n")).strip()
        assert unicodedata.is_normalized("NFC", text)
        assert text == reading.read(text)
        assert text.encode().decode() == text


@given(anything)
def test_a_refusal_names_a_known_reason_and_a_place_within_the_text(typed: str) -> None:
    assume(accepted(prose(200), typed) is None)
    kind, context = refusal(prose(200), typed)
    assert kind in PROBLEMS
    assert 1 <= context.get("position", 1) <= max(len(typed), 1)


@given(st.text(st.sampled_from("اأإآىيةهؤوئلمنabéz 09٣-"), min_size=1))
def test_composed_and_decomposed_spellings_share_one_fate(typed: str) -> None:
    def fate(text: str) -> str:
        return accepted(prose(200), text) or refusal(prose(200), text)[0]

    assert fate(typed) == fate(unicodedata.normalize("NFD", typed))


MEGABYTE = 1_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    [
        "a" * MEGABYTE,
        "a" + (ACUTE + CEDILLA) * (MEGABYTE // 2),
        ("a" + (ACUTE + CEDILLA) * 15) * (MEGABYTE // 31),
        FAMILY * (MEGABYTE // 5),
        " " * MEGABYTE + "a",
        "\r\n" * (MEGABYTE // 2) + "a",
        "ا\u200c" * (MEGABYTE // 2),
        "@" * MEGABYTE,
        "a@" + "a." * (MEGABYTE // 2),
        "1" * MEGABYTE,
        "+1 x" * (MEGABYTE // 4),
        "\ufdfa" * MEGABYTE,
        "\u200b" * MEGABYTE,
    ],
    ids=range(13),
)
def test_a_megabyte_is_judged_without_stalling(typed: str) -> None:
    for read in (read_prose, line(200).read, phone("LY").read, email, code, fold_arabic):
        began = time.process_time()
        with suppress(PydanticCustomError):
            read(typed)
        assert time.process_time() - began < 3


def email(typed: str) -> str:
    return read_as(Email, typed)


def code(typed: str) -> str:
    return read_as(Code, typed)


def read_as(kind: Any, typed: str) -> str:
    try:
        return str(TypeAdapter(kind).validate_python(typed))
    except ValidationError as refused:
        error = refused.errors()[0]
        raise PydanticCustomError(error["type"], error["msg"], error.get("ctx")) from None


# ── e-mail, codes, telephone numbers ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("p01@gcc.gov.example", "p01@gcc.gov.example"),
        (" Anwar.B+duty@GCC.Gov.LY ", "Anwar.B+duty@gcc.gov.ly"),
        ("o'neil_x@xn--gv-fmc.eg", "o'neil_x@xn--gv-fmc.eg"),
        ("a" * 64 + "@" + "b" * 63 + ".ly", "a" * 64 + "@" + "b" * 63 + ".ly"),
    ],
)
def test_an_address_keeps_its_letters_and_its_domain_is_lower_case(typed: str, kept: str) -> None:
    assert email(typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text.line_break", "a@b.ly\r\nBcc:c@d.ly"),
        ("text.line_break", "a@b.ly\nBcc:c@d.ly"),
        ("text.control", "a@b.ly\rBcc:c@d.ly"),
        ("text.line_separator", "a@b.ly\u2028c"),
        ("text.too_long", "a" * 64 + "@" + "b." * 120 + "ly"),
        ("email.not_ascii", "وزير@gov.ly"),
        ("email.not_ascii", "a@gоv.ly"),
        ("email.not_ascii", "a@egypt。gov。eg"),
        ("email.invalid", '"a b"@x.ly'),
        ("email.invalid", '"PM Office" <pm@gov.ly>'),
        ("email.invalid", "a@[127.0.0.1]"),
        ("email.invalid", "a@127.0.0.1"),
        ("email.invalid", "a@localhost"),
        ("email.invalid", "a@@b.ly"),
        ("email.invalid", "a@b@c.ly"),
        ("email.invalid", "@b.ly"),
        ("email.invalid", "a@"),
        ("email.invalid", "a"),
        ("email.invalid", ".a@b.ly"),
        ("email.invalid", "a..a@b.ly"),
        ("email.invalid", "a@-b.ly"),
        ("email.invalid", "a@b-.ly"),
        ("email.invalid", "a@b..ly"),
        ("email.invalid", "a@b.ly."),
        ("email.invalid", "a@b.ly,c@d.ly"),
        ("email.invalid", "a" * 65 + "@b.ly"),
        ("email.invalid", "a@" + "b" * 64 + ".ly"),
    ],
)
def test_what_is_not_one_plain_address_is_refused(kind: str, typed: str) -> None:
    assert refusal(email, typed)[0] == kind


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456 ", "123-456", "١٢٣٤٥٦", "۱۲۳۴۵۶", "１２３４５６", "\u200e123456"]
)
def test_a_code_is_six_digits_in_any_script(typed: str) -> None:
    assert code(typed) == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "१२३४५६", "²²²²²²", "12.3456", "1" * 5000]
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert refusal(code, typed)[0] == "code.invalid"


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("٠٧٩٠١٢٣٤٥٦", "JO", "+962790123456"),
        ("٠٩١٠٠٠٠٠٠١", "LY", "+218910000001"),
        ("۰۹۱۰۰۰۰۰۰۱", "LY", "+218910000001"),
        ("091 000 0001", "LY", "+218910000001"),
        ("+218 91-000.0001", "SA", "+218910000001"),
        ("00218 (0) 91/0000001", "LY", "+218910000001"),
        ("+218 (0) 91 0000001", "LY", "+218910000001"),
        ("＋٢١٨٩١٠٠٠٠٠٠١", "LY", "+218910000001"),
        ("\u200e+218 91 000 0001\u200e", "LY", "+218910000001"),
        ("9212 3456", "OM", "+96892123456"),
        ("+39 06 6982 0000", "LY", "+390669820000"),
        ("+8821612345678", "LY", "+8821612345678"),
    ],
)
def test_spellings_of_a_number_become_one(typed: str, region: str, kept: str) -> None:
    assert phone(region).read(typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text.blank", ""),
        ("text.bidi_override", "+218910000001\u202c"),
        ("text.nul", "+218910000001\0"),
        ("text.too_long", "0" * 41),
        ("phone.extension", "+218910000001;ext=5"),
        ("phone.extension", "+218 91 000 0001 x5"),
        ("phone.extension", "091 000 0001 تحويلة ٥"),
        ("phone.extension", "0910000001,,5"),
        ("phone.extension", "0910000001#5"),
        ("phone.letters", "1-800-FLOWERS"),
        ("phone.letters", "tel:+218910000001"),
        ("phone.unexpected", "+218910000001'--"),
        ("phone.unexpected", "=0910000001"),
        ("phone.unexpected", "++218910000001"),
        ("phone.unexpected", "091+0000001"),
        ("phone.unexpected", "०९१००००००१"),
        ("phone.short_code", "112"),
        ("phone.short_code", "1415"),
        ("phone.short_code", "+218"),
        ("phone.short_code", "--"),
        ("phone.premium", "+1 900 555 1234"),
        ("phone.premium", "+44 909 012 3456"),
        ("phone.invalid", "+9627901234567890"),
        ("phone.invalid", "+0910000001"),
        ("phone.invalid", "+999123456789"),
        ("phone.invalid", "0910000001 0910000002"),
        ("phone.invalid", "5550910000001"),
    ],
)
def test_what_is_not_one_reachable_number_is_refused(kind: str, typed: str) -> None:
    assert refusal(phone("LY"), typed)[0] == kind


@given(st.text(st.sampled_from("0123456789٠١٢٣٤٥٦٧٨٩+ -().")))
def test_no_digit_of_a_number_is_dropped(typed: str) -> None:
    kept = accepted(phone("LY"), typed)
    if kept is None:
        return
    digits = "".join(c for c in plain_digits(typed) if c.isdigit())
    assert kept.removeprefix("+218").lstrip("0") in digits or kept[1:] in digits


# ── folding ──────────────────────────────────────────────────────────────────────────────────────


def test_digits_of_any_script_people_here_use_become_plain() -> None:
    assert plain_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ０９ 5 ² ५") == "0123456789 0123456789 09 5 ² ५"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أإآٱا", "ااااا"),
        ("مستشفى الوحدة", "مستشفي الوحده"),
        ("مسؤول شؤون الطوارئ", "مسوول شوون الطواري"),
        ("مُدِيـــرُ", "مدير"),
        ("  Préfecture\n D’Évacuation ", "prefecture d’evacuation"),
        ("١٢ یک", "12 يك"),
    ],
)
def test_spellings_fold_together(written: str, folded: str) -> None:
    assert fold_arabic(written) == folded
    assert fold_arabic(unicodedata.normalize("NFD", written)) == folded


@given(anything)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_arabic(fold_arabic(text)) == fold_arabic(text)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("سيول وادي الزهر وخطر على السدود", "سيول في وادي الزهر"),
        ("شائعة تلوث المياه في الشبكة", "تلوث مياه الشبكة"),
        ("انقطاع بوابة الخدمات", "إنقطاع البوابة والخدمات"),
        ("Flood in Wadi al-Zahr", "Wadi Al-Zahr flood"),
        ("Panne du portail des services", "panne portail services"),
    ],
)
def test_two_titles_of_one_incident_are_alike(a: str, b: str) -> None:
    assert similar(a, b) == similar(b, a) >= ALIKE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("سيول وادي الزهر وخطر على السدود", "انقطاع مبرمج لبوابة الخدمات"),
        ("حريق في مستودع", "حادث قطار في الساحل"),
        ("في من على", "في من على"),
        ("", ""),
        ("!!", "!!"),
    ],
)
def test_titles_of_two_incidents_are_not(a: str, b: str) -> None:
    assert similar(a, b) < ALIKE


# ── words for what is wrong ──────────────────────────────────────────────────────────────────────


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Line
    which: UUID
    count: int = 1
    sure: bool = False
    mobile: Annotated[str, phone("LY")] = "+218910000001"


def test_problems_of_a_form_are_sentences_that_never_repeat_what_was_typed() -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(
            {
                "title": "<b>\u202e",
                "which": "<b>",
                "count": "<b>",
                "sure": "<b>",
                "mobile": "<b>",
                "<b>": 1,
            }
        )
    said = {str(e["loc"][0]): problem_message(dict(e)) for e in caught.value.errors()}

    assert str(said["title"]).startswith("A hidden character (U+202E) at place 4 turns")
    assert said["title"].params == {"code_point": "U+202E", "position": 4}
    assert str(said["which"]) == "This is not a known reference. Choose from the list."
    assert str(said["count"]) == "Write a whole number."
    assert str(said["sure"]) == "Choose yes or no."
    assert str(said["mobile"]) == "A phone number has digits only; U+003C stands at place 1."
    assert str(said["<b>"]) == "This field is not known here."
    assert not any("<b>" in str(message) for message in said.values())


@pytest.mark.parametrize(
    "kind",
    [
        "missing",
        "date_from_datetime_parsing",
        "datetime_parsing",
        "time_type",
        "int_from_float",
        "enum",
        "url_scheme",
        "is_instance_of",
        "value_error",
    ],
)
def test_every_kind_of_pydantic_problem_has_a_sentence(kind: str) -> None:
    assert str(
        problem_message({"type": kind, "ctx": {"error": ValueError("{x}"), "expected": "{0}"}})
    )


def test_a_refusal_raised_directly_is_said_in_the_same_words() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        line(3).read("abcd")
    assert str(problem_message(caught.value)) == "Too long: 4 characters, where 3 fit. Shorten it."
    assert str(problem_message(caught.value)) == caught.value.message()


# ── what somebody or something is called ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "code_point", "position"),
    [
        ("Ministry of Ηealth", "U+0397", 13),
        ("аdmin", "U+0430", 1),
        ("Mｉnistry", "U+FF49", 2),
        ("𝐇ealth", "U+1D407", 1),
        ("وزارة Ηealth", "U+0397", 7),
    ],
)
def test_a_letter_that_only_looks_latin_makes_no_second_ministry(
    typed: str, code_point: str, position: int
) -> None:
    assert refusal(proper_name(200), typed) == (
        "text.mixed_alphabets",
        {"code_point": code_point, "position": position},
    )


@pytest.mark.parametrize(
    "typed",
    [
        "وزارة الصحة",
        "Société d’État",
        "Υπουργείο Υγείας",
        "ООН UN",
        "وزارة UNDP ٢٠٢٦",
        "µSv",
        "Żuraw",
    ],
)
def test_every_alphabet_can_name_something_by_itself(typed: str) -> None:
    assert proper_name(200).read(typed) == typed
