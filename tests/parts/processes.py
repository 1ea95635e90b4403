"""Starts programs that cannot outlive the tests, on ports nobody else uses."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bound_to_us(
    command: Sequence[str], *, user: str | None = None, signal_name: str = "TERM"
) -> list[str]:
    """The command, arranged so that the system sends it a signal when this process is killed.

    `user` is who it runs as, for programs that refuse root. Where there is no `setpriv` (macOS)
    the command stays as it is.
    """
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return list(command)
    as_user = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return [setpriv, *as_user, "--pdeathsig", signal_name, "--", *command]


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait up to 60 s until it is ready; raise with the end of its log when it never is."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{_name(process)} ended at once:\n{last_lines(log)}")
        if ready():
            return
        time.sleep(0.02)
    raise RuntimeError(f"{_name(process)} was not ready after 60 s:\n{last_lines(log)}")


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask it to end, insist after 10 s."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_lines(log: Path, count: int = 60) -> str:
    if not log.exists():
        return "(it wrote nothing)"
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-count:])


def _name(process: subprocess.Popen[bytes]) -> str:
    return subprocess.list2cmdline(process.args)  # type: ignore[arg-type]  # always a list here
