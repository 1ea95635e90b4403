"""What the rules find, and what they leave alone."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.statements.content import LANGUAGES, Content, Language, Type, paragraphs_of
from crisis.statements.elements import Element, element_names, elements_found, markers
from crisis.statements.lint import Finding, LintContext, check
from crisis.statements.rulebook import Rule, rulebook

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)  # 14:00 in Tripoli
CONTEXT = LintContext(level=3, now=NOON, zone="Africa/Tripoli", country="LY")
RULES = {rule.id: rule for rule in rulebook().rules}


def statement(text: str, type: Type = Type.UPDATE, language: Language = "ar") -> Content:
    return Content(type, bodies={language: paragraphs_of(text)})


def findings(rule: str, content: Content, **context: Any) -> list[Finding]:
    found = check(content, replace(CONTEXT, **context))
    return [finding for finding in found if finding.rule == rule]


# ── the rules as they are written ────────────────────────────────────────────────────────────────


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(rule, language, text, id=f"{rule.id}-{language}")
        for rule in rulebook().rules
        if rule.examples
        for language, text in getattr(rule.examples, kind).items()
    ]


def example(rule: Rule, language: Language, text: str) -> Content:
    assert rule.examples
    type = min(rule.applies_to - rule.advice_for)
    if rule.examples.place == "title":
        return Content(type, titles={language: text}, channels=rule.examples.channels)
    return replace(statement(text, type, language), channels=rule.examples.channels)


@pytest.mark.parametrize(("rule", "language", "text"), examples("bad"))
def test_a_bad_example_is_found(rule: Rule, language: Language, text: str) -> None:
    found = findings(rule.id, example(rule, language, text))

    assert found
    assert found[0].severity == rule.severity
    assert found[0].language in (language, None)
    assert not any(sign in said for sign in "{}" for said in found[0].message.values())
    assert found[0].excerpt == "" or found[0].excerpt.removesuffix(" …") in text


@pytest.mark.parametrize(("rule", "language", "text"), examples("good"))
def test_a_good_example_is_not(rule: Rule, language: Language, text: str) -> None:
    assert findings(rule.id, example(rule, language, text)) == []


def test_every_rule_serves_a_practice_and_speaks_three_languages() -> None:
    book = rulebook()

    assert sorted(book.practices) == list(range(1, 15))
    assert [rule.id for rule in book.rules] == [f"L{n:02}" for n in range(1, 30)]
    for rule in book.rules:
        assert rule.practice in book.practices
        assert set(rule.message) == set(LANGUAGES)
        assert rule.needs is None or set(rule.needs) == set(LANGUAGES)
        assert rule.advice_for <= rule.applies_to


def test_internal_texts_are_not_held_to_rules_for_the_public() -> None:
    assert check(statement("المواطن سالم توفي. يبدو أن", Type.INTERNAL_BRIEF), CONTEXT) == []


def test_a_finding_can_be_kept_beside_the_version() -> None:
    [finding] = findings("L06", statement("يبدو أن السبب مجهول."))
    kept = finding.as_json()

    assert (kept["rule"], kept["severity"], kept["paragraph"]) == ("L06", "block", 1)
    assert kept["excerpt"] == "يبدو أن"
    assert set(kept["message"]) == set(LANGUAGES)


@given(st.text(max_size=200), st.sampled_from(Type), st.sampled_from(LANGUAGES))
def test_whatever_is_written_can_be_checked(text: str, type: Type, language: Language) -> None:
    content = replace(
        statement(text, type, language), titles={language: text}, channels=frozenset({"sms_public"})
    )

    assert {each.rule for each in check(content, CONTEXT)} <= set(RULES)


@pytest.mark.parametrize(
    "piece",
    ["1 ", "(1", "A-", "Ab ", ".", "م", "لا ت", "a.", "0912345678 ", "21 12 ", "المرحوم س ", "{a",
     "وال", "التحديث ", "10 ", "died A B ", "توفي س بن ", "\U0001f468\u200d\U0001f469"],
)  # fmt: skip
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    content = statement((piece * 20_000)[:20_000])
    began = time.thread_time()
    check(replace(content, channels=frozenset({"sms_public"})), CONTEXT)
    assert time.thread_time() - began < 2


# ── when the next update comes ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("level", "text", "told"),
    [
        (3, "التحديث التالي 16:00.", None),
        (3, "التحديث التالي ١٦:١٠.", None),
        (3, "التحديث التالي 16:11.", "131 minutes"),
        (4, "التحديث التالي 15:10.", None),
        (4, "التحديث التالي 15:30.", "90 minutes"),
        (2, "التحديث التالي 19:00.", None),
        (1, "التحديث التالي 09:00.", None),
        (0, "التحديث التالي 13:00.", None),
        (3, "المؤتمر الصحفي المشترك 15:00 في مقر المركز.", None),
        (3, "تحديث 15:00: لا جديد.", "missing"),
        (3, "صدر التحديث السابق 15:00.", "missing"),
        (3, "نوافيكم بالتحديث لاحقًا.", "missing"),
        (3, "التحديث التالي 13:30.", "1410 minutes"),
    ],
)
def test_the_promise_in_the_text(level: int, text: str, told: str | None) -> None:
    found = findings("L05", statement(text), level=level)

    if told is None:
        assert found == []
    else:
        assert told in found[0].message["en"]


def test_the_promise_beside_the_text_wins() -> None:
    late = replace(statement("التحديث التالي 15:00."), next_update_at=NOON + timedelta(hours=5))

    assert findings("L05", late)
    assert not findings("L05", replace(late, next_update_at=NOON + timedelta(minutes=90)))
    assert findings("L05", replace(late, next_update_at=NOON))


def test_the_span_counts_from_when_the_statement_goes_out() -> None:
    text = statement("التحديث التالي 16:30.")

    assert findings("L05", text)
    assert not findings("L05", text, issued_at=NOON + timedelta(minutes=30))


def test_after_six_hours_at_the_highest_level_updates_may_be_further_apart() -> None:
    text = statement("التحديث التالي 16:30.")

    assert findings("L05", text, level=4, level_since=NOON - timedelta(hours=5))
    assert not findings("L05", text, level=4, level_since=NOON - timedelta(hours=6))


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("بيان 00:10. الوفيات 150 حتى الآن.", "block"),
        ("وصل عدد القتلى إلى 150.", "block"),
        ("150 وفاة (وزارة الصحة).", "block"),
        ("94 وفاة و410 ناجين حتى 02:30.", "block"),
        ("المؤكد حتى 02:30: 94 وفاة.", "advice"),
        ("المؤكد حتى 01:25: 61 وفاة (وزارة الصحة). أولي: 20 ألف أسرة (الشؤون الاجتماعية).", None),
        ("ذكرنا: نزوح 20 ألف أسرة.", None),
        ("31% من المنازل بلا كهرباء.", "block"),
        ("31% من المنازل بلا كهرباء حتى 14:00.\nالمصدر: شركة الكهرباء.", None),
        ("31% من المنازل بلا كهرباء حتى 14:00. المصدر: شركة الكهرباء.", None),
        ("للمفقودين 1416. نجدة 1415.", None),
        ("لا تجتمعوا في مجموعات تزيد على 5 أشخاص.", None),
        ("فرق الإنقاذ في 8 أحياء، والجسر بعد 300 متر.", None),
    ],
)
def test_figures_in_arabic(text: str, severity: str | None) -> None:
    severities = {finding.severity for finding in findings("L08", statement(text))}
    assert severities == ({severity} if severity else set())


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Deaths: 150.", True),
        ("en", "20,000 people, provisional, at 14:00 (Social Affairs).", False),
        ("fr", "Appelez le 1415 en cas d'urgence.", False),
        ("fr", "20 000 personnes déplacées.", True),
        ("fr", "12 blessés à 14 h 30 selon le ministère de la Santé.", False),
    ],
)
def test_figures_in_other_languages(language: Language, text: str, found: bool) -> None:
    assert bool(findings("L08", statement(text, language=language))) == found


def test_numbers_agree_between_languages() -> None:
    original = paragraphs_of("نزوح 20 ألف شخص حتى 14:30. نجدة 1415.")
    same = paragraphs_of("20 000 personnes déplacées à 14 h 30. Urgences 1415.")
    other = paragraphs_of("20,000 people displaced at 14:35. Emergency 1415.")
    content = Content(Type.UPDATE, bodies={"ar": original, "fr": same, "en": other})

    [finding] = findings("L27", content)
    assert (finding.language, finding.message["en"]) == (
        "en",
        "Numbers differ from the original: 14:30, 14:35. Make the languages agree.",
    )


# ── people ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "text", "seen"),
    [
        ("ar", "ونخص بالعزاء أسرتي المرحومين سالم وفاطمة.", ["المرحومين سالم"]),
        ("ar", "غرق الطفل أحمد في الوادي.", ["الطفل أحمد"]),
        ("ar", "للتواصل 0912345678.", ["0912345678"]),
        ("ar", "للتواصل ٠٩١٢٣٤٥٦٧٨.", ["0912345678"]),
        ("ar", "رقمه الوطني 119851234567.", ["119851234567"]),
        ("ar", "استقبل مستشفى الشهيد محمد المقريف الجرحى.", []),
        ("ar", "قال المتحدث أنور بن زكري إن الطريق مفتوح.", []),
        ("ar", "أصيب الشاب بجروح. توفي عدد من المواطنين في الحي.", []),
        ("ar", "الخط الساخن 1415، والمركز 021 1234567.", []),
        ("en", "Salem Ahmed died in the flood.", ["Salem Ahmed"]),
        ("en", "Mr Smith said roads are open. Two people died in Wadi Zahr.", []),
        ("fr", "M. Dupont parle. Deux personnes sont mortes à Wadi Zahr.", []),
    ],
)
def test_names_and_numbers_of_people(language: Language, text: str, seen: list[str]) -> None:
    found = findings("L12", statement(text, Type.CONDOLENCE, language))
    assert [finding.excerpt for finding in found] == seen


def test_names_may_stand_once_the_families_know_numbers_never() -> None:
    text = statement("المرحوم سالم. للتواصل 0912345678.")

    assert len(findings("L12", text)) == 2
    [number] = findings("L12", text, family_informed=True)
    assert number.excerpt == "0912345678"
    assert not findings(
        "L12", text, family_informed=True, official_numbers=frozenset({"+218912345678"})
    )


def test_a_reported_name_is_found_however_it_is_spelt() -> None:
    text = statement("زار الوزير بيت أحمد سالم.")

    assert findings("L12", text) == []
    [finding] = findings("L12", text, victims=frozenset({"احمد سالم"}))
    assert finding.excerpt == "أحمد سالم"


# ── the rest of what the context tells ───────────────────────────────────────────────────────────


def test_a_stale_translation_blocks() -> None:
    content = Content(Type.UPDATE, bodies={"ar": paragraphs_of("نص"), "fr": paragraphs_of("texte")})

    [finding] = findings("L15", content, stale=frozenset({("fr", 1), ("en", 1)}))
    assert (finding.language, finding.paragraph, finding.severity) == ("fr", 1, "block")


def test_a_rebuttal_does_not_begin_with_the_claim() -> None:
    content = Content(Type.RUMOUR_REBUTTAL, {"ar": "السد الثالث انهار في وادي الزهر"})

    assert findings("L17", content, claim="انهيار السد الثالث في وادي الزهر")
    assert not findings("L17", content)


def test_an_update_without_advice_is_only_advised() -> None:
    assert [each.severity for each in findings("L03", statement("الطريق مغلق."))] == ["advice"]
    assert [each.severity for each in findings("L03", statement("الطريق مغلق.", Type.INITIAL))] == [
        "block"
    ]


def test_more_than_three_things_to_do_are_too_many() -> None:
    text = "ابقوا هنا. لا تعبروا الماء. أغلقوا النوافذ. {} للنجدة اتصلوا بالرقم 1415."

    assert findings("L03", statement(text.format(""), Type.HOLDING)) == []
    [finding] = findings("L03", statement(text.format("اصعدوا إلى الأعلى."), Type.HOLDING))
    assert finding.severity == "advice"
    assert finding.message["fr"].startswith("4 consignes")


def test_praise_is_only_unwise() -> None:
    found = findings("L26", statement("بفضل القيادة عادت الكهرباء، والجهة المقصرة هي البلدية."))
    assert {each.excerpt: each.severity for each in found} == {
        "بفضل القيادة": "advice",
        "والجهة المقصرة": "block",
    }


def test_a_forecast_may_be_quoted() -> None:
    assert findings("L06", statement("بحسب الأرصاد يُعتقد أن المطر يتوقف ليلًا.")) == []


def test_a_post_is_measured_for_the_channels_chosen() -> None:
    post = statement("كلمة " * 100, Type.SOCIAL_POST)

    assert findings("L21", post) == []
    assert len(findings("L21", replace(post, channels=frozenset({"x", "facebook"})))) == 1


# ── the six elements ─────────────────────────────────────────────────────────────────────────────


def test_each_element_is_found_by_itself() -> None:
    texts = {
        Element.EMPATHY: "نشارك أهلنا مصابهم.",
        Element.FACTS: "ما نعرفه: الجسر مغلق.",
        Element.UNKNOWN: "لم تصلنا قراءة من الوادي.",
        Element.DOING: "فرق الإسعاف هنا.",
        Element.ADVICE: "لا تقتربوا من الجسور.",
        Element.NEXT_UPDATE: "التحديث 00:50.",
    }
    for element, text in texts.items():
        found = elements_found(statement(text), "ar")
        assert [each for each, is_there in found.items() if is_there] == [element]


def test_a_promise_without_a_time_is_none_and_one_beside_the_text_is() -> None:
    text = statement("التحديث التالي قريبًا.")

    assert not elements_found(text, "ar")[Element.NEXT_UPDATE]
    assert elements_found(replace(text, next_update_at=NOON), "ar")[Element.NEXT_UPDATE]


def test_elements_have_names_and_marks_in_three_languages() -> None:
    assert list(markers()) == list(element_names()) == list(Element)
    assert all(set(names) == set(LANGUAGES) for names in element_names().values())
