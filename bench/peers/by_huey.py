"""Huey with Redis: a task for each message, no results kept."""

from collections.abc import Iterable

from huey import RedisHuey

from bench.peers import message

huey = RedisHuey("peer", url=f"unix://{message.REDIS}", results=False)


@huey.task()
def send(key: int, number: str) -> None:
    message.send(key, number)


def put(messages: Iterable[tuple[int, str]]) -> None:
    """Put them into the broker."""
    for each in messages:
        send(*each)
