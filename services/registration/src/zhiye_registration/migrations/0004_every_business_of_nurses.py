"""Every business, list and record of nurses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.tables import refuse_changes_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_OPEN = (
    "state IN ('draft', 'returned', 'awaiting_origin', 'awaiting_institution',"
    " 'awaiting_authority', 'awaiting_confirmation')"
)
_IN_THE_WAY = f"{_OPEN} AND NOT (source = 'institution' AND state = 'draft')"
_ANY = (
    "state IN ('draft', 'awaiting_origin', 'awaiting_institution', 'returned',"
    " 'institution_refused', 'awaiting_authority', 'awaiting_confirmation', 'approved', 'refused',"
    " 'withdrawn')"
)
_REVIEWED = (
    "state <> 'approved' OR (institution_decision = 'approve' AND authority_decision = 'approve'"
    " AND decided_at IS NOT NULL AND (business_type <> 'nurse-military-to-local'"
    " OR (origin_decision = 'approve' AND confirmed_at IS NOT NULL)))"
)
_CHECKS = {
    "state": _ANY,
    "no_approval_without_its_reviews": _REVIEWED,
    "reviews_have_a_deadline": "state NOT LIKE 'awaiting_%'"
    " OR (deadline IS NOT NULL AND authority_id IS NOT NULL)",
}
_CANCELLED = (
    "(status = 'cancelled') = (cancelled_on IS NOT NULL AND cancellation_ground IS NOT NULL)"
)
_ONLY_GROW = (
    "information_change_step",
    "employment_confirmation",
    "verification",
    "roster_export",
    "registration_correction",
)
_NO_EFFECT_WITHOUT_APPROVAL = (
    "CREATE FUNCTION refuse_effect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF NOT EXISTS (SELECT FROM application WHERE id = NEW.application_id AND state = 'approved')"
    " THEN RAISE EXCEPTION 'no effect without an approval'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER no_effect_without_approval BEFORE INSERT ON registration_history FOR EACH ROW"
    " WHEN (NEW.application_id IS NOT NULL) EXECUTE FUNCTION refuse_effect()",
)
_BATCH = 10_000


def _name_readings() -> None:
    """The pinyin of the names that are on record, some thousands at once."""
    connection = op.get_bind()
    some = sa.text("SELECT id, name FROM registration WHERE id > :after ORDER BY id LIMIT :batch")
    put = sa.text(
        "UPDATE registration r SET name_pinyin = n.pinyin, name_initials = n.initials"
        " FROM unnest(CAST(:ids AS text[]), CAST(:pinyin AS text[]), CAST(:initials AS text[]))"
        " AS n (id, pinyin, initials) WHERE r.id = n.id"
    )
    after = ""
    while rows := connection.execute(some, {"after": after, "batch": _BATCH}).all():
        read = [name_pinyin(row.name) for row in rows]
        connection.execute(
            put,
            {
                "ids": [row.id for row in rows],
                "pinyin": [pinyin for pinyin, _ in read],
                "initials": [initials for _, initials in read],
            },
        )
        after = rows[-1].id


def upgrade() -> None:
    op.create_table(
        "application_evidence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="what it proves"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="as the content says"),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False, comment="that uploaded it"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("application_evidence_pkey")),
    )
    op.create_index(
        "application_evidence_once",
        "application_evidence",
        ["application_id", "sha256", "kind"],
        unique=True,
    )
    op.create_table(
        "bulk_item",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="that the decision is based on"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="done | refused"),
        sa.Column(
            "problem",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="codes and texts of a refusal, in both languages",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NOT DISTINCT FROM 'refused') = (problem IS NOT NULL)",
            name=op.f("bulk_item_problem_check"),
        ),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("bulk_item_outcome_check")),
        sa.PrimaryKeyConstraint("job_id", "place", name=op.f("bulk_item_pkey")),
    )
    op.create_index(
        "bulk_item_open_idx",
        "bulk_item",
        ["job_id", "place"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "bulk_job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column(
            "principal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="who acts, as of when it was ordered",
        ),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "selection",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what it was selected by, unless by id",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=True, comment="cancellation | account_revoked"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (stopped_by IS NOT NULL)",
            name=op.f("bulk_job_stopped_by_check"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR done = total", name=op.f("bulk_job_nothing_left_check")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'cancelled')",
            name=op.f("bulk_job_state_check"),
        ),
        sa.CheckConstraint(
            "succeeded <= done AND done <= total", name=op.f("bulk_job_progress_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bulk_job_pkey")),
    )
    op.create_index(
        "bulk_job_open_idx",
        "bulk_job",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(
        "bulk_job_organisation_idx", "bulk_job", ["organisation_id", "id"], unique=False
    )
    op.create_table(
        "employment_confirmation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False, comment="account"),
        sa.Column("confirmed_by_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("employment_confirmation_pkey")),
    )
    op.create_index(
        "employment_confirmation_registration_idx",
        "employment_confirmation",
        ["registration_id", "id"],
        unique=False,
    )
    op.create_table(
        "information_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False, comment="at the last step"),
        sa.Column("institution_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="field → {before, after}",
        ),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="of what is asked for"),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)",
            name=op.f("information_change_decided_at_check"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'refused', 'withdrawn')",
            name=op.f("information_change_state_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("information_change_pkey")),
    )
    op.create_index(
        "information_change_institution_idx",
        "information_change",
        ["institution_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "information_change_registration_idx",
        "information_change",
        ["registration_id", "id"],
        unique=False,
    )
    op.create_index(
        "information_change_same_once",
        "information_change",
        ["registration_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "information_change_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("information_change_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the request after the step"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="after the step"),
        sa.Column("actor_account_id", sa.Text(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("information_change_step_pkey")),
    )
    op.create_index(
        "information_change_step_once",
        "information_change_step",
        ["information_change_id", "version"],
        unique=True,
    )
    op.create_table(
        "merge_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("institution_name", sa.Text(), nullable=False, comment="the standard one"),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column(
            "source_name", sa.Text(), nullable=False, comment="under which people are recorded"
        ),
        sa.Column("region", sa.Text(), nullable=False, comment="of the source"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False, comment="account"),
        sa.Column("requested_by_name", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("merge_request_pkey")),
    )
    op.create_index(
        "merge_request_one_open",
        "merge_request",
        ["institution_id", "source_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "merge_request_region_idx",
        "merge_request",
        ["region", "id"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_table(
        "practice_interruption",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="account"),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= began_on",
            name=op.f("practice_interruption_period_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("practice_interruption_pkey")),
    )
    op.create_index(
        "practice_interruption_institution_idx",
        "practice_interruption",
        ["institution_id", "id"],
        unique=False,
    )
    op.create_index(
        "practice_interruption_one_open",
        "practice_interruption",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "practice_interruption_registration_idx",
        "practice_interruption",
        ["registration_id", "began_on"],
        unique=False,
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column(
            "roster", sa.Integer(), nullable=False, comment="people on the register here then"
        ),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="finding → how many",
        ),
        sa.Column(
            "compared_at", sa.DateTime(timezone=True), nullable=False, comment="with the register"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reconciliation_pkey")),
    )
    op.create_index("reconciliation_created_idx", "reconciliation", ["created_at"], unique=False)
    op.create_index(
        "reconciliation_institution_idx", "reconciliation", ["institution_id", "id"], unique=False
    )
    op.create_table(
        "reconciliation_line",
        sa.Column("reconciliation_id", sa.Text(), nullable=False),
        sa.Column(
            "line", sa.Integer(), nullable=False, comment="of the file; those of the roster follow"
        ),
        sa.Column("person_key", sa.Text(), nullable=True),
        sa.Column("sealed_id_number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column(
            "differences",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="field → {list, register}",
        ),
        sa.Column("step", sa.Text(), nullable=True, comment="the one that mends it"),
        sa.Column(
            "step_state", sa.Text(), nullable=True, comment="not_started | started | settled"
        ),
        sa.Column(
            "step_ref",
            sa.Text(),
            nullable=True,
            comment="what was started: an application, a request",
        ),
        sa.Column("step_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_started_by", sa.Text(), nullable=True, comment="account"),
        sa.Column("step_started_by_name", sa.Text(), nullable=True),
        sa.Column("step_note", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(step_state = 'settled') = (settled_at IS NOT NULL)",
            name=op.f("reconciliation_line_settled_at_check"),
        ),
        sa.CheckConstraint(
            "step_state IN ('not_started', 'started', 'settled')",
            name=op.f("reconciliation_line_step_state_check"),
        ),
        sa.CheckConstraint(
            "(step IS NULL) = (step_state IS NULL)", name=op.f("reconciliation_line_step_check")
        ),
        sa.PrimaryKeyConstraint("reconciliation_id", "line", name=op.f("reconciliation_line_pkey")),
    )
    op.create_index(
        "reconciliation_line_finding_idx",
        "reconciliation_line",
        ["reconciliation_id", "finding", "line"],
        unique=False,
    )
    op.create_index(
        "reconciliation_line_open_idx",
        "reconciliation_line",
        ["person_key"],
        unique=False,
        postgresql_where=sa.text("step_state IN ('not_started', 'started')"),
    )
    op.create_index(
        "reconciliation_line_ref_idx",
        "reconciliation_line",
        ["step_ref"],
        unique=False,
        postgresql_where=sa.text("step_ref IS NOT NULL"),
    )
    op.create_table(
        "registration_correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the registration after it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("authority_name", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("registration_correction_pkey")),
    )
    op.create_index(
        "registration_correction_once",
        "registration_correction",
        ["registration_id", "version"],
        unique=True,
    )
    op.create_table(
        "registration_count",
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column(
            "region", sa.Text(), nullable=False, comment="2, 4 or 6 digits: with all that begins so"
        ),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "profession", "region", "dimension", "value", name=op.f("registration_count_pkey")
        ),
    )
    op.create_index(
        "registration_count_nation_idx",
        "registration_count",
        ["profession"],
        unique=False,
        postgresql_where=sa.text("length(region) = 2"),
    )
    op.create_table(
        "registration_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="waiting | running | done | failed | cancelled",
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False, comment="csv | xlsx"),
        sa.Column(
            "object",
            sa.Text(),
            nullable=True,
            comment="the file in the object store, until it was deleted there",
        ),
        sa.Column("created_by", sa.Text(), nullable=False, comment="account"),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "alive_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of the process that runs it",
        ),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column(
            "lines_done", sa.BigInteger(), nullable=False, comment="where to go on after a crash"
        ),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True, comment="code of what made it fail"),
        sa.Column("institution_id", sa.Text(), nullable=False),
        sa.Column("institution_name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="of the institution"),
        sa.Column(
            "authority_id", sa.Text(), nullable=True, comment="that is told as the registering one"
        ),
        sa.Column("authority_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("registration_import_pkey")),
    )
    op.create_index(
        "registration_import_institution_idx",
        "registration_import",
        ["institution_id", "id"],
        unique=False,
    )
    op.create_index(
        "registration_import_state_idx",
        "registration_import",
        ["state", "created_at"],
        unique=False,
    )
    op.create_table(
        "registration_import_reject",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="field and code of each",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("registration_import_reject_pkey")),
    )
    op.create_table(
        "renewal_reminder",
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("reminder", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "registration_id", "valid_until", "reminder", name=op.f("renewal_reminder_pkey")
        ),
    )
    op.create_table(
        "renewal_window",
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="that it is for, with all below"),
        sa.Column("opens_days_before", sa.SmallInteger(), nullable=False),
        sa.Column("late_days", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False, comment="account"),
        sa.CheckConstraint(
            "late_days BETWEEN 0 AND 366", name=op.f("renewal_window_late_days_check")
        ),
        sa.CheckConstraint(
            "opens_days_before BETWEEN 1 AND 366",
            name=op.f("renewal_window_opens_days_before_check"),
        ),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("renewal_window_pkey")),
    )
    op.create_index("renewal_window_region_idx", "renewal_window", ["region"], unique=False)
    op.create_table(
        "roster_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False, comment="institution or authority"),
        sa.Column("institution_id", sa.Text(), nullable=False, comment="whose roster"),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column(
            "filters",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="codes and dates; of a search, that it was",
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("roster_export_pkey")),
    )
    op.create_index(
        "roster_export_institution_idx", "roster_export", ["institution_id", "id"], unique=False
    )
    op.create_table(
        "verification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False, comment="institution or authority"),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="verification | reconciliation"),
        sa.PrimaryKeyConstraint("id", name=op.f("verification_pkey")),
    )
    op.create_index(
        "verification_organisation_idx", "verification", ["organisation_id", "at"], unique=False
    )
    op.create_index("verification_person_idx", "verification", ["person_key", "at"], unique=False)
    op.add_column("account", sa.Column("sealed_name", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("sealed_id_number", sa.Text(), nullable=True))
    op.add_column(
        "application",
        sa.Column(
            "source", sa.Text(), server_default="person", nullable=False, comment="who filed it"
        ),
    )
    op.add_column(
        "application",
        sa.Column(
            "origin_institution_id", sa.Text(), nullable=True, comment="army or armed police (Q33)"
        ),
    )
    op.add_column("application", sa.Column("origin_institution_name", sa.Text(), nullable=True))
    op.add_column("application", sa.Column("origin_decision", sa.Text(), nullable=True))
    op.add_column(
        "application", sa.Column("origin_reviewed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "application",
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="by the origin, after the decision",
        ),
    )
    op.drop_index(
        op.f("application_open_idx"),
        table_name="application",
    )
    op.drop_index(
        op.f("application_region_idx"),
        table_name="application",
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_index(
        "application_region_idx",
        "application",
        ["region", "state", "id"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_include=["business_type"],
    )
    op.create_index(
        "application_deadline_idx",
        "application",
        ["authority_id", "deadline", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_authority'"),
    )
    op.create_index(
        "application_filed_idx",
        "application",
        ["region", "state", "id"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=sa.text("source = 'institution'"),
    )
    op.create_index("application_newest_idx", "application", ["state", "id"], unique=False)
    op.create_index(
        "application_one_open_of_a_nurse",
        "application",
        ["person_key"],
        unique=True,
        postgresql_where=sa.text(f"{_IN_THE_WAY} AND business_type LIKE 'nurse-%'"),
    )
    op.create_index(
        "application_origin_idx",
        "application",
        ["origin_institution_id", "state", "id"],
        unique=False,
        postgresql_where=sa.text("origin_institution_id IS NOT NULL"),
    )
    op.create_index(
        "application_received_idx",
        "application",
        ["region", "submitted_at"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )
    op.create_index(
        "application_state_idx", "application", ["state", "business_type", "id"], unique=False
    )
    op.create_index(
        "application_time_idx",
        "application",
        ["submitted_at", "decided_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.add_column("registration", sa.Column("title", sa.Text(), nullable=True, comment="技术职称"))
    op.add_column("registration", sa.Column("education", sa.Text(), nullable=True, comment="学历"))
    op.add_column(
        "registration",
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="the rest of deck 2.1",
        ),
    )
    op.add_column(
        "registration",
        sa.Column(
            "name_pinyin", sa.Text(), server_default="", nullable=False, comment="whole, lower case"
        ),
    )
    op.add_column(
        "registration", sa.Column("name_initials", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "registration",
        sa.Column(
            "last_change", sa.Text(), server_default="imported", nullable=False, comment="业务类型"
        ),
    )
    op.add_column("registration", sa.Column("cancelled_on", sa.Date(), nullable=True))
    op.add_column("registration", sa.Column("cancellation_ground", sa.Text(), nullable=True))
    op.add_column(
        "registration",
        sa.Column("employment", sa.Text(), nullable=True, comment="as last confirmed (Q51)"),
    )
    op.add_column("registration", sa.Column("employment_confirmed_on", sa.Date(), nullable=True))
    op.create_index(
        "registration_expiry_idx",
        "registration",
        ["valid_until", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'registered'"),
    )
    op.create_index(
        "registration_region_idx",
        "registration",
        ["region", "id"],
        unique=False,
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_index(
        "registration_roster_birth_idx",
        "registration",
        ["institution_id", "birth_date", "id"],
        unique=False,
    )
    op.create_index(
        "registration_roster_idx",
        "registration",
        ["institution_id", "valid_until", "id"],
        unique=False,
        postgresql_include=["status", "profession"],
    )
    op.create_index(
        "registration_roster_name_idx",
        "registration",
        ["institution_id", "name_pinyin", "id"],
        unique=False,
    )
    op.add_column(
        "registration_history",
        sa.Column("region", sa.Text(), nullable=True, comment="of the institution"),
    )
    op.add_column(
        "registration_history",
        sa.Column("from_institution_id", sa.Text(), nullable=True, comment="of a move"),
    )
    op.add_column(
        "registration_history", sa.Column("from_institution_name", sa.Text(), nullable=True)
    )
    op.add_column("registration_history", sa.Column("from_region", sa.Text(), nullable=True))
    op.add_column(
        "registration_history",
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what else changed: before and after",
        ),
    )
    op.create_index(
        "registration_history_from_idx",
        "registration_history",
        ["from_institution_id", "id"],
        unique=False,
        postgresql_where=sa.text("from_region IS NOT NULL"),
    )
    op.create_index(
        "registration_history_in_idx",
        "registration_history",
        ["region", "id"],
        unique=False,
        postgresql_where=sa.text("from_region IS NOT NULL"),
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_index(
        "registration_history_into_idx",
        "registration_history",
        ["institution_id", "id"],
        unique=False,
        postgresql_where=sa.text("from_region IS NOT NULL"),
    )
    op.create_index(
        "registration_history_out_idx",
        "registration_history",
        ["from_region", "id"],
        unique=False,
        postgresql_where=sa.text("from_region IS NOT NULL"),
        postgresql_ops={"from_region": "text_pattern_ops"},
    )
    for name, condition in _CHECKS.items():
        op.drop_constraint(op.f(f"application_{name}_check"), "application")
        op.create_check_constraint(op.f(f"application_{name}_check"), "application", condition)
    op.create_check_constraint(
        op.f("application_source_check"), "application", "source IN ('person', 'institution')"
    )
    op.drop_index("application_one_open_per_type", table_name="application")
    op.create_index(
        "application_one_open_per_type",
        "application",
        ["person_key", "business_type"],
        unique=True,
        postgresql_where=sa.text(_IN_THE_WAY),
    )
    op.execute(
        "UPDATE registration SET cancelled_on = updated_at::date, cancellation_ground = 'other'"
        " WHERE status = 'cancelled'"
    )
    op.create_check_constraint(
        op.f("registration_cancelled_on_a_ground_check"), "registration", _CANCELLED
    )
    _name_readings()
    for table in _ONLY_GROW:
        op.execute(refuse_changes_of(table))
    for statement in _NO_EFFECT_WITHOUT_APPROVAL:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("what nurses applied for since would be lost")
