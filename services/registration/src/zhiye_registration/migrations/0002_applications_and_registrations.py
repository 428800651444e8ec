"""Applications and their steps, registrations and their history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
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
            "state <> 'approved' OR (institution_decision = 'approve'"
            " AND authority_decision = 'approve' AND decided_at IS NOT NULL)",
            name=op.f("application_no_approval_without_its_reviews_check"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'awaiting_institution', 'returned',"
            " 'institution_refused', 'awaiting_authority', 'approved', 'refused', 'withdrawn')",
            name=op.f("application_state_check"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('awaiting_institution', 'awaiting_authority')"
            " OR (deadline IS NOT NULL AND authority_id IS NOT NULL)",
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
        "certificate_serial",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False, comment="two digits"),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "province", name=op.f("certificate_serial_pkey")),
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
    for table in (
        "application_step",
        "application",
        "registration_history",
        "registration",
        "certificate_serial",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP SEQUENCE application_number")
