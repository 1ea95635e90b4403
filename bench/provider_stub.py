"""Twilio's message resource as far as a sender sees it, answering after 50 to 200 ms."""

import asyncio
import json
import random
import sys
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


class Answering(asyncio.Protocol):
    """One connection; requests on it are answered one after another."""

    taken = 0

    def __init__(self, latency: random.Random) -> None:
        self.latency, self.read = latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.read[:end].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self.read) < end + 4 + length:
            return
        self.read = self.read[end + 4 + length :]
        wait = self.latency.uniform(FASTEST, SLOWEST)
        asyncio.get_running_loop().call_later(wait, self.answer)

    def answer(self) -> None:
        type(self).taken += 1
        body = b"%bSM%032x%b" % (_BEFORE, self.taken, _AFTER)
        head = b"HTTP/1.1 201 CREATED\r\nContent-Type: application/json\r\nContent-Length: "
        if not self.transport.is_closing():
            self.transport.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))


async def serve() -> None:
    """Listen on a free port of this machine, say which, and answer until stopped."""
    latency = random.Random(7)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(latency), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
