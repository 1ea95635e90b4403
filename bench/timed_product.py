"""Nasaq as `run.py` serves it, which also notes when each line was committed."""

import os
import time

from flask import Flask

from crisis import serving
from crisis.app import create_app
from crisis.cli import main
from crisis.kernel import command
from crisis.kernel.journal import Line
from crisis.settings import Settings

stopwatch = open(os.environ["STOPWATCH"], "a", buffering=1, encoding="utf-8")  # noqa: SIM115  for as long as we live


def note_time(line: Line) -> None:
    stopwatch.write(f"{line.seq} {time.monotonic_ns()}\n")


def timed_app(settings: Settings) -> Flask:
    app = create_app(settings)
    command.listeners.insert(0, note_time)
    return app


if __name__ == "__main__":
    serving.create_app = timed_app
    main()
