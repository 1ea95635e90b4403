"""Finds the programs some promises need and installs them where it may."""

import os
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tool:
    """A program tests may need, the Debian package that brings it, and how to find it."""

    package: str
    find: Callable[[], Path | None]


def chromium() -> Path | None:
    """Debian's Chromium (or Chrome); playwright's own download is never used."""
    return _on_path("chromium", "chromium-browser", "google-chrome")


def postgresql_folder() -> Path | None:
    """The folder of `initdb` and `postgres`: the newest installed version."""
    on_path = _on_path("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    found = installed[-1] if installed else on_path
    return found.parent if found else None


def redis_server() -> Path | None:
    return _on_path("redis-server")


TOOLS: Mapping[str, Tool] = {
    "browser": Tool("chromium", chromium),
    "postgres": Tool("postgresql", postgresql_folder),
    "redis": Tool("redis-server", redis_server),
}


def install_missing(except_for: Collection[str] = ()) -> None:
    """Install what is missing with apt, when there is an apt and we are root; otherwise do nothing.

    A failed installation is not an error here: the tests that need the tool say so themselves.
    """
    missing = [t.package for name, t in TOOLS.items() if name not in except_for and not t.find()]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Not found: {', '.join(missing)}. On Debian: sudo apt install {' '.join(missing)}")
        return
    print(f"Installing {', '.join(missing)} …", flush=True)
    # Nothing of these packages is to be started: the tests start their own, on free ports.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in (
        [*apt, "update"],
        [*apt, "install", "--yes", "--no-install-recommends", *missing],
    ):
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)


def _on_path(*names: str) -> Path | None:
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


def _version(initdb: Path) -> float:
    return float(initdb.parts[-3])
