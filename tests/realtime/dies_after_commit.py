"""Serves like `run.py`, and dies as by a power cut between a commit and its news, when told to."""

import os
import signal

from crisis import serving
from crisis.app import create_app
from crisis.cli import main
from crisis.kernel import command
from crisis.kernel.journal import Line

LAST_WORDS = "die before anybody hears this"


def die(line: Line) -> None:
    if line.facts.get("text") == LAST_WORDS:
        os.killpg(os.getpgrp(), signal.SIGKILL)


def mortal_app(settings: serving.Settings) -> serving.Flask:
    app = create_app(settings)
    command.listeners.insert(0, die)
    return app


if __name__ == "__main__":
    serving.create_app = mortal_app
    main()
