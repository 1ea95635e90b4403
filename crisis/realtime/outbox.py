"""What one browser is still to be told; and the short way when it has been told everything.

Engine.IO queues each packet for a thread that writes it. Most packets never need that thread: the
system takes them at once from whoever speaks. What it does not take waits here, in order, and not
without limit.
"""

import struct
import time
from collections.abc import Callable
from queue import Queue
from threading import Lock
from typing import Any, Final

OWED_BYTES: Final = 1_000_000
OWED_FOR_SECONDS: Final = 2.0
"""A browser that is behind by so much for so long does not read: it is dropped, and catches up
when it comes again. A burst is no reason, unless it is `BURST` times as large."""
BURST: Final = 16


class Frame:
    """Bytes ready to be written, in the place of a packet of Engine.IO."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def encode(self) -> bytes:
        return self._data


class Outbox(Queue[Any]):
    """The queue that Engine.IO is given for each socket.

    `put` never waits and never raises: one browser that does not read must not hold up the room.
    """

    def __init__(self) -> None:
        super().__init__()
        self._order = Lock()
        self._owed = 0
        self._behind_since: float | None = None
        self.write_now: Callable[[bytes], int] = lambda _data: 0
        """Writes as much as is taken without waiting, and returns how much that was."""
        self.on_too_much: Callable[[], None] = lambda: None

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Take a packet of Engine.IO; None ends the thread that writes."""
        if item is None:
            super().put(None)
        else:
            self.put_frame(_frame_of(item))

    def put_frame(self, data: bytes) -> None:
        """Take a frame as it is to be written."""
        with self._order:
            if self._owed == 0:
                data = data[self.write_now(data) :]
            is_too_much = bool(data) and not self._owe(len(data))
            if data and not is_too_much:
                super().put(Frame(data))
        if is_too_much:
            self.on_too_much()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next frame; waits for it as long as it takes, for the wire knows when to end."""
        return super().get(block)

    def written(self, size: int) -> None:
        """A frame of so many bytes, taken from here, has left."""
        with self._order:
            self._owed -= size
            if self._owed <= OWED_BYTES:
                self._behind_since = None

    def _owe(self, size: int) -> bool:
        """Note that so much more is owed; False when that is too much."""
        self._owed += size
        if self._owed <= OWED_BYTES:
            return True
        now = time.monotonic()
        self._behind_since = self._behind_since or now
        is_patient = now - self._behind_since < OWED_FOR_SECONDS
        return is_patient and self._owed <= OWED_BYTES * BURST


def _frame_of(packet: Any) -> bytes:
    """One unmasked text frame (RFC 6455 §5.2): the same bytes for whoever is in the room."""
    made: bytes | None = getattr(packet, "frame", None)
    if made is None:
        packet.frame = made = _framed(packet.encode().encode("utf-8", "replace"))
    return made


def _framed(data: bytes) -> bytes:
    if len(data) < 126:
        return struct.pack("!BB", 0x81, len(data)) + data
    if len(data) < 65_536:
        return struct.pack("!BBH", 0x81, 126, len(data)) + data
    return struct.pack("!BBQ", 0x81, 127, len(data)) + data
