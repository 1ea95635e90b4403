"""The first tables: people, accounts, incidents, the journal and who is present.

Why: Nasaq begins. The office row, the machine actor and the guards of the journal are part of it,
since nothing can be done or recorded without them.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from crisis.kernel import journal

revision = "0001"
down_revision = None

OFFICE_ID = UUID("00000000-0000-7000-8000-000000000001")
SYSTEM_ID = UUID("00000000-0000-7000-8000-000000000002")


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
        sa.UniqueConstraint("code", name=op.f("uq_audience_code")),
    )
    op.create_table(
        "connect_ticket",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_connect_ticket")),
    )
    with op.batch_alter_table("connect_ticket", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_connect_ticket_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "heartbeat",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "incident",
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("hazard", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_summary", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("ref", name=op.f("uq_incident_ref")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_status"), ["status"], unique=False)

    op.create_table(
        "ministry",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("short_name", sa.JSON(), nullable=False),
        sa.Column("lead_hazards", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ministry")),
        sa.UniqueConstraint("code", name=op.f("uq_ministry_code")),
    )
    op.create_table(
        "office",
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("digits", sa.String(length=8), nullable=False),
        sa.Column("calendar", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("duty_phone", sa.String(length=20), nullable=True),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("incidents_opened", sa.Integer(), nullable=False),
        sa.Column("incidents_year", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "once",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", "command", name=op.f("pk_once")),
    )
    with op.batch_alter_table("once", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_once_at"), ["at"], unique=False)

    op.create_table(
        "presence",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "incident_id", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_process_id"), ["process_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "sign_in_attempts",
        sa.Column("who_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who_hash", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_last_at"), ["last_at"], unique=False)

    op.create_table(
        "stream_head",
        sa.Column("stream", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )
    with op.batch_alter_table("stream_head", schema=None) as batch_op:
        batch_op.create_index("ix_stream_head_at", ["at"], unique=False)

    op.create_table(
        "incident_link",
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_link_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["incident.id"], name=op.f("fk_incident_link_other_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_link")),
        sa.UniqueConstraint(
            "incident_id", "other_id", name=op.f("uq_incident_link_incident_id_other_id")
        ),
    )
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_link_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index("ix_incident_link_other", ["other_id"], unique=False)

    op.create_table(
        "incident_ministry",
        sa.Column("ministry_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_ministry_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["ministry_id"], ["ministry.id"], name=op.f("fk_incident_ministry_ministry_id_ministry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_ministry")),
    )
    with op.batch_alter_table("incident_ministry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_ministry_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incident_ministry_ministry_id"), ["ministry_id"], unique=False
        )

    op.create_table(
        "journal",
        sa.Column("stream", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream"], ["stream_head.stream"], name=op.f("fk_journal_stream_stream_head")
        ),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_name"), ["name"], unique=False)

    op.create_table(
        "person",
        sa.Column("ministry_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("rank", sa.String(length=16), nullable=False),
        sa.Column("standing_duty", sa.String(length=32), nullable=True),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["person.id"], name=op.f("fk_person_deputy_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ministry_id"], ["ministry.id"], name=op.f("fk_person_ministry_id_ministry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_ministry_id"), ["ministry_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        sa.Column("reset_hash", sa.String(length=64), nullable=True),
        sa.Column("reset_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reset_removes_totp", sa.Boolean(), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.Column("announce", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["person.id"], name=op.f("fk_account_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("reset_hash", name=op.f("uq_account_reset_hash")),
    )
    op.create_table(
        "audience_member",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audience_id"], ["audience.id"], name=op.f("fk_audience_member_audience_id_audience")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audience_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("audience_id", "person_id", name=op.f("pk_audience_member")),
    )
    with op.batch_alter_table("audience_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audience_member_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "contact_point",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_point_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
        sa.UniqueConstraint(
            "person_id", "kind", "value", name=op.f("uq_contact_point_person_id_kind_value")
        ),
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_point_person_id"), ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("information_known", sa.String(), nullable=True),
        sa.Column("assumptions", sa.String(), nullable=True),
        sa.Column("dissent", sa.String(), nullable=True),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_decision_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_decision_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_decision_incident_id_number")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "duty_holding",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ministry_id", sa.Uuid(), nullable=True),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_duty_holding_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["ministry_id"], ["ministry.id"], name=op.f("fk_duty_holding_ministry_id_ministry")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_duty_holding_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_holding")),
    )
    with op.batch_alter_table("duty_holding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duty_holding_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_duty_holding_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_duty_holding_held",
            ["incident_id", "person_id", "duty"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "level_assessment",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("computed_level", sa.Integer(), nullable=False),
        sa.Column("chosen_level", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_level_assessment_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_level_assessment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_assessment")),
    )
    with op.batch_alter_table("level_assessment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_level_assessment_incident_id"), ["incident_id"], unique=False
        )

    op.create_table(
        "sign_in",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)
    journal.protect(op.get_bind())
    _seed()


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_expires_at"))

    op.drop_table("sign_in")
    with op.batch_alter_table("level_assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_level_assessment_incident_id"))

    op.drop_table("level_assessment")
    with op.batch_alter_table("duty_holding", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_duty_holding_held",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_duty_holding_person_id"))
        batch_op.drop_index(batch_op.f("ix_duty_holding_incident_id"))

    op.drop_table("duty_holding")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_incident_id"))

    op.drop_table("decision")
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_point_person_id"))

    op.drop_table("contact_point")
    with op.batch_alter_table("audience_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audience_member_person_id"))

    op.drop_table("audience_member")
    op.drop_table("account")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_ministry_id"))

    op.drop_table("person")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_name"))

    op.drop_table("journal")
    with op.batch_alter_table("incident_ministry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_ministry_ministry_id"))
        batch_op.drop_index(batch_op.f("ix_incident_ministry_incident_id"))

    op.drop_table("incident_ministry")
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_link_other")
        batch_op.drop_index(batch_op.f("ix_incident_link_incident_id"))

    op.drop_table("incident_link")
    with op.batch_alter_table("stream_head", schema=None) as batch_op:
        batch_op.drop_index("ix_stream_head_at")

    op.drop_table("stream_head")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_last_at"))

    op.drop_table("sign_in_attempts")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_presence_seen_at"))
        batch_op.drop_index(batch_op.f("ix_presence_process_id"))
        batch_op.drop_index(batch_op.f("ix_presence_incident_id"))

    op.drop_table("presence")
    with op.batch_alter_table("once", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_once_at"))

    op.drop_table("once")
    op.drop_table("office")
    op.drop_table("ministry")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_status"))
        batch_op.drop_index(batch_op.f("ix_incident_opened_at"))

    op.drop_table("incident")
    op.drop_table("heartbeat")
    with op.batch_alter_table("connect_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_connect_ticket_expires_at"))

    op.drop_table("connect_ticket")
    op.drop_table("audience")


def _seed() -> None:
    """One office and the machine actor, as every later migration and the code expect them."""
    office = sa.table(
        "office",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.JSON()),
        sa.column("zone"),
        sa.column("digits"),
        sa.column("calendar"),
        sa.column("country"),
        sa.column("is_exercise", sa.Boolean()),
        sa.column("incidents_opened"),
        sa.column("incidents_year"),
    )
    op.bulk_insert(
        office,
        [
            {
                "id": OFFICE_ID,
                "name": {"ar": "مركز الاتصال الحكومي"},
                "zone": "UTC",
                "digits": "latn",
                "calendar": "gregory",
                "country": "LY",
                "is_exercise": False,
                "incidents_opened": 0,
                "incidents_year": 0,
            }
        ],
    )
    person = sa.table(
        "person",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.JSON()),
        sa.column("title", sa.JSON()),
        sa.column("language"),
        sa.column("session_epoch"),
        sa.column("languages", sa.JSON()),
        sa.column("rank"),
        sa.column("active", sa.Boolean()),
        sa.column("is_machine", sa.Boolean()),
    )
    op.bulk_insert(
        person,
        [
            {
                "id": SYSTEM_ID,
                "name": {"ar": "نسق", "en": "Nasaq", "fr": "Nasaq"},
                "title": {},
                "language": "ar",
                "session_epoch": 0,
                "languages": [],
                "rank": "administrator",
                "active": True,
                "is_machine": True,
            }
        ],
    )
