"""When things happen in a replay: at once, as the night that has just ended, or live and faster.

A text names times of day («the next update at 23:45»), and the checks hold a text to them. Told at
once, a story therefore keeps its times of day, in the office's zone, and is moved by whole days so
that its end lies in the past. Told live, its events happen now, so many times faster; the moments
it names come nearer by as much.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from crisis.kernel import clock
from crisis.replay.scenario import Scenario

LOOKED_EVERY_SECONDS: Final = 0.2


class Rounds(Protocol):
    """The work of a worker, for the incidents of the story."""

    def go(self) -> int:
        """Do what is due at the time being; how much that was."""

    def next_due(self) -> datetime | None:
        """When something is due next."""


class Pace(ABC):
    """How the time of a story becomes time of the office."""

    speed: int
    """How many times faster than it is written; 0 for at once."""
    patience = timedelta()
    """How long what should have happened by now is waited for."""
    keeps_spans: bool
    """Whether the spans that the office itself sets come out as the story counts them."""

    @abstractmethod
    def of(self, told: datetime) -> datetime:
        """The moment that the story calls this."""

    @abstractmethod
    def at(self, moment: datetime) -> AbstractContextManager[None]:
        """Act as at this moment."""

    @abstractmethod
    def minutes(self, span: timedelta) -> float:
        """How many minutes of the story that is."""

    @abstractmethod
    def let_pass(self, moment: datetime, rounds: Rounds) -> None:
        """Come to this moment, doing on the way what falls due."""

    def same(self, span: timedelta, minutes: float) -> bool:
        """Whether so many minutes passed, give or take half of one and a second of ours."""
        return abs(self.minutes(span) - minutes) <= 0.5 + self.speed / 60


class AtOnce(Pace):
    """Told in one go, as if it had ended at the last such time of day before now."""

    speed = 0
    keeps_spans = True

    def __init__(self, scenario: Scenario, *, last: int, zone: str, now: datetime) -> None:
        self._theirs, self._ours = ZoneInfo(scenario.zone), ZoneInfo(zone)
        self._moved = timedelta()
        self._reached = datetime.min.replace(tzinfo=UTC)
        end = self.of(scenario.at(last))
        self._moved = timedelta(days=(now - end) // timedelta(days=1))
        while self.of(scenario.at(last)) > now:  # a night in which the clocks are changed
            self._moved -= timedelta(days=1)

    def of(self, told: datetime) -> datetime:
        by_day = told.astimezone(self._theirs).replace(tzinfo=None) + self._moved
        return by_day.replace(tzinfo=self._ours).astimezone(UTC)

    @contextmanager
    def at(self, moment: datetime) -> Generator[None]:
        with clock.at(moment):
            yield

    def minutes(self, span: timedelta) -> float:
        return span / timedelta(minutes=1)

    def let_pass(self, moment: datetime, rounds: Rounds) -> None:
        while (due_at := rounds.next_due()) is not None and due_at <= moment:
            self._reached = max(self._reached, due_at)  # what was set too late is due at once
            with self.at(self._reached):
                if not rounds.go():
                    break
        self._reached = max(self._reached, moment)


class Live(Pace):
    """Told now: each event at its time, `speed` times faster than it is written; what stands before
    minute `start` at once, so that nobody waits for a quiet hour."""

    patience = timedelta(seconds=3)

    def __init__(
        self, scenario: Scenario, *, speed: int, now: datetime, start: int | None = None
    ) -> None:
        self.speed, self.keeps_spans = speed, speed == 1
        first = scenario.happenings[0].t_min
        self._begin, self._now = scenario.at(first if start is None else max(first, start)), now

    def of(self, told: datetime) -> datetime:
        return self._now + (told - self._begin) / self.speed

    @contextmanager
    def at(self, moment: datetime) -> Generator[None]:
        yield

    def minutes(self, span: timedelta) -> float:
        return span * self.speed / timedelta(minutes=1)

    def let_pass(self, moment: datetime, rounds: Rounds) -> None:
        while True:
            rounds.go()
            left = (moment - clock.now()).total_seconds()
            if left <= 0:
                return
            time.sleep(min(left, LOOKED_EVERY_SECONDS))
