"""Where tests put their files: in memory if there is room, since a disk makes each commit wait.

Nothing is proved by that waiting. Tests of what survives end processes, and a file in memory
survives its process as one on a disk does; none of them ends a machine.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
NEEDED = 4 * 2**30
"""Bytes: several times of what a whole run has been seen to use."""
OURS = re.compile(r"nasaq-tests-([0-9]+)")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if "TMPDIR" in os.environ or not has_room(MEMORY):
        return
    forget_the_dead(MEMORY)
    folder = MEMORY / f"nasaq-tests-{os.getpid()}"
    folder.mkdir(mode=0o711)  # PostgreSQL, which is somebody else, passes through
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    config.add_cleanup(lambda: forget(folder))


def has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > NEEDED


def forget(folder: Path) -> None:
    """What a run has left is gone with it."""
    del os.environ["TMPDIR"]
    tempfile.tempdir = None
    shutil.rmtree(folder, ignore_errors=True)


def forget_the_dead(memory: Path) -> None:
    """What runs have left that were killed."""
    for each in memory.iterdir():
        found = OURS.fullmatch(each.name)
        if found and not Path("/proc", found[1]).exists():
            shutil.rmtree(each, ignore_errors=True)
