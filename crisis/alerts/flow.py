"""How well it goes with one courier just now, and what to do about it.

One dispatcher finds it so; what all of them must know stands in the rows.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crisis.alerts.claims import Question, Timing
from crisis.alerts.couriers import Courier, Letter, NotAccepted, Outcome, Trace, Unknown
from crisis.alerts.lanes import Way

FAILURES: Final = 5
"""So many calls in a short time of which nobody knows what came of them, or so many refusals with
nothing taken between them, and the lane is shut."""
QUESTIONS_AT_ONCE: Final = 4


class Flow:
    """The slots of one courier, and what came of its calls. Belongs to the event loop."""

    def __init__(self, courier: Courier, way: Way, timing: Timing) -> None:
        self.courier, self.way, self._timing = courier, way, timing
        self.busy = self.asking = 0
        self.results: list[tuple[Letter, Outcome]] = []
        self.traces: list[tuple[Letter, Trace]] = []
        self._is_broken = False
        self._why_broken: str | None = None
        self._is_mended = False
        self._slots = courier.calls_at_once
        self._refusals = 0
        self._rests_until = 0.0
        self._failures: deque[float] = deque(maxlen=FAILURES)

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """What this call says of the way itself, whatever it says of the letters."""
        for each in outcomes:
            match each:
                case Unknown(why):
                    return self._fail(why)
                case NotAccepted(why, retry_after):
                    return self._rest(why, retry_after)
        self._slots = min(self.courier.calls_at_once, self._slots + 1)
        self._refusals = 0
        self._mend()
        return None

    def stand(self, *, broken: bool) -> None:
        """Whether the rows say that it is broken: others find it so, and people may open it."""
        if broken and not self._is_broken:
            self._slots = 1
        elif not broken and self._is_broken:
            self._failures.clear()
        self._is_broken = broken

    def errand(self, *, takes_more: bool = True) -> Errand:
        """What the next transaction is to do for it."""
        rests = not takes_more or time.monotonic() < self._rests_until
        return Errand(
            flow=self,
            calls=0 if rests else max(0, self._slots - self.busy),
            questions=QUESTIONS_AT_ONCE - self.asking if takes_more else 0,
            results=self.results.copy(),
            traces=self.traces.copy(),
            why_broken=self._why_broken,
            is_mended=self._is_mended,
            is_idle=self.busy == 0,
            # trying one that refuses doubles nothing, and costs it little
            probe_every=self._timing.longest_rest if self._refusals else self._timing.probe,
        )

    def told(self, errand: Errand) -> None:
        """That errand was done: what it told need not be told again."""
        del self.results[: len(errand.results)]
        del self.traces[: len(errand.traces)]
        if self._why_broken == errand.why_broken:
            self._why_broken = None
        self._is_mended = self._is_mended and not errand.is_mended

    def _fail(self, why: str) -> None:
        now = time.monotonic()
        self._failures.append(now)
        soon = now - self._failures[0] <= self._timing.failures_within
        if soon and len(self._failures) == FAILURES:
            self._break(why)

    def _rest(self, why: str, retry_after: float | None) -> None:
        """It certainly takes nothing just now; and then, a little at first."""
        now, self._slots = time.monotonic(), 1
        if retry_after is not None:
            self._rests_until = max(self._rests_until, now + retry_after)
            self._mend()  # it is there, and wants to be asked less
        elif now >= self._rests_until:  # calls that began together are refused together
            self._refusals += 1
            seconds = min(2.0 ** (self._refusals - 2), self._timing.longest_rest)
            self._rests_until = now + seconds
            if self._refusals >= FAILURES:
                self._break(why)

    def _break(self, why: str) -> None:
        if not self._is_broken:
            self._is_broken, self._is_mended = True, False
            self._why_broken, self._slots = why, 1

    def _mend(self) -> None:
        if self._is_broken:
            self._is_broken, self._why_broken, self._is_mended = False, None, True
            self._failures.clear()


@dataclass(frozen=True)
class Errand:
    """What a transaction is to do for one courier: a snapshot, since it runs in another thread."""

    flow: Flow
    calls: int
    questions: int
    results: list[tuple[Letter, Outcome]]
    traces: list[tuple[Letter, Trace]]
    why_broken: str | None
    is_mended: bool
    is_idle: bool
    probe_every: float

    @property
    def has_news(self) -> bool:
        """Whether something must be written."""
        return bool(self.results or self.traces or self.why_broken is not None or self.is_mended)


@dataclass(frozen=True)
class Taken:
    """What a transaction took up for one courier, to be done once it is committed."""

    calls: list[list[Letter]]
    questions: list[Question]
    is_broken: bool
