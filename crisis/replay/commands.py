"""What the installation itself writes down of a replay; all the rest is written by its people."""

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.people.model import Office
from crisis.policy import Action
from crisis.replay.model import IncidentReplayed, ReplayBegun, ReplayEnded


@command(Action.REPLAY_SCENARIO, on=Office)
def begin_replay(
    office: Office, work: Work, *, scenario: str, sha256: str, speed: int
) -> ReplayBegun:
    """Say which file is played from now on. Raises `Conflict` (`not_exercise`)."""
    if not office.is_exercise:
        raise not_an_exercise()
    return ReplayBegun(scenario=scenario, sha256=sha256, speed=speed)


@command(Action.REPLAY_SCENARIO, on=Office)
def end_replay(
    office: Office,
    work: Work,
    *,
    scenario: str,
    sha256: str,
    done: int,
    refused: int,
    broken: int,
) -> ReplayEnded:
    """Say that it was played, and what came of it."""
    return ReplayEnded(scenario=scenario, sha256=sha256, done=done, refused=refused, broken=broken)


@command(Action.REPLAY_SCENARIO, on=Incident)
def mark_replayed(
    incident: Incident, work: Work, *, scenario: str, sha256: str
) -> IncidentReplayed:
    """Say in the incident itself that it is played. Raises `Conflict` (`not_exercise`)."""
    if not incident.is_exercise:
        raise not_an_exercise()
    return IncidentReplayed(incident_id=incident.id, scenario=scenario, sha256=sha256)


def not_an_exercise() -> Conflict:
    """The refusal of an office that is no exercise."""
    return Conflict(
        Message(
            "This office is no exercise. A scenario would set made-up people among real ones and "
            "call real people to a made-up crisis; play it in a database of its own."
        ),
        code="not_exercise",
    )
