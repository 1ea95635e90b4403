"""Workers are killed while they send, a provider fails in every way: nothing is lost or doubled.

What the provider wrote down before it answered is held against the rows. Of a message that counts
as unknown nobody claims to know; of every other the rows must say what the provider says.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts.claims import LOOKS, Timing
from crisis.alerts.model import Prefer
from crisis.alerts.outbox import Delivery, State, Wording
from crisis.alerts.tally import Tile, tally_of
from crisis.incidents.model import Incident
from crisis.kernel import journal
from crisis.kernel.database import engine, reading
from crisis.providers.twilio import Twilio
from tests import given
from tests.alerts.waiting import an_alert, dispatching, people, queue
from tests.fakes.provider import TAKES, Habit, Provider, a_provider
from tests.parts.processes import bound_to_us
from tests.reliability.one_dispatcher import SLOTS, account_at
from tests.reliability.races import databases

ROOT: Final = Path(__file__).resolve().parents[2]
PER_LIFE: Final = 60
"""How many messages wait when a worker begins, so that it dies among them."""
RETRY_AFTER: Final = 0.5
FAULTY: Final = tuple(each for each in Habit if each is not Habit.ACCEPTS)
FAULTS: Final = Timing(
    lease=20.0, call=3.0, look_after=0.3, gather=0.005, round=0.05, probe=0.1, longest_rest=0.5
)
PATIENT: Final = replace(FAULTS, lease=60.0, call=30.0)
"""Where every call is answered, so that a busy machine puts no message in doubt."""


# -- the oracle -----------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What the rows say, held against what the provider wrote down."""

    messages: int = 0
    lost: int = 0
    """The rows say that it left, or was never tried, and the provider does not have it."""
    doubled: int = 0
    """It went out more than once, and not as a repetition that says so."""
    unknown: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list[str])
    """Anything else that is not as it was promised."""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def __str__(self) -> str:
        told = (
            f"{self.messages:,} messages: {self.lost} lost, {self.doubled} doubled, "
            f"{self.unknown} unknown, {self.repeated} repeated as such"
        )
        return "; ".join([told, *self.wrong[:5]])


def judged(provider: Provider) -> Verdict:
    """Every message in this database, once nothing moves any more."""
    verdict = Verdict()
    accepted = provider.accepted
    with reading() as session:
        rows = session.execute(
            select(Delivery, Wording.text).join(Wording, Wording.id == Delivery.wording_id)
        ).all()
        verdict.wrong += [str(each) for each in journal.verify(session)]
        verdict.wrong += _tiles(session, [row for row, _ in rows])
    for row, text in rows:
        _judge(row, text, accepted.pop((row.address or "", text), 0), provider, verdict)
    verdict.wrong += [f"nobody asked for {each}" for each in accepted]
    return verdict


def _judge(row: Delivery, text: str, times: int, provider: Provider, verdict: Verdict) -> None:
    verdict.messages += 1
    verdict.doubled += times > 1
    verdict.repeated += row.repeat_of_id is not None
    match State(row.state):
        case State.ACCEPTED:
            verdict.lost += times == 0
            if times and row.reference not in provider.called(row.address or "", text):
                verdict.wrong.append(f"{row.id} has the reference of another message")
        case State.UNKNOWN:
            verdict.unknown += 1
            if provider.lists and times and row.looked_up >= LOOKS:
                verdict.wrong.append(f"{row.id} is unknown though the provider lists it")
        case State.FAILED:
            if times:
                verdict.wrong.append(f"{row.id} left and counts as failed")
        case other:
            verdict.wrong.append(f"{row.id} ended as {other}")


def _tiles(session: Session, rows: Sequence[Delivery]) -> Iterator[str]:
    """What is wrong with the tiles: each person is in the one that their messages put them in."""
    by_alert: defaultdict[UUID, defaultdict[UUID, set[State]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for row in rows:
        if row.alert_id and row.recipient_id:
            by_alert[row.alert_id][row.recipient_id].add(State(row.state))
    for alert_id, people_of in by_alert.items():
        tally = tally_of(session, alert_id)
        if tally.total != len(people_of) or sum(tally.tiles.values()) != tally.total:
            yield f"the tiles add up to {sum(tally.tiles.values())}, people: {len(people_of)}"
        expected = Counter(_tile(each) for each in people_of.values())
        if expected != {tile: count for tile, count in tally.tiles.items() if count}:
            yield f"the tiles say {tally.tiles} and the rows {expected}"


def _tile(states: set[State]) -> Tile:
    if State.ACCEPTED in states:
        return Tile.HANDED
    if states & {State.QUEUED, State.SENDING}:
        return Tile.WAITING
    return Tile.UNKNOWN if State.UNKNOWN in states else Tile.FAILED


# -- workers that die -----------------------------------------------------------------------------


class Nursery:
    """Starts workers quickly, each a process of its own, and kills them."""

    def __init__(self, url: str, provider: Provider) -> None:
        command = [sys.executable, "-m", "tests.reliability.one_dispatcher", url, provider.url]
        self._process = subprocess.Popen(
            bound_to_us(command, signal_name="KILL"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._alive: set[int] = set()

    def start(self, boundary: int = 0) -> int:
        """A worker that lives until `kill`, or ends by itself at that boundary; its number."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{boundary}\n")
        pid = int(self._process.stdout.readline())
        self._alive.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """As the power goes out."""
        if self.is_alive(pid):
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not self.is_alive(pid))
        self._alive.discard(pid)

    @staticmethod
    def is_alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def close(self) -> None:
        for pid in tuple(self._alive):
            self.kill(pid)
        self._process.kill()
        self._process.communicate()


@contextmanager
def workers(url: str, *, delay: float = 0.01) -> Iterator[tuple[Nursery, Provider]]:
    """A provider, and workers that take messages to it."""
    with tempfile.TemporaryDirectory() as folder, a_provider(Path(folder) / "accepted") as provider:
        provider.delay = delay
        nursery = Nursery(url, provider)
        try:
            yield nursery, provider
        finally:
            nursery.close()


@dataclass
class Kills:
    """What killing workers has come to."""

    verdict: Verdict
    kills: int
    mid_dispatch: int
    """How many of them left messages of which nobody knew whether they had left."""
    most_in_doubt: int

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.mid_dispatch} of them mid-dispatch, at most "
            f"{self.most_in_doubt} in doubt after one: {self.verdict}"
        )


def kill_workers(url: str, kills: int, chance: random.Random, *, lists: bool = True) -> Kills:
    """Start a worker, kill it among its messages, and again; then let one see to what is left."""
    incident = given.an_incident()
    messages = Messages(incident)
    mid_dispatch = most = 0
    with workers(url, delay=0.015) as (nursery, provider):
        provider.lists = lists
        for _ in range(kills):
            messages.top_up(PER_LIFE)
            until = provider.count + chance.randrange(1, PER_LIFE // 2)
            worker = nursery.start()
            wait_until(lambda until=until: provider.count >= until)  # type: ignore[misc] - bound now
            time.sleep(chance.uniform(0, 0.03))
            nursery.kill(worker)
            in_doubt = messages.newly_in_doubt()
            mid_dispatch += in_doubt > 0
            most = max(most, in_doubt)
        nursery.start()
        messages.wait_until_settled(seconds=90)
        return Kills(judged(provider), kills, mid_dispatch, most)


def die_at_every_boundary(url: str, *, lists: bool = True) -> tuple[Verdict, int]:
    """End a worker at its first boundary, the next at its second, until one has nothing left to do
    before its own; after each another sees to what is left. Also how many boundaries there were."""
    messages = Messages(given.an_incident())
    with workers(url, delay=0.0) as (nursery, provider):
        provider.lists = lists
        for boundary in range(1, 400):
            provider.next.extend([Habit.ACCEPTS, Habit.LIMITS, Habit.FAILS_AFTER])
            provider.retry_after = 0.05
            messages.top_up(3)
            doomed = nursery.start(boundary)
            messages.wait_until_settled(lambda pid=doomed: not nursery.is_alive(pid))  # type: ignore[misc] - bound now
            survived = nursery.is_alive(doomed)
            nursery.kill(doomed)
            provider.next.clear()
            heir = nursery.start(10**9)
            messages.wait_until_settled()
            nursery.kill(heir)
            if survived:
                break
        return judged(provider), boundary - 1


def two_workers(url: str, count: int) -> tuple[Verdict, int]:
    """Two at once, one of them killed on the way; also how many different ones handed over."""
    messages = Messages(given.an_incident())
    messages.top_up(count)
    with workers(url, delay=0.005) as (nursery, provider):
        first, _second = nursery.start(), nursery.start()
        wait_until(lambda: provider.count >= count // 3)
        nursery.kill(first)
        nursery.start()
        messages.wait_until_settled(seconds=60)
        return judged(provider), len({each.by for each in provider.asked})


class Messages:
    """The messages of a run: of an alert that goes out once, and of one that must reach people."""

    def __init__(self, incident: Incident) -> None:
        self._incident = incident
        self._alerts = [
            an_alert(incident, number=1, prefer=Prefer.ONCE),
            an_alert(incident, number=2, prefer=Prefer.REACH),
        ]
        self._made = 0
        self._seen: set[UUID] = set()

    def top_up(self, count: int) -> None:
        """Let so many wait, each with words of its own."""
        missing = count - self.count(State.QUEUED)
        for number, alert_id in enumerate(self._alerts):
            share = range(self._made, self._made + missing // 2 + (missing % 2 and number))
            self._made += len(share)
            if share:
                queue(
                    self._incident,
                    *(f"n. {each}" for each in share),
                    recipients=people(self._incident, alert_id, len(share)),
                    alert_id=alert_id,
                )

    def count(self, *states: State) -> int:
        with reading() as session:
            return len(session.scalars(select(Delivery.id).where(Delivery.state.in_(states))).all())

    def newly_in_doubt(self) -> int:
        """How many messages somebody holds who was not seen to hold any before."""
        held = select(Delivery.claimed_by, func.count()).where(Delivery.state == State.SENDING)
        with reading() as session:
            found = dict(session.execute(held.group_by(Delivery.claimed_by)).all())
        new = {who: count for who, count in found.items() if who and who not in self._seen}
        self._seen |= new.keys()
        return sum(new.values())

    def wait_until_settled(
        self, or_else: Callable[[], bool] = bool, *, seconds: float = 30
    ) -> None:
        """Wait until nothing more happens by itself, or until something else is so. It is asked for
        seldom enough to leave the processor to those who work."""
        wait_until(lambda: or_else() or self._are_settled(), seconds, every=0.03)

    def _are_settled(self) -> bool:
        moving = (Delivery.state == State.UNKNOWN) & (Delivery.looked_up < LOOKS)
        waiting = Delivery.state.in_([State.QUEUED, State.SENDING])
        with reading() as session:
            return session.scalar(select(Delivery.id).where(moving | waiting).limit(1)) is None


def wait_until(
    happened: Callable[[], object], seconds: float = 30, *, every: float = 0.005
) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(every)


# -- a provider that fails ------------------------------------------------------------------------


@dataclass
class Fault:
    """What one way of failing has come to."""

    verdict: Verdict
    seconds: float
    states: Counter[str]
    pauses: list[float] = field(default_factory=list[float])
    """Seconds after which what was turned away with a 429 came again."""

    def is_as_promised(self, habit: Habit) -> bool:
        """Nothing lost, doubled or sent before its time; nobody left in doubt without need."""
        early = [each for each in self.pauses if each < RETRY_AFTER]
        in_doubt = self.verdict.unknown if habit in TAKES | {Habit.LIMITS} else 0
        return self.verdict.is_clean and not early and not in_doubt

    def __str__(self) -> str:
        return f"{self.verdict}; {self.seconds:.1f} s"


def fail(habit: Habit, count: int, chance: random.Random) -> Fault:
    """A tenth of so many messages, and at least one, is taken like that; the rest are accepted."""
    incident = given.an_incident()
    with tempfile.TemporaryDirectory() as folder, a_provider(Path(folder) / "accepted") as provider:
        moods = [Habit.ACCEPTS] * count
        for place in chance.sample(range(count), max(1, count // 10)):
            moods[place] = habit
        provider.next.extend(moods)
        provider.retry_after = RETRY_AFTER
        messages = Messages(incident)
        messages.top_up(count)
        began = time.monotonic()
        timing = FAULTS if habit is Habit.HANGS else PATIENT
        with dispatching(Twilio(account_at(provider.url), SLOTS), timing=timing):
            messages.wait_until_settled(seconds=120)
        took = time.monotonic() - began
        return Fault(judged(provider), took, _states(), provider.pauses)


def refuse(count: int) -> Fault:
    """Nobody answers the door for a while."""
    incident = given.an_incident()
    with tempfile.TemporaryDirectory() as folder, a_provider(Path(folder) / "accepted") as provider:
        provider.shut()
        messages = Messages(incident)
        messages.top_up(count)
        with dispatching(Twilio(account_at(provider.url), SLOTS), timing=PATIENT):
            time.sleep(1.5)
            provider.open()
            began = time.monotonic()
            messages.wait_until_settled(seconds=60)
        return Fault(judged(provider), time.monotonic() - began, _states())


def _states() -> Counter[str]:
    with reading() as session:
        return Counter(session.scalars(select(Delivery.state)))


# -- all of it ------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(prog="make reliability", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--messages", type=int, default=500, help="for each way of failing")
    parser.add_argument("--on", action="append", choices=["sqlite", "postgres"])
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    clean = True
    for name in asked.on or ["sqlite", "postgres"]:
        for told, is_clean in _everything(name, asked, random.Random(asked.seed)):
            clean &= is_clean
            print(f"{name}, {told}{'' if is_clean else '  ← WRONG'}", flush=True)
    return 0 if clean else 1


def _everything(
    name: str, asked: argparse.Namespace, chance: random.Random
) -> Iterator[tuple[str, bool]]:
    """What is said of each part, and whether it is as promised; each in a database of its own."""
    for lists in (True, False):
        with databases([name]) as connected:
            next(connected)
            done = kill_workers(_url(), asked.kills, chance, lists=lists)
            missed = done.mid_dispatch < asked.kills * 0.8 or done.most_in_doubt > SLOTS
            yield (
                f"{done} (the provider {'lists' if lists else 'does not list'})",
                (done.verdict.is_clean and not missed),
            )
    with databases([name]) as connected:
        next(connected)
        verdict, boundaries = die_at_every_boundary(_url())
        yield f"death at each of {boundaries} boundaries: {verdict}", verdict.is_clean
    with databases([name]) as connected:
        next(connected)
        verdict, brought = two_workers(_url(), 10 * PER_LIFE)
        yield f"two workers at once, {brought} in all: {verdict}", verdict.is_clean
    for habit in FAULTY:
        with databases([name]) as connected:
            next(connected)
            fault = fail(habit, asked.messages, chance)
            yield f"{habit}: {fault}", fault.is_as_promised(habit)
    with databases([name]) as connected:
        next(connected)
        fault = refuse(asked.messages)
        yield f"refused connections: {fault}", fault.verdict.is_clean and not fault.verdict.unknown


def _url() -> str:
    return engine().url.render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main())
