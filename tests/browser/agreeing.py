"""Rooms that several people work in: what each of them shows, beside what is written."""

from collections.abc import Sequence
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import select

from crisis.kernel.database import reading
from crisis.kernel.journal import Line

_SEQS = "lines => lines.map(line => Number(line.dataset.seq)).reverse()"


def all_show_the_journal(rooms: Sequence[Page], incident_id: UUID) -> list[Line]:
    """Every line is there once and in order in each room, and none was loaded anew; the lines."""
    with reading() as session:
        found = select(Line).where(Line.stream == incident_id).order_by(Line.seq)
        written = list(session.scalars(found))
    for room in rooms:
        shown = room.locator("#feed > li")
        expect(shown).to_have_count(len(written), timeout=30_000)
        assert shown.evaluate_all(_SEQS) == [line.seq for line in written]
        assert room.evaluate("window.neverReloaded === true"), "the room was reloaded"
    return written


def nothing_lost_or_doubled(said: Sequence[str], hands: Sequence[Sequence[str]]) -> None:
    """What was said is what these hands wrote, each in its own order."""
    assert sorted(said) == sorted(text for hand in hands for text in hand)
    for own in hands:
        assert [text for text in said if text in own] == list(own)
