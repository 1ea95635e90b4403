"""Frames that no page sends: the socket they come from is closed, and nobody else notices."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle

import psutil
import pytest
import requests

from crisis.incidents.commands import add_note
from tests.parts.sockets import (
    BINARY,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    RefusedError,
    Wire,
    a_frame,
    a_source,
    signed_in,
)
from tests.realtime.conftest import House
from tests.realtime.test_frames import NOBODY_SAYS

pytestmark = pytest.mark.slow

PROMISED_SECONDS = 1.0
GENEROUS_SECONDS = 5.0
"""What decides a test; the figures beside the promise are printed."""
ATTACKERS = 64

Attack = Callable[[Wire], None]


def text(said: str) -> Attack:
    return lambda wire: wire.send(said)


def raw(data: bytes) -> Attack:
    return lambda wire: wire.socket.sendall(data)


def huge_frame(wire: Wire) -> None:
    """Announce 50 MB and send as much of it as is taken."""
    wire.socket.sendall(a_frame(TEXT, b"")[:1] + b"\xff" + (50_000_000).to_bytes(8, "big"))
    wire.socket.sendall(bytes(4))
    with suppress(OSError):
        for _ in range(500):
            wire.socket.sendall(b"a" * 100_000)


def tiny_frames(wire: Wire) -> None:
    with suppress(OSError):
        for _ in range(100):
            wire.socket.sendall(a_frame(TEXT, b"3") * 10_000)


def fragments(wire: Wire) -> None:
    wire.frame(TEXT, b"4", final=False)
    with suppress(OSError):
        wire.socket.sendall(a_frame(CONTINUED, b"2", final=False) * 10_000)


def attachments(wire: Wire) -> None:
    with suppress(OSError):
        for _ in range(1000):
            wire.send('451-["enter",{"_placeholder":true,"num":0}]')


ATTACKS: dict[str, Attack] = {
    **{f"text {said[:16]!r}": text(said) for said in NOBODY_SAYS},
    "100 kB": text("4" * 100_000),
    "50 MB": huge_frame,
    "a million tiny frames": tiny_frames,
    "ten thousand fragments": fragments,
    "attachments that never come": attachments,
    "binary": lambda wire: wire.frame(BINARY, b"\x04hello"),
    "unmasked": lambda wire: wire.frame(TEXT, b"3", masked=False),
    "reserved bits": raw(bytes([0xF1, 0x80, 0, 0, 0, 0])),
    "reserved opcode": raw(bytes([0x83, 0x80, 0, 0, 0, 0])),
    "continuation of nothing": lambda wire: wire.frame(CONTINUED, b"x"),
    "ping too long": lambda wire: wire.frame(PING, b"x" * 200),
    "ping in fragments": lambda wire: wire.frame(PING, b"x", final=False),
    "ping flood": raw(a_frame(PING, b"x") * 5_000),
    "pong flood": raw(a_frame(PONG, b"x") * 5_000),
    "not UTF-8": lambda wire: wire.frame(TEXT, b"\xff\xfe\xfd"),
    "half a surrogate": text('42["enter","\ud800"]'),
    "not frames at all": raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3),
    "a wrong ticket, again and again": raw(a_frame(TEXT, b'40{"ticket":"x"}') * 100),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("admitted", [False, True], ids=["without a ticket", "with a ticket"])
def test_a_socket_that_says_what_no_page_says_is_closed(
    running: House, name: str, admitted: bool
) -> None:
    wire = with_ticket(running) if admitted else without_ticket(running)
    began = time.monotonic()
    with suppress(OSError):
        ATTACKS[name](wire)

    assert wire.is_closed_within(GENEROUS_SECONDS), f"{name}: still open"
    took = time.monotonic() - began
    assert took < PROMISED_SECONDS or print(f"{name}: closed only after {took:.1f} s") is None
    wire.close()


def test_sixty_four_attackers_do_not_slow_the_others_down(running: House) -> None:
    page = running.page()
    before = memory(running)
    over = threading.Event()
    attackers = [
        threading.Thread(target=attack, args=(running, over, number), daemon=True)
        for number in range(ATTACKERS)
    ]
    for thread in attackers:
        thread.start()
    took = sorted(healthz(running) for _ in patiently(seconds=6))
    add_note(running.coordinator, running.incident.id, text="وسط الضجيج")
    page.wait_for(lambda: any("وسط الضجيج" in each["entry"] for each in page.news))
    over.set()
    for thread in attackers:
        thread.join(20)

    grown = (memory(running) - before) / 1e6
    half, most = took[len(took) // 2], took[-1]
    print(f"/healthz beside {ATTACKERS} attackers: half {half:.3f} s, most {most:.3f} s;")
    print(f"{len(took)} asked, memory {grown:+.0f} MB")
    assert half < 2.0
    assert grown < 128


def test_long_polling_is_refused_at_once(running: House) -> None:
    address = f"{running.product.url}/socket.io/?EIO=4&transport=polling"
    statuses = {requests.get(address, timeout=5).status_code for _ in range(3)}
    statuses |= {
        requests.post(f"{address}&sid=x", data="9zzz", timeout=5).status_code
        for _ in range(ATTACKERS)
    }

    assert statuses == {400}
    assert running.product.answers()


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("EIO=3&transport=websocket", {}),
        ("EIO=4&transport=websocket&transport=polling", {}),
        ("EIO=4&transport=websocket&sid=abc", {}),
        ("EIO=4&transport=websocket&j=1", {}),
        ("", {}),
        (None, {"Upgrade": None}),
        (None, {"Upgrade": "h2c"}),
        (None, {"Connection": "close"}),
        (None, {"Sec-WebSocket-Key": None}),
        (None, {"Sec-WebSocket-Key": "short"}),
        (None, {"Sec-WebSocket-Version": "12"}),
        (None, {"Origin": "null"}),
        (None, {"Origin": "https://evil.example"}),
        (None, {"Origin": "http://localhost.evil.example"}),
        (None, {"Origin": "http://localhost"}),
        (None, {"Origin": "*"}),
    ],
)
def test_a_handshake_that_no_page_makes_is_refused(
    running: House, query: str | None, headers: dict[str, str | None]
) -> None:
    asked = {"query": query} if query is not None else {}
    with pytest.raises(RefusedError) as refused:
        Wire(running.port, headers=headers, source=a_source(), **asked)

    assert refused.value.status == 400


def test_a_program_without_an_origin_needs_a_ticket_like_everybody(running: House) -> None:
    who = signed_in(running.coordinator)
    headers = {"Origin": None, "Cookie": f"sid={who.cookie}"}
    wire = Wire(running.port, headers=headers, source=a_source())
    wire.send(f'40{{"ticket":"{who.ticket()}"}}')
    said = [wire.read(), wire.read()]

    assert [each and each[1][:2] for each in said] == [b"0{", b"40"]


def test_nothing_is_compressed(running: House) -> None:
    offered = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    wire = Wire(running.port, headers=offered, source=a_source())

    assert "extensions" not in wire.head.lower()


def test_whoever_shows_no_ticket_is_sent_away_after_five_seconds(running: House) -> None:
    silent, chatty = without_ticket(running), without_ticket(running)
    began = time.monotonic()
    for _ in range(3):
        time.sleep(1)
        chatty.send("3")

    assert silent.is_closed_within(10)
    assert chatty.is_closed_within(10)
    assert time.monotonic() - began > 4


def test_one_address_cannot_take_every_seat(running: House) -> None:
    source = a_source()
    opened: list[Wire] = []
    refused: list[RefusedError] = []
    for _ in range(80):
        try:
            opened.append(Wire(running.port, source=source))
        except RefusedError as error:
            refused.append(error)

    assert (len(opened), len(refused)) == (60, 20)
    assert {error.status for error in refused} == {429}
    assert all("Retry-After" in error.head for error in refused)
    assert running.page().connected
    for wire in opened:
        wire.close()


def test_whoever_shows_a_ticket_is_not_counted_as_an_attacker(running: House) -> None:
    who, source = signed_in(running.coordinator), a_source()
    for _ in range(70):
        wire = Wire(running.port, headers={"Cookie": f"sid={who.cookie}"}, source=source)
        wire.send(f'40{{"ticket":"{who.ticket()}"}}')
        wire.read()
        assert (wire.read() or (0, b""))[1].startswith(b"40")
        wire.close()


def test_when_every_seat_is_taken_pages_are_told_to_come_back(running: House) -> None:
    wait_until_free(running)
    with pytest.raises(RefusedError) as refused:
        fill(running, seats=120)

    assert refused.value.status == 503
    assert "Retry-After" in refused.value.head
    assert running.product.answers()
    wait_until_free(running)
    assert running.page().connected


def test_one_who_does_not_read_is_dropped_and_holds_up_nobody(running: House) -> None:
    deaf, page = with_ticket(running), running.page()
    deaf.send(f'42["enter",{{"incident":"{running.incident.id}","after":0}}]')
    before = memory(running)
    for number in range(60):
        add_note(running.coordinator, running.incident.id, text=f"{number} " + "ماء " * 4_000)
    page.wait_for(lambda: len(page.news) == 60, 60)

    assert page.closed_at is None
    eventually(lambda: seats_of(running, deaf) == 0)
    print(f"memory grew by {(memory(running) - before) / 1e6:.0f} MB")
    assert memory(running) - before < 128e6


def test_one_who_reads_slowly_hears_everything_in_one_piece(running: House) -> None:
    slow = with_ticket(running)
    slow.send(f'42["enter",{{"incident":"{running.incident.id}","after":0}}]')
    texts = [f"{number} " + "ماء " * 4_000 for number in range(20)]
    for text_ in texts:
        add_note(running.coordinator, running.incident.id, text=text_)
    time.sleep(1.5)
    heard: list[str] = []
    while len(heard) < len(texts):
        frame = slow.read(20)
        assert frame, "it was cut off"
        said = frame[1].decode()
        if said.startswith('42["news"'):
            heard.append(json.loads(said[2:])[1]["entry"])
        elif said == "2":
            slow.send("3")

    assert all(text_.strip() in entry for text_, entry in zip(texts, heard, strict=True))


def test_a_page_that_answers_no_ping_is_let_go(running: House) -> None:
    wire = with_ticket(running)

    assert wire.is_closed_within(40)


def test_thousands_of_connections_leave_nothing_behind(running: House) -> None:
    def come_and_go(rounds: int) -> None:
        for number in range(rounds):
            wire = with_ticket(running) if number % 2 else without_ticket(running)
            wire.close()

    come_and_go(100)
    wait_until_free(running)
    before = footprint(running)
    come_and_go(1_000)
    wait_until_free(running)

    after = footprint(running)
    print(f"threads and files before {before}, after {after}")
    assert after[0] <= before[0] + 8
    assert after[1] <= before[1] + 8


def with_ticket(house: House) -> Wire:
    """A connected socket whose holder then behaves as they like."""
    who = signed_in(house.coordinator)
    wire = Wire(house.port, headers={"Cookie": f"sid={who.cookie}"}, source=a_source())
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.send(f'40{{"ticket":"{who.ticket()}"}}')
    wire.read()
    assert (wire.read() or (0, b""))[1].startswith(b"40")
    return wire


def without_ticket(house: House) -> Wire:
    return Wire(house.port, source=a_source())


def fill(house: House, *, seats: int) -> None:
    """Take every seat, and one more."""
    taken = [without_ticket(house) for _ in range(seats)]
    assert len(taken) == seats
    without_ticket(house)


def attack(house: House, over: threading.Event, number: int) -> None:
    attacks = cycle(list(ATTACKS.values())[number % len(ATTACKS) :] + list(ATTACKS.values()))
    while not over.is_set():
        with suppress(OSError, RefusedError):
            wire = without_ticket(house)
            next(attacks)(wire)
            wire.is_closed_within(0.5)
            wire.close()


def healthz(house: House) -> float:
    """How many seconds `/healthz` took."""
    began = time.monotonic()
    assert requests.get(f"{house.product.url}/healthz", timeout=20).status_code == 200
    return time.monotonic() - began


def patiently(*, seconds: float) -> Iterator[None]:
    """Again and again for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(0.05)


def eventually(happened: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.1)


def server(house: House) -> psutil.Process:
    """The process that serves."""
    (child,) = psutil.Process(house.product.pid).children()
    return child


def memory(house: House) -> int:
    return int(server(house).memory_info().rss)


def footprint(house: House) -> tuple[int, int]:
    """How many threads and open files the serving process has."""
    return server(house).num_threads(), server(house).num_fds()


def seats_of(house: House, wire: Wire) -> int:
    """Whether the server still holds the other end of this connection."""
    own = wire.socket.getsockname()
    return sum(each.raddr == own for each in server(house).net_connections("tcp") if each.raddr)


def wait_until_free(house: House) -> None:
    """Wait until whoever came in earlier tests is gone."""

    def is_free() -> bool:
        held = server(house).net_connections("tcp")
        return sum(each.status == psutil.CONN_ESTABLISHED for each in held) == 0

    eventually(is_free, 60)
