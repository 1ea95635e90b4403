"""Statements: drafts, frozen versions, signatures, waivers, remarks, translations; deadlines.

Why: one text that every ministry concerned stands behind needs rows that never change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "statement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("retracts_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=12), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["statement.id"], name=op.f("fk_statement_corrects_id_statement")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_statement_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["statement.id"], name=op.f("fk_statement_ended_by_id_statement")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["retracts_id"], ["statement.id"], name=op.f("fk_statement_retracts_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_statement_incident_id_number")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "statement_comment",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_comment_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_statement_comment_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statement.id"],
            name=op.f("fk_statement_comment_statement_id_statement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_comment")),
    )
    with op.batch_alter_table("statement_comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_comment_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_statement_comment_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "statement_version",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("next_update_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=True),
        sa.Column("emergency", sa.JSON(), nullable=True),
        sa.Column("ratify_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_version_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["judged_by"], ["person.id"], name=op.f("fk_statement_version_judged_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["person.id"], name=op.f("fk_statement_version_released_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statement.id"],
            name=op.f("fk_statement_version_statement_id_statement"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["person.id"], name=op.f("fk_statement_version_submitted_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_version")),
        sa.UniqueConstraint(
            "statement_id", "number", name=op.f("uq_statement_version_statement_id_number")
        ),
    )
    with op.batch_alter_table("statement_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_version_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_statement_version_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_statement_version_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "statement_waiver",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_statement_waiver_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_waiver_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_statement_waiver_requested_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statement.id"],
            name=op.f("fk_statement_waiver_statement_id_statement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_waiver")),
    )
    with op.batch_alter_table("statement_waiver", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_waiver_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_statement_waiver_statement_id"), ["statement_id"], unique=False
        )

    op.create_table(
        "statement_rendition",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("translator_id", sa.Uuid(), nullable=False),
        sa.Column("translated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_statement_rendition_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_statement_rendition_reviewer_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statement.id"],
            name=op.f("fk_statement_rendition_statement_id_statement"),
        ),
        sa.ForeignKeyConstraint(
            ["translator_id"],
            ["person.id"],
            name=op.f("fk_statement_rendition_translator_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["statement_version.id"],
            name=op.f("fk_statement_rendition_version_id_statement_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_rendition")),
    )
    with op.batch_alter_table("statement_rendition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_rendition_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_statement_rendition_statement_id"), ["statement_id"], unique=False
        )
        batch_op.create_index(
            "uq_statement_rendition_language", ["version_id", "language"], unique=True
        )

    op.create_table(
        "statement_slot",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("ministry_id", sa.Uuid(), nullable=True),
        sa.Column("duties", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_slot_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["ministry_id"], ["ministry.id"], name=op.f("fk_statement_slot_ministry_id_ministry")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["person.id"], name=op.f("fk_statement_slot_opened_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["statement_version.id"],
            name=op.f("fk_statement_slot_version_id_statement_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_slot")),
    )
    with op.batch_alter_table("statement_slot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_slot_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_statement_slot_version_id"), ["version_id"], unique=False
        )

    op.create_table(
        "statement_answer",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_statement_answer_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_statement_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["person.id"], name=op.f("fk_statement_answer_resolved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["statement_slot.id"],
            name=op.f("fk_statement_answer_slot_id_statement_slot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_answer")),
    )
    with op.batch_alter_table("statement_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_answer_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_statement_answer_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_statement_answer_slot_id"), ["slot_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("statement_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_answer_slot_id"))
        batch_op.drop_index(batch_op.f("ix_statement_answer_person_id"))
        batch_op.drop_index(batch_op.f("ix_statement_answer_incident_id"))

    op.drop_table("statement_answer")
    with op.batch_alter_table("statement_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_slot_version_id"))
        batch_op.drop_index(batch_op.f("ix_statement_slot_incident_id"))

    op.drop_table("statement_slot")
    with op.batch_alter_table("statement_rendition", schema=None) as batch_op:
        batch_op.drop_index("uq_statement_rendition_language")
        batch_op.drop_index(batch_op.f("ix_statement_rendition_statement_id"))
        batch_op.drop_index(batch_op.f("ix_statement_rendition_incident_id"))

    op.drop_table("statement_rendition")
    with op.batch_alter_table("statement_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_waiver_statement_id"))
        batch_op.drop_index(batch_op.f("ix_statement_waiver_incident_id"))

    op.drop_table("statement_waiver")
    with op.batch_alter_table("statement_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_version_statement_id"))
        batch_op.drop_index(batch_op.f("ix_statement_version_sha256"))
        batch_op.drop_index(batch_op.f("ix_statement_version_incident_id"))

    op.drop_table("statement_version")
    with op.batch_alter_table("statement_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_comment_statement_id"))
        batch_op.drop_index(batch_op.f("ix_statement_comment_incident_id"))

    op.drop_table("statement_comment")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_incident_id"))

    op.drop_table("statement")
