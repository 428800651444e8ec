"""Tables of what happens around a registration: changes, files, jobs, lists that are worked off."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.imports.jobs import job_columns
from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata

# --- what a person or an institution says about a registration ---------------------------------

information_change = Table(
    "information_change",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("registration_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False, comment="at the last step"),
    Column("institution_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changes", JSONB, nullable=False, comment="field → {before, after}"),
    Column("fingerprint", Text, nullable=False, comment="of what is asked for"),
    Column("reasons", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('pending', 'approved', 'refused', 'withdrawn')", name="state"),
    CheckConstraint(
        "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided_at"
    ),
    # Also the index by which what waits is found from the people of an institution.
    Index(
        "information_change_same_once",
        "registration_id",
        "fingerprint",
        unique=True,
        postgresql_where=text("state = 'pending'"),
    ),
    Index("information_change_registration_idx", "registration_id", "id"),
    Index("information_change_institution_idx", "institution_id", "state", "id"),
)
"""Requests of people to change information about themselves (信息修改, deck 2.3, 6). Whose they
are, and who reviews them, says the registration: both may change while they wait."""

information_change_step = Table(
    "information_change_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("information_change_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the request after the step"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after the step"),
    Column("actor_account_id", Text),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("organisation", Text),
    Column("reasons", JSONB, nullable=False),
    Column("deadline", Date),
    Index("information_change_step_once", "information_change_id", "version", unique=True),
)

practice_interruption = Table(
    "practice_interruption",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("registration_id", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("began_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("ground", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_by", Text, nullable=False, comment="account"),
    Column("recorded_by_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name="period"),
    Index(
        "practice_interruption_one_open",
        "registration_id",
        unique=True,
        postgresql_where=text("ended_on IS NULL"),
    ),
    Index("practice_interruption_registration_idx", "registration_id", "began_on"),
    Index("practice_interruption_institution_idx", "institution_id", "id"),
)
"""中断执业 (deck 2.3 of the institution's side)."""

employment_confirmation = Table(
    "employment_confirmation",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("employment", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("confirmed_by", Text, nullable=False, comment="account"),
    Column("confirmed_by_name", Text, nullable=False),
    Index("employment_confirmation_registration_idx", "registration_id", "id"),
)
"""Whether an older nurse still works here (Q51)."""

application_evidence = Table(
    "application_evidence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("application_id", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="what it proves"),
    Column("media_type", Text, nullable=False, comment="as the content says"),
    Column("bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("account_id", Text, nullable=False, comment="that uploaded it"),
    Column("role", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Index("application_evidence_once", "application_id", "sha256", "kind", unique=True),
)
"""Files that go with an application, as the proof that somebody was told (Q41)."""

verification = Table(
    "verification",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("organisation_id", Text, nullable=False, comment="institution or authority"),
    Column("person_key", Text, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("purpose", Text, nullable=False, comment="verification | reconciliation"),
    Index("verification_organisation_idx", "organisation_id", "at"),
    Index("verification_person_idx", "person_key", "at"),
)
"""Who looked up whom in the nationwide register, and whether somebody was found (deck 5.2)."""

# --- many at once --------------------------------------------------------------------------------

bulk_job = Table(
    "bulk_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("principal", JSONB, nullable=False, comment="who acts, as of when it was ordered"),
    Column("organisation_id", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("selection", JSONB, comment="what it was selected by, unless by id"),
    Column("state", Text, nullable=False),
    Column("stopped_by", Text, comment="cancellation | account_revoked"),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("succeeded", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'cancelled')", name="state"),
    CheckConstraint("(state = 'cancelled') = (stopped_by IS NOT NULL)", name="stopped_by"),
    CheckConstraint("succeeded <= done AND done <= total", name="progress"),
    CheckConstraint("state <> 'done' OR done = total", name="nothing_left"),
    Index("bulk_job_open_idx", "id", postgresql_where=text("state IN ('waiting', 'running')")),
    Index("bulk_job_organisation_idx", "organisation_id", "id"),
)
"""Reviews or decisions of many applications, ordered at once and worked off."""

bulk_item = Table(
    "bulk_item",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("application_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="that the decision is based on"),
    Column("outcome", Text, comment="done | refused"),
    Column("problem", JSONB, comment="codes and texts of a refusal, in both languages"),
    Column("at", DateTime(timezone=True)),
    CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
    CheckConstraint(
        "(outcome IS NOT DISTINCT FROM 'refused') = (problem IS NOT NULL)", name="problem"
    ),
    Index("bulk_item_open_idx", "job_id", "place", postgresql_where=text("outcome IS NULL")),
)

registration_import = Table(
    "registration_import",
    metadata,
    *job_columns(),
    Column("profession", Text, nullable=False, server_default="nurse", comment="whose file it is"),
    Column(
        "subject",
        Text,
        nullable=False,
        server_default="registrations",
        comment="registrations | filings",
    ),
    Column("institution_id", Text, nullable=False),
    Column("institution_name", Text, nullable=False),
    Column("region", Text, nullable=False, comment="of the institution"),
    Column("authority_id", Text, comment="that is told as the registering one"),
    Column("authority_name", Text),
    Index("registration_import_state_idx", "state", "created_at"),
    Index("registration_import_institution_idx", "institution_id", "id"),
)
"""A file of an institution's present nurses or physicians, on its way in."""

registration_import_reject = Table(
    "registration_import_reject",
    metadata,
    Column("import_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("reasons", JSONB, nullable=False, comment="field and code of each"),
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, nullable=False),
    Column("profession", Text, nullable=False, server_default="nurse"),
    Column("account_id", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("roster", Integer, nullable=False, comment="people on the register here then"),
    Column("counts", JSONB, nullable=False, comment="finding → how many"),
    Column("compared_at", DateTime(timezone=True), nullable=False, comment="with the register"),
    Index("reconciliation_institution_idx", "institution_id", "id"),
    Index("reconciliation_created_idx", "created_at"),
)
"""A staff list compared with the roster and the nationwide register (Q20, Q41)."""

reconciliation_line = Table(
    "reconciliation_line",
    metadata,
    Column("reconciliation_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True, comment="of the file; those of the roster follow"),
    Column("person_key", Text),
    Column("sealed_id_number", Text),
    Column("name", Text, nullable=False),
    Column("registration_id", Text),
    Column("finding", Text, nullable=False),
    Column("differences", JSONB, nullable=False, comment="field → {list, register}"),
    Column("step", Text, comment="the one that mends it"),
    Column("step_state", Text, comment="not_started | started | settled"),
    Column("step_ref", Text, comment="what was started: an application, a request"),
    Column("step_started_at", DateTime(timezone=True)),
    Column("step_started_by", Text, comment="account"),
    Column("step_started_by_name", Text),
    Column("step_note", Text),
    Column("settled_at", DateTime(timezone=True)),
    CheckConstraint("(step IS NULL) = (step_state IS NULL)", name="step"),
    CheckConstraint("step_state IN ('not_started', 'started', 'settled')", name="step_state"),
    CheckConstraint("(step_state = 'settled') = (settled_at IS NOT NULL)", name="settled_at"),
    Index("reconciliation_line_finding_idx", "reconciliation_id", "finding", "line"),
    Index(
        "reconciliation_line_open_idx",
        "person_key",
        postgresql_where=text("step_state IN ('not_started', 'started')"),
    ),
    Index("reconciliation_line_ref_idx", "step_ref", postgresql_where=text("step_ref IS NOT NULL")),
)

merge_request = Table(
    "merge_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, nullable=False),
    Column("institution_name", Text, nullable=False, comment="the standard one"),
    Column("source_id", Text, nullable=False),
    Column("source_name", Text, nullable=False, comment="under which people are recorded"),
    Column("region", Text, nullable=False, comment="of the source"),
    Column("note", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("requested_by", Text, nullable=False, comment="account"),
    Column("requested_by_name", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Index(
        "merge_request_one_open",
        "institution_id",
        "source_id",
        unique=True,
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "merge_request_region_idx", "region", "id", postgresql_ops={"region": "text_pattern_ops"}
    ),
)
"""An authority is asked to merge a name under which people of an institution are (Q41.4.2)."""

# --- time ----------------------------------------------------------------------------------------

renewal_window = Table(
    "renewal_window",
    metadata,
    Column("authority_id", Text, primary_key=True),
    Column("region", Text, nullable=False, comment="that it is for, with all below"),
    Column("opens_days_before", SmallInteger, nullable=False),
    Column("late_days", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("updated_by", Text, nullable=False, comment="account"),
    CheckConstraint("opens_days_before BETWEEN 1 AND 366", name="opens_days_before"),
    CheckConstraint("late_days BETWEEN 0 AND 366", name="late_days"),
    Index("renewal_window_region_idx", "region"),
)
"""From when to when an authority takes renewals (Q32: earlier where the work asks for it)."""

renewal_reminder = Table(
    "renewal_reminder",
    metadata,
    Column("registration_id", Text, primary_key=True),
    Column("valid_until", Date, primary_key=True),
    Column("reminder", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What was told once, and is not told again."""

registration_count = Table(
    "registration_count",
    metadata,
    Column("profession", Text, primary_key=True),
    Column("region", Text, primary_key=True, comment="2, 4 or 6 digits: with all that begins so"),
    Column("dimension", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("counted_at", DateTime(timezone=True), nullable=False),
    Index(
        "registration_count_nation_idx",
        "profession",
        postgresql_where=text("length(region) = 2"),
    ),
)
"""Registrations counted by province, city and county, for the statistics of authorities."""

only_grows(metadata, information_change_step, employment_confirmation, verification)
