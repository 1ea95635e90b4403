"""The first start on a machine: what it needs is made, and what is wrong is said in a sentence."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.parts.server import run

pytestmark = pytest.mark.slow


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    made = run("migrate", database_url=f"sqlite:///{tmp_path}/not/there/yet/nasaq.db")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "not/there/yet/nasaq.db").exists()


def test_a_database_that_is_not_there_is_told_without_a_traceback(tmp_path: Path) -> None:
    told = run("migrate", database_url="postgresql://nobody:x@127.0.0.1:9/nasaq")
    assert told.returncode == 2
    assert "cannot reach its database" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a new demo office in it."""
    file = tmp_path_factory.mktemp("seeded") / "nasaq.db"
    assert run("seed", database_url=f"sqlite:///{file}").returncode == 0
    return file


def test_verify_says_that_the_journal_of_a_new_demo_is_sound(seeded: Path) -> None:
    address = f"sqlite:///{seeded}"
    told = run("verify", database_url=address)
    assert told.returncode == 0
    assert "Every line follows the one before" in told.stdout
    assert run("seed", database_url=address).returncode == 2, "the demo is not mixed with people"


def test_verify_names_the_line_that_somebody_changed(seeded: Path, tmp_path: Path) -> None:
    file = shutil.copyfile(seeded, tmp_path / "nasaq.db")
    with closing(sqlite3.connect(file)) as database:
        database.execute("DROP TRIGGER journal_is_never_changed")
        database.execute(
            "UPDATE journal SET about = 'x' WHERE seq = 7 AND stream = "
            "(SELECT id FROM incident WHERE ref LIKE '%-004')"
        )
        database.commit()
    told = run("verify", database_url=f"sqlite:///{file}")
    assert told.returncode == 1
    assert "-004: stream" in told.stdout
    assert "line 7: the line was changed" in told.stdout
