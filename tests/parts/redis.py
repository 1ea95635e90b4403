"""A private Redis server for this run: in memory, free port, gone afterwards."""

import socket
import subprocess
from collections.abc import Iterator

import pytest

from tests.parts import processes, tools


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running Redis server."""
    program = tools.redis_server()
    assert program, "pytest_runtest_setup leaves out tests that need Redis when there is none"
    port, log = processes.free_port(), tmp_path_factory.mktemp("redis") / "log"
    command = [str(program), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(log.parent)]
    process = subprocess.Popen(
        processes.bound_to_us(command), stdout=log.open("wb"), stderr=subprocess.STDOUT
    )
    processes.wait_until(lambda: _answers(port), process, log)
    yield port
    processes.end(process)


@pytest.fixture
def redis_url(redis_server: int) -> str:
    """The address of an empty Redis database."""
    with socket.create_connection(("127.0.0.1", redis_server), timeout=5) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(64)
    return f"redis://127.0.0.1:{redis_server}/0"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
