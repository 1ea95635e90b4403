"""What the migrations build is what the models describe, on both engines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crisis import records
from crisis.jobs.reactions import consumers
from crisis.kernel import database as kernel_database
from crisis.kernel import migrations
from crisis.kernel.database import Base
from crisis.plugs import plug_kernel
from tests.parts.postgres import PostgresServer
from tests.structure.tree import Finding, files, must_be_empty


def test_every_model_is_among_the_records() -> None:
    known = {module.__file__ for name in records.__all__ if (module := getattr(records, name))}
    must_be_empty(
        (Finding(f, 1, "unknown") for f in files("crisis/*/model.py") if str(f) not in known),
        rule="A model that crisis/records.py does not name is never migrated, nor compared below.",
        remedy="import it in crisis/records.py.",
    )


def test_models_match_migrations(database: str) -> None:
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    remedy = "What to do: write a migration in migrations/versions for this."
    assert not differences, "\n".join(["", *map(str, differences), remedy])


def test_since_when_a_level_holds_is_read_from_the_journal(
    database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    if database.startswith("postgresql"):
        old = postgres_server.new_database()
    command.upgrade(migrations.config(old), "0005")
    engine, incident = sqlalchemy.create_engine(old), uuid4()
    with engine.begin() as connection:
        for table, row in _assessed_three_times(incident):
            columns = ", ".join(row)
            into = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{c}' for c in row)})"
            connection.execute(sqlalchemy.text(into), row)
    migrations.upgrade(old)
    with engine.begin() as connection:
        found = connection.execute(sqlalchemy.text("SELECT level_since FROM incident")).scalar_one()
    engine.dispose()
    kernel_database.engine().dispose()

    assert str(found)[11:16] == "12:02", "the second assessment is the one that changed the level"


def _assessed_three_times(incident: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of an incident opened at level 2, which is then 2, 3 and 3."""
    at = "2026-11-21 12:00:00+00:00"
    stream = {"stream": incident.hex, "seq": 4, "hash": "0" * 64, "at": at}
    told = {"title": "{}", "hazard": "fire", "status": "open", "zone": "UTC", "source": ""}
    given = {"id": incident.hex, "ref": "2026-001", "level": 3, "reported_at": at, "opened_at": at}
    yield "stream_head", stream
    yield "incident", given | told | {"restricted": False, "is_exercise": False}
    for seq, before, chosen in ((1, 2, 2), (2, 2, 3), (3, 3, 3)):
        line = {"stream": incident.hex, "seq": seq, "at": at.replace("00:00+", f"0{seq}:00+", 1)}
        line |= {
            "facts": json.dumps({"before": before, "chosen": chosen}),
            "name": "level.assessed",
        }
        hashes = {"prev_hash": "0" * 64, "hash": str(seq) * 64}
        yield "journal", line | hashes | {"actor_id": incident.hex, "about": ""}


def test_what_happened_before_there_were_reactions_is_not_told_now(
    database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    if database.startswith("postgresql"):
        old = postgres_server.new_database()
    plug_kernel()
    command.upgrade(migrations.config(old), "0002")
    stream = {"stream": uuid4().hex, "seq": 41, "hash": "0" * 64, "at": "2026-11-21 12:00:00"}
    engine = sqlalchemy.create_engine(old)
    with engine.begin() as connection:
        into = "INSERT INTO stream_head (stream, seq, hash, at) VALUES (:stream, :seq, :hash, :at)"
        connection.execute(sqlalchemy.text(into), stream)
    migrations.upgrade(old)
    with engine.begin() as connection:
        found = connection.execute(
            sqlalchemy.text("SELECT consumer, seq FROM reaction_cursor ORDER BY consumer")
        ).all()
    engine.dispose()
    kernel_database.engine().dispose()

    assert [tuple(each) for each in found] == [(each, 41) for each in sorted(consumers)]
