"""Inbox, outgoing queue, contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sealed_phone", sa.Text(), nullable=True),
        sa.Column("phone_verified", sa.Boolean(), nullable=False),
        sa.Column("sealed_email", sa.Text(), nullable=True),
        sa.Column("email_verified", sa.Boolean(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=True),
        sa.Column("authority_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("contact_pkey")),
        comment="projection of AccountChanged",
    )
    op.create_table(
        "development_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("development_message_pkey")),
        comment="development only: what would have been sent, in the clear",
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
        "in_app_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="aggregate and version told of"),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("sealed_parameters", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("in_app_message_pkey")),
        sa.UniqueConstraint("source", name=op.f("in_app_message_source_key")),
    )
    op.create_index(
        "in_app_message_account_id_idx", "in_app_message", ["account_id", "id"], unique=False
    )
    op.create_index(
        "in_app_message_unread_idx",
        "in_app_message",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
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
        "outgoing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="aggregate and version told of"),
        sa.Column(
            "account_id",
            sa.Text(),
            nullable=True,
            comment="to whom, while the address is not known yet",
        ),
        sa.Column(
            "channel",
            sa.Text(),
            nullable=True,
            comment="NULL: waits for a verified contact of the account",
        ),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sealed_address", sa.Text(), nullable=True),
        sa.Column(
            "sealed_parameters",
            sa.Text(),
            nullable=True,
            comment="forgotten when the message is done with",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=True, comment="of the last try"
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("parts", sa.SmallInteger(), nullable=True, comment="SMS of 70 characters"),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("outgoing_channel_check")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'expired')",
            name=op.f("outgoing_state_check"),
        ),
        sa.CheckConstraint(
            "(channel IS NULL) = (sealed_address IS NULL)", name=op.f("outgoing_address_check")
        ),
        sa.CheckConstraint(
            "channel IS NOT NULL OR account_id IS NOT NULL", name=op.f("outgoing_addressee_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("outgoing_pkey")),
        sa.UniqueConstraint("source", name=op.f("outgoing_source_key")),
    )
    op.create_index(
        "outgoing_finished_at_idx",
        "outgoing",
        ["finished_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "outgoing_sending_idx",
        "outgoing",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "outgoing_unaddressed_idx",
        "outgoing",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' AND channel IS NULL"),
    )
    op.create_index(
        "outgoing_waiting_idx",
        "outgoing",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' OR error_code = 'no_provider'"),
    )


def downgrade() -> None:
    op.drop_index(
        "outgoing_waiting_idx",
        table_name="outgoing",
        postgresql_where=sa.text("state = 'queued' OR error_code = 'no_provider'"),
    )
    op.drop_index(
        "outgoing_unaddressed_idx",
        table_name="outgoing",
        postgresql_where=sa.text("state = 'queued' AND channel IS NULL"),
    )
    op.drop_index(
        "outgoing_sending_idx", table_name="outgoing", postgresql_where=sa.text("state = 'sending'")
    )
    op.drop_index("outgoing_finished_at_idx", table_name="outgoing", postgresql_using="brin")
    op.drop_table("outgoing")
    op.drop_table("outbox")
    op.drop_index("inbox_received_at_idx", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index(
        "in_app_message_unread_idx",
        table_name="in_app_message",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("in_app_message_account_id_idx", table_name="in_app_message")
    op.drop_table("in_app_message")
    op.drop_index(
        "idempotency_key_created_at_idx", table_name="idempotency_key", postgresql_using="brin"
    )
    op.drop_table("idempotency_key")
    op.drop_index("failed_event_state_idx", table_name="failed_event")
    op.drop_table("failed_event")
    op.drop_table("development_message")
    op.drop_table("contact")
