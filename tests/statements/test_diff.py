"""An approver reads only what changed, and misses nothing of it."""

import random
import time
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.statements.content import Content, Correction, Paragraph, Type, paragraphs_of
from crisis.statements.diff import (
    Segment,
    changed,
    diff_bodies,
    diff_contents,
    diff_words,
)
from crisis.statements.graphemes import graphemes
from crisis.statements.matching import matches, partners
from crisis.statements.tokens import tokens_of

WATER, HEALTH = UUID(int=1), UUID(int=2)

words = st.sampled_from(
    ["الطريق", "مقطوع.", "والطريق", "مفتوح،", "31%", "14:30", "«نعم»", "(الصحة)", "e\u0301te",
     " \u0301", "\u0600", "l’eau", "…", "\U0001f468\u200d\U0001f469", "\n", "  ", "\u00a0"]
)  # fmt: skip
lively = st.lists(words, max_size=25).map(" ".join) | st.text(max_size=20)


def marked(old: str, new: str) -> str:
    signs = {"equal": "{}", "insert": "[+{}]", "delete": "[-{}]"}
    return "".join(signs[each.kind].format(each.text) for each in diff_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("منسوب السد مستقر.", "منسوب السد تحت المراقبة.", "منسوب السد [-مستقر][+تحت المراقبة]."),
        (
            "الطريق مقطوع.",
            "الطريق مقطوع، وطريق الجبل مفتوح.",
            "الطريق مقطوع[+، وطريق الجبل مفتوح].",
        ),
        ("الطريق مفتوح", "والطريق مفتوح", "[-الطريق][+والطريق] مفتوح"),
        ("ارتفع إلى 31% من سعته", "ارتفع إلى 32% من سعته", "ارتفع إلى [-31%][+32%] من سعته"),
        ("حتى 14:00 (الصحة)", "حتى 14:30 (الصحة)", "حتى [-14:00][+14:30] (الصحة)"),
        ("a b c", "a c", "a [-b ]c"),
        ("a b", "a", "a[- b]"),
        ("a  b", "a b", "a[-  ][+ ]b"),
        ("", "كلمة", "[+كلمة]"),
        ("كلمة", "", "[-كلمة]"),
        ("نص واحد", "نص واحد", "نص واحد"),
    ],
)
def test_words_as_readers_see_them(old: str, new: str, shown: str) -> None:
    assert marked(old, new) == shown


@given(lively, lively)
def test_both_texts_are_in_it(old: str, new: str) -> None:
    segments = diff_words(old, new)

    assert "".join(each.text for each in segments if each.kind != "delete") == new
    assert "".join(each.text for each in segments if each.kind != "insert") == old
    assert changed(segments) == (old != new)
    assert all(each.text for each in segments)
    kinds = [each.kind for each in segments]
    assert all(one != other for one, other in pairwise(kinds))


@given(lively, lively)
def test_no_visible_character_is_cut(old: str, new: str) -> None:
    for text, left_out in ((new, "delete"), (old, "insert")):
        edges = ends_of(list(graphemes(text)))
        cuts = ends_of([each.text for each in diff_words(old, new) if each.kind != left_out])
        assert cuts <= edges


def ends_of(pieces: list[str]) -> set[int]:
    ends, at = set(), 0
    for piece in pieces:
        at += len(piece)
        ends.add(at)
    return ends


@given(lively)
def test_tokens_make_up_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens_of(text)) == text


@given(st.lists(st.sampled_from("abcdef"), max_size=40), st.lists(st.sampled_from("abcdefg")))
def test_matches_rise_and_match(old: list[str], new: list[str]) -> None:
    found = matches(old, new)

    assert all(old[i] == new[j] for i, j in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))
    assert matches(old, old) == [(n, n) for n in range(len(old))]


@given(st.lists(lively, max_size=6), st.lists(lively, max_size=6))
def test_every_paragraph_has_one_place(old: list[str], new: list[str]) -> None:
    found = partners(old, new)

    assert [i for i, _ in found if i is not None] == list(range(len(old)))
    assert [j for _, j in found if j is not None] == list(range(len(new)))


# ── paragraphs and contents ──────────────────────────────────────────────────────────────────────

FIRST = "تتابع الحكومة السيول في وادي السدر."
ROAD = "الطريق الساحلي مغلق في الاتجاهين، ومنسوب السد مستقر."
ROAD_NOW = "الطريق الساحلي مغلق في الاتجاهين، ومنسوب السد تحت المراقبة."
ADVICE = "ندعو السكان إلى عدم عبور مجاري الأودية."


def test_a_changed_paragraph_stands_beside_what_it_was() -> None:
    old = paragraphs_of(f"{FIRST}\n{ROAD}\n{ADVICE}")
    new = paragraphs_of(f"{FIRST}\nفقرة جديدة كليًا هنا.\n{ROAD_NOW}\n{ADVICE}")

    told = [(each.kind, each.old_number, each.new_number) for each in diff_bodies(old, new)]
    assert told == [("same", 1, 1), ("added", None, 2), ("changed", 2, 3), ("same", 3, 4)]


def test_a_paragraph_that_passes_to_another_ministry_is_changed() -> None:
    [only] = diff_bodies([Paragraph(ROAD, WATER)], [Paragraph(ROAD, HEALTH)])

    assert (only.kind, only.owners) == ("changed", {WATER, HEALTH})
    assert only.segments == (Segment("equal", ROAD),)


def test_what_changed_since_my_approval() -> None:
    old = Content(
        Type.UPDATE,
        titles={"ar": "بيان 3", "en": "Statement 3"},
        bodies={
            "ar": (Paragraph(FIRST), Paragraph(ROAD, WATER), Paragraph(ADVICE, HEALTH)),
            "en": (Paragraph("The dam level is stable."),),
        },
        channels=frozenset({"website"}),
        next_update_at=datetime(2026, 11, 10, 12, tzinfo=UTC),
    )
    new = Content(
        Type.UPDATE,
        titles={"ar": "بيان 3", "en": "Statement 3"},
        bodies={
            "ar": (Paragraph(FIRST), Paragraph(ROAD_NOW, WATER), Paragraph(ADVICE, HEALTH)),
            "en": (Paragraph("The dam level is stable."),),
            "fr": (Paragraph("Le barrage."),),
        },
        channels=frozenset({"website", "radio"}),
        next_update_at=datetime(2026, 11, 10, 12, tzinfo=UTC),
    )
    found = diff_contents(old, new)

    assert [each.language for each in found.languages] == ["ar", "en", "fr"]
    assert [each.changed for each in found.languages] == [True, False, True]
    assert [each.number for each in found.languages[0].changed_paragraphs] == [2]
    assert found.touches(WATER)
    assert not found.touches(HEALTH)
    assert (found.channels.added, found.channels.removed) == ({"radio"}, set())
    assert found.next_update is None
    assert [str(change.sentence) for change in found.changes] == [
        "Paragraph 2: “\u2068مستقر\u2069” became “\u2068تحت المراقبة\u2069”.",
        "Paragraph 1: “\u2068Le barrage.\u2069” was added.",
    ]


@pytest.mark.parametrize("what", ["type", "since", "wrong", "audience", "promise", "title"])
def test_whatever_changes_the_fingerprint_is_shown(what: str) -> None:
    then, now = datetime(2026, 11, 10, 1, tzinfo=UTC), datetime(2026, 11, 10, 2, tzinfo=UTC)

    def content(new: bool) -> Content:
        return Content(
            Type.RETRACTION if what == "type" and new else Type.CORRECTION,
            titles={"en": "New"} if what == "title" and new else {},
            audiences=frozenset({"media"} if what == "audience" and new else ()),
            next_update_at=now if what == "promise" and new else None,
            correction=Correction(
                UUID(int=9),
                {"ar": "شخص" if what == "wrong" and new else "أسرة"},
                since=now if what == "since" and new else then,
            ),
        )

    found = diff_contents(content(False), content(True))
    shown = [
        any(each.changed for each in found.languages),
        found.audiences.changed,
        bool(found.next_update),
        found.about_changed,
    ]
    assert found.changed
    assert sum(shown) == 1
    assert not diff_contents(content(True), content(True)).changed


@pytest.mark.parametrize("vocabulary", [2, 3, 10, 100, 2000])
def test_any_two_texts_of_2000_words_are_compared_within_a_second(vocabulary: int) -> None:
    shuffled = random.Random(vocabulary)

    def text() -> str:
        return " ".join(f"كلمة{shuffled.randrange(vocabulary)}" for _ in range(2000))

    old, new = text(), text()
    began = time.thread_time()
    diff_words(old, new)
    assert time.thread_time() - began < 1
