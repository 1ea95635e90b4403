"""What each translation of a draft was written beside.

Why: a translation whose original changed is to be read again before anybody signs, and only what
stood beside it then can tell. Of texts written before this, nothing is known: they count as they
stand.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("statement", sa.Column("beside", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_column("beside")
