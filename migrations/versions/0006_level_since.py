"""Since when the level of an incident is what it is.

Why: an assessment that leaves the level as it was, the first one of all, was taken for a change of
it. What changed a level stands in the journal, and is read from there once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_JOURNAL = sa.table(
    "journal",
    sa.column("stream", sa.Uuid()),
    sa.column("seq", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("facts", sa.JSON()),
)
_SET = sa.text(
    "UPDATE incident SET level_since ="
    " (SELECT at FROM journal WHERE stream = incident.id AND seq = :seq) WHERE id = :stream"
).bindparams(sa.bindparam("stream", type_=sa.Uuid()))


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("incident", sa.Column("level_since", moment, nullable=True))
    op.execute("UPDATE incident SET level_since = opened_at")
    database = op.get_bind()
    assessed = sa.select(_JOURNAL).where(_JOURNAL.c.name == "level.assessed")
    for line in database.execute(assessed.order_by(_JOURNAL.c.stream, _JOURNAL.c.seq)).all():
        if line.facts["before"] != line.facts["chosen"]:
            database.execute(_SET, {"stream": line.stream, "seq": line.seq})


def downgrade() -> None:
    # A batch would make the table anew, which SQLite refuses while other tables point to its rows.
    op.execute("ALTER TABLE incident DROP COLUMN level_since")
