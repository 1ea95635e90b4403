"""A process that ends while its dispatcher stops, as the one that serves does when it is told to.

python -m tests.alerts.ends_while_sending DATABASE_URL
"""

import sys
import threading

from crisis.alerts.dispatch import Dispatcher
from crisis.kernel import database
from crisis.plugs import plug_kernel
from tests.alerts.couriers import Told
from tests.alerts.waiting import QUICK, table, wait_until


def main(url: str) -> None:
    database.connect(url)
    plug_kernel()
    courier = Told(calls_at_once=3, seconds=0.3)
    dispatcher = Dispatcher(table(courier), QUICK)
    dispatcher.start()
    wait_until(lambda: len(courier.letters) == 3)
    threading.Thread(target=dispatcher.stop).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
