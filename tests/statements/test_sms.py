"""A text message is counted as the carrier will count it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.statements.graphemes import graphemes
from crisis.statements.sms import gsm_spelling, outside_gsm, sms_length

GRIN, FLAG = "\U0001f600", "\U0001f1f1\U0001f1fe"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units", "left"),
    [
        ("", "GSM-7", 1, 0, 160),
        ("a" * 160, "GSM-7", 1, 160, 0),
        ("a" * 161, "GSM-7", 2, 161, 145),
        ("a" * 306, "GSM-7", 2, 306, 0),
        ("a" * 307, "GSM-7", 3, 307, 152),
        ("é" * 160, "GSM-7", 1, 160, 0),
        ("€" * 80, "GSM-7", 1, 160, 0),
        ("€" * 80 + "a", "GSM-7", 2, 161, 144),
        ("[" + "a" * 159, "GSM-7", 2, 161, 145),
        ("a" * 152 + "{" + "a" * 10, "GSM-7", 2, 164, 141),
        ("ç", "UCS-2", 1, 1, 69),
        ("م" * 70, "UCS-2", 1, 70, 0),
        ("م" * 71, "UCS-2", 2, 71, 63),
        ("م" * 134, "UCS-2", 2, 134, 0),
        ("م" * 135, "UCS-2", 3, 135, 66),
        ("a" * 159 + "\u200b", "UCS-2", 3, 160, 41),
        ("٣" * 71, "UCS-2", 2, 71, 63),
        (GRIN * 35, "UCS-2", 1, 70, 0),
        (GRIN * 36, "UCS-2", 2, 72, 61),
        ("م" * 66 + GRIN + "م" * 10, "UCS-2", 2, 78, 55),
        ("م" * 65 + FLAG + "م" * 10, "UCS-2", 2, 79, 53),
        ("م" * 60 + FAMILY + "م" * 10, "UCS-2", 2, 81, 46),
    ],
)
def test_counts(text: str, encoding: str, parts: int, units: int, left: int) -> None:
    length = sms_length(text)

    assert (length.encoding, length.count) == (encoding, parts)
    assert (length.units, length.room_left) == (units, left)


@given(st.text(st.sampled_from("aé€[مُ٣ç\u200f" + GRIN + FLAG + "\u200d\n"), max_size=400))
def test_parts_make_up_the_text_and_cut_no_visible_character(text: str) -> None:
    length = sms_length(text)

    assert "".join(length.parts) == text
    edges, at = {0}, 0
    for visible in graphemes(text):
        at += len(visible)
        edges.add(at)
    at = 0
    for part in length.parts:
        at += len(part)
        assert at in edges or max(map(len, graphemes(text))) > 30
    room = 153 if length.encoding == "GSM-7" else 67
    assert length.count == 1 or all(sms_length(part).units <= room for part in length.parts)


def test_a_visible_character_longer_than_a_part_is_parted_all_the_same() -> None:
    endless = "م" + "\u064b" * 200
    assert sms_length(endless).count == 3
    assert "".join(sms_length(endless).parts) == endless


def test_a_french_text_can_be_spelt_with_the_gsm_alphabet() -> None:
    text = "« Être prêt : l’eau reçue à l’hôpital, œuvre à Noël… »"

    assert outside_gsm(text) == ("«", "Ê", "ê", "’", "ç", "ô", "œ", "ë", "…", "»")
    assert gsm_spelling(text) == "\"Etre pret : l'eau recue à l'hopital, oeuvre à Noel...\""
    assert outside_gsm(gsm_spelling(text)) == ()
    assert sms_length(gsm_spelling(text)).encoding == "GSM-7"


@given(st.text())
def test_a_spelling_never_makes_it_longer_to_send(text: str) -> None:
    assert len(outside_gsm(gsm_spelling(text))) <= len(outside_gsm(text))


def test_what_has_no_such_spelling_stays() -> None:
    assert gsm_spelling("مرحبا é à ù") == "مرحبا é à ù"
