"""One pool of connections to one provider, and what its answers and its silence prove.

What certainly did not leave may be tried again; what may have left never is. So every failure is
told apart by whether our words can have reached the other side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from crisis.alerts.couriers import ExerciseRefusedError, Letter, NotAccepted, Unknown
from crisis.kernel import clock

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0
TOTAL_SECONDS: Final = 15.0
LARGEST_ANSWER: Final = 1024 * 1024
LONGEST_REST: Final = 3600.0
"""A provider that wants us to wait longer than this is asked again after it all the same."""
_SECONDS: Final = re.compile(r"\d{1,9}(\.\d+)?")


@dataclass(frozen=True)
class Answer:
    """What a provider answered, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_taken(self) -> bool:
        """Whether it says that it took what it was given."""
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether it proves that nothing was taken."""
        return 400 <= self.status < 500

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


class NotSentError(Exception):
    """No connection came about: not a byte of ours was taken."""


class NoAnswerError(Exception):
    """Our words left, and nobody can tell what came of them."""


class Wire:
    """Pooled connections, made on first use. Belongs to one event loop, follows no redirects, asks
    no proxy and tries nothing again by itself."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: ClientSession | None = None

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises `NotSentError` or `NoAnswerError`."""
        return await self._ask("POST", url, body, headers)

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Raises `NotSentError` or `NoAnswerError`."""
        return await self._ask("GET", url, None, headers)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        import aiohttp  # noqa: PLC0415  0.3 s that only a process that sends should pay

        if self._session is None:
            self._session = _session(self._connections)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return Answer(answer.status, answer.headers, await _body(answer))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(_named(error)) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # TimeoutError is an OSError; ValueError comes of an answer that is no HTTP
            raise NoAnswerError(_named(error)) from error


def refuse_exercises(letters: Sequence[Letter]) -> None:
    """The last door before the world. Raises `ExerciseRefusedError`."""
    if any(each.is_exercise for each in letters):
        raise ExerciseRefusedError


def not_now(answer: Answer) -> NotAccepted:
    """It refuses us, or everybody, and not this message: to be tried again."""
    return NotAccepted(f"HTTP {answer.status}", retry_after(answer))


def in_doubt(answer: Answer) -> Unknown:
    """Neither taken nor refused, as far as this answer says."""
    return Unknown(f"HTTP {answer.status}")


def retry_after(answer: Answer) -> float | None:
    """How many seconds it wants to be left alone, told in seconds or as a moment; None: it does not
    say."""
    told = answer.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(told):
        return min(float(told), LONGEST_REST)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max((until - clock.now()).total_seconds(), 0.0), LONGEST_REST)


def _session(connections: int) -> ClientSession:
    import aiohttp  # noqa: PLC0415  as above

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        timeout=aiohttp.ClientTimeout(
            total=TOTAL_SECONDS,
            connect=CONNECT_SECONDS,
            sock_connect=CONNECT_SECONDS,
            sock_read=READ_SECONDS,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def _body(answer: ClientResponse) -> bytes:
    """At most so much of it; whatever is longer is no answer of a provider."""
    if (answer.content_length or LARGEST_ANSWER) < LARGEST_ANSWER:
        return await answer.read()
    body = b""
    async for some in answer.content.iter_chunked(LARGEST_ANSWER):
        body += some
        if len(body) > LARGEST_ANSWER:
            raise ValueError("too long an answer")
    return body


def _named(error: Exception) -> str:
    """What happened, without addresses and without what was sent."""
    cause = error.__cause__ or error
    said = getattr(cause, "strerror", None) if isinstance(cause, OSError) else None
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
