"""Authorities, institutions, and who decides."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="6-digit division code"),
        sa.Column("online", sa.Boolean(), nullable=False, comment="registers electronically"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('nation', 'province', 'city', 'county', 'zone')",
            name=op.f("authority_level_check"),
        ),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("authority_region_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("authority_pkey")),
    )
    op.create_index("authority_region_name_key", "authority", ["region", "name"], unique=True)
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
            "fingerprint", sa.Text(), nullable=False, comment="HMAC of method, path and body"
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
        "institution",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "registration_number",
            sa.Text(),
            nullable=True,
            comment="22 characters; stations may have none (Q55)",
        ),
        sa.Column("name", sa.Text(collation="C"), nullable=False, comment="standard name"),
        sa.Column("region", sa.Text(), nullable=False, comment="6-digit division code"),
        sa.Column("category", sa.Text(), nullable=False, comment="WS 218-2002 annex A"),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("ownership", sa.Text(), nullable=False, comment="economic type, GB/T 12402-2000"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "default_authority_id",
            sa.Text(),
            nullable=True,
            comment="nearest online authority; decides what has no authority set",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("institution_region_check")),
        sa.CheckConstraint(
            "status IN ('in_force', 'closed')", name=op.f("institution_status_check")
        ),
        sa.CheckConstraint(
            "length(registration_number) = 22", name=op.f("institution_registration_number_check")
        ),
        sa.ForeignKeyConstraint(
            ["default_authority_id"],
            ["authority.id"],
            name=op.f("institution_default_authority_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("institution_pkey")),
    )
    op.create_index("institution_name_idx", "institution", ["name", "id"], unique=False)
    op.create_index(
        "institution_region_idx",
        "institution",
        ["region"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_index(
        "institution_registration_number_key",
        "institution",
        ["registration_number"],
        unique=True,
        postgresql_where=sa.text("registration_number IS NOT NULL"),
    )
    op.create_table(
        "deciding_authority",
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("business_type", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False, comment="account"),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("deciding_authority_authority_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("deciding_authority_institution_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "business_type", name=op.f("deciding_authority_pkey")
        ),
    )


def downgrade() -> None:
    op.drop_table("deciding_authority")
    op.drop_index(
        "institution_registration_number_key",
        table_name="institution",
        postgresql_where=sa.text("registration_number IS NOT NULL"),
    )
    op.drop_index(
        "institution_region_idx",
        table_name="institution",
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.drop_index("institution_name_idx", table_name="institution")
    op.drop_table("institution")
    op.drop_table("outbox")
    op.drop_index("inbox_received_at_idx", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index(
        "idempotency_key_created_at_idx", table_name="idempotency_key", postgresql_using="brin"
    )
    op.drop_table("idempotency_key")
    op.drop_index("failed_event_state_idx", table_name="failed_event")
    op.drop_table("failed_event")
    op.drop_index("authority_region_name_key", table_name="authority")
    op.drop_table("authority")
