"""The forms a statement leaves in say nothing it does not say, and lose nothing silently."""

from hypothesis import given
from hypothesis import strategies as st

from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.forms_of_text import plain_text, reading_seconds, short_form, word_count
from crisis.statements.sms import sms_length

FLOOD = Content(
    Type.HOLDING,
    titles={"ar": "سيول وادي الزهر"},
    bodies={
        "ar": paragraphs_of(
            "نعلم أن هذه الساعات مقلقة لأهلنا. ما نعرفه الآن: المياه تعبر مفيض السد الأعلى.\n"
            "ما نتحقق منه: سرعة وصول المياه. غادروا مجرى الوادي إلى مكان مرتفع.\n"
            "للنجدة 1415. التحديث التالي 23:45."
        )
    },
)


def test_lines_that_end_without_a_stop_do_not_run_into_each_other() -> None:
    lines = 'We said: call 1415\nThe right number is: call 1515\n"It is safe."\nWhy: a typing error'
    content = Content(Type.HOLDING, {"en": "The number"}, {"en": paragraphs_of(lines)})

    assert short_form(content, "en").text == (
        "The number. We said: call 1415. The right number is: call 1515. "
        '"It is safe." Why: a typing error'
    )


def test_plain_text_is_what_is_published() -> None:
    text = plain_text(FLOOD, "ar", below=["وزارة الموارد المائية - 22:58", "رمز التحقق 7K4-PX2"])

    assert text.split("\n\n") == [
        "سيول وادي الزهر",
        *(paragraph.text for paragraph in FLOOD.bodies["ar"]),
        "وزارة الموارد المائية - 22:58\nرمز التحقق 7K4-PX2",
    ]
    assert plain_text(FLOOD, "en") == ""


def test_a_text_message_says_first_what_to_do() -> None:
    short = short_form(FLOOD, "ar", below="gcc.ly/s/7K4")

    assert short.text == (
        "سيول وادي الزهر. نعلم أن هذه الساعات مقلقة لأهلنا. غادروا مجرى الوادي إلى مكان مرتفع. "
        "للنجدة 1415. التحديث التالي 23:45.\ngcc.ly/s/7K4"
    )
    assert short.length == sms_length(short.text)
    assert short.length.count == 2
    assert not short.advice_left_out
    assert short.left_out == (
        "ما نعرفه الآن: المياه تعبر مفيض السد الأعلى.",
        "ما نتحقق منه: سرعة وصول المياه.",
    )


def test_an_exercise_says_so_and_the_prefix_is_counted() -> None:
    short = short_form(FLOOD, "ar", before="تمرين: ", parts=1)

    assert short.text.startswith("تمرين: سيول")
    assert short.length.count == 1


def test_advice_without_room_is_reported_not_cut() -> None:
    long = " ".join(["غادروا", *["البيوت"] * 40]) + "."
    short = short_form(Content(Type.UPDATE, bodies={"ar": paragraphs_of(long)}), "ar")

    assert (short.text, short.left_out) == ("", (long,))
    assert short.advice_left_out


def test_a_message_is_never_a_title_alone() -> None:
    """Nobody learns anything from the name of an authority and a link."""
    sentence = " ".join(["غادروا", *["المنطقة"] * 14]) + "."
    content = Content(
        Type.UPDATE,
        titles={"ar": "الإدارة العامة للسلامة الوطنية والحماية المدنية"},
        bodies={"ar": paragraphs_of(sentence)},
    )
    assert short_form(content, "ar").text == content.titles["ar"]
    without = short_form(content, "ar", before="تمرين: ", never_bare=True)
    assert without.text == f"تمرين: {sentence}"
    assert (without.length.count, without.left_out) == (2, ())
    longer = short_form(content, "ar", parts=1, never_bare=True)
    assert longer.text == sentence, "whole, although it takes more room than there is"


@given(st.lists(st.sampled_from(["غادروا الآن.", "الطريق مغلق.", "كلمة " * 30 + "."]), max_size=8))
def test_short_forms_fit_and_keep_the_order(sentences: list[str]) -> None:
    content = Content(Type.UPDATE, bodies={"ar": paragraphs_of(" ".join(sentences))})
    short = short_form(content, "ar")

    assert short.length.count <= 2
    assert len(short.left_out) <= len(sentences)
    rest = iter(" ".join(each.strip() for each in sentences).split())
    assert all(word in rest for word in short.text.split())


def test_words_and_seconds() -> None:
    assert word_count("412 شخصًا — حتى 14:00 .") == 4
    assert reading_seconds("كلمة " * 96, "ar") == 48
    assert reading_seconds("word " * 150, "en") == 60
    assert reading_seconds("", "fr") == 0


def test_a_correction_says_first_what_it_takes_back() -> None:
    told = Content(
        Type.CORRECTION,
        titles={"en": "The dam"},
        bodies={
            "en": paragraphs_of(
                "Correction to statement 1 of 05:22.\nWe said: the level is steady.\n"
                "The correct information is: it rises.\nWhy it happened: an old reading.\n"
                "Keep away from the wadi. Next update at 06:00. Call 1415. "
                "Rescue teams have been on site since the first hour and search every street."
            )
        },
    )
    short = short_form(told, "en", parts=1)
    assert short.text.startswith("The dam. Correction to statement 1 of 05:22. We said:")
    assert "The correct information is: it rises." in short.text
    assert "Rescue teams" not in short.text
