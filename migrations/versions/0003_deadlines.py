"""Deadlines, proposals of duties, what was reacted to, and the outbox.

Why: what must happen by a time, and whom somebody must tell, has to outlive the process that knew
of it, so it stands in rows. What happened before is over: nobody is told of it now, so every
consumer begins where the journal stands today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CONSUMERS = ("alerts", "deadlines", "statements")


def upgrade() -> None:
    op.create_table(
        "deadline",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_deadline_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "code", "subject_id", "cycle", name=op.f("uq_deadline_code_subject_id_cycle")
        ),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_deadline_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "reaction_cursor",
        sa.Column("consumer", sa.String(length=24), nullable=False),
        sa.Column("stream", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream"], ["stream_head.stream"], name=op.f("fk_reaction_cursor_stream_stream_head")
        ),
        sa.PrimaryKeyConstraint("consumer", "stream", name=op.f("pk_reaction_cursor")),
    )
    op.create_table(
        "delivery",
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_delivery_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_delivery_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_delivery_state_created_at", ["state", "created_at"], unique=False)

    op.create_table(
        "duty_proposal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("instead_of_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"], ["person.id"], name=op.f("fk_duty_proposal_from_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_duty_proposal_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["instead_of_id"],
            ["duty_proposal.id"],
            name=op.f("fk_duty_proposal_instead_of_id_duty_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_duty_proposal_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_duty_proposal_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_proposal")),
    )
    with op.batch_alter_table("duty_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duty_proposal_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_duty_proposal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_duty_proposal_open",
            ["incident_id", "person_id", "duty"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    for consumer in CONSUMERS:
        op.execute(
            sa.text(
                "INSERT INTO reaction_cursor (consumer, stream, seq) "
                "SELECT :consumer, stream, seq FROM stream_head"
            ).bindparams(consumer=consumer)
        )


def downgrade() -> None:
    with op.batch_alter_table("duty_proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_duty_proposal_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_duty_proposal_person_id"))
        batch_op.drop_index(batch_op.f("ix_duty_proposal_incident_id"))

    op.drop_table("duty_proposal")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_state_created_at")
        batch_op.drop_index(batch_op.f("ix_delivery_person_id"))
        batch_op.drop_index(batch_op.f("ix_delivery_incident_id"))

    op.drop_table("delivery")
    op.drop_table("reaction_cursor")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_state_due_at")
        batch_op.drop_index(batch_op.f("ix_deadline_incident_id"))

    op.drop_table("deadline")
