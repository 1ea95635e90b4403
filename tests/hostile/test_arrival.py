"""Nobody holds up the house by sending slowly, in pieces, or too much, or by not reading."""

import socket
import time
from collections.abc import Iterator

import psutil
import pytest
import requests

from crisis.web.arrival import LARGEST_AWAITED, LARGEST_HEAD, Arrival, arrival
from tests.hostile.data import rows
from tests.parts.server import Product

pytestmark = pytest.mark.slow

HEAD = b"POST /signin HTTP/1.1\r\nHost: localhost\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "half a head": HEAD,
    "half a body": FORM + b"Content-Length: 1000\r\n\r\na=",
    "a body in pieces": FORM + b"Transfer-Encoding: chunked\r\n\r\n3\r\na",
    "a large body": FORM + b"Content-Length: 1000000\r\n\r\na=",
    "nothing at all": b"",
}
HELD_UP = 5.0
"""Seconds: who is waited for takes a thread for ten; a machine that is busy never needs so long."""
MANY = 300

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of one TCP connection: the browser's and ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        browser = socket.create_connection(listener.getsockname())
        ours, _address = listener.accept()
        with browser, ours:
            yield browser, ours


def come(pair: Pair, sent: bytes, before: bytes = b"") -> Arrival:
    """What has come of a request after these bytes were sent."""
    browser, ours = pair
    browser.sendall(sent)
    time.sleep(0.05)
    return arrival(ours, before)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (b"", Arrival.NOTHING),
        (b"G", Arrival.PART_OF_HEAD),
        (HEAD, Arrival.PART_OF_HEAD),
        (HEAD + b"\r\n", Arrival.WHOLE),
        (HEAD + b"Content-Length: 0\r\n\r\n", Arrival.WHOLE),
        (HEAD + b"content-length:3\r\n\r\nabc", Arrival.WHOLE),
        (HEAD + b"Content-Length: 3\r\n\r\nab", Arrival.PART_OF_BODY),
        (HEAD + b"Content-Length: 3\r\n\r\nabc" + HEAD, Arrival.WHOLE),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (LARGEST_AWAITED + 1), Arrival.LONG),
        (HEAD + b"Content-Length: 999999999999\r\n\r\n", Arrival.LONG),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", Arrival.LONG),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", Arrival.LONG),
        (b"X" * (LARGEST_HEAD + 10), Arrival.LONG),
    ],
)
def test_what_has_come_of_a_request_is_known_without_reading_it(
    pair: Pair, sent: bytes, found: Arrival
) -> None:
    assert come(pair, sent) is found
    pair[1].setblocking(False)
    assert sent == b"" or pair[1].recv(10) == sent[:10]


def test_what_was_read_ahead_counts(pair: Pair) -> None:
    assert come(pair, b"\r\n", HEAD) is Arrival.WHOLE
    assert come(pair, b"", HEAD + b"Content-Length: 9\r\n\r\n") is Arrival.PART_OF_BODY


def test_the_connection_wakes_only_when_more_has_come(pair: Pair) -> None:
    ours = pair[1]
    ours.settimeout(0.2)
    assert come(pair, HEAD) is Arrival.PART_OF_HEAD
    with pytest.raises(TimeoutError):
        ours.recv(9, socket.MSG_PEEK)

    assert come(pair, b"\r\n") is Arrival.WHOLE
    assert ours.recv(4) == HEAD[:4]
    assert ours.recv(1) == HEAD[4:5]


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\na"])
def test_whoever_hangs_up_halfway_is_not_waited_for(pair: Pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    pair[0].shutdown(socket.SHUT_WR)
    time.sleep(0.05)

    assert arrival(pair[1]) is Arrival.WHOLE


def test_a_large_form_is_waited_for_in_steps(pair: Pair) -> None:
    browser = pair[0]
    assert come(pair, HEAD + b"Content-Length: 200000\r\n\r\n") is Arrival.PART_OF_BODY
    browser.settimeout(5)
    for _part in range(20):
        found = come(pair, b"x" * 10_000)

    assert found is Arrival.WHOLE


# ── against the house itself ─────────────────────────────────────────────────────────────────────


def healthy(product: Product) -> float:
    """How long the house needs to say that it lives, in seconds: the least of five, which tells
    what holds it up apart from what else the machine does."""
    took = []
    for _time in range(5):
        started = time.perf_counter()
        assert requests.get(f"{product.url}/healthz", timeout=10).status_code == 200
        took.append(time.perf_counter() - started)
    return min(took)


def connections(product: Product, many: int, sent: bytes) -> list[socket.socket]:
    opened = []
    for _each in range(many):
        one = socket.create_connection(("127.0.0.1", product.port), timeout=10)
        one.sendall(sent)
        opened.append(one)
    return opened


def test_hundreds_who_send_slowly_do_not_hold_up_the_others(product: Product) -> None:
    for name, sent in SLOW.items():
        opened = connections(product, MANY, sent)
        time.sleep(2.5)  # those turned away are given two seconds to hang up
        found = healthy(product)
        print(f"/healthz beside {MANY} with {name}: {found:.3f} s")
        assert found < HELD_UP, f"{name}: {found}"
        for each in opened:
            each.close()


def test_whoever_never_ends_a_request_is_let_go(product: Product) -> None:
    opened = connections(product, 3, HEAD)
    for each in opened:
        each.settimeout(25)
        try:
            answer = each.recv(100)
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or b" 408 " in answer


def test_hundreds_who_do_not_read_do_not_hold_up_the_others(product: Product) -> None:
    opened = []
    for _each in range(MANY):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        one.connect(("127.0.0.1", product.port))
        one.sendall(b"GET /static/icons/sprite.svg HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        opened.append(one)
    time.sleep(15)

    assert healthy(product) < HELD_UP
    for each in opened:
        each.close()


def test_when_no_more_files_can_be_opened_the_house_stands(product: Product) -> None:
    assert product._process is not None
    serving = psutil.Process(product._process.pid).children(recursive=True)
    for each in serving:
        each.rlimit(psutil.RLIMIT_NOFILE, (each.num_fds() + 20, 4096))
    opened = connections(product, 200, b"")
    time.sleep(1)
    for each in opened:
        each.close()
    time.sleep(1)

    assert healthy(product) < HELD_UP
    assert psutil.Process(product._process.pid).children(recursive=True) == serving


def test_bytes_that_are_no_request_are_refused(product: Product) -> None:
    for row in rows()["wires"]:
        status = answered(product, row["bytes"].encode("latin-1") * row.get("times", 1))
        assert status in row["status"], (row["id"], status)
    assert healthy(product) < HELD_UP


def answered(product: Product, sent: bytes) -> int:
    """The status of the first answer to these bytes; 0 when the connection just ends."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=8) as one:
        try:
            one.sendall(sent)
            one.shutdown(socket.SHUT_WR)
            head = one.recv(2000)
        except OSError:  # the server hung up; before all was sent, or before we said that it was
            return 0
    return int(head.split(b" ", 2)[1]) if head else 0
