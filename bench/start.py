"""How long one waits from a second `make run` to the first page, beside a bare application."""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import requests

from tests.parts.processes import free_port, last_lines

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 120
BARE = "bench.peers.bare:app"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="at least 5 for an honest median")
    rounds = max(parser.parse_args().rounds, 5)
    with tempfile.TemporaryDirectory() as folder:
        starts: dict[str, Callable[[], float]] = {
            "Nasaq (make run)": lambda: first_page(nasaq, Path(folder)),
            "bare Flask-SocketIO": lambda: first_page(bare, Path(folder)),
        }
        for start in starts.values():
            start()  # the first start migrates, loads the demo office and fills the disk cache
        # Interleaved, so that whatever else this machine does meets both alike.
        rows = [{name: start() for name, start in starts.items()} for _ in range(rounds)]
    report(rows)


def nasaq(_port: int) -> list[str]:
    return ["make", "-s", "run"]


def bare(port: int) -> list[str]:
    """The same server with the same settings as Nasaq's, around an application of one page."""
    options = [
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=1",
        "--threads=256",
        "--no-control-socket",
    ]
    return [sys.executable, "-m", "gunicorn", *options, "--log-level=error", BARE]


def first_page(command: Callable[[int], Sequence[str]], folder: Path) -> float:
    """Seconds from starting the command to the sign-in page in hand."""
    port, log = free_port(), folder / "log"
    began = time.perf_counter()
    process = subprocess.Popen(
        command(port),
        cwd=ROOT,
        env=environment(port, folder),
        stdin=subprocess.DEVNULL,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for_page(f"http://127.0.0.1:{port}/signin", process, log)
        return time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        wait_until_free(port)


def wait_for_page(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(address, timeout=PATIENCE_SECONDS).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.005)
        else:
            return
    raise SystemExit(f"{address} gave no page:\n{last_lines(log)}")


def wait_until_free(port: int) -> None:
    """Wait until the server is really gone, so that its end does not slow the next start."""
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=1)
        except requests.ConnectionError:
            return
        time.sleep(0.01)


def environment(port: int, folder: Path) -> Mapping[str, str]:
    # Some machines forbid Python to keep what it compiled; a second start would be a first one.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder}/nasaq.db",
    }


def report(rows: Sequence[Mapping[str, float]]) -> None:
    print(f"From the command to the first page, seconds, {len(rows)} interleaved rounds")
    medians = {}
    for name in rows[0]:
        times = sorted(row[name] for row in rows)
        medians[name] = statistics.median(times)
        print(f"  {name:22} median {medians[name]:.2f}   {times[0]:.2f} to {times[-1]:.2f}")
    nasaq, peer = medians.values()
    print(f"  Nasaq takes {nasaq / peer:.2f} times as long, {nasaq - peer:+.2f} s")


if __name__ == "__main__":
    main()
