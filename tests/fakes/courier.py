"""The shortest courier that keeps the contract, for tests of what stands behind couriers."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import aiohttp

from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    Found,
    GiveUp,
    Letter,
    NotAccepted,
    NotFound,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.outbox import Channel, ErrorClass

PATH = "/2010-04-01/Accounts/AC0/Messages.json"


class HttpCourier:
    """Posts each letter to a provider of tests, and reads its list."""

    name = "fake"
    channel = Channel.SMS
    reaches_the_world = False
    letters_per_call = 1

    def __init__(self, base: str, *, calls_at_once: int = 8, seconds: float = 2.0) -> None:
        self._base, self.calls_at_once = base, calls_at_once
        self._within = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        return [await self._post(each) for each in letters]

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        try:
            where = f"{self._base}{PATH}?{urlencode({'To': letter.address})}"
            async with self._line().get(where) as answer:
                if answer.status != 200:
                    return CannotTell(f"HTTP {answer.status}")
                listed = (await answer.json())["messages"]
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return CannotTell(type(error).__name__)
        same = [each for each in listed if each["body"] == letter.text]
        return Found(same[0]["sid"], same[0]["status"]) if same else NotFound()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, letter: Letter) -> Outcome:
        form = {"To": letter.address, "Body": letter.text}
        try:
            async with self._line().post(
                self._base + PATH, data=form, allow_redirects=False
            ) as answer:
                return _outcome(answer, await answer.read())
        except aiohttp.ClientConnectorError as error:
            return NotAccepted(type(error).__name__)
        except (TimeoutError, aiohttp.ClientError) as error:
            return Unknown(type(error).__name__)

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None:
            lines = aiohttp.TCPConnector(limit=0)
            who = {"User-Agent": f"worker {os.getpid()}"}
            self._session = aiohttp.ClientSession(
                connector=lines, timeout=self._within, headers=who
            )
        return self._session


def _outcome(answer: aiohttp.ClientResponse, body: bytes) -> Outcome:
    if answer.status == 429:
        after = answer.headers.get("Retry-After")
        return NotAccepted("HTTP 429", float(after) if after else None)
    if 400 <= answer.status < 500:
        return GiveUp(f"HTTP {answer.status}", "21211", ErrorClass.INVALID_NUMBER)
    try:
        if answer.status == 201:
            return Accepted(str(json.loads(body)["sid"]), "queued")
    except (ValueError, KeyError):
        return Unknown("an answer that cannot be read")
    return Unknown(f"HTTP {answer.status}")
