"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562 §5.7)."""

import secrets
import time
from typing import Final
from uuid import UUID

OFFICE_ID: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The one office of an installation: its row, and the journal stream of office-wide acts."""


def new_id() -> UUID:
    """48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
