"""The official Twilio SDK in a pool of threads, on one session of kept connections."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bench.peers import message


class Kept(TwilioHttpClient):
    """The SDK's own transport, with as many kept connections as it has threads."""

    def __init__(self) -> None:
        super().__init__()
        assert isinstance(self.session, Session)
        self.session.trust_env = False
        self.session.mount("http://", HTTPAdapter(pool_maxsize=message.CONNECTIONS))

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        here = f"http://127.0.0.1:{message.PORT}"
        return super().request(
            method, url.replace("https://api.twilio.com", here), *arguments, **named
        )


def main() -> None:
    client = Client(message.ACCOUNT, message.TOKEN, http_client=Kept())

    def send(each: tuple[int, str]) -> None:
        key, number = each
        sent = client.messages.create(
            to=number, from_=message.FROM, body=message.TEXT, status_callback=message.BACK
        )
        message.record(key, sent.sid)

    with ThreadPoolExecutor(message.CONNECTIONS) as threads:
        for _ in threads.map(send, message.numbers(int(sys.argv[1]))):
            pass
    sys.stdin.read()


if __name__ == "__main__":
    main()
