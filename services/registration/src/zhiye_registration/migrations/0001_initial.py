"""Projections, applications, registrations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_ONLY_GROWS = ("application_step", "registration_history")


def upgrade() -> None:
    op.execute("CREATE SEQUENCE application_number MAXVALUE 9999999 CYCLE")
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
    )
    op.create_index(
        "account_person_key_idx",
        "account",
        ["person_key"],
        unique=False,
        postgresql_where=sa.text("person_key IS NOT NULL"),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("business_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("institution_name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="of the institution"),
        sa.Column("authority_id", sa.Text(), nullable=True),
        sa.Column("authority_name", sa.Text(), nullable=True),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("review", sa.SmallInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column(
            "days_kept",
            sa.SmallInteger(),
            nullable=True,
            comment="working days left when the clock was stopped",
        ),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("institution_decision", sa.Text(), nullable=True),
        sa.Column("institution_reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR (institution_decision = 'approve' AND authority_decision = 'approve' AND decided_at IS NOT NULL)",
            name=op.f("application_no_approval_without_its_reviews_check"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'awaiting_institution', 'returned', 'institution_refused', 'awaiting_authority', 'approved', 'refused', 'withdrawn')",
            name=op.f("application_state_check"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('awaiting_institution', 'awaiting_authority') OR (deadline IS NOT NULL AND authority_id IS NOT NULL)",
            name=op.f("application_reviews_have_a_deadline_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("application_pkey")),
        sa.UniqueConstraint("number", name=op.f("application_number_key")),
    )
    op.create_index(
        "application_authority_idx", "application", ["authority_id", "state", "id"], unique=False
    )
    op.create_index(
        "application_institution_idx",
        "application",
        ["institution_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "application_one_open_per_type",
        "application",
        ["person_key", "business_type"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('draft', 'returned', 'awaiting_institution', 'awaiting_authority')"
        ),
    )
    op.create_index(
        "application_open_idx",
        "application",
        ["state", "business_type"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('draft', 'returned', 'awaiting_institution', 'awaiting_authority')"
        ),
    )
    op.create_index("application_person_idx", "application", ["person_key", "id"], unique=False)
    op.create_index(
        "application_region_idx",
        "application",
        ["region", "id"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_table(
        "application_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="of the application after the step"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="after the step"),
        sa.Column("actor_account_id", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column(
            "organisation", sa.Text(), nullable=True, comment="institution or authority that acted"
        ),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True, comment="of the review that follows"),
        sa.PrimaryKeyConstraint("id", name=op.f("application_step_pkey")),
    )
    op.create_index(
        "application_step_once", "application_step", ["application_id", "version"], unique=True
    )
    op.create_table(
        "authority",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("authority_pkey")),
    )
    op.create_table(
        "certificate_serial",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False, comment="two digits"),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "province", name=op.f("certificate_serial_pkey")),
    )
    op.create_table(
        "failed_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False, comment="as it came"),
        sa.Column("state", sa.Text(), nullable=False, comment="retry | dead"),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, comment="class and code; no values"),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("failed_event_pkey")),
    )
    op.create_index(
        "failed_event_state_idx", "failed_event", ["state", "next_attempt_at"], unique=False
    )
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.Text(), nullable=False, comment="account, or public"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="SHA-256 of method, path and body"
        ),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("idempotency_key_pkey")),
    )
    op.create_index(
        "idempotency_key_created_at_idx",
        "idempotency_key",
        ["created_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("inbox_pkey")),
    )
    op.create_index(
        "inbox_received_at_idx", "inbox", ["received_at"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="6-digit division code"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "deciding_authorities",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="business type → authority id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("institution_pkey")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="CloudEvent, JSON"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pkey")),
    )
    op.create_table(
        "qualification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("education", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("qualification_pkey")),
    )
    op.create_index(
        "qualification_person_idx", "qualification", ["person_key", "profession"], unique=False
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("certificate_key", sa.Text(), nullable=False),
        sa.Column("sealed_certificate_number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="of the institution"),
        sa.Column("authority_id", sa.Text(), nullable=True),
        sa.Column("authority_name", sa.Text(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("work_category", sa.Text(), nullable=True),
        sa.Column("business_completed", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('registered', 'cancelled', 'filed', 'moving_out')",
            name=op.f("registration_status_check"),
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("registration_validity_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("registration_pkey")),
        sa.UniqueConstraint("certificate_key", name=op.f("registration_certificate_key_key")),
    )
    op.create_index(
        "registration_institution_idx", "registration", ["institution_id", "id"], unique=False
    )
    op.create_index(
        "registration_one_in_force",
        "registration",
        ["person_key", "profession"],
        unique=True,
        postgresql_where=sa.text("status = 'registered'"),
    )
    op.create_index(
        "registration_person_idx", "registration", ["person_key", "profession"], unique=False
    )
    op.create_table(
        "registration_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change", sa.Text(), nullable=False, comment="business type, or imported"),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("application_number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("institution_name", sa.Text(), nullable=False),
        sa.Column("authority_name", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("registration_history_pkey")),
    )
    op.create_index(
        "registration_history_no_effect_twice",
        "registration_history",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )
    op.create_index(
        "registration_history_once",
        "registration_history",
        ["registration_id", "version"],
        unique=True,
    )
    for table in _ONLY_GROWS:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index("registration_history_once", table_name="registration_history")
    op.drop_index(
        "registration_history_no_effect_twice",
        table_name="registration_history",
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )
    op.drop_table("registration_history")
    op.drop_index("registration_person_idx", table_name="registration")
    op.drop_index(
        "registration_one_in_force",
        table_name="registration",
        postgresql_where=sa.text("status = 'registered'"),
    )
    op.drop_index("registration_institution_idx", table_name="registration")
    op.drop_table("registration")
    op.drop_index("qualification_person_idx", table_name="qualification")
    op.drop_table("qualification")
    op.drop_table("outbox")
    op.drop_table("institution")
    op.drop_index("inbox_received_at_idx", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index(
        "idempotency_key_created_at_idx", table_name="idempotency_key", postgresql_using="brin"
    )
    op.drop_table("idempotency_key")
    op.drop_index("failed_event_state_idx", table_name="failed_event")
    op.drop_table("failed_event")
    op.drop_table("certificate_serial")
    op.drop_table("authority")
    op.drop_index("application_step_once", table_name="application_step")
    op.drop_table("application_step")
    op.drop_index(
        "application_region_idx",
        table_name="application",
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.drop_index("application_person_idx", table_name="application")
    op.drop_index(
        "application_open_idx",
        table_name="application",
        postgresql_where=sa.text(
            "state IN ('draft', 'returned', 'awaiting_institution', 'awaiting_authority')"
        ),
    )
    op.drop_index(
        "application_one_open_per_type",
        table_name="application",
        postgresql_where=sa.text(
            "state IN ('draft', 'returned', 'awaiting_institution', 'awaiting_authority')"
        ),
    )
    op.drop_index("application_institution_idx", table_name="application")
    op.drop_index("application_authority_idx", table_name="application")
    op.drop_table("application")
    op.drop_index(
        "account_person_key_idx",
        table_name="account",
        postgresql_where=sa.text("person_key IS NOT NULL"),
    )
    op.drop_table("account")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP SEQUENCE application_number")
