"""The product reads a text the way its readers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.kernel.text import fold_arabic
from crisis.statements.content import Content, Language, Type, paragraphs_of
from crisis.statements.reading import PhraseBook, Sentence, clock_times, sentences_of


def read(text: str, language: Language = "ar") -> list[str]:
    content = Content(Type.UPDATE, bodies={language: paragraphs_of(text)})
    return [sentence.text for sentence in sentences_of(content, language)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("تحديث 02:43. المؤكد حتى 02:30: 94 وفاة.", ["تحديث 02:43.", "المؤكد حتى 02:30: 94 وفاة."]),
        ("أعراض؟ 1415.", ["أعراض؟", "1415."]),
        ("ارتفع 3.5 متر. الرابط gcc.ly/official.", ["ارتفع 3.5 متر.", "الرابط gcc.ly/official."]),
        ("قال د. سالم كذا. ثم سكت", ["قال د. سالم كذا.", "ثم سكت"]),
        ("قال: «نعم.» ثم مضى.", ["قال: «نعم.»", "ثم مضى."]),
        ("سطر بلا نقطة\nسطر آخر", ["سطر بلا نقطة", "سطر آخر"]),
        ("M. Dupont et Mme. Salem parlent. Fin.", ["M. Dupont et Mme. Salem parlent.", "Fin."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert read(text) == sentences


@given(st.text(st.sampled_from("ab .!؟\n«»د…"), max_size=60))
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert " ".join(read(text)).split() == text.split()


def test_the_title_is_paragraph_nought() -> None:
    content = Content(Type.UPDATE, {"ar": "عنوان"}, {"ar": paragraphs_of("أول. ثانٍ.\nثالث.")})

    assert [each.paragraph for each in sentences_of(content, "ar")] == [0, 1, 1, 2]


# ── phrases ──────────────────────────────────────────────────────────────────────────────────────


def found(phrases: list[str], text: str, language: Language = "ar") -> list[str]:
    return list(PhraseBook({language: phrases}).found(Sentence(language, 1, text)))


@pytest.mark.parametrize(
    ("phrases", "text", "seen"),
    [
        (["لا داعي للقلق"], "ولا داعِيَ للقلق، أبدًا", ["ولا داعِيَ للقلق"]),
        (["مؤكد*"], "الوفيات المؤكّدة: 94", ["المؤكّدة"]),
        (["لا ت*وا"], "ولا تقتربوا من الجسور، ولا تزال", ["ولا تقتربوا"]),
        (["التحديث", "!التحديث السابق"], "التحديث السابق ثم التحديث 04:45", ["التحديث"]),
        (["نفى"], "نفي", ["نفي"]),
        (["حي"], "أحياء", []),
        (["فرق *"], "فرق الإنقاذ والإسعاف", ["فرق الإنقاذ"]),
    ],
)
def test_arabic_phrases(phrases: list[str], text: str, seen: list[str]) -> None:
    assert found(phrases, text) == seen


def test_latin_phrases_do_not_mind_accents_case_or_apostrophes() -> None:
    assert found(["n'*ez pas"], "N’approchez pas du pont", "fr") == ["N’approchez pas"]
    assert found(["évitez"], "EVITEZ la zone.", "fr") == ["EVITEZ"]
    assert found(["stay"], "The stays are over", "en") == []


@given(st.text(max_size=60))
def test_what_is_shown_is_what_was_written(text: str) -> None:
    sentence = Sentence("ar", 1, text)
    shown = sentence.written(0, len(sentence.folded))

    assert fold_arabic(shown).replace(" ", "") in sentence.folded.replace(" ", "")


# ── times ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("المؤكد حتى 01:25: 61 وفاة", [(1, 25)]),
        ("19:30 (الأرصاد) و22:58 و23:15.", [(19, 30), (22, 58), (23, 15)]),
        ("الساعة ٤ عصرًا، ثم 2:30 مساءً", [(16, 0), (14, 30)]),
        ("من 14:00-16:00", [(14, 0), (16, 0)]),
        ("at 4 pm, 12:05 a.m. and 2:30 PM", [(16, 0), (0, 5), (14, 30)]),
        ("à 14 h 30, 16h et 9h05", [(14, 30), (16, 0), (9, 5)]),
        ("24:00", [(0, 0)]),
        ("2026-11-10, 31:20, 1:2, 1415, 3.5, 4 premiers", []),
    ],
)
def test_times_of_day(text: str, times: list[tuple[int, int]]) -> None:
    folded = Sentence("ar", 1, text).folded
    assert [(time.hour, time.minute) for time in clock_times(folded)] == times
