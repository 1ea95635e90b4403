"""Dramatiq with Redis: an actor for each message, with the middleware that it brings."""

from collections.abc import Iterable

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers import message

broker = RedisBroker(url=f"unix://{message.REDIS}")
dramatiq.set_broker(broker)


@dramatiq.actor(max_retries=0)
def send(key: int, number: str) -> None:
    message.send(key, number)


def put(messages: Iterable[tuple[int, str]]) -> None:
    """Put them into the broker."""
    for each in messages:
        send.send(*each)
