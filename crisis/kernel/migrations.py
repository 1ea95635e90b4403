"""Bringing a database to the shape that this version of the code expects."""

import logging
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crisis.kernel.database import engine

SCRIPTS: Final = Path(__file__).resolve().parent.parent.parent / "migrations"

# Whether the shape is right is asked every few seconds; only what is wrong with it is news.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def upgrade(url: str) -> None:
    """Apply, in order, every migration that the database at `url` has not seen.

    `url` is an address as `crisis.kernel.database.connect` takes it.
    """
    command.upgrade(config(url), "head")


def pending() -> str | None:
    """What the connected database lacks, said to whoever runs the machine; None if nothing."""
    newest = ScriptDirectory.from_config(config("")).get_current_head()
    with engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return None
    return f"the database is at {current}, the code needs {newest}: run `python run.py migrate`"


def is_new() -> bool:
    """Whether no migration has ever touched the connected database."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None


def config(url: str) -> Config:
    """How Alembic finds the migrations and the database at `url`."""
    told = Config()
    told.set_main_option("script_location", str(SCRIPTS))
    told.attributes["url"] = url
    return told
