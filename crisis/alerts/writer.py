"""One thread that talks to the database for an event loop, which must not wait for it itself."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, TypeVar

T = TypeVar("T")


class Writer:
    """Does what it is given in the order it came.

    Python's own pools take nothing more once the process has begun to end; and it is then that what
    came of the last calls must be written.
    """

    def __init__(self) -> None:
        self._given: Final[SimpleQueue[Callable[[], None] | None]] = SimpleQueue()
        threading.Thread(target=self._go, name="outbox", daemon=True).start()

    async def done(self, work: Callable[[], T]) -> T:
        """What the work answers, or raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def give() -> None:
            try:
                result = work()
            except Exception as error:  # whoever waits for it gets it
                loop.call_soon_threadsafe(_settle, answer.set_exception, error, answer)
            else:
                loop.call_soon_threadsafe(_settle, answer.set_result, result, answer)

        self._given.put(give)
        return await answer

    def close(self) -> None:
        """It ends after what it was given before."""
        self._given.put(None)

    def _go(self) -> None:
        while (work := self._given.get()) is not None:
            work()


def _settle(settle: Callable[[Any], None], value: object, answer: asyncio.Future[Any]) -> None:
    if not answer.done():  # nobody waits for it any more
        settle(value)
