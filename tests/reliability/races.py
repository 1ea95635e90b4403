"""Two people at the same instant: one edits while the other signs, or both edit.

Real threads, each with a connection of its own, let go together. On SQLite they do not queue for
the pen of their process either, so that what keeps them apart is the database, as between two
processes. Counted from rows and journal: signatures given for a text that had changed already, and
edits that were accepted and are gone.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from crisis.incidents.model import Incident
from crisis.kernel import clock, database, migrations
from crisis.kernel.database import reading
from crisis.kernel.errors import Refusal
from crisis.kernel.journal import Line
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty
from crisis.statements.commands.releasing import release_statement
from crisis.statements.commands.signing import answer_statement
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import edit_statement
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer
from tests import given
from tests.parts.postgres import a_server
from tests.reliability.oracle import broken

EACH: Final = 6
"""Races on one statement before the next begins."""

IN_ONE_INCIDENT: Final = 120
"""Races before the next incident begins."""

LATEST: Final = 0.004
"""Seconds one of the two may be late, so that either can be first."""


@dataclass
class Result:
    """What came of many races."""

    stale: int = 0
    lost: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def edit_against_approve(races: int, chance: random.Random) -> Result:
    """One edits, the other signs what is there: no signature may count for a text that changed."""
    result, office = Result(), Office("MOH")
    for number in range(races):
        place = office.place(number)
        read = submit_statement(
            place.editors[0],
            place.statement.id,
            slots=[place.of_health],
            based_on=1 + number % EACH,
            deadline_at=clock.now() + timedelta(minutes=30),
        )

        text = given.a_text(f"{given.INSTRUCTION} {number}")
        edit = partial(
            edit_statement,
            place.editors[0],
            place.statement.id,
            content=text,
            based_on=1 + number % EACH,
        )
        sign = partial(
            answer_statement,
            place.health,
            place.statement.id,
            answer=Answer.APPROVE,
            version=read.version,
            text_hash=read.text_hash,
        )
        edited, signed = together(edit, sign, chance)
        first = office.first(place, signed == "done")
        result.outcomes[f"edit {edited}, signature {signed}{first}"] += 1
        result.stale += first == ", given after the edit" or goes_out(place, read.version)
        office.judge(number, races, result)
    return result


def edit_against_edit(races: int, chance: random.Random) -> Result:
    """Two edit the same revision: one is told so, and nothing that was accepted is gone."""
    result, office = Result(), Office("MOI")
    for number in range(races):
        place = office.place(number)
        before = given.statement(place.statement.id)
        words = [f"{number}a.", f"{number}b."]
        texts = [given.a_text(f"{before.content.text('ar')} {each}") for each in words]
        one, other = (
            partial(edit_statement, by, before.id, content=text, based_on=before.revision)
            for by, text in zip(place.editors, texts, strict=True)
        )
        answers = together(one, other, chance)
        place.accepted += [
            word for word, told in zip(words, answers, strict=True) if told == "done"
        ]
        result.outcomes[", ".join(sorted(answers))] += 1
        result.lost += len(place.missing())
        office.judge(number, races, result)
    return result


@dataclass
class Place:
    """A statement and those who race on it."""

    incident: Incident
    statement: Statement
    editors: tuple[Actor, Actor]
    health: Actor
    of_health: SlotSpec
    releaser: Actor
    accepted: list[str] = field(default_factory=list)

    def missing(self) -> list[str]:
        """What was accepted and is neither in the text nor in the chain of its revisions."""
        now = given.statement(self.statement.id)
        words = now.content.text("ar").split()
        gone = [each for each in self.accepted if each not in words]
        chain = [line.facts["revision"] for line in lines(now) if line.name == "statement.edited"]
        whole = chain == list(range(2, now.revision + 1)) and len(chain) == len(self.accepted)
        return gone or ([] if whole else ["the chain of revisions has a gap"])


class Office:
    """Makes places to race at, and judges them when they are done with."""

    def __init__(self, ministry: str) -> None:
        self.ministry = given.a_ministry(ministry)
        self.now: Place | None = None

    def place(self, number: int) -> Place:
        """The statement of this race; a new one, in a new incident, every so many races."""
        if self.now is None or number % IN_ONE_INCIDENT == 0:
            self.now = self._another()
        elif number % EACH == 0:
            statement = given.a_statement(on=self.now.incident, by=self.now.editors[0])
            self.now = replace(self.now, statement=statement, accepted=[])
        return self.now

    def judge(self, number: int, races: int, result: Result) -> None:
        """Hold the rows of an incident against the oracle, once its races are over."""
        if self.now and ((number + 1) % IN_ONE_INCIDENT == 0 or number + 1 == races):
            for found in broken(self.now.incident.id):
                result.outcomes[found] += 1
                result.stale += not found.startswith("R18")
                result.lost += found.startswith("R18")

    def first(self, place: Place, signed: bool) -> str:
        """Which of the two came first, as the journal has it."""
        if not signed:
            return ""
        told = [each.name for each in lines(place.statement)]
        edit, signature = (
            len(told) - 1 - told[::-1].index(name)
            for name in ("statement.edited", "statement.answered")
        )
        return ", given after the edit" if signature > edit else " before it"

    def _another(self) -> Place:
        incident = given.an_incident()
        editors = (
            given.someone(Duty.DRAFTER, on=incident),
            given.someone(Duty.DRAFTER, on=incident),
        )
        return Place(
            incident=incident,
            statement=given.a_statement(on=incident, by=editors[0]),
            editors=editors,
            health=given.someone(Duty.LIAISON, on=incident, ministry=self.ministry),
            of_health=SlotSpec(ministry_id=self.ministry),
            releaser=given.runs(incident),
        )


def goes_out(place: Place, version: int) -> bool:
    """Whether the signed text can still be released although it was changed."""
    by, statement = place.releaser, place.statement
    try:
        release_statement(by, statement.id, version=version, channels=[], next_update_at=None)
    except Refusal:
        return False
    return True


def lines(of: Statement) -> list[Line]:
    with reading() as session:
        told = session.query(Line).where(Line.about == f"statement:{of.id}")
        return told.where(Line.stream == of.incident_id).order_by(Line.seq).all()


def together(
    one: Callable[[], object], other: Callable[[], object], chance: random.Random
) -> list[str]:
    """Let both go at the same moment; `done`, or the code of the refusal, of each."""
    start = threading.Barrier(2)
    late = [0.0, chance.uniform(0, LATEST)]
    chance.shuffle(late)

    def run(act: Callable[[], object], wait: float) -> str:
        start.wait()
        time.sleep(wait)
        try:
            act()
        except Refusal as refusal:
            return refusal.code
        return "done"

    return list(_pool.map(run, (one, other), late))


_pool: Final = ThreadPoolExecutor(2)

KINDS: Final = {
    "edit-against-approve": edit_against_approve,
    "edit-against-edit": edit_against_edit,
}


@contextmanager
def without_the_pen() -> Iterator[None]:
    """SQLite alone keeps writers apart, as it does between processes."""
    pen = database._pen
    database._pen = nullcontext()  # type: ignore[assignment] - it is only ever entered and left
    try:
        yield
    finally:
        database._pen = pen


def race(kind: str, races: int, number: int) -> Result:
    """So many races of that kind in the database this process is connected to."""
    began = time.monotonic()
    with without_the_pen():
        result = KINDS[kind](races, random.Random(number))
    result.seconds = time.monotonic() - began
    return result


@contextmanager
def databases(wanted: list[str]) -> Iterator[Iterator[str]]:
    """Connect to one fresh database after the other; yields their names."""
    folder = Path(tempfile.mkdtemp(prefix="nasaq-races-"))

    def each() -> Iterator[str]:
        for name in wanted:
            if name == "sqlite":
                yield from _connected(name, f"sqlite:///{folder / 'nasaq.db'}")
            else:
                with a_server() as server:
                    yield from _connected(name, server.new_database())

    try:
        yield each()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _connected(name: str, url: str) -> Iterator[str]:
    migrations.upgrade(url)
    database.engine().dispose()
    database.connect(url)
    plug_kernel()
    yield name
    database.engine().dispose()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make reliability", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--approve", type=int, default=10_000, help="edits against approvals")
    parser.add_argument("--edit", type=int, default=5_000, help="edits against edits")
    parser.add_argument("--on", action="append", choices=["sqlite", "postgres"])
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    bad = 0
    with databases(asked.on or ["sqlite", "postgres"]) as connected:
        for name in connected:
            for kind, races in zip(KINDS, (asked.approve, asked.edit), strict=True):
                result = race(kind, races, asked.seed)
                bad += result.stale + result.lost
                told(name, kind, races, result)
    return 1 if bad else 0


def told(name: str, kind: str, races: int, result: Result) -> None:
    print(
        f"{name}, {kind}: {races:,} races, {result.stale} stale, {result.lost} lost, "
        f"{result.seconds:.0f} s"
    )
    for outcome, times in result.outcomes.most_common():
        print(f"  {times:>7,}  {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
