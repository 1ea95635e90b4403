"""What the journal says of a replay: which file was played, and into which incidents."""

from dataclasses import dataclass
from uuid import UUID

from crisis.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class ReplayBegun(Event):
    """A scenario is played from here on; `sha256` is that of the file."""

    name = "replay.begun"
    scenario: str
    sha256: str
    speed: int
    """How many times faster than it is written; 0 for at once."""


@dataclass(frozen=True, kw_only=True)
class ReplayEnded(Event):
    name = "replay.ended"
    scenario: str
    sha256: str
    done: int
    refused: int
    broken: int


@dataclass(frozen=True, kw_only=True)
class IncidentReplayed(Event):
    """What stands in this incident was played from a scenario."""

    name = "incident.replayed"
    incident_id: UUID
    scenario: str
    sha256: str
