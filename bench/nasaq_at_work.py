"""Nasaq's worker as it runs with live couriers; a line on its input makes it look at once."""

import sys

from crisis.alerts import couriers
from crisis.jobs.wakeups import Worker
from crisis.kernel import database
from crisis.plugs import plug_kernel, plug_settings
from crisis.providers import live
from crisis.settings import Settings, load


def plugged() -> Settings:
    """This process with the database and the couriers of its settings; nothing is a drill."""
    settings = load()
    database.connect(settings.database)
    plug_kernel()
    plug_settings(settings)
    couriers.plugged.update({(channel, False): each for channel, each in live(settings).items()})
    return settings


def main() -> None:
    plugged()
    worker = Worker()
    worker.start()
    print("at work", flush=True)
    for _ in sys.stdin:
        worker.wake()
    worker.stop()


if __name__ == "__main__":
    main()
