"""Runs the migrations, in batch mode on SQLite, which cannot alter a table in place."""

from alembic import context

from crisis import records
from crisis.kernel.database import Base, connect

__all__ = ["records"]

engine = connect(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=engine.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
