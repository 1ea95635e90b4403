"""What the migrations build is what the models describe, on both engines."""

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crisis import records
from crisis.kernel.database import Base
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
