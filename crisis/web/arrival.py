"""How much of a request has arrived, so that no thread waits for one that comes by drops.

Until a request is there as a whole, the kernel keeps it, and wakes us only when more has come.
"""

import fcntl
import re
import select
import socket
import struct
import termios
from enum import Enum, auto
from typing import Final

LARGEST_HEAD: Final = 64 * 1024
LARGEST_AWAITED: Final = 300 * 1024
STEP: Final = 16 * 1024
"""After so many more bytes it is looked again; whoever sends less in the time given is let go."""

_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
_STEPWISE: Final = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)
_ENDED: Final = getattr(select, "POLLRDHUP", select.POLLHUP)


class Arrival(Enum):
    """What has come of a request."""

    NOTHING = auto()
    PART_OF_HEAD = auto()
    PART_OF_BODY = auto()
    WHOLE = auto()
    """A thread can read it without waiting."""
    LONG = auto()
    """Too much of it, or in steps that we must answer: whoever reads it has to wait."""


def arrival(connection: socket.socket, before: bytes = b"") -> Arrival:
    """What has come of the next request; `before` is what was read of it already.

    Where it is not all, the connection becomes readable again only when more has come. Raises
    `OSError` when the connection is broken.
    """
    try:
        here = connection.recv(LARGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        here = b""
    if _has_ended(connection):
        return _wake_after(connection, 1, Arrival.WHOLE)
    if not here and not before:
        return _wake_after(connection, 1, Arrival.NOTHING)
    return _of_request(connection, before + here, len(before))


def _of_request(connection: socket.socket, here: bytes, read: int) -> Arrival:
    end = here.find(b"\r\n\r\n")
    if end < 0 and len(here) - read < LARGEST_HEAD:
        return _wake_after(connection, len(here) - read + 1, Arrival.PART_OF_HEAD)
    head = here[: end + 2]
    length = _LENGTH.search(head)
    size = end + 4 + (int(length[1]) if length else 0) - read
    if end < 0 or _STEPWISE.search(head) or size > LARGEST_AWAITED:
        return _wake_after(connection, 1, Arrival.LONG)
    come = _waiting(connection)
    if come >= size:
        return _wake_after(connection, 1, Arrival.WHOLE)
    return _wake_after(connection, min(size, come + STEP), Arrival.PART_OF_BODY)


def _wake_after(connection: socket.socket, size: int, found: Arrival) -> Arrival:
    """Let the connection become readable when `size` bytes are there, if the kernel can."""
    option = (socket.SOL_SOCKET, socket.SO_RCVLOWAT)
    connection.setsockopt(*option, size)
    if connection.getsockopt(*option) >= size:
        return found
    connection.setsockopt(*option, 1)
    return Arrival.LONG


def _has_ended(connection: socket.socket) -> bool:
    """Whether the other end has said all it will say."""
    poll = select.poll()
    poll.register(connection, _ENDED)
    return bool(poll.poll(0))


def _waiting(connection: socket.socket) -> int:
    """How many bytes can be read at once."""
    found = fcntl.ioctl(connection.fileno(), termios.FIONREAD, struct.pack("i", 0))
    return int(struct.unpack("i", found)[0])
