"""Confirms alerts in a process that also works, as `make run` does, and tells when each was."""

import os
import sys
import time
from typing import Final

from bench.nasaq_at_work import plugged
from bench.nasaq_house import House
from crisis.alerts.outbox import Channel
from crisis.jobs import reactions
from crisis.jobs.wakeups import Worker
from crisis.kernel import command
from crisis.kernel.journal import Line

PEOPLE: Final = int(os.environ.get("PEOPLE", "1000"))
ALERTS: Final = int(os.environ.get("ALERTS", "20"))


def note_time(line: Line) -> None:
    if line.name == "alert.confirmed":
        print("committed", time.monotonic_ns(), flush=True)


def main() -> None:
    settings = plugged()
    house = House.founded(settings.database)
    audience = house.audience(PEOPLE)
    alerts = [house.asked(audience, Channel.SMS, number=each) for each in range(ALERTS)]
    reactions.begin_here()
    reactions.consumers.clear()  # nobody is told of the alert but those it is for
    command.listeners.insert(0, note_time)
    worker = Worker()
    worker.start()
    print("at work", flush=True)
    for _, alert in zip(sys.stdin, alerts, strict=False):
        house.confirm(alert)
    sys.stdin.read()
    worker.stop()


if __name__ == "__main__":
    main()
