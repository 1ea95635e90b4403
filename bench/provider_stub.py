"""Twilio's message and SendGrid's mail as far as a sender sees them, answering after 50 to 200 ms.

Told on its standard input how much to expect, it says when it came and when all was answered.
"""

import asyncio
import json
import random
import sys
import time
from typing import Final

FASTEST, SLOWEST = 0.05, 0.2
ANSWER: Final = {
    "account_sid": "AC" + "0" * 32,
    "api_version": "2010-04-01",
    "body": "x",
    "date_created": "Thu, 24 Aug 2026 05:01:45 +0000",
    "date_sent": None,
    "date_updated": "Thu, 24 Aug 2026 05:01:45 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": "+15005550006",
    "messaging_service_sid": None,
    "num_media": "0",
    "num_segments": "1",
    "price": None,
    "price_unit": None,
    "sid": "SMSID",
    "status": "queued",
    "subresource_uris": {"media": "/2010-04-01/x"},
    "to": "+15005550009",
    "uri": "/2010-04-01/x",
}
_BEFORE, _AFTER = json.dumps(ANSWER).encode().split(b"SMSID")
_MAIL: Final = (
    b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX-Message-Id: MSGID%016x.recvd\r\n\r\n"
)


class Count:
    """What came since it was last told what to expect."""

    def __init__(self) -> None:
        self.now_open = 0
        self._begin(begins_at=0, expected=0)

    def expect(self, told: str) -> None:
        """`500 5500`: say when the 500th comes, and when the 5,500th is answered."""
        begins_at, expected = map(int, told.split())
        self._begin(begins_at, expected)
        print("ready", flush=True)

    def _begin(self, begins_at: int, expected: int) -> None:
        self.taken = self.answered = 0
        self.begins_at, self.expected = begins_at, expected
        self.most_open = self.now_open
        self.addresses: set[bytes] = set()

    def take(self, address: bytes) -> int:
        """One more has come; its number."""
        self.taken += 1
        if self.taken == self.begins_at:
            print("begins", time.monotonic_ns(), flush=True)
        if address:
            self.addresses.add(address)
        return self.taken

    def answer(self) -> None:
        """One more was answered."""
        self.answered += 1
        if self.answered == self.expected:
            distinct = len(self.addresses)
            print("ended", time.monotonic_ns(), distinct, self.most_open, flush=True)


class Answering(asyncio.Protocol):
    """One connection; requests on it are answered one after another."""

    def __init__(self, latency: random.Random, count: Count) -> None:
        self.latency, self.count, self.read = latency, count, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.count.now_open += 1
        self.count.most_open = max(self.count.most_open, self.count.now_open)

    def connection_lost(self, _: Exception | None) -> None:
        self.count.now_open -= 1

    def data_received(self, data: bytes) -> None:
        self.read += data
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.read[:end].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self.read) < end + 4 + length:
            return
        is_mail = head.startswith(b"post /v3/mail/send ")
        body, self.read = self.read[end + 4 :], self.read[end + 4 + length :]
        number = self.count.take(b"" if is_mail else body.partition(b"To=")[2].partition(b"&")[0])
        wait = self.latency.uniform(FASTEST, SLOWEST)
        asyncio.get_running_loop().call_later(wait, self.answer, number, is_mail)

    def answer(self, number: int, is_mail: bool) -> None:
        if not self.transport.is_closing():
            self.transport.write(_MAIL % number if is_mail else _created(number))
        self.count.answer()


def _created(number: int) -> bytes:
    body = b"%bSM%032x%b" % (_BEFORE, number, _AFTER)
    head = b"HTTP/1.1 201 CREATED\r\nContent-Type: application/json\r\nContent-Length: "
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


async def serve(*, is_told: bool) -> None:
    """Listen on a free port of this machine, say which, and answer until stopped."""
    latency, count = random.Random(7), Count()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Answering(latency, count), "127.0.0.1", 0, backlog=2048
    )
    port = server.sockets[0].getsockname()[1]
    print(f"port {port}" if is_told else port, flush=True)
    if is_told:
        loop.add_reader(sys.stdin, lambda: count.expect(sys.stdin.readline() or sys.exit()))
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve(is_told="--told" in sys.argv)))
