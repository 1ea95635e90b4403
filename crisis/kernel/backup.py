"""A copy of the whole database while it is in use, from which all of it can be brought back."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

FOLDER: Final = "backups"
_LONGEST: Final = 3600
"""Seconds a copy may take."""


class BackupError(Exception):
    """No copy was made; the text says why and what to do about it."""


def suffix_of(url: str) -> str:
    """How the name of a copy of that database ends."""
    return ".sqlite" if _is_sqlite(make_url(url)) else ".dump"


def back_up(url: str, target: Path) -> int:
    """Copy the database at `url` to `target`, as it is at one moment; its size in bytes.

    People and workers go on meanwhile. A file that is there is never replaced, and half a copy
    never gets the name of a whole one. Raises `BackupError`.
    """
    address = make_url(url)
    if target.exists():
        raise BackupError(f"{target} is there already, and no backup is ever replaced.")
    copy = _of_sqlite if _is_sqlite(address) else _of_postgres
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _whole_or_nothing(target, lambda part: copy(address, part))
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from error


def _whole_or_nothing(target: Path, copy: Callable[[Path], None]) -> int:
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        part.touch(mode=0o600)  # names and numbers of people are in it
        copy(part)
        size = part.stat().st_size
        _sync(part)
        os.link(part, target)  # fails where a rename would replace what somebody just made
        _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return size


def _of_sqlite(address: URL, part: Path) -> None:
    source = Path(address.database or "")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from error
    if said != "ok":
        raise BackupError(f"The copy is damaged, and so may be the database: {said}.")


def _of_postgres(address: URL, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError(
            "A copy of PostgreSQL is made by its own program pg_dump, which is not here. Install "
            "postgresql-client of the version of the server (or newer)."
        )
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="nasaq-") as pass_file:
        # In a file only we can read: a password among the arguments is seen by the whole machine.
        pass_file.write(f"*:*:*:*:{_escaped(address.password or '')}\n")
        pass_file.flush()
        plain = URL.create(
            "postgresql",
            username=address.username,
            host=address.host,
            port=address.port,
            database=address.database,
            query={**address.query, "passfile": pass_file.name},
        )
        _run(
            [
                program,
                "--format=custom",
                "--no-owner",
                f"--file={part}",
                f"--dbname={plain.render_as_string()}",
            ]
        )


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the program of PostgreSQL, and no shell
            command, capture_output=True, text=True, timeout=_LONGEST, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BackupError("pg_dump took longer than an hour.") from error
    if done.returncode:
        raise BackupError(f"pg_dump did not make a copy: {done.stderr.strip()}")


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _sync(path: Path) -> None:
    """What is written there outlives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
