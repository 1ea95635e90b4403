"""The courier of exercises and of offices that are not live: nothing leaves this machine."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    Found,
    Letter,
    NotFound,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.outbox import Channel
from crisis.simulator import commands
from crisis.simulator.model import PROVIDER

CALLS_AT_ONCE = 4
LETTERS_PER_CALL = 250


class Local:
    """Takes everything, and reports on it in its own time; see the simulator."""

    name = PROVIDER
    reaches_the_world = False
    calls_at_once = CALLS_AT_ONCE
    letters_per_call = LETTERS_PER_CALL

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Put them on the phones of the simulator, in one transaction."""
        try:
            references = await asyncio.to_thread(commands.take, letters)
        except SQLAlchemyError as error:
            return [Unknown(type(error).__name__)] * len(letters)
        return [Accepted(each, "accepted") for each in references]

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        """Whether the simulator has it."""
        try:
            found = await asyncio.to_thread(
                commands.reference_of, letter.delivery_id, letter.attempt
            )
        except SQLAlchemyError as error:
            return CannotTell(type(error).__name__)
        return Found(found) if found else NotFound()

    async def close(self) -> None:
        """Nothing is held."""
