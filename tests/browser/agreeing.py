"""Rooms that several people work in: what each of them shows, beside what is written."""

from collections.abc import Sequence
from uuid import UUID

from playwright.sync_api import Page
from sqlalchemy import select

from crisis.kernel.database import reading
from crisis.kernel.journal import Line

_SEQS = "lines => lines.map(line => Number(line.dataset.seq)).reverse()"


def all_show_the_journal(rooms: Sequence[Page], incident_id: UUID) -> list[Line]:
    """Every line is there once and in order in each room, and none was loaded anew; the lines."""
    for _ in range(300):  # half a minute; a draft may be saved meanwhile, which is a line too
        written = _lines(incident_id)
        seqs = [line.seq for line in written]
        shown = [room.locator("#feed > li").evaluate_all(_SEQS) for room in rooms]
        if shown == [seqs] * len(rooms):
            break
        rooms[0].wait_for_timeout(100)
    else:
        raise AssertionError(f"written {seqs}, shown {shown}")
    for room in rooms:
        assert room.evaluate("window.neverReloaded === true"), "the room was reloaded"
    return written


def _lines(incident_id: UUID) -> list[Line]:
    with reading() as session:
        found = select(Line).where(Line.stream == incident_id).order_by(Line.seq)
        return list(session.scalars(found))


def nothing_lost_or_doubled(said: Sequence[str], hands: Sequence[Sequence[str]]) -> None:
    """What was said is what these hands wrote, each in its own order."""
    assert sorted(said) == sorted(text for hand in hands for text in hand)
    for own in hands:
        assert [text for text in said if text in own] == list(own)
