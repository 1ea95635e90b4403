"""A copy made while people work is brought back whole, and nothing that may have left repeats."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crisis.alerts.outbox import State
from crisis.incidents.commands import add_note
from crisis.incidents.queries import read_journal
from crisis.kernel import backup, clock
from crisis.kernel import database as kernel_database
from crisis.kernel.database import reading
from crisis.kernel.journal import head_of
from tests import given
from tests.alerts.couriers import Told
from tests.alerts.waiting import dispatching, queue, row, set_row, wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.server import run
from tests.parts.tools import postgresql_folder

pytestmark = pytest.mark.slow

Restore = Callable[[Path], str]


@pytest.fixture
def restore(request: pytest.FixtureRequest, house: str, tmp_path: Path) -> Restore:
    """Brings a copy back as a database of its own; the address of that."""
    if house.startswith("sqlite"):

        def as_file(copy: Path) -> str:
            restored = tmp_path / "restored.db"
            shutil.copyfile(copy, restored)
            return f"sqlite:///{restored}"

        return as_file
    server: PostgresServer = request.getfixturevalue("postgres_server")
    programs = postgresql_folder()
    assert programs, "the server is there, and so are its programs"

    def into_a_new_database(copy: Path) -> str:
        url = server.new_database()
        plain = url.replace("+psycopg", "")
        command = [str(programs / "pg_restore"), "--no-owner", f"--dbname={plain}", str(copy)]
        subprocess.run(command, check=True)
        return url

    return into_a_new_database


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the newest PostgreSQL are found, as they would be where its client is."""
    if folder := postgresql_folder():
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_what_is_brought_back_is_whole_and_sends_nothing_twice(
    house: str, restore: Restore, tmp_path: Path
) -> None:
    incident = given.an_incident()
    in_flight, waiting = queue(incident, "in flight", "waiting")
    ran_out = clock.now() - timedelta(seconds=1)
    set_row(in_flight, state=State.SENDING, attempt=1, provider="told", lease_until=ran_out)
    file = tmp_path / "copies" / "night.backup"
    done = threading.Event()

    def somebody_writes() -> None:
        actor, number = given.runs(incident), 0
        while not done.is_set():
            number += 1
            add_note(actor, incident.id, text=f"سطر {number}")

    writer = threading.Thread(target=somebody_writes)
    writer.start()
    made = run("backup", str(file), database_url=house)
    done.set()
    writer.join()
    assert made.returncode == 0, made.stderr
    assert str(file) in made.stdout
    assert file.stat().st_mode & 0o077 == 0, "names and numbers of people are in it"
    assert [each.name for each in file.parent.iterdir()] == [file.name]

    url = restore(file)
    verified = run("verify", database_url=url)
    assert verified.returncode == 0, verified.stdout
    kernel_database.engine().dispose()
    kernel_database.connect(url)
    flaws, streams, _lines = read_journal()
    assert flaws == []
    assert streams == 2, "the office and its incident"
    with reading() as session:
        assert head_of(session, incident.id) >= 1
    courier = Told(lists=False)
    with dispatching(courier):
        wait_until(lambda: row(in_flight).state == State.UNKNOWN)
        wait_until(lambda: row(waiting).state == State.ACCEPTED)
    assert [each.text for each in courier.letters] == ["waiting"]


def test_no_backup_is_ever_replaced_and_none_is_half(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("an earlier one")
    told = run("backup", str(file), database_url=sqlite_url)
    assert told.returncode == 1
    assert "is there already" in told.stderr
    assert file.read_text() == "an earlier one"
    nothing = run("backup", str(tmp_path / "new"), database_url=f"sqlite:///{tmp_path}/none.db")
    assert nothing.returncode == 1
    assert "There is no database" in nothing.stderr
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "none.db").exists()


def test_without_the_program_of_postgresql_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.BackupError, match="postgresql-client"):
        backup.back_up("postgresql://nasaq@127.0.0.1/nasaq", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_not_among_the_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(backup.BackupError, match="dbname=postgresql://nasaq@") as refused:
        backup.back_up("postgresql://nasaq:s3:cr%5Cet@127.0.0.1/nasaq", tmp_path / "copy")
    assert "s3" not in str(refused.value)
    assert not (tmp_path / "copy").exists()
