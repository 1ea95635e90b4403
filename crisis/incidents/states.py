"""Where an incident stands, how far its response is, and what an entity does in it."""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    WATCH = "watch"
    OPEN = "open"
    STANDING_DOWN = "standing_down"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Phase(StrEnum):
    """How far the response to an open incident has come."""

    INITIAL = "initial"
    MAINTENANCE = "maintenance"
    RESOLUTION = "resolution"
    EVALUATION = "evaluation"


class Part(StrEnum):
    """What a ministry does in an incident."""

    LEAD = "lead"
    SUPPORTING = "supporting"


ORDER: Final = (Phase.INITIAL, Phase.MAINTENANCE, Phase.RESOLUTION)
