"""What is approved is a row of bytes: the same for the same words, and for no others."""

import json
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crisis.statements.content import (
    LANGUAGES,
    PREFIX,
    Content,
    Correction,
    NotCanonical,
    Paragraph,
    Retraction,
    Type,
    canonical_bytes,
    code_of,
    fingerprint,
    from_canonical,
    paragraphs_of,
)

VECTORS: list[dict[str, str]] = json.loads(
    Path(__file__).with_name("canonical_vectors.json").read_text("utf-8")
)
WATER = UUID("01936f2e-7c00-7a10-8000-000000000003")

KNOWN = {
    "nothing but its type": Content(Type.INTERNAL_BRIEF),
    "three languages, owners, a promise": Content(
        Type.HOLDING,
        titles={"fr": "Communiqué d’attente", "ar": "بيان أولي", "en": "Holding statement"},
        bodies={
            "en": (
                Paragraph("We know how worrying these hours are."),
                Paragraph("What we know: water is passing the spillway.", WATER),
            ),
            "ar": (
                Paragraph("نعلم أن هذه الساعات مقلقة لأهلنا في وادي الزهر."),
                Paragraph("ما نعرفه الآن: المياه تعبر مفيض السد الأعلى.", WATER),
            ),
            "fr": (
                Paragraph("Nous savons combien ces heures sont difficiles."),
                Paragraph("Ce que nous savons : l’eau passe le déversoir.", WATER),
            ),
        },
        audiences=frozenset({"media", "affected_public", "foreign_media"}),
        channels=frozenset({"x", "website", "press_email"}),
        next_update_at=datetime(2026, 11, 10, 23, 45, tzinfo=ZoneInfo("Africa/Tripoli")),
    ),
    "a correction, and every sign that is written otherwise": Content(
        Type.CORRECTION,
        bodies={"ar": (Paragraph('قال: "لا" \\ سطر\nثانٍ\tوعلامة \u200f و😀 وē\x01/<>&'),)},
        channels=frozenset({"radio"}),
        correction=Correction(
            UUID("01936f2e-7c00-7a10-8000-000000000006"),
            {"en": "families instead of people", "ar": "أسرة بدل شخص"},
            datetime(2026, 11, 10, 23, 53, 0, 250_000, tzinfo=UTC),
        ),
    ),
    "a retraction": Content(
        Type.RETRACTION,
        titles={"en": "Retraction"},
        bodies={"en": (Paragraph("We withdraw the statement."),)},
        audiences=frozenset({"media"}),
        retraction=Retraction(
            UUID("01936f2e-7c00-7a10-8000-000000000001"), {"en": "It was sent by mistake."}
        ),
    ),
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_known_contents_have_known_bytes(vector: dict[str, str]) -> None:
    content = KNOWN[vector["name"]]
    frozen = PREFIX + vector["canonical"].encode()

    assert canonical_bytes(content) == frozen
    assert from_canonical(frozen) == content
    assert fingerprint(frozen) == vector["sha256"]
    assert code_of(vector["sha256"]) == vector["code"]


# ── any content ──────────────────────────────────────────────────────────────────────────────────


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
by_language = st.dictionaries(st.sampled_from(LANGUAGES), texts, max_size=3)
codes = st.frozensets(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True), max_size=4)
zones = st.sampled_from([UTC, ZoneInfo("Asia/Muscat"), timezone(timedelta(hours=-3, minutes=-30))])
moments = st.datetimes(timezones=zones).filter(
    # An hour that clocks leave out, or strike twice, equals no moment of another zone (PEP 495).
    lambda moment: 1900 < moment.year < 2200 and moment == moment.astimezone(UTC)
)
paragraphs = st.builds(Paragraph, texts, st.none() | st.uuids())
contents = st.builds(
    Content,
    st.sampled_from(Type),
    titles=by_language,
    bodies=st.dictionaries(
        st.sampled_from(LANGUAGES), st.lists(paragraphs, max_size=4).map(tuple), max_size=3
    ),
    audiences=codes,
    channels=codes,
    next_update_at=st.none() | moments,
    correction=st.none() | st.builds(Correction, st.uuids(), by_language, moments),
    retraction=st.none() | st.builds(Retraction, st.uuids(), by_language),
)


@given(contents)
def test_what_was_frozen_comes_back(content: Content) -> None:
    frozen = canonical_bytes(content)

    assert from_canonical(frozen) == content
    assert canonical_bytes(from_canonical(frozen)) == frozen


@given(contents, contents)
def test_only_the_same_content_has_the_same_bytes(one: Content, other: Content) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


@given(contents, st.data())
def test_one_byte_makes_it_another_text_or_none(content: Content, data: st.DataObject) -> None:
    frozen = bytearray(canonical_bytes(content))
    place = data.draw(st.integers(0, len(frozen) - 1))
    frozen[place] ^= data.draw(st.integers(1, 255))
    damaged = bytes(frozen)

    assert fingerprint(damaged) != fingerprint(canonical_bytes(content))
    with suppress(NotCanonical):
        assert from_canonical(damaged) != content


@given(st.binary(max_size=200))
@example(PREFIX)
def test_other_bytes_are_refused_and_nothing_breaks(other: bytes) -> None:
    with pytest.raises(NotCanonical):
        from_canonical(other)


MINIMAL = VECTORS[0]["canonical"]


@pytest.mark.parametrize(
    "written",
    [
        MINIMAL + "\n",
        MINIMAL.replace(":", ": "),
        MINIMAL.replace('"bodies":{}', '"bodies":{"de":[]}'),
        MINIMAL.replace('"channels":[]', '"channels":["x","press_email"]'),
        MINIMAL.replace('"channels":[]', '"channels":["x","x"]'),
        MINIMAL.replace('"channels":[]', '"channels":["X"]'),
        MINIMAL.replace('"correction":null,', ""),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":"ا\u0654"}'),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":"\\u0628"}'),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":"a\\r\\nb"}'),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":"\\ud800"}'),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":1}'),
        MINIMAL.replace('"titles":{}', '"titles":{"ar":"a","ar":"b"}'),
        MINIMAL.replace('"next_update_at":null', '"next_update_at":"2026-11-10T21:45:00+00:00"'),
        MINIMAL.replace('"next_update_at":null', '"next_update_at":"2026-11-10T21:45:00.000Z"'),
        MINIMAL.replace('"next_update_at":null', '"next_update_at":"2026-11-10T21:45:00"'),
        MINIMAL.replace('"next_update_at":null', '"next_update_at":1762811100'),
        MINIMAL.replace('"type"', '"approved_by":"me","type"'),
        MINIMAL.replace("internal_brief", "decree"),
        "[" * 100_000,
        "NaN",
        "",
    ],
)
def test_the_same_in_other_words_is_refused(written: str) -> None:
    with pytest.raises(NotCanonical):
        from_canonical(PREFIX + written.encode())


@pytest.mark.parametrize(
    "content",
    [
        Content(Type.HOLDING, titles={"ar": "ا\u0654"}),
        Content(Type.HOLDING, titles={"ar": "سطر\r\nآخر"}),
        Content(Type.HOLDING, bodies={"ar": (Paragraph("\ud800"),)}),
        Content(Type.HOLDING, bodies={"ar": (Paragraph("\0"),)}),
        Content(Type.HOLDING, channels=frozenset({"Web site"})),
        Content(Type.HOLDING, next_update_at=datetime(2026, 11, 10, 12)),  # noqa: DTZ001  the point
    ],
)
def test_nothing_is_put_right_when_freezing(content: Content) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(content)


def test_paragraphs_are_the_lines_that_are_not_blank() -> None:
    body = paragraphs_of("أول\n\n  ثانٍ  \n \t\nثالث")

    assert [paragraph.text for paragraph in body] == ["أول", "ثانٍ", "ثالث"]
    content = Content(Type.UPDATE, titles={"en": "x"}, bodies={"ar": body})
    assert content.text("ar") == "أول\n\nثانٍ\n\nثالث"
    assert (content.text("fr"), content.languages) == ("", ("ar", "en"))


# ── the code people read out ─────────────────────────────────────────────────────────────────────


@given(st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_a_code_can_be_read_out(sha256: str) -> None:
    code = code_of(sha256)

    assert len(code) == 7
    assert not set(code) & set("ILOU")


def test_the_vectors_are_all_used() -> None:
    names: list[Any] = [vector["name"] for vector in VECTORS]
    assert names == list(KNOWN)
