"""The register, its history, batches and their results; the plumbing's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "lines", sa.BigInteger(), server_default="0", nullable=False, comment="read so far"
        ),
        sa.Column("received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recorded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ignored_older", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'completed', 'interrupted')", name=op.f("batch_state_check")
        ),
        sa.CheckConstraint(
            "received = recorded + updated + unchanged + ignored_older + rejected",
            name=op.f("batch_received_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("batch_pkey")),
    )
    op.create_index("batch_account_id_idx", "batch", ["account_id", "id"], unique=False)
    op.create_index(
        "batch_reading_idx",
        "batch",
        ["progressed_at"],
        unique=False,
        postgresql_where=sa.text("state = 'reading'"),
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
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.Text(), nullable=False),
        sa.Column("id_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as the exam centre wrote it"),
        sa.Column("assisted", sa.Boolean(), nullable=False, comment="bracketed pinyin in the name"),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("certificate_key", sa.Text(), nullable=False),
        sa.Column("sealed_certificate_number", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("education", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("exam_year", sa.SmallInteger(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("admission_key", sa.Text(), nullable=True),
        sa.Column("sealed_admission_number", sa.Text(), nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False, comment="the exam centre's"),
        sa.Column("version", sa.Integer(), nullable=False, comment="ours, rising by 1"),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column(
            "fingerprint", sa.LargeBinary(), nullable=False, comment="of what the record says"
        ),
        sa.Column(
            "batch_id", sa.Text(), nullable=False, comment="the batch that brought this version"
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "profession IN ('nurse', 'physician')", name=op.f("qualification_profession_check")
        ),
        sa.CheckConstraint(
            "route IN ('exam', 'recognition')", name=op.f("qualification_route_check")
        ),
        sa.CheckConstraint(
            "version >= 1 AND record_version >= 1", name=op.f("qualification_version_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("qualification_pkey")),
        sa.UniqueConstraint(
            "certificate_key",
            "profession",
            name=op.f("qualification_certificate_key_profession_key"),
        ),
        sa.UniqueConstraint(
            "person_key",
            "profession",
            "category",
            "exam_year",
            deferrable=True,
            name=op.f("qualification_person_key_profession_category_exam_year_key"),
        ),
    )
    op.create_index(
        "qualification_admission_key_idx", "qualification", ["admission_key"], unique=False
    )
    op.create_table(
        "qualification_history",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("sealed_id_number", sa.Text(), nullable=False),
        sa.Column("id_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as the exam centre wrote it"),
        sa.Column("assisted", sa.Boolean(), nullable=False, comment="bracketed pinyin in the name"),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("certificate_key", sa.Text(), nullable=False),
        sa.Column("sealed_certificate_number", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("education", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("exam_year", sa.SmallInteger(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("admission_key", sa.Text(), nullable=True),
        sa.Column("sealed_admission_number", sa.Text(), nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False, comment="the exam centre's"),
        sa.Column("version", sa.Integer(), nullable=False, comment="ours, rising by 1"),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column(
            "fingerprint", sa.LargeBinary(), nullable=False, comment="of what the record says"
        ),
        sa.Column(
            "batch_id", sa.Text(), nullable=False, comment="the batch that brought this version"
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("qualification_history_pkey")),
        comment="versions that a newer one replaced; never changed",
    )
    op.create_table(
        "batch_result",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False, comment="masked"),
        sa.Column("admission", sa.Text(), nullable=False, comment="masked"),
        sa.Column(
            "reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="as they were told, in both languages",
        ),
        sa.CheckConstraint(
            "outcome IN ('recorded', 'updated', 'unchanged', 'ignored_older', 'rejected')",
            name=op.f("batch_result_outcome_check"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("batch_result_batch_id_fkey")
        ),
        sa.PrimaryKeyConstraint("batch_id", "line", name=op.f("batch_result_pkey")),
        comment="records with an outcome other than plainly recorded",
    )
    op.create_index(
        "batch_result_outcome_idx",
        "batch_result",
        ["batch_id", "outcome", "line"],
        unique=False,
        postgresql_where=sa.text("outcome <> 'unchanged'"),
    )


def downgrade() -> None:
    op.drop_index(
        "batch_result_outcome_idx",
        table_name="batch_result",
        postgresql_where=sa.text("outcome <> 'unchanged'"),
    )
    op.drop_table("batch_result")
    op.drop_table("qualification_history")
    op.drop_index("qualification_admission_key_idx", table_name="qualification")
    op.drop_table("qualification")
    op.drop_table("outbox")
    op.drop_index("inbox_received_at_idx", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index(
        "idempotency_key_created_at_idx", table_name="idempotency_key", postgresql_using="brin"
    )
    op.drop_table("idempotency_key")
    op.drop_index("failed_event_state_idx", table_name="failed_event")
    op.drop_table("failed_event")
    op.drop_index(
        "batch_reading_idx", table_name="batch", postgresql_where=sa.text("state = 'reading'")
    )
    op.drop_index("batch_account_id_idx", table_name="batch")
    op.drop_table("batch")
