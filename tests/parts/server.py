"""The real product, started as anyone starts it and killed as only tests dare."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest
import requests

from tests.parts import processes

ROOT = Path(__file__).resolve().parents[2]
_STARTED = pytest.StashKey[list["Product"]]()


class Product:
    """One running `python run.py serve` against one database.

    Its process group is its own, so `kill9` ends the server and every process it made at once, as
    a power cut would. Start it from the main thread: it ends when the thread that started it ends.
    """

    program: Sequence[str] = ("run.py",)
    """What Python is to run; tests of the worst start a program of their own."""

    def __init__(self, database_url: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = processes.free_port()
        self.log = folder / f"product-{self.port}.log"
        self.environment = _environment(database_url, self.port, settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        """The process everyone else of it comes from."""
        assert self._process, "the product is not running"
        return self._process.pid

    def start(self, *command: str) -> None:
        """Start it and wait until it answers; the default command is `serve`."""
        arguments = command or ("serve",)
        self._process = subprocess.Popen(
            processes.bound_to_us([sys.executable, *self.program, *arguments]),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        processes.wait_until(self.answers, self._process, self.log)

    def answers(self) -> bool:
        """Whether its process says that it lives (`/healthz`)."""
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def kill9(self) -> None:
        """End it at once, without a chance to tidy up."""
        assert self._process, "the product is not running"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        """Start it again on the same port, after `kill9` or `stop`."""
        assert self._process is None or self._process.poll() is not None, "it still runs"
        self.start()

    def stop(self) -> None:
        """End it in good order; whatever of it remains after 10 s is killed."""
        if self._process is None:
            return
        processes.end(self._process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def run(*command: str, database_url: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python run.py <command>` to its end, as on the command line; its output is text."""
    return subprocess.run(
        [sys.executable, "run.py", *command],
        cwd=ROOT,
        env=_environment(database_url, processes.free_port(), settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class StartProduct(Protocol):
    """Start one more process of the product on a database and wait until it answers."""

    def __call__(self, database_url: str, **settings: str) -> Product: ...


@pytest.fixture
def start_product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartProduct]:
    """Starts real servers; they are stopped after the test and their logs shown when it fails.

    `start_product(database, PUBLIC_BASE_URL="https://…")` passes settings as the environment.
    """
    started = request.node.stash.setdefault(_STARTED, [])

    def start(database_url: str, **settings: str) -> Product:
        product = Product(database_url, tmp_path, settings)
        started.append(product)
        product.start()
        return product

    yield start
    for product in started:
        product.stop()


@pytest.fixture
def product(start_product: Callable[[str], Product], sqlite_url: str) -> Product:
    """The product on a fresh, empty SQLite database."""
    return start_product(sqlite_url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        for product in item.stash.get(_STARTED, []):
            title = f"log of the product on port {product.port}"
            report.sections.append((title, processes.last_lines(product.log)))
    return report


def _environment(database_url: str, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the tester's own environment reaches the product but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SECRET_KEY": "for tests only, and known to everyone",
        **settings,
    }
