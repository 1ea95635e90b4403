"""Starting, stopping, and what is left after the worst."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.parts import processes
from tests.parts.server import ROOT, Product, StartProduct, run
from tests.parts.sockets import Page, signed_in
from tests.realtime.conftest import House

pytestmark = pytest.mark.slow

IDLE_CLIENTS = 64


def test_a_port_that_is_taken_is_said_in_a_sentence(
    sqlite_url: str, start_product: StartProduct
) -> None:
    there = start_product(sqlite_url)
    ended = run("serve", database_url=sqlite_url, PORT=str(there.port))

    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1, port {there.port}: Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_settings_that_cannot_be_used_are_all_said_at_once(sqlite_url: str) -> None:
    ended = run("serve", database_url=sqlite_url, PORT="99999", SECRET_KEY="short")

    assert ended.returncode == 2
    assert "PORT" in ended.stderr
    assert "SECRET_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_killing_the_process_that_watches_frees_the_port_at_once(
    sqlite_url: str, start_product: StartProduct
) -> None:
    product = start_product(sqlite_url)
    (serving,) = psutil.Process(product.pid).children()
    began = time.monotonic()
    os.kill(product.pid, signal.SIGKILL)
    serving.wait(5)
    product.kill9()
    product.restart()

    print(f"back after {time.monotonic() - began:.1f} s")
    assert product.answers()


def test_a_serving_process_that_dies_is_replaced(running: House) -> None:
    (serving,) = psutil.Process(running.product.pid).children()
    page = running.page()
    serving.kill()
    page.wait_until_closed()
    until = time.monotonic() + 20
    while not running.product.answers():
        assert time.monotonic() < until
        time.sleep(0.05)

    assert running.page().connected


def test_being_told_to_stop_closes_the_sockets_first(running: House) -> None:
    pages = [running.page() for _ in range(5)]
    idle = socket.create_connection(("127.0.0.1", running.port))
    began = time.monotonic()
    running.product.stop()
    took = time.monotonic() - began
    for page in pages:
        page.wait_until_closed()
    running.product.restart()

    print(f"stopped after {took:.1f} s")
    assert took < 8
    assert "Traceback" not in running.product.log.read_text("utf-8")
    idle.close()


def test_clients_that_do_not_hang_up_hold_up_nobody(running: House) -> None:
    clients = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(IDLE_CLIENTS)]
    for client in clients:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        client.recv(1)
    began = time.monotonic()
    assert running.product.answers()
    took = time.monotonic() - began

    print(f"/healthz beside {IDLE_CLIENTS} clients that do not hang up: {took:.3f} s")
    for client in clients:
        client.close()


def test_the_program_that_serves_does_not_say_what_it_is(running: House) -> None:
    answer = requests.get(f"{running.product.url}/healthz", timeout=5)

    assert answer.headers["Server"] == "Nasaq"


def test_without_a_worker_the_installation_is_not_ready_and_says_what_to_do(
    postgres_url: str, start_product: StartProduct, tmp_path: Path
) -> None:
    product = start_product(postgres_url)
    alone = requests.get(f"{product.url}/readyz", timeout=5)
    assert alone.status_code == 503
    assert "run.py work" in alone.json()["checks"]["worker"]

    worker = a_worker(product, tmp_path)
    wait_for(lambda: requests.get(f"{product.url}/readyz", timeout=5).status_code == 200)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(15) == 0
    assert requests.get(f"{product.url}/readyz", timeout=5).status_code == 503
    assert "Traceback" not in (tmp_path / "worker.log").read_text("utf-8")


@pytest.mark.parametrize("command", [(), ("serve", "--with-worker")])
def test_one_process_alone_is_ready_by_itself(
    sqlite_url: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    product = Alone(sqlite_url, tmp_path, {})
    product.start(*command)
    with suppress(AssertionError):
        wait_for(lambda: requests.get(f"{product.url}/readyz", timeout=5).status_code == 200)
    ready = requests.get(f"{product.url}/readyz", timeout=5).json()
    said = product.log.read_text("utf-8")
    product.stop()

    assert ready["checks"] == dict.fromkeys(ready["checks"], "ok")
    assert f"Nasaq is at       http://localhost:{product.port}" in said


def test_a_page_of_somebody_signed_in_survives_a_restart(running: House) -> None:
    who = signed_in(running.coordinator)
    page = running.page(who)
    running.product.kill9()
    page.wait_until_closed()
    running.product.restart()

    assert Page(running.port, who).enter(running.incident.id)["ok"]


class Alone(Product):
    """`python run.py` with these words behind it and nothing else."""

    def start(self, *command: str) -> None:
        self._process = subprocess.Popen(
            processes.bound_to_us([sys.executable, "run.py", *command]),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        processes.wait_until(self.answers, self._process, self.log)


def a_worker(product: Product, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        processes.bound_to_us([sys.executable, "run.py", "work"]),
        cwd=ROOT,
        env=product.environment,
        stdin=subprocess.DEVNULL,
        stdout=(folder / "worker.log").open("wb"),
        stderr=subprocess.STDOUT,
    )


def wait_for(happened: object, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    assert callable(happened)
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.1)
