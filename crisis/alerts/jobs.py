"""The dispatcher beside each worker, with the couriers of this process."""

from crisis.alerts import couriers
from crisis.alerts.dispatch import Dispatcher


def dispatcher() -> Dispatcher:
    """A dispatcher for the couriers that are plugged in now."""
    return Dispatcher(couriers.plugged)
