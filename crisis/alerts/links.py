"""The link in a message, by which one person says that they have it, without signing in.

The secret in it is computed from the recipient's id and the key of this installation. So it is in
no table, no journal and no backup: whoever reads those cannot press anybody's button.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

LETTERS: Final = 12
"""72 bits: short enough for an SMS of one part, too many to guess at a door that counts."""
_FOR: Final = b"nasaq.acknowledge.1:"


@dataclass
class _Plugged:
    """What only the settings know. Filled by `plug`."""

    key: bytes = b""
    base: str = ""


plugged: Final = _Plugged()


def plug(key: str, base: str) -> None:
    """`base` is the address people open, without a path."""
    plugged.key, plugged.base = key.encode(), base.rstrip("/")


def secret_of(recipient_id: UUID) -> str:
    """What stands in this recipient's link. Raises `RuntimeError` before `plug`."""
    if not plugged.key:
        raise RuntimeError("links.plug() first")
    proof = hmac.digest(plugged.key, _FOR + recipient_id.bytes, sha256)
    return urlsafe_b64encode(proof[: LETTERS * 3 // 4]).decode()


def hash_of(secret: str) -> str:
    """What is stored of a secret: its SHA-256, in 64 hexadecimal digits."""
    return sha256(secret.encode()).hexdigest()


def path_of(recipient_id: UUID) -> str:
    """Where this recipient acknowledges, below the public address."""
    return f"/k/{secret_of(recipient_id)}"


def address(path: str) -> str:
    """The whole address of a page, as a phone opens it."""
    return plugged.base + path
