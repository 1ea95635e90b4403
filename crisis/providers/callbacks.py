"""The addresses at which providers report: each names its message, and proves that we named it."""

import hmac
from hashlib import sha256
from typing import Final
from uuid import UUID

from crisis.alerts import links

STATUS_PATH: Final = "/hooks/twilio/status"
_FOR: Final = b"nasaq.receipt.1:"
_LETTERS: Final = 32


def status_address(delivery_id: UUID) -> str:
    """Where this message's fate is reported."""
    return links.address(f"{STATUS_PATH}?delivery={delivery_id}&proof={proof_of(delivery_id)}")


def proof_of(delivery_id: UUID) -> str:
    """128 bits that only this installation can compute, in hexadecimal digits."""
    return hmac.digest(links.plugged.key, _FOR + delivery_id.bytes, sha256).hex()[:_LETTERS]


def proven(delivery: str, proof: str) -> UUID | None:
    """The message that an address of ours names; None when it is not one of ours."""
    try:
        delivery_id = UUID(delivery)
    except ValueError:
        return None
    is_ours = hmac.compare_digest(proof_of(delivery_id).encode(), proof.encode())
    return delivery_id if is_ours and str(delivery_id) == delivery else None
