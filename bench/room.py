"""200 people in one room: from the commit to the last browser, beside a bare server.

Both servers run at once, each with its own listeners, and are asked in turn: one note through the
product's own door, then the very same packet through the bare server. So whatever else this machine
does meets both alike. What is compared is the ratio; the milliseconds are this machine's.
"""

import argparse
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from crisis.kernel import database, migrations
from crisis.plugs import plug_kernel
from tests import given
from tests.parts import processes
from tests.parts.server import Product
from tests.parts.sockets import TEXT, SignedIn, Wire, a_frame, signed_in
from tests.parts.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
PACE_SECONDS = 0.15
AIM_MILLISECONDS = 100.0
WARM_UP = 5
FIRST = 10
NOTE = "ارتفع منسوب المياه عند جسر الشيحة، وتُخلى البيوت القريبة من الوادي الآن. "


class TimedProduct(Product):
    """The product, with a stopwatch at its commits."""

    program = ("-m", "bench.timed_product")


@dataclass
class Crowd:
    """Listeners of one server: one thread, which notes when the last of them has heard."""

    name: str
    wires: list[Wire] = field(default_factory=list)
    packet: bytes = b""
    _buffers: dict[int, bytearray] = field(default_factory=dict)
    _heard: int = 0
    _last_at: int = 0
    _all: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Begin to read, in a thread."""
        selector = selectors.DefaultSelector()
        for wire in self.wires:
            self._buffers[wire.socket.fileno()] = bytearray(wire.rest)
            wire.socket.setblocking(False)
            selector.register(wire.socket, selectors.EVENT_READ)
        threading.Thread(target=self._read, args=(selector,), daemon=True).start()

    def until_all_have_heard(self, say: Callable[[], int]) -> tuple[int, int]:
        """When `say` says it began, and when the last of the crowd had heard it, in nanoseconds."""
        self._heard = 0
        self._all.clear()
        began = say()
        if not self._all.wait(30):
            raise SystemExit(f"{self.name}: {self._heard} of {len(self.wires)} heard it in 30 s")
        return began, self._last_at

    def _read(self, selector: selectors.BaseSelector) -> None:
        while True:
            for key, _ in selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                data = connection.recv(65_536)
                if not data:
                    raise SystemExit(f"{self.name} hung up on somebody")
                self._take(connection, data, time.monotonic_ns())

    def _take(self, connection: socket.socket, data: bytes, at: int) -> None:
        buffer = self._buffers[connection.fileno()]
        buffer += data
        for said in frames(buffer):
            if said == b"2":
                connection.send(a_frame(TEXT, b"3"))
            elif said.startswith(b'42["news"'):
                self.packet, self._heard, self._last_at = said, self._heard + 1, at
                if self._heard == len(self.wires):
                    self._all.set()


def frames(buffer: bytearray) -> Iterator[bytes]:
    """Take the complete frames of a server out of what was read."""
    while len(buffer) >= 2:
        size, start = buffer[1] & 127, 2
        if size == 126 and len(buffer) >= 4:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size >= 126:
            return
        if len(buffer) < start + size:
            return
        yield bytes(buffer[start : start + size])
        del buffer[: start + size]


@dataclass(frozen=True)
class Cost:
    """What a process holds."""

    bytes: int
    threads: int

    @classmethod
    def of(cls, process: psutil.Process) -> "Cost":
        return cls(process.memory_info().rss, process.num_threads())

    def each(self, before: "Cost", clients: int) -> str:
        memory = (self.bytes - before.bytes) / clients / 1024
        return f"{memory:6.0f} KiB  {(self.threads - before.threads) / clients:5.2f} threads"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-room", description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--notes", type=int, default=100)
    asked = parser.parse_args()
    asked.clients = max(asked.clients, 2 * FIRST)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), asked.clients, asked.notes)


def measure(folder: Path, clients: int, notes: int) -> None:
    stopwatch = folder / "stopwatch"
    with product(folder, stopwatch, clients) as nasaq, bare(folder, clients) as port:
        incident = given.an_incident()
        who = signed_in(given.runs(incident))
        people = [who, *(signed_in(given.a_coordinator()) for _ in range(clients - 1))]
        crowds = Crowd("Nasaq"), Crowd("bare Flask-SocketIO")
        servers = serving(nasaq.pid), serving_on(port)
        for number, person in enumerate(people):
            if number == FIRST:  # what the first cost, they cost once
                before = [Cost.of(each) for each in servers]
            crowds[0].wires.append(in_room(nasaq.port, person, str(incident.id)))
            crowds[1].wires.append(in_bare_room(port))
        after = [Cost.of(each) for each in servers]
        visitor = Visitor(nasaq.port, who)
        for crowd in crowds:
            crowd.listen()
        rows = [one(visitor, incident.ref, port, crowds, stopwatch) for _ in range(notes + WARM_UP)]
    report(rows[WARM_UP:], clients, crowds)
    for crowd, was, now in zip(crowds, before, after, strict=True):
        print(f"  {crowd.name:22} {now.each(was, clients - FIRST)} for each client")


def one(
    visitor: Visitor, ref: str, bare_port: int, crowds: tuple[Crowd, Crowd], stopwatch: Path
) -> Mapping[str, float]:
    """One note, and the same packet from the bare server: milliseconds to the last listener."""
    nasaq, bare_crowd = crowds
    asked_at = time.monotonic_ns()
    _, heard_at = nasaq.until_all_have_heard(lambda: note(visitor, ref))
    committed_at = int(stopwatch.read_text("utf-8").split()[-1])
    time.sleep(PACE_SECONDS)
    packet = json.loads(nasaq.packet[2:])[1]
    address = f"http://127.0.0.1:{bare_port}/news"
    told_at, bare_heard_at = bare_crowd.until_all_have_heard(
        lambda: int(SESSION.post(address, json=packet, timeout=30).json()["began"])
    )
    time.sleep(PACE_SECONDS)
    return {
        "commit": (heard_at - committed_at) / 1e6,
        "asked": (heard_at - asked_at) / 1e6,
        "bare": (bare_heard_at - told_at) / 1e6,
    }


SESSION = requests.Session()


def note(visitor: Visitor, ref: str) -> int:
    answer = visitor.post(f"/i/{ref}/notes", text=NOTE * 2)
    if answer.status_code >= 400:
        raise SystemExit(f"the note was not taken: {answer.status_code}")
    return 0


def in_room(port: int, who: SignedIn, incident_id: str) -> Wire:
    """A page of the incident."""
    wire = Wire(port, headers={"Cookie": f"sid={who.cookie}"})
    wire.send(f'40{{"ticket":"{who.ticket()}"}}')
    expect(wire, b"40")
    wire.send(f'420["enter",{{"incident":"{incident_id}","after":0}}]')
    expect(wire, b'430[{"ok": true', b'430[{"ok":true')
    return wire


def in_bare_room(port: int) -> Wire:
    wire = Wire(port)
    wire.send("40")
    expect(wire, b"40")
    return wire


def expect(wire: Wire, *beginnings: bytes) -> None:
    while frame := wire.read(30):
        if frame[1].startswith(beginnings):
            return
    raise SystemExit("a listener was not let in")


def report(rows: Sequence[Mapping[str, float]], clients: int, crowds: tuple[Crowd, Crowd]) -> None:
    sizes = {len(crowd.packet) for crowd in crowds}
    print(f"{clients} clients in one room, {len(rows)} notes, {sizes} bytes each, milliseconds")
    figures = {}
    for name, title in (
        ("commit", "Nasaq, commit to last client"),
        ("asked", "Nasaq, form sent to last client"),
        ("bare", "bare, emit to last client"),
    ):
        figures[name] = [percentile([row[name] for row in rows], p) for p in (50, 95, 99)]
        told = "  ".join(f"p{p} {x:6.1f}" for p, x in zip((50, 95, 99), figures[name], strict=True))
        print(f"  {title:32} {told}")
    half, most = (figures["commit"][i] / figures["bare"][i] for i in (0, 1))
    print(f"  Nasaq takes {half:.2f} times as long as bare at p50, {most:.2f} at p95")
    met = "met" if figures["commit"][1] <= AIM_MILLISECONDS else "MISSED"
    print(f"  aim, p95 from commit to the last client within {AIM_MILLISECONDS:.0f} ms: {met}")


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@contextmanager
def product(folder: Path, stopwatch: Path, clients: int) -> Iterator[Product]:
    """The product on a fresh SQLite database."""
    url = f"sqlite:///{folder}/nasaq.db"
    migrations.upgrade(url)
    database.connect(url)
    plug_kernel()
    running = TimedProduct(
        url, folder, {"STOPWATCH": str(stopwatch), "MAX_SOCKETS": str(max(clients, 200))}
    )
    running.start()
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def bare(folder: Path, clients: int) -> Iterator[int]:
    """The bare server, served as the product is; its port."""
    port, log = processes.free_port(), folder / "bare.log"
    threads = f"--threads={max(clients, 200) + 56}"
    options = ["--worker-class=gthread", "--workers=1", threads, "--log-level=error"]
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", *options]
    process = subprocess.Popen(
        processes.bound_to_us([*command, "--no-control-socket", "bench.peers.bare_room:app"]),
        cwd=ROOT,
        env={**os.environ},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    processes.wait_until(lambda: answers(port), process, log)
    try:
        yield port
    finally:
        processes.end(process)


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def serving(pid: int) -> psutil.Process:
    """The process that serves, below the one that watches."""
    (child,) = psutil.Process(pid).children()
    return child


def serving_on(port: int) -> psutil.Process:
    """The gunicorn worker that listens on this port."""
    for process in psutil.process_iter(["cmdline"]):
        if f"--bind=127.0.0.1:{port}" in (process.info["cmdline"] or []) and process.children():
            return serving(process.pid)
    raise SystemExit(f"nobody serves on port {port}")


if __name__ == "__main__":
    main()
