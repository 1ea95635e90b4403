"""Where a statement stands, and what people may say of it."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a statement stands; computed, never stored."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PENDING = "pending_approval"
    CHANGES_REQUESTED = "changes_requested"
    OBJECTED = "objected"
    REFUSED = "refused"
    APPROVED = "approved"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What an approver says of the text they read."""

    APPROVE = "approve"
    CHANGE = "change"
    OBJECT = "object"
    REFUSE = "refuse"


class Ground(StrEnum):
    """Why a text goes out before everybody signed."""

    THREAT_TO_LIFE = "imminent_threat_to_life"
    PANIC = "panic_prevention"
    ACCOUNT_TAKEN = "official_account_compromise"


class Outcome(StrEnum):
    """What became of an emergency release."""

    PENDING = "pending"
    RATIFIED = "ratified"
    REJECTED = "rejected"


ASKING: Final = frozenset({State.IN_REVIEW, State.PENDING, State.OBJECTED, State.CHANGES_REQUESTED})
"""States in which somebody may be asked to sign."""
OPEN: Final = frozenset(
    {
        State.DRAFT,
        State.IN_REVIEW,
        State.PENDING,
        State.CHANGES_REQUESTED,
        State.OBJECTED,
        State.REFUSED,
        State.APPROVED,
    }
)
"""States in which something is still to be done before a text goes out."""
