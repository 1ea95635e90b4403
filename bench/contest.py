"""One sender at work, measured from outside: how quick it is, and what it takes of this machine."""

import os
import queue
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.parts import processes

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS: Final = 90.0
GLANCE_SECONDS: Final = 0.005
SENDERS_CORE: Final = 0
SERVERS_CORE: Final = 1
"""Where the machine has two: the provider, the broker and the database do not disturb a sender."""


class Program:
    """A program of ours: what it says line by line, and the processor time of all it started."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        core: int = SERVERS_CORE,
    ) -> None:
        self._log = log
        self._process = subprocess.Popen(
            processes.bound_to_us(command),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            start_new_session=True,
        )
        keep_to(core, self._process.pid)
        self._lines: queue.Queue[list[str]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def hear(self, word: str) -> list[int]:
        """The numbers behind that word, once it is said."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (rest := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                first, *others = self._lines.get(timeout=rest)
                if first == word:
                    return [int(each) for each in others if each.isdigit()]
        raise SystemExit(f"never said {word!r}:\n{processes.last_lines(self._log)}")

    def wait_until(self, happened: Callable[[], bool], *, glance: float = GLANCE_SECONDS) -> int:
        """Look until it is so; when that was, in nanoseconds."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            if time.monotonic() > until:
                raise SystemExit(f"it never came so far:\n{processes.last_lines(self._log)}")
            time.sleep(glance)
        return time.monotonic_ns()

    @property
    def seconds(self) -> float:
        """Processor time so far, with everything that it started and that still runs."""
        return seconds_of(self._process.pid)

    def end(self) -> None:
        """Ask it to end, insist, and leave nothing of it behind."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        processes.end(self._process)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if words := line.decode("utf-8", "replace").split():
                self._lines.put(words)


def keep_to(core: int, *pids: int) -> None:
    """These processes, and what they start from now on, run there; where the system can do that."""
    for pid in pids if hasattr(psutil.Process, "cpu_affinity") else ():
        process = psutil.Process(pid)
        if core in process.cpu_affinity():
            process.cpu_affinity([core])


def seconds_of(pid: int) -> float:
    """Processor time of that process and of everything below it."""
    total = 0.0
    for each in (first := psutil.Process(pid), *first.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used = each.cpu_times()
            total += used.user + used.system
    return total


@contextmanager
def a_stub(folder: Path) -> Iterator[tuple[Program, int]]:
    """The provider, in a process of its own, and its port."""
    command = [sys.executable, "-u", "-m", "bench.provider_stub", "--told"]
    stub = Program(command, {}, folder / "stub.log")
    try:
        yield stub, stub.hear("port")[0]
    finally:
        stub.end()


@dataclass(frozen=True)
class Ready:
    """A sender that only needs to be started: its messages wait in a database of its own."""

    command: Sequence[str]
    environment: Mapping[str, str]
    recorded: Callable[[], int]
    """How many of its messages have their row with state and reference."""
    tidy: Callable[[], None]
    servers: Sequence[int] = ()
    """The processes that serve it: its broker, its database."""
    let_go: Callable[[], None] = lambda: None
    """Lets the messages go that must wait until somebody says so."""


@dataclass(frozen=True)
class Figures:
    """What one sender did in one round."""

    rate: float
    """Messages a second, until the last row was there."""
    own: float
    """Microseconds of processor time a message, of the sender with all its processes."""
    beside: float
    """The same of the servers it needs."""
    connections: int = 0


def measured(ready: Ready, stub: Program, log: Path, *, count: int, warm: int) -> Figures:
    """From the arrival of the `warm`-th message until `count` more are sent and recorded."""
    total = warm + count
    stub.tell(f"{warm} {total}")
    stub.hear("ready")
    sender = Program(ready.command, ready.environment, log, core=SENDERS_CORE)
    try:
        (began,) = stub.hear("begins")
        before = sender.seconds, sum(map(seconds_of, ready.servers))
        _, distinct, connections = stub.hear("ended")
        ended = sender.wait_until(lambda: ready.recorded() == total)
        after = sender.seconds, sum(map(seconds_of, ready.servers))
    finally:
        sender.end()
        ready.tidy()
    if distinct != total:
        raise SystemExit(f"{total} messages, but {distinct} people: {ready.command}")
    own, beside = ((b - a) / count * 1e6 for a, b in zip(before, after, strict=True))
    return Figures(count / (ended - began) * 1e9, own, beside, connections)


def measured_on_demand(ready: Ready, log: Path, *, count: int, warm: int) -> Figures:
    """The `warm` ones first; then, from the moment it is told, until all others are recorded."""
    sender = Program(ready.command, ready.environment, log, core=SENDERS_CORE)
    try:
        sender.hear("at")
        sender.wait_until(lambda: ready.recorded() == warm)
        before = sender.seconds, sum(map(seconds_of, ready.servers))
        began = time.monotonic_ns()
        ready.let_go()
        sender.tell("go")
        ended = sender.wait_until(lambda: ready.recorded() == warm + count, glance=0.02)
        after = sender.seconds, sum(map(seconds_of, ready.servers))
    finally:
        sender.end()
        ready.tidy()
    own, beside = ((b - a) / count * 1e6 for a, b in zip(before, after, strict=True))
    return Figures(count / (ended - began) * 1e9, own, beside)


def median(found: Sequence[Figures]) -> Figures:
    """Each figure's median over the rounds."""
    return Figures(
        statistics.median(each.rate for each in found),
        statistics.median(each.own for each in found),
        statistics.median(each.beside for each in found),
        max(each.connections for each in found),
    )
