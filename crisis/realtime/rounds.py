"""Work that is done again and again in a thread of its own, and that only `stop` ends."""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

log = logging.getLogger(__name__)

STALE_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 1.0
"""How long to wait after a round that failed."""


class Rounds:
    """Calls `act` every `seconds`, and at once after `nudge()`.

    A round that fails is tried again: databases restart, and the room must not notice.
    """

    def __init__(self, name: str, act: Callable[[], None], *, seconds: float) -> None:
        self._name, self._act, self._seconds = name, act, seconds
        self._nudged = Event()
        self._thread: Thread | None = None
        self._stopping = False
        self._good_at = 0.0
        self._failing = False

    def start(self) -> None:
        """Begin, in a thread that does not keep the process alive."""
        self._stopping, self._good_at = False, time.monotonic()
        self._thread = Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the present round, and no more; returns after 1 s in any case."""
        self._stopping = True
        self._nudged.set()
        if self._thread is not None:
            self._thread.join(1)

    def nudge(self) -> None:
        """Begin the next round now."""
        self._nudged.set()

    @property
    def is_good(self) -> bool:
        """Whether the last rounds went well."""
        return self.wrong() is None and not self._failing

    def wrong(self) -> str | None:
        """None when all is well, else what is wrong, for whoever watches the machine."""
        if self._thread is None:
            return f"the {self._name} was not started"
        if not self._thread.is_alive():
            return f"the {self._name} has ended"
        since = time.monotonic() - self._good_at
        return f"the {self._name} failed for {since:.0f} s" if since > STALE_SECONDS else None

    def _run(self) -> None:
        while not self._stopping:
            self._nudged.wait(self._seconds)
            self._nudged.clear()
            self._one()

    def _one(self) -> None:
        try:
            self._act()
        except Exception:  # whatever it is: this thread is the only one that does this work
            if not self._failing:
                log.exception("The %s failed, and will try until it succeeds", self._name)
            self._failing = True
            time.sleep(PAUSE_SECONDS)
        else:
            if self._failing:
                log.warning("The %s works again", self._name)
            self._failing, self._good_at = False, time.monotonic()
