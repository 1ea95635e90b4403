"""The dispatcher: takes what waits in the outbox to the couriers, and writes what came of it.

One thread with one event loop. That a message is about to leave is committed before its courier is
called, and no transaction is open during the call. Each courier has a lane with slots of its own,
so that one that hangs holds up no other; only as much is taken up as there are slots, so that a
crash leaves no more in doubt than was on the wire.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from crisis.alerts import claims, lanes, milestones
from crisis.alerts.claims import USUAL, Hand, Question, Timing
from crisis.alerts.couriers import (
    CannotTell,
    Courier,
    Couriers,
    ExerciseRefusedError,
    GiveUp,
    Letter,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.flow import Errand, Flow, Taken
from crisis.alerts.lanes import Way
from crisis.alerts.outbox import ErrorClass, Lane
from crisis.alerts.writer import Writer
from crisis.jobs import heartbeat
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id

log = logging.getLogger(__name__)

T = TypeVar("T")


class Dispatcher:
    """One dispatcher, in a thread of its own. As many as wanted may share a database."""

    def __init__(self, couriers: Couriers, timing: Timing = USUAL) -> None:
        self._id, self._timing = new_id(), timing
        self._flows = [Flow(courier, way, timing) for courier, way in _ways(couriers)]
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ending = False

    def start(self) -> None:
        """Begin at once with a first look at the outbox."""
        begun = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._go(begun)), name="dispatcher", daemon=True
        )
        self._thread.start()
        begun.wait()

    def wake(self) -> None:
        """Something was put into the outbox: look now. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    def stop(self) -> None:
        """Take up nothing more, let what is under way come to its end, and write that down."""
        if self._thread is not None:
            self._is_ending = True
            self.wake()
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    # -- in the event loop ------------------------------------------------------------------------

    async def _go(self, begun: threading.Event) -> None:
        self._woken, self._under_way = asyncio.Event(), set[asyncio.Task[None]]()
        self._loop = asyncio.get_running_loop()
        begun.set()
        self._writer = Writer()
        looked_at = -self._timing.round
        while not self._is_ending:
            looks = time.monotonic() - looked_at >= self._timing.round
            looked_at = time.monotonic() if looks else looked_at
            await self._round(looks_around=looks)
            await self._pause()
        await self._end()

    async def _pause(self) -> None:
        """Until there is news; results wait a moment for others."""
        try:
            await asyncio.wait_for(self._woken.wait(), self._timing.round)
        except TimeoutError:
            return
        self._woken.clear()
        if any(each.results for each in self._flows):
            await asyncio.sleep(self._timing.gather)

    async def _round(self, *, looks_around: bool) -> None:
        errands = [each.errand() for each in self._flows]
        taken = await self._in_writer(lambda: self._transact(errands, looks_around))
        if taken is None:
            await asyncio.sleep(self._timing.round)
            return
        for each in errands:
            each.flow.told(each)
        for flow, got in zip(self._flows, taken, strict=False):
            flow.stand(broken=got.is_broken)
            for letters in got.calls:
                flow.busy += 1
                self._begin(self._carry(flow, letters))
            for question in got.questions:
                flow.asking += 1
                self._begin(self._ask(flow, question))
        if looks_around:
            await self._in_writer(self._reach_milestones)

    async def _carry(self, flow: Flow, letters: list[Letter]) -> None:
        outcomes = await self._handed_over(flow.courier, letters)
        flow.busy -= 1
        flow.learn(outcomes)
        flow.results += zip(letters, outcomes, strict=True)
        self._woken.set()

    async def _handed_over(self, courier: Courier, letters: list[Letter]) -> Sequence[Outcome]:
        outcome: Outcome = Unknown("broken courier")
        try:
            async with asyncio.timeout(self._timing.call):
                outcomes = await courier.send(letters)
            if len(outcomes) == len(letters):
                return outcomes
            log.error("%s answered for %d letters of %d", courier.name, len(outcomes), len(letters))
        except TimeoutError:
            outcome = Unknown("no answer")
        except ExerciseRefusedError:
            log.error("An exercise was given to %s, which reaches the world", courier.name)
            outcome = GiveUp("an exercise", error_class=ErrorClass.NOT_ALLOWED)
        except Exception:  # a courier's fault must stop no other; its letters may have left
            log.exception("%s failed", courier.name)
        return [outcome] * len(letters)

    async def _ask(self, flow: Flow, question: Question) -> None:
        trace: Trace = CannotTell("no answer")
        try:
            async with asyncio.timeout(self._timing.call):
                trace = await flow.courier.look_up(question.letter, question.since)
        except TimeoutError:
            pass
        except Exception:  # a courier's fault must stop no other
            log.exception("%s could not be asked", flow.courier.name)
        flow.asking -= 1
        flow.traces.append((question.letter, trace))
        self._woken.set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)  # the loop itself holds its tasks only weakly
        task.add_done_callback(self._under_way.discard)

    async def _end(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._timing.grace)
        errands = [each.errand(takes_more=False) for each in self._flows]
        await self._in_writer(lambda: self._transact(errands, False))
        for task in self._under_way:
            task.cancel()
        for each in self._flows:
            await each.courier.close()
        self._writer.close()

    async def _in_writer(self, work: Callable[[], T]) -> T | None:
        """What the work answers, from the thread that talks to the database; None if it failed."""
        try:
            return await self._writer.done(work)
        except OperationalError as error:
            log.warning("The outbox could not be reached: %s", error.orig)
        except Exception:  # whatever is wrong with this round, the next must come
            log.exception("The outbox could not be seen to")
        return None

    # -- in the thread that talks to the database -------------------------------------------------

    def _transact(self, errands: list[Errand], looks_around: bool) -> list[Taken]:
        """Write what is known, and take up what may leave; nothing when there is nothing to do."""
        now, is_resting = clock.now(), heartbeat.story_is_told()
        if not any(each.has_news for each in errands):
            has_room = any(each.calls for each in errands)
            if is_resting or not (has_room or looks_around) or not _is_anything_due(now):
                return []
        hand = Hand(self._id, now, self._timing)
        with bookkeeping() as session:
            for each in errands:
                self._tell(session, each, hand)
            if is_resting:
                return []
            if looks_around:
                claims.sweep(session, hand)
            return self._take(session, errands, hand)

    def _tell(self, session: Session, errand: Errand, hand: Hand) -> None:
        provider = errand.flow.way.provider
        claims.settle(session, provider, errand.results, hand)
        claims.settle_traces(session, provider, errand.traces, hand)
        if errand.why_broken is not None:
            lanes.break_lane(
                session, provider, errand.why_broken, at=hand.now, probe=errand.probe_every
            )
        elif errand.is_mended:
            lanes.mend_lane(session, provider)

    def _take(self, session: Session, errands: list[Errand], hand: Hand) -> list[Taken]:
        shut = lanes.shut(session)
        return [
            self._taken(session, each, shut.get(each.flow.way.provider), hand) for each in errands
        ]

    def _taken(self, session: Session, errand: Errand, lane: Lane | None, hand: Hand) -> Taken:
        way, calls, questions = errand.flow.way, errand.calls, errand.questions
        is_broken = lane is not None and lane.broken_since is not None
        probes = (
            is_broken
            and errand.is_idle
            and lanes.may_probe(session, way.provider, at=hand.now, every=errand.probe_every)
        )
        if lane is not None:
            calls = int(probes and lane.held_at is None)
        letters = claims.claim(session, way, calls, hand) if calls else []
        if calls and is_broken and not letters:
            # nothing waits to try it with, and what is in doubt must be asked about all the same
            lanes.mend_lane(session, way.provider)
            is_broken = False
        if is_broken or not questions:
            return Taken(letters, [], is_broken)
        return Taken(letters, claims.questions(session, way, questions, hand), is_broken)

    def _reach_milestones(self) -> None:
        if not heartbeat.story_is_told():
            milestones.reach([each.way for each in self._flows])


def _is_anything_due(now: datetime) -> bool:
    with reading() as session:  # an idle second must not take SQLite's one pen
        return claims.is_anything_due(session, now)


def _ways(couriers: Couriers) -> list[tuple[Courier, Way]]:
    """Each courier once, with everything that it carries."""
    carried: dict[int, tuple[Courier, set[bool]]] = {}
    for (_, is_exercise), courier in couriers.items():
        carried.setdefault(id(courier), (courier, set()))[1].add(is_exercise)
    return [
        (each, Way(each.name, each.channel, frozenset(exercises), each.letters_per_call))
        for each, exercises in carried.values()
    ]
