"""What a browser is told goes the short way, and waits in order when it cannot."""

import time
from types import SimpleNamespace

import pytest
from engineio.packet import MESSAGE, Packet

from crisis.realtime import outbox
from crisis.realtime.outbox import Outbox


class Browser:
    """The other end: takes `room` bytes and no more."""

    def __init__(self, room: int) -> None:
        self.room, self.taken, self.dropped = room, b"", False
        self.outbox = Outbox()
        self.outbox.write_now = self.write
        self.outbox.on_too_much = self.drop

    def write(self, data: bytes) -> int:
        now = data[: self.room]
        self.taken += now
        self.room -= len(now)
        return len(now)

    def read_everything(self) -> None:
        """What the thread that writes does."""
        while not self.outbox.empty():
            frame = self.outbox.get(block=False).encode()
            self.taken += frame
            self.outbox.written(len(frame))

    def drop(self) -> None:
        self.dropped = True


def test_what_is_taken_at_once_does_not_wait() -> None:
    browser = Browser(room=100)
    browser.outbox.put(Packet(MESSAGE, "a"))

    assert browser.taken == b"\x81\x024a"
    assert browser.outbox.empty()


@pytest.mark.parametrize("room", range(13))
def test_whatever_is_taken_at_once_the_order_stays_and_no_byte_is_lost(room: int) -> None:
    browser = Browser(room)
    for letter in "abc":
        browser.outbox.put(Packet(MESSAGE, letter))
    browser.room = 100
    browser.outbox.put(Packet(MESSAGE, "d"))
    browser.read_everything()
    browser.outbox.put(Packet(MESSAGE, "e"))

    assert browser.taken == b"".join(b"\x81\x024%c" % letter for letter in b"abcde")


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536])
def test_a_frame_says_how_long_it_is(size: int) -> None:
    browser = Browser(room=1_000_000)
    browser.outbox.put(Packet(MESSAGE, "a" * (size - 1)))
    marker, rest = browser.taken[1], browser.taken[2:]
    width = {126: 2, 127: 8}.get(marker, 0)

    assert (int.from_bytes(rest[:width], "big") if width else marker) == size
    assert len(rest) == width + size


def test_a_packet_for_many_is_framed_once() -> None:
    encoded: list[None] = []
    packet = SimpleNamespace(encode=lambda: encoded.append(None) or "4a")
    for _ in range(3):
        Browser(room=100).outbox.put(packet)

    assert len(encoded) == 1


def test_a_burst_is_no_reason_to_drop_but_being_behind_for_long_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "OWED_BYTES", 100)
    monkeypatch.setattr(outbox, "OWED_FOR_SECONDS", 0.05)
    browser = Browser(room=0)
    for _ in range(3):
        browser.outbox.put(Packet(MESSAGE, "a" * 98))
    assert not browser.dropped
    time.sleep(0.06)
    browser.outbox.put(Packet(MESSAGE, "a"))
    assert browser.dropped


def test_one_who_has_caught_up_is_trusted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OWED_BYTES", 100)
    monkeypatch.setattr(outbox, "OWED_FOR_SECONDS", 0.05)
    browser = Browser(room=0)
    for _ in range(2):
        browser.outbox.put(Packet(MESSAGE, "a" * 98))
        browser.outbox.put(Packet(MESSAGE, "a" * 98))
        browser.read_everything()
        time.sleep(0.06)

    assert not browser.dropped


def test_there_is_an_end_to_every_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OWED_BYTES", 100)
    browser = Browser(room=0)
    for _ in range(outbox.BURST + 1):
        browser.outbox.put(Packet(MESSAGE, "a" * 98))

    assert browser.dropped
