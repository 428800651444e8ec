"""The tables of the registration service."""

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
    Sequence,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from zhiye_chassis.tables import new_metadata, only_grows
from zhiye_registration.domain.workflow import OPEN, STATES

metadata = new_metadata()

IS_OPEN = f"state IN ({', '.join(repr(state) for state in OPEN)})"
IN_THE_WAY = f"{IS_OPEN} AND NOT (source <> 'person' AND state = 'draft')"
"""What others have only drafted about a person must not keep that person from applying."""
_MANY = "physician-multi-institution"
"""Of these a physician may have several open at once, each at another institution (Q10)."""
_ANY_STATE = f"state IN ({', '.join(repr(state) for state in STATES)})"

# --- applications --------------------------------------------------------------------------------

application_number = Sequence(
    "application_number", maxvalue=9_999_999, cycle=True, metadata=metadata
)
"""The last seven digits of an application number: they rise, without a row that all wait for."""

application = Table(
    "application",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("business_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("institution_name", Text, nullable=False),
    Column("region", Text, nullable=False, comment="of the institution"),
    Column("authority_id", Text),
    Column("authority_name", Text),
    Column("form", JSONB, nullable=False),
    Column("review", SmallInteger, nullable=False),
    Column("received_on", Date),
    Column("deadline", Date),
    Column("days_kept", SmallInteger, comment="working days left when the clock was stopped"),
    Column("returns", SmallInteger, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("institution_decision", Text),
    Column("institution_reviewed_at", DateTime(timezone=True)),
    Column("authority_decision", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("source", Text, nullable=False, server_default="person", comment="who filed it"),
    Column("registration_id", Text, comment="which of a physician's registrations it is about"),
    Column("origin_institution_id", Text, comment="army or armed police (Q33)"),
    Column("origin_institution_name", Text),
    Column("origin_decision", Text),
    Column("origin_reviewed_at", DateTime(timezone=True)),
    Column("confirmed_at", DateTime(timezone=True), comment="by the origin, after the decision"),
    CheckConstraint(_ANY_STATE, name="state"),
    CheckConstraint("source IN ('person', 'institution', 'authority')", name="source"),
    CheckConstraint(
        "state <> 'approved' OR ((institution_decision = 'approve' OR source = 'authority')"
        " AND authority_decision = 'approve' AND decided_at IS NOT NULL"
        " AND (business_type <> 'nurse-military-to-local'"
        " OR (origin_decision = 'approve' AND confirmed_at IS NOT NULL)))",
        name="no_approval_without_its_reviews",
    ),
    CheckConstraint(
        "state NOT LIKE 'awaiting_%' OR (deadline IS NOT NULL AND authority_id IS NOT NULL)",
        name="reviews_have_a_deadline",
    ),
    Index(
        "application_one_open_of_a_nurse",
        "person_key",
        unique=True,
        postgresql_where=text(f"{IN_THE_WAY} AND business_type LIKE 'nurse-%'"),
    ),
    Index(
        "application_one_open_of_a_physician",
        "person_key",
        unique=True,
        postgresql_where=text(
            f"{IN_THE_WAY} AND business_type LIKE 'physician-%' AND business_type <> '{_MANY}'"
        ),
    ),
    Index(
        "application_one_open_per_type",
        "person_key",
        "business_type",
        unique=True,
        postgresql_where=text(f"{IN_THE_WAY} AND business_type <> '{_MANY}'"),
    ),
    Index(
        "application_one_filing_open_per_institution",
        "person_key",
        "institution_id",
        unique=True,
        postgresql_where=text(f"{IN_THE_WAY} AND business_type = '{_MANY}'"),
    ),
    Index("application_state_idx", "state", "business_type", "id"),
    Index("application_newest_idx", "state", "id"),  # of the nation
    Index("application_person_idx", "person_key", "id"),
    Index("application_institution_idx", "institution_id", "state", "id"),
    Index(
        "application_origin_idx",
        "origin_institution_id",
        "state",
        "id",
        postgresql_where=text("origin_institution_id IS NOT NULL"),
    ),
    Index("application_authority_idx", "authority_id", "state", "id"),
    Index(
        "application_deadline_idx",
        "authority_id",
        "deadline",
        "id",
        postgresql_where=text("state = 'awaiting_authority'"),
    ),
    Index(
        "application_region_idx",
        "region",
        "state",
        "id",
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_include=["business_type"],  # a rare one is looked for in the index alone
    ),
    Index(
        "application_filed_idx",
        "region",
        "state",
        "id",
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=text("source = 'institution'"),
    ),
    Index(
        "application_received_idx",
        "region",
        "submitted_at",
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=text("submitted_at IS NOT NULL"),
    ),
    # Periods of the lists: rows lie about in the order of time.
    Index("application_time_idx", "submitted_at", "decided_at", postgresql_using="brin"),
)

application_step = Table(
    "application_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("application_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the application after the step"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after the step"),
    Column("actor_account_id", Text, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("organisation", Text, comment="institution or authority that acted"),
    Column("reasons", JSONB, nullable=False),
    Column("deadline", Date, comment="of the review that follows"),
    Index("application_step_once", "application_id", "version", unique=True),
)

# --- registrations -------------------------------------------------------------------------------

registration = Table(
    "registration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("profession", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("certificate_key", Text, nullable=False),
    Column("sealed_certificate_number", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("location", Text, nullable=False, server_default="", comment="physicians (Q7, Q8)"),
    Column("level", Text, comment="of a physician: 1, of an assistant: 2"),
    Column("category", Text),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("qualification_id", Text),
    Column("institution_id", Text, nullable=False),
    Column("region", Text, nullable=False, comment="of the institution"),
    Column("authority_id", Text),
    Column("authority_name", Text),
    Column("registered_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, comment="a nurse's; a physician's has no end"),
    Column("department", Text),
    Column("work_category", Text),
    Column("title", Text, comment="技术职称"),
    Column("education", Text, comment="学历"),
    Column("details", JSONB, nullable=False, server_default="{}", comment="the rest of deck 2.1"),
    Column("name_pinyin", Text, nullable=False, server_default="", comment="whole, lower case"),
    Column("name_initials", Text, nullable=False, server_default=""),
    Column("last_change", Text, nullable=False, server_default="imported", comment="业务类型"),
    Column("cancelled_on", Date),
    Column("cancellation_ground", Text),
    Column("filed_on", Date, comment="off post (离岗备案)"),
    Column("filing_ground", Text),
    Column("employment", Text, comment="as last confirmed (Q51)"),
    Column("employment_confirmed_on", Date),
    Column("business_completed", Boolean, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('registered', 'cancelled', 'filed', 'moving_out')", name="status"),
    CheckConstraint("valid_until >= valid_from", name="validity"),
    CheckConstraint(
        "(status = 'cancelled') = (cancelled_on IS NOT NULL AND cancellation_ground IS NOT NULL)",
        name="cancelled_on_a_ground",
    ),
    CheckConstraint(
        # Who was off post when cancelled has been out of practice since then.
        "CASE status WHEN 'filed' THEN filed_on IS NOT NULL AND filing_ground IS NOT NULL"
        " WHEN 'cancelled' THEN true ELSE filed_on IS NULL AND filing_ground IS NULL END",
        name="filed_on_a_ground",
    ),
    CheckConstraint(
        "CASE profession WHEN 'physician' THEN valid_until IS NULL AND level IN ('1', '2')"
        " AND category IS NOT NULL AND cardinality(scopes) > 0"
        " AND location = left(region, CASE level WHEN '1' THEN 2 ELSE 6 END)"
        " ELSE valid_until IS NOT NULL AND location = '' AND level IS NULL END",
        name="content",
    ),
    Index(
        "registration_one_in_force",
        "person_key",
        "profession",
        "location",
        unique=True,
        postgresql_where=text("status = 'registered'"),
    ),
    Index(
        "registration_one_of_an_assistant",
        "person_key",
        unique=True,
        postgresql_where=text("status = 'registered' AND level = '2'"),
    ),
    Index(
        "registration_certificate_of_a_nurse",
        "certificate_key",
        unique=True,
        postgresql_where=text("profession = 'nurse'"),
    ),
    Index(
        "registration_certificate_of_a_physician",
        "certificate_key",
        postgresql_where=text("profession = 'physician'"),
    ),
    Index("registration_person_idx", "person_key", "profession"),
    Index("registration_institution_idx", "institution_id", "id"),
    # With what the counts of a roster look at, so that they read nothing else. Each profession has
    # its own, so that neither reads over the rows of the other.
    Index(
        "registration_roster_idx",
        "institution_id",
        "valid_until",
        "id",
        postgresql_include=["status"],
        postgresql_where=text("profession = 'nurse'"),
    ),
    Index(
        "registration_roster_name_idx",
        "institution_id",
        "name_pinyin",
        "id",
        postgresql_where=text("profession = 'nurse'"),
    ),
    Index(
        "registration_roster_birth_idx",
        "institution_id",
        "birth_date",
        "id",
        postgresql_where=text("profession = 'nurse'"),
    ),
    Index(
        "registration_physicians_name_idx",
        "institution_id",
        "name_pinyin",
        "id",
        postgresql_include=["status"],
        postgresql_where=text("profession = 'physician'"),
    ),
    Index(
        "registration_physicians_birth_idx",
        "institution_id",
        "birth_date",
        "id",
        postgresql_where=text("profession = 'physician'"),
    ),
    Index(
        "registration_expiry_idx",
        "valid_until",
        "id",
        postgresql_where=text("status = 'registered'"),
    ),
    Index("registration_region_idx", "region", "id", postgresql_ops={"region": "text_pattern_ops"}),
)

OF_NURSES = text("registration.profession = 'nurse'")
"""A literal: by a parameter PostgreSQL would not find the index of nurses' certificates."""

certificate_serial = Table(
    "certificate_serial",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column(
        "province", Text, primary_key=True, comment="two digits; of physicians the county, year 0"
    ),
    Column("last", Integer, nullable=False),
)

only_grows(metadata, application_step)
