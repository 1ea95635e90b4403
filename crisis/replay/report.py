"""What came of a replay, event by event, for people and for programs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from crisis.kernel.words import Message
from crisis.replay.scenario import Happening, Scenario

Verdict = Literal["done", "refused", "unsupported"]
_SAID = {"unsupported": "not supported yet"}


@dataclass(frozen=True)
class Line:
    """What came of one event."""

    happening: Happening
    verdict: Verdict
    code: str | None = None
    """Of the refusal."""
    message: Message | None = None
    expected: bool = True
    """Whether the file foresaw the refusal."""
    expects: dict[str, str] = field(default_factory=dict[str, str])
    """By key of `expect`: met, broken or unsupported."""
    also: tuple[Message, ...] = ()
    """What was done for it beside what the file says."""

    @property
    def is_wrong(self) -> bool:
        """Whether it went otherwise than the file says."""
        return "broken" in self.expects.values() or not self.expected

    def as_json(self) -> dict[str, Any]:
        each = self.happening
        told: dict[str, Any] = {
            "seq": each.number,
            "t_min": each.t_min,
            "type": each.type,
            "actor": each.actor,
            "ref": each.ref,
            "verdict": _SAID.get(self.verdict, self.verdict),
        }
        if self.verdict == "refused":
            told |= {"code": self.code, "message": str(self.message), "expected": self.expected}
        if self.expects:
            told["expect"] = {key: _SAID.get(said, said) for key, said in self.expects.items()}
        if self.also:
            told["also"] = [str(message) for message in self.also]
        return told


@dataclass
class Report:
    """What came of all of them."""

    scenario: Scenario
    speed: int
    lines: list[Line] = field(default_factory=list[Line])

    def count(self, verdict: Verdict) -> int:
        return sum(each.verdict == verdict for each in self.lines)

    def keys(self, said: str) -> int:
        """How many keys of `expect` were met, broken or unsupported."""
        return sum(Counter(each.expects.values())[said] for each in self.lines)

    @property
    def wrong(self) -> list[Line]:
        """Events that went otherwise than the file says."""
        return [each for each in self.lines if each.is_wrong]

    @property
    def unforeseen(self) -> int:
        return sum(not each.expected for each in self.lines)

    @property
    def remaining(self) -> Counter[str]:
        """The types that are not supported yet, and how many events each has."""
        return Counter(each.happening.type for each in self.lines if each.verdict == "unsupported")

    @property
    def remaining_keys(self) -> Counter[str]:
        """The keys of events that were played, yet nobody can judge."""
        played = (each for each in self.lines if each.verdict != "unsupported")
        return Counter(
            f"{each.happening.type}.{key}"
            for each in played
            for key, said in each.expects.items()
            if said == "unsupported"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": "replay-report/1",
            "scenario": self.scenario.id,
            "sha256": self.scenario.sha256,
            "speed": self.speed or "instant",
            "events": {
                "done": self.count("done"),
                "refused": self.count("refused"),
                "refused, not expected": self.unforeseen,
                "not supported yet": self.count("unsupported"),
            },
            "expect": {
                "met": self.keys("met"),
                "broken": self.keys("broken"),
                "not supported yet": self.keys("unsupported"),
            },
            "not supported yet": dict(sorted(self.remaining.items())),
            "lines": [each.as_json() for each in self.lines],
        }

    def told(self) -> Iterator[Message]:
        """The same in a few sentences."""
        yield Message(
            "Events: {done} done, {refused} refused as expected, {unforeseen} refused otherwise, "
            "{later} not supported yet.",
            done=self.count("done"),
            refused=self.count("refused") - self.unforeseen,
            unforeseen=self.unforeseen,
            later=self.count("unsupported"),
        )
        yield Message(
            "Expectations: {met} met, {broken} broken, {later} not supported yet.",
            met=self.keys("met"),
            broken=self.keys("broken"),
            later=self.keys("unsupported"),
        )
        if self.remaining:
            yield Message("Not supported yet: {types}.", types=_listed(self.remaining))
        if self.remaining_keys:
            yield Message("Not judged yet: {keys}.", keys=_listed(self.remaining_keys))
        for each in self.wrong:
            yield _wrong(each)


def _wrong(line: Line) -> Message:
    number, what = line.happening.number, line.happening.type
    if not line.expected and line.message:
        return Message(
            "Event {number} ({type}) was refused ({code}): {problem}",
            number=number,
            type=what,
            code=line.code,
            problem=line.message,
        )
    broken = ", ".join(key for key, said in line.expects.items() if said == "broken")
    return Message(
        "Event {number} ({type}) broke its expectation: {keys}.",
        number=number,
        type=what,
        keys=broken,
    )


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} ({n})" for name, n in sorted(counted.items()))
