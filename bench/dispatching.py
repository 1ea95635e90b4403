"""How quickly messages leave: Nasaq beside task queues, the official SDKs and bare sockets.

All are given the same provider on this machine, the same number of connections and one core; what
came of each message must stand in a row on the disk before it counts. They take turns, so that
whatever else this machine does meets all alike: what is compared are ratios.
"""

import argparse
import itertools
import os
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.contest import (
    SENDERS_CORE,
    SERVERS_CORE,
    Figures,
    Program,
    Ready,
    a_stub,
    keep_to,
    measured,
    measured_on_demand,
    median,
)
from bench.nasaq_house import Template, with_alert, with_mails
from bench.senders import CONNECTIONS, OTHERS, Grounds, a_redis
from crisis.alerts.outbox import Channel
from tests.parts.postgres import a_server

WARM: Final = CONNECTIONS
MAILS: Final = 10_000
FIRST_ALERTS, FIRST_PEOPLE = 20, 1000
FLOOR: Final = "bare sockets (the floor)"
CELERY: Final = "Celery + Redis"
NASAQ: Final = ("Nasaq on SQLite", "Nasaq on PostgreSQL")
OF_CELERY, OF_FLOOR = 4.0, 0.7
_CELERY: Final = shlex.split(
    "python -m celery -A bench.peers.by_celery worker --pool threads --loglevel WARNING "
    "--without-gossip --without-mingle --without-heartbeat --concurrency"
)
_DRAMATIQ: Final = shlex.split("dramatiq bench.peers.by_dramatiq --processes 1 --threads")
_HUEY: Final = shlex.split(
    "huey_consumer bench.peers.by_huey.huey --quiet --no-periodic --disable-health-check "
    "--worker-type thread --workers"
)
CONDITIONS: Final = f"""
{CONNECTIONS} connections, answers after 50-200 ms. Senders have core {SENDERS_CORE}; the provider,
Redis and PostgreSQL have core {SERVERS_CORE}. A message counts when its row, with state and
reference, is committed. Peers: SQLite in WAL, synchronous=FULL, as Nasaq's; rows written in groups
of 50 ms or 500 by a thread that no task waits for; urllib3 with one pool of kept connections;
their messages lie in Redis (in memory, on a unix socket) before the clock begins.
"""
HEADINGS: Final = (
    f"\n  {'medians (least-most)':24} {'SMS/s':>7} {'':11} {'us CPU':>8} {'of its core':>11} "
    f"{'servers':>9} {'conn.':>6} {'floor':>6} {'Celery':>7}"
)


@dataclass(frozen=True)
class Sender:
    """One that takes part: `got` says in a line what it was given."""

    name: str
    got: str
    make_ready: Callable[[], Ready]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-dispatch", description=__doc__)
    parser.add_argument("--messages", type=int, default=4000, help="of each in each round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not (OTHERS / "python").exists():
        raise SystemExit("The peers are not installed: make bench-dispatch")
    began = time.monotonic()
    with grounds(asked.messages) as (ready, stub, postgres):
        compare_sms(ready, stub, postgres, asked.messages, asked.rounds)
        compare_mails(ready, postgres, asked.rounds)
        time_first_messages(ready, stub)
    busy = os.getloadavg()[1] / (os.cpu_count() or 1)
    print(
        f"\nAll of it took {time.monotonic() - began:.0f} s, with {busy:.1f} programs at work for "
        "each core of this machine;\nwith more than 1, compare processor time rather than rates"
    )


@contextmanager
def grounds(messages: int) -> Iterator[tuple[Grounds, Program, int]]:
    """A provider, a broker, a database server with offices in them, and the process of the last."""
    with (
        tempfile.TemporaryDirectory(prefix="nasaq-dispatch-") as name,
        a_stub(folder := Path(name)) as (stub, port),
        a_redis(folder) as redis,
        a_server(fsync="on", full_page_writes="on") as server,
    ):
        keep_to(SERVERS_CORE, server.process.pid)

        def sms(url: str) -> None:
            with_alert(url, WARM + messages, Channel.SMS)

        def mails(url: str) -> None:
            with_mails(url, MAILS)

        offices = {
            "sqlite": Template.on_sqlite(folder / "sms", sms),
            "postgres": Template.on_postgres(server, sms),
            "mails": Template.on_sqlite(folder / "mails", mails),
            "mails on postgres": Template.on_postgres(server, mails),
        }
        yield Grounds(folder, port, redis, offices), stub, server.process.pid


# -- SMS ------------------------------------------------------------------------------------------


def senders(ground: Grounds, postgres: int, messages: int) -> Sequence[Sender]:
    """Everybody who takes part, in the order in which they take turns."""

    def peer(*command: str, queued_by: str | None = None) -> Callable[[], Ready]:
        return lambda: ground.peer(*command, messages=messages, queued_by=queued_by)

    each = str(CONNECTIONS)
    bare = ("python", "-m", "bench.peers.by_bare_socket", str(messages))
    sdk = ("python", "-m", "bench.peers.by_twilio_sdk", str(messages))
    return (
        Sender(FLOOR, "asyncio, no HTTP library; rows in groups of 50 ms", peer(*bare)),
        Sender(
            NASAQ[0],
            "its worker as it is; intent committed before each call",
            lambda: ground.nasaq("sqlite"),
        ),
        Sender(
            NASAQ[1],
            "the same; fsync on",
            lambda: ground.nasaq("postgres", postgres),
        ),
        Sender(
            CELERY,
            f"{each} threads, prefetch 4, early ack, no results, no events, no gossip",
            peer(*_CELERY, each, queued_by="by_celery"),
        ),
        Sender(
            "Dramatiq + Redis",
            f"{each} threads, prefetch {2 * CONNECTIONS} (its own), usual middleware",
            peer(*_DRAMATIQ, each, queued_by="by_dramatiq"),
        ),
        Sender(
            "Huey + Redis",
            f"{each} threads, blocking pop, no results, no periodic tasks",
            peer(*_HUEY, each, queued_by="by_huey"),
        ),
        Sender("Twilio SDK", f"{each} threads, one session with {each} connections", peer(*sdk)),
    )


def compare_sms(ground: Grounds, stub: Program, postgres: int, messages: int, rounds: int) -> None:
    """Print what each was given, and how it did."""
    taking_part = senders(ground, postgres, WARM + messages)
    print(f"{messages:,} SMS in each of {rounds} rounds, after {WARM} to warm up\n{CONDITIONS}")
    for each in taking_part:
        print(f"  {each.name:24} {each.got}")
    found: dict[str, list[Figures]] = {each.name: [] for each in taking_part}
    for _, each in itertools.product(range(rounds), taking_part):
        log = ground.folder / "sender.log"
        figures = measured(each.make_ready(), stub, log, count=messages, warm=WARM)
        found[each.name].append(figures)
    report_sms(found)


def report_sms(found: Mapping[str, Sequence[Figures]]) -> None:
    middle = {name: median(each) for name, each in found.items()}
    floor, celery = middle[FLOOR].rate, middle[CELERY].rate
    print(HEADINGS)
    for name, each in found.items():
        m, rates = middle[name], [one.rate for one in each]
        spread, share = f"({min(rates):.0f}-{max(rates):.0f})", m.rate * m.own / 1e6
        print(
            f"  {name:24} {m.rate:7.0f} {spread:11} {m.own:8.0f} {share:11.0%} {m.beside:9.0f} "
            f"{m.connections:6} {m.rate / floor:6.2f} {m.rate / celery:6.1f}x"
        )
    print()
    for name in NASAQ:
        of_celery, of_floor = middle[name].rate / celery, middle[name].rate / floor
        cpu = middle[CELERY].own / middle[name].own
        print(
            f"  aims, {name}: at least {OF_CELERY:.0f}x Celery: {of_celery:.1f}x "
            f"({is_met(of_celery, OF_CELERY)}); at least {OF_FLOOR} of the floor: {of_floor:.2f} "
            f"({is_met(of_floor, OF_FLOOR)}); {cpu:.1f}x less CPU than Celery"
        )


def is_met(reached: float, aim: float) -> str:
    return "met" if reached >= aim else "MISSED"


# -- mail -----------------------------------------------------------------------------------------


def compare_mails(ground: Grounds, postgres: int, rounds: int) -> None:
    """Print how long 10,000 mails take, in calls of 1,000, from the word to the last row."""
    sdk = ("python", "-u", "-m", "bench.peers.by_sendgrid_sdk", str(MAILS))
    ways: Mapping[str, Callable[[], Ready]] = {
        NASAQ[0]: lambda: ground.nasaq("mails"),
        NASAQ[1]: lambda: ground.nasaq("mails on postgres", postgres),
        "SendGrid SDK": lambda: ground.peer(*sdk, messages=MAILS + 1),
    }
    found: dict[str, list[Figures]] = {name: [] for name in ways}
    for _, (name, make_ready) in itertools.product(range(rounds), ways.items()):
        log = ground.folder / "sender.log"
        found[name].append(measured_on_demand(make_ready(), log, count=MAILS, warm=1))
    print(
        f"\n{MAILS:,} mails in calls of 1,000, 4 calls at once, from the word to the last row, "
        f"medians of {rounds}\n"
    )
    for name, each in found.items():
        m = median(each)
        print(
            f"  {name:24} {MAILS / m.rate:6.2f} s  {m.rate:7.0f}/s  {m.own:5.0f} us CPU a mail  "
            f"{m.beside:4.0f} of servers"
        )


# -- the first message ----------------------------------------------------------------------------


def time_first_messages(ground: Grounds, stub: Program) -> None:
    """Print how long it takes from the commit of a confirmation to the first of its messages."""
    command = [sys.executable, "-u", "-m", "bench.first_message"]
    environment = {
        **ground.settings(f"sqlite:///{ground.folder}/first_message.db"),
        "ALERTS": str(FIRST_ALERTS),
        "PEOPLE": str(FIRST_PEOPLE),
    }
    program = Program(command, environment, ground.folder / "first.log", core=SENDERS_CORE)
    try:
        program.hear("at")
        waits = [one_wait(program, stub) for _ in range(FIRST_ALERTS)]
    finally:
        program.end()
    worst = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    print(
        f"\nFrom the commit of a confirmation to its first message at the provider:\n"
        f"{FIRST_ALERTS} alerts to {FIRST_PEOPLE:,} people, on SQLite\n\n"
        f"  median {statistics.median(waits):.0f} ms, p95 {worst:.0f} ms, "
        f"least {min(waits):.0f} ms, most {max(waits):.0f} ms"
    )


def one_wait(program: Program, stub: Program) -> float:
    """Milliseconds, for one alert; ends when all of its messages were answered."""
    stub.tell(f"1 {FIRST_PEOPLE}")
    stub.hear("ready")
    program.tell("confirm")
    (committed,), (came,) = program.hear("committed"), stub.hear("begins")
    stub.hear("ended")
    time.sleep(0.2)  # the last rows, and the word that all of it has left
    return (came - committed) / 1e6


if __name__ == "__main__":
    main()
