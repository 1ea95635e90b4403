"""One worker on its own database connection, as `run.py work` is, for tests that kill or stop it.

python -m tests.deadlines.one_worker URL                 fires what is due until it is told to stop
python -m tests.deadlines.one_worker URL dies N          is killed right before its Nth effect
python -m tests.deadlines.one_worker URL sleeps          claims one, says so, and fires when woken
python -m tests.deadlines.one_worker URL reacts N        is killed right after writing its Nth
                                                         reaction, before that is committed
"""

import os
import signal
import sys
import time
from typing import Any

from sqlalchemy.orm import Session

from crisis.deadlines import commands, jobs
from crisis.deadlines.model import Code, Deadline
from crisis.incidents.events import NoteAdded
from crisis.jobs import reactions
from crisis.kernel import database
from crisis.kernel.command import Work
from crisis.kernel.journal import Line
from crisis.plugs import plug_kernel


def note(deadline: Deadline, _work: Work) -> NoteAdded:
    """The effect of a deadline in these tests: a line that says which it was."""
    return NoteAdded(incident_id=deadline.incident_id, text=str(deadline.id), late=False)


def main(url: str, how: str = "works", number: str = "0") -> None:
    database.connect(url)
    plug_kernel()
    commands.effects[Code.HOLDING] = note
    if how == "dies":
        commands.effects[Code.HOLDING] = Mortal(int(number))
    if how == "sleeps":
        (held,) = jobs.claim(limit=1)
        print("claimed", flush=True)
        sys.stdin.readline()
        print("fired" if jobs.fire(held) else "fenced", flush=True)
        return
    if how == "reacts":
        die_while_reacting(int(number))
    print("at work", flush=True)
    while True:
        reactions.work_off()
        jobs.fire_due()
        time.sleep(0.05)


class Mortal:
    """The same effect, but the process is killed in the middle of one of them."""

    def __init__(self, number: int) -> None:
        self._left = number

    def __call__(self, deadline: Deadline, work: Work) -> NoteAdded:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return note(deadline, work)


def die_while_reacting(number: int) -> None:
    left = iter(range(number))
    for name, react in dict(reactions.consumers["alerts"]).items():

        def mortal(session: Session, line: Line, react: Any = react) -> None:
            react(session, line)
            session.flush()
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        reactions.consumers["alerts"] = {**reactions.consumers["alerts"], name: mortal}


if __name__ == "__main__":
    main(*sys.argv[1:])
