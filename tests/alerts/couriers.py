"""A courier that does as it is told, and remembers what it was given."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    ExerciseRefusedError,
    Found,
    Letter,
    NotFound,
    Outcome,
    Trace,
)
from crisis.alerts.outbox import Channel


@dataclass
class Told:
    """A courier for tests. Without orders it accepts everything."""

    name: str = "told"
    channel: Channel = Channel.SMS
    calls_at_once: int = 4
    letters_per_call: int = 1
    reaches_the_world: bool = False
    answers: deque[Outcome] = field(default_factory=deque[Outcome])
    """What it answers to the next letters; a letter beyond them is accepted."""
    always: Callable[[Letter], Outcome] | None = None
    """What it answers to each letter, once `answers` is empty."""
    lists: bool = True
    seconds: float = 0.0
    raises: Exception | None = None
    calls: list[list[Letter]] = field(default_factory=list[list[Letter]])
    looked_up: list[Letter] = field(default_factory=list[Letter])
    has: dict[str, str] = field(default_factory=dict[str, str])
    """By text, the references that it lists."""
    open_calls: int = 0
    most_at_once: int = 0
    is_closed: bool = False

    @property
    def letters(self) -> list[Letter]:
        """Every letter it was given, in order."""
        return [letter for call in self.calls for letter in call]

    @property
    def texts(self) -> Counter[str]:
        """How often it was given each text."""
        return Counter(each.text for each in self.letters)

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        if self.reaches_the_world and any(each.is_exercise for each in letters):
            raise ExerciseRefusedError
        self.calls.append(list(letters))
        self.open_calls += 1
        self.most_at_once = max(self.most_at_once, self.open_calls)
        try:
            await asyncio.sleep(self.seconds)
            if self.raises:
                raise self.raises
            return [self._outcome(each) for each in letters]
        finally:
            self.open_calls -= 1

    def _outcome(self, letter: Letter) -> Outcome:
        if self.answers:
            return self.answers.popleft()
        if self.always:
            return self.always(letter)
        return Accepted(f"{self.name}-{letter.delivery_id.hex}-{letter.attempt}", "queued")

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        self.looked_up.append(letter)
        if not self.lists:
            return CannotTell("keeps no list")
        found = self.has.get(letter.text)
        return Found(found, "sent") if found else NotFound()

    async def close(self) -> None:
        self.is_closed = True
