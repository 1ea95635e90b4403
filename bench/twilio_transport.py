"""What the official Twilio SDK costs on the way out, beside a plain pooled POST and a bare socket.

The SDK is asked as our courier asks it: on a pool of connections behind its own extension point,
with the address for receipts and with every outcome told apart. All ways share one stub, one
message and 500 connections, and take turns, so that whatever else this machine does meets all.
"""

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import aiohttp

from crisis.alerts import links
from crisis.alerts.couriers import Accepted, Letter
from crisis.alerts.outbox import Channel, Purpose
from crisis.providers.twilio import Account, Twilio

ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "t" * 32
PATH: Final = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
FROM: Final = "+15005550006"
TEXT: Final = (
    "تحذير: احتمال انهيار سد. ابتعدوا عن مجرى الوادي الآن. https://nasaq.gov.example/k/AbCdEf123456"
)
BACK: Final = "https://nasaq.gov.example/hooks/twilio/status?delivery=0197&proof=0123456789abcdef"
AUTH: Final = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
HEADERS: Final = {"Authorization": AUTH, "Content-Type": "application/x-www-form-urlencoded"}
NOBODY: Final = UUID(int=0)
CONNECTIONS: Final = 500
TARGET: Final = 0.7
"""Of the floor: what the dispatcher is to reach (performance P10)."""

Way = Callable[[int, Iterator[str]], Awaitable[None]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.twilio_transport", description=__doc__)
    parser.add_argument("--messages", type=int, default=6000, help="of each way in each round")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    stub = subprocess.Popen(
        [sys.executable, "-m", "bench.provider_stub"], stdout=subprocess.PIPE, text=True
    )
    assert stub.stdout is not None
    try:
        port = int(stub.stdout.readline())
        report(take_turns(port, asked.messages, asked.rounds), asked)
    finally:
        stub.terminate()
        stub.wait()


def take_turns(port: int, messages: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Messages a second and microseconds of our CPU a message, of each way in each round."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for way in WAYS.values():
        asyncio.run(way(port, numbers(CONNECTIONS)))  # imports and first connections count for none
    for _ in range(rounds):
        for name, way in WAYS.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            asyncio.run(way(port, numbers(messages)))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            found[name].append((messages / wall, cpu / messages * 1e6))
    return found


def report(found: dict[str, list[tuple[float, float]]], asked: argparse.Namespace) -> None:
    rates = {name: statistics.median(rate for rate, _ in each) for name, each in found.items()}
    floor = rates[FLOOR]
    print(
        f"{asked.rounds} rounds of {asked.messages} messages, {CONNECTIONS} connections, answers "
        f"after 50-200 ms; medians (smallest-largest)"
    )
    for name, each in found.items():
        slow, fast = min(each)[0], max(each)[0]
        cpu = statistics.median(cost for _, cost in each)
        print(
            f"{name:36} {rates[name]:6.0f}/s ({slow:.0f}-{fast:.0f})"
            f" {cpu:6.0f} us CPU a message  {rates[name] / floor:.2f} of the floor"
        )
    half = TARGET / 2
    print(f"To be kept, the SDK must reach {half:.2f} of the floor: {rates[SDK] / floor:.2f}")


def numbers(count: int) -> Iterator[str]:
    return (f"+2189100{index:05d}" for index in range(count))


def form(to: str) -> bytes:
    return urlencode({"To": to, "From": FROM, "Body": TEXT, "StatusCallback": BACK}).encode()


async def by_courier(port: int, to: Iterator[str]) -> None:
    links.plug("a key of this measurement alone, and no other", "https://nasaq.gov.example")
    account = Account(ACCOUNT, TOKEN, FROM, f"http://127.0.0.1:{port}")
    courier = Twilio(account, CONNECTIONS)

    async def send(number: str) -> None:
        (outcome,) = await courier.send([letter(number)])
        assert isinstance(outcome, Accepted), outcome

    await at_once(send, to)
    await courier.close()


def letter(number: str) -> Letter:
    return Letter(
        delivery_id=NOBODY,
        attempt=1,
        channel=Channel.SMS,
        purpose=Purpose.ALERT,
        address=number,
        language="ar",
        subject="",
        text=TEXT,
        is_exercise=False,
    )


async def by_session(port: int, to: Iterator[str]) -> None:
    url = f"http://127.0.0.1:{port}{PATH}"
    async with pooled() as session:

        async def send(number: str) -> None:
            async with session.post(
                url, data=form(number), headers=HEADERS, allow_redirects=False
            ) as answer:
                assert answer.status == 201
                assert json.loads(await answer.read())["sid"].startswith("SM")

        await at_once(send, to)


def pooled() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=15, sock_connect=3, sock_read=10),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def at_once(send: Callable[[str], Awaitable[None]], to: Iterator[str]) -> None:
    async def one_after_another() -> None:
        for number in to:
            await send(number)

    await asyncio.gather(*(one_after_another() for _ in range(CONNECTIONS)))


class Bare(asyncio.Protocol):
    """Nothing but the bytes: what no client on this loop can be quicker than."""

    def __init__(self, to: Iterator[str], ended: asyncio.Queue[None]) -> None:
        self.to, self.ended, self.read = to, ended, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        number = next(self.to, None)
        if number is None:
            self.transport.close()
            self.ended.put_nowait(None)
            return
        body = form(number)
        self.transport.write(b"%b%d\r\n\r\n%b" % (HEAD, len(body), body))

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r")[0]
        if not found or len(body) < int(length):
            return
        assert self.read[9:12] == b"201"
        assert json.loads(body)["sid"].startswith("SM")
        self.read = b""
        self.send()


async def by_bare_socket(port: int, to: Iterator[str]) -> None:
    ended: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Bare(to, ended), "127.0.0.1", port)
    for _ in range(CONNECTIONS):
        await ended.get()


HEAD: Final = (
    f"POST {PATH} HTTP/1.1\r\nHost: api.twilio.com\r\nAuthorization: {AUTH}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
).encode()
SDK: Final = "our courier: the SDK on our pool"
FLOOR: Final = "bare socket (the floor)"
WAYS: Final[dict[str, Way]] = {SDK: by_courier, "pooled session": by_session, FLOOR: by_bare_socket}

if __name__ == "__main__":
    main()
