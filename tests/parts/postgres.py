"""A private PostgreSQL server for this run: own folder, free port, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.parts import processes, tools

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
}


@dataclass
class PostgresServer:
    """One running server; `new_database` gives an empty or a copied database and its address."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def new_database(self, *, copy_of: str | None = None) -> str:
        """The address of a fresh database, a copy of the named one if asked."""
        name = f"nasaq_{next(self._numbers)}"
        # Copying files is twice as quick as writing each of their pages to a log nobody will read.
        template = f' TEMPLATE "{copy_of}" STRATEGY FILE_COPY' if copy_of else ""
        self.execute(f'CREATE DATABASE "{name}"{template}')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database and end whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://nasaq@127.0.0.1:{self.port}/{name}"

    def execute(self, sql: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="nasaq", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this run (of this worker, in a parallel run)."""
    with a_server() as server:
        yield server


@contextmanager
def a_server(**settings: str) -> Iterator[PostgresServer]:
    """A server that is there as long as it is used; `fsync="on"` and the like for one that must
    lose nothing."""
    folder = Path(tempfile.mkdtemp(prefix="nasaq-postgres-"))
    try:
        server = _start(folder, _SETTINGS | settings)
        try:
            yield server
        finally:
            processes.end(server.process, signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, settings: Mapping[str, str]) -> PostgresServer:
    binaries = tools.postgresql_folder()
    assert binaries, "pytest_runtest_setup leaves out tests that need PostgreSQL when there is none"
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if user:
        shutil.chown(folder, user, user)
    data, log, port = folder / "data", folder / "log", processes.free_port()
    subprocess.run(
        processes.bound_to_us(_initdb(binaries, data), user=user),
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    serve = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    serve += [f"-c{name}={value}" for name, value in settings.items()]
    process = subprocess.Popen(
        processes.bound_to_us(serve, user=user, signal_name="QUIT"),
        cwd=folder,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    server = PostgresServer(port, process, log)
    processes.wait_until(lambda: _answers(server), process, log)
    return server


def _initdb(binaries: Path, data: Path) -> list[str]:
    options = ["--username=nasaq", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    return [str(binaries / "initdb"), "-D", str(data), "--no-sync", *options]


def _answers(server: PostgresServer) -> bool:
    try:
        server.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
