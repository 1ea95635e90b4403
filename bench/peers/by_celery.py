"""Celery with Redis: a task for each message, acknowledged early, no results kept."""

from collections.abc import Iterable

from celery import Celery

from bench.peers import message

app = Celery("peer", broker=f"redis+socket://{message.REDIS}")
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="send", ignore_result=True)
def send(key: int, number: str) -> None:
    message.send(key, number)


def put(messages: Iterable[tuple[int, str]]) -> None:
    """Put them into the broker."""
    with app.producer_or_acquire() as producer:
        for each in messages:
            send.apply_async(each, producer=producer)
