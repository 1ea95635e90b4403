"""A visible character is never cut in two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.statements.graphemes import graphemes, may_part

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
LIBYA, ITALY = "\U0001f1f1\U0001f1fe", "\U0001f1ee\U0001f1f9"


@pytest.mark.parametrize(
    "visible",
    [
        ["مُ", "دِ", "ي", "رُ"],
        ["e\u0301", "x"],
        [FAMILY, FAMILY],
        [LIBYA, ITALY, "!"],
        ["\U0001f44d\U0001f3fd", " ", "1\ufe0f\u20e3"],
        ["❤\ufe0f", "\U0001f3f3\ufe0f\u200d\U0001f308"],
        ["\U0001f3f4\U000e0067\U000e0062\U000e007f", "x"],
        ["م", "\u200f", "م"],
        ["م", "ی\u200c", "خ"],
        ["\u06dd١", "٢"],
        ["\r\n", "\n", "a"],
        [" \u0301", "a"],
    ],
)
def test_visible_characters(visible: list[str]) -> None:
    assert list(graphemes("".join(visible))) == visible


@given(st.text())
def test_joined_they_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(st.text(alphabet=st.characters(categories=["Mn", "Me", "Lo", "Zs", "So"])))
def test_a_mark_never_stands_alone_behind_a_letter(text: str) -> None:
    for visible in list(graphemes(text))[1:]:
        assert unicodedata.category(visible[0])[0] != "M"


def test_letters_may_part_and_marks_may_not() -> None:
    assert may_part("a", "b")
    assert may_part("ا", "ل")
    assert not may_part("م", "ُ")
    assert not may_part("\r", "\n")
