"""What the migrations build is what the models describe, on both engines."""

import importlib
import pkgutil
from collections.abc import Iterator

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import crisis
from crisis.kernel.database import Base


def every_module() -> Iterator[str]:
    for module in pkgutil.walk_packages(crisis.__path__, "crisis."):
        yield module.name


def test_models_match_migrations(database: str) -> None:
    for name in every_module():
        importlib.import_module(name)
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": False}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert not differences, "\n".join(
        [
            "",
            *map(str, differences),
            "What to do: write a migration in migrations/versions for this.",
        ]
    )
