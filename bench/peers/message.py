"""What every peer does with one message: hand it over, and have what came of it written down.

Rows are written in groups, in the background, by one writer for each process: a peer's task is over
as soon as it has named its row. So none of them waits for the disk, as none of them asks it to.
"""

import json
import os
import queue
import sqlite3
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import urllib3

CONNECTIONS: Final = int(os.environ.get("PEER_CONNECTIONS", "500"))
PORT: Final = os.environ.get("PEER_PORT", "")
DATABASE: Final = os.environ.get("PEER_DATABASE", "")
REDIS: Final = os.environ.get("PEER_REDIS", "")
"""The path of its socket."""
GATHER_SECONDS: Final = 0.05
AT_ONCE: Final = 500

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


def numbers(count: int) -> Iterator[tuple[int, str]]:
    """So many messages: the key of the row of each, and whom it goes to."""
    return ((key, f"+21892{key:07}") for key in range(count))


def form(number: str) -> bytes:
    """What is asked of Twilio."""
    return urlencode({"To": number, "From": FROM, "Body": TEXT, "StatusCallback": BACK}).encode()


def send(key: int, number: str) -> None:
    """Over one pool of kept connections, as lean as a blocking client gets."""
    answer = _pool.urlopen("POST", PATH, body=form(number), headers=HEADERS, retries=False)
    if answer.status != 201:
        raise RuntimeError(answer.status)
    record(key, json.loads(answer.data)["sid"])


def record(key: int, reference: str) -> None:
    """Have it written that this message was accepted, with others that ended meanwhile."""
    if not _writing.is_set():
        with _starting:
            if not _writing.is_set():
                threading.Thread(target=_write, daemon=True).start()
                _writing.set()
    _results.put((reference, key))


def write(connection: sqlite3.Connection, rows: list[tuple[str, int]]) -> None:
    """One transaction, on the disk when it ends."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "UPDATE message SET state = 'accepted', reference = ? WHERE id = ?", rows
    )
    connection.execute("COMMIT")


def opened() -> sqlite3.Connection:
    """The database, synchronised as Nasaq's own is."""
    connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=5, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _write() -> None:
    connection = opened()
    while True:
        rows = [_results.get()]
        time.sleep(GATHER_SECONDS)
        while len(rows) < AT_ONCE and not _results.empty():
            rows.append(_results.get())
        write(connection, rows)


_pool: Final = urllib3.HTTPConnectionPool(
    "127.0.0.1", int(PORT or 1), maxsize=CONNECTIONS, block=False
)
_results: Final = queue.SimpleQueue[tuple[str, int]]()
_writing, _starting = threading.Event(), threading.Lock()
