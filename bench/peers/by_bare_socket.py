"""The floor: bytes on bare sockets of one asyncio loop, and results written in groups beside it."""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from bench.peers import message

HEAD: Final = (
    f"POST {message.PATH} HTTP/1.1\r\nHost: api.twilio.com\r\nAuthorization: {message.AUTH}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
).encode()


class Bare(asyncio.Protocol):
    """One connection, which sends the next message when the last was answered."""

    def __init__(self, left: Iterator[tuple[int, str]]) -> None:
        self.left, self.read = left, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        each = next(self.left, None)
        if each is not None:
            self.key, number = each
            body = message.form(number)
            self.transport.write(b"%b%d\r\n\r\n%b" % (HEAD, len(body), body))

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r")[0]
        if not found or len(body) < int(length):
            return
        assert self.read[9:12] == b"201"
        message.record(self.key, json.loads(body)["sid"])
        self.read = b""
        self.send()


async def main() -> None:
    left, loop = message.numbers(int(sys.argv[1])), asyncio.get_running_loop()
    for _ in range(message.CONNECTIONS):
        await loop.create_connection(lambda: Bare(left), "127.0.0.1", int(message.PORT))
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
