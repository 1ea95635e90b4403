"""How the log tells that a scenario is played."""

from collections.abc import Mapping
from typing import Final

from crisis.kernel.words import Message, isolated
from crisis.timeline.telling import Sentence, Telling


def _scenario(sentence: Message) -> Sentence:
    return lambda facts, _names: sentence.filled(scenario=isolated(facts["scenario"]))


TOLD: Final[Mapping[str, Telling]] = {
    "replay.begun": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("A scenario is played from here on: {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
    "replay.ended": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("The scenario was played: {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
    "incident.replayed": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("This incident is played from the scenario {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
}
