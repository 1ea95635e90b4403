"""On a page, numbers to dial, references and addresses keep their order within an Arabic text."""

from html import unescape
from re import findall, sub

import pytest

from crisis.web.straight import marked, runs_of


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("اتصلوا على 091 234 5678 الآن", ["091 234 5678"]),
        ("اتصلوا على +218 91-234-5678.", ["+218 91-234-5678"]),
        ("الرقم (021) 333 44 55، ليلاً", ["(021) 333 44 55"]),
        ("الرقم ٠٩١ ٢٣٤ ٥٦٧٨", ["٠٩١ ٢٣٤ ٥٦٧٨"]),
        ("التنبيه 2026-004/A1، قبل 15:00", ["2026-004/A1"]),
        ("راسلوا a.b@gcc.gov.example أو https://nsq.example/k/7K4PX2.",
         ["a.b@gcc.gov.example", "https://nsq.example/k/7K4PX2"]),
        ("في 12 بلدية و3.5 ملايين عند 06:02", []),
        ("يُخلى الحي {place} <b>", []),
        ("Call 091 234 5678", []),
    ],
)  # fmt: skip
def test_what_arabic_would_turn_round_is_marked_and_nothing_else_changes(
    text: str, runs: list[str]
) -> None:
    page = marked(text)
    assert [unescape(each) for each in findall(r'<bdi dir="ltr">(.*?)</bdi>', page)] == runs
    assert unescape(sub(r"</?bdi[^>]*>", "", page)) == text


def test_a_number_in_two_parts_stays_one_run() -> None:
    first, second, third = runs_of(["اتصل 091 23", "4 5678 الآن"])
    assert (first.is_straight, second.is_straight, third.is_straight) == (False, True, False)
    assert second.pieces == [(0, "091 23"), (1, "4 5678")]
    assert third.pieces == [(1, " الآن")]
