"""What other services told, and the tables of the plumbing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        "authority",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("authority_pkey")),
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


def downgrade() -> None:
    for table in (
        "account",
        "authority",
        "institution",
        "qualification",
        "failed_event",
        "idempotency_key",
        "inbox",
        "outbox",
    ):
        op.drop_table(table)
