"""Tables of cases, evidence, corrections, and of who looked at a qualification."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import only_grows
from zhiye_qualifications.adapters.tables import metadata
from zhiye_qualifications.domain.case_workflow import OPEN, STATES

IS_OPEN = f"state IN ({', '.join(repr(state) for state in OPEN)})"
_ANY_STATE = f"state IN ({', '.join(repr(state) for state in STATES)})"

case_number = Sequence("case_number", maxvalue=9_999_999, cycle=True, metadata=metadata)
"""The last seven digits of a case's number: they rise, without a row that all wait for."""

qualification_case = Table(
    "qualification_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("profession", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("province", Text, nullable=False, comment="that decides or forwards, 6 digits"),
    Column("fingerprint", Text, nullable=False, comment="blind index of what is asked for whom"),
    Column("filed_by", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sealed_asked", Text, nullable=False, comment="JSON"),
    Column("sealed_recorded", Text, nullable=False, comment="JSON; when it was filed"),
    Column("qualification_id", Text),
    Column("person_key", Text),
    Column("former_person_key", Text, comment="of the record, when the ID number is corrected"),
    Column("account_id", Text, comment="that filed it"),
    Column("institution_id", Text, comment="that filed it"),
    Column("batch_id", Text, comment="that brought the record of an upgrade"),
    Column("deadline", Date),
    Column("days_kept", SmallInteger, comment="working days left when the clock was stopped"),
    Column("reasons", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("forwarded_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint(_ANY_STATE, name="state"),
    CheckConstraint("kind IN ('correction', 'addition', 'id_upgrade')", name="kind"),
    CheckConstraint(
        "state NOT IN ('awaiting_province', 'forwarded') OR deadline IS NOT NULL",
        name="reviews_have_a_deadline",
    ),
    CheckConstraint(
        "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided_at"
    ),
    Index(
        "qualification_case_one_open",
        "fingerprint",
        unique=True,
        postgresql_where=text(IS_OPEN),
    ),
    Index("qualification_case_fingerprint_idx", "fingerprint", "id"),
    Index("qualification_case_person_idx", "person_key", "id"),
    Index("qualification_case_account_idx", "account_id", "id"),
    Index("qualification_case_institution_idx", "institution_id", "id"),
    Index("qualification_case_province_idx", "province", "state", "id"),
    Index("qualification_case_forwarded_idx", "state", "forwarded_at", "id"),
    Index(
        "qualification_case_batch_idx", "batch_id", postgresql_where=text("batch_id IS NOT NULL")
    ),
)

case_step = Table(
    "case_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the case after the step"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after the step"),
    Column("actor_account_id", Text, comment="NULL: the system, or the exam centre over the bus"),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("organisation", Text, comment="for which the actor took the step"),
    Column("reasons", JSONB, nullable=False),
    Column("deadline", Date, comment="of the decision that follows"),
    Index("case_step_once", "case_id", "version", unique=True),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("qualification_case.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False, comment="as the content says"),
    Column("bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("account_id", Text, nullable=False, comment="that uploaded it"),
    Column("role", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Index("evidence_once", "case_id", "sha256", "kind", unique=True),
)

correction = Table(
    "correction",
    metadata,
    Column("qualification_id", Text, primary_key=True),
    Column("field", Text, primary_key=True, comment="a field of Q46, or in_force"),
    Column("sealed_original", Text, nullable=False, comment="as the exam centre fed it"),
    Column("sealed_corrected", Text, nullable=False),
    Column("original_key", Text, comment="blind index, of an ID or certificate number"),
    Column("corrected_key", Text),
    Column("certificate_key", Text, nullable=False, comment="under which it is on record"),
    Column("fed_certificate_key", Text, nullable=False, comment="under which it is fed"),
    Column("case_id", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("correction_certificate_idx", "certificate_key"),
    Index("correction_fed_certificate_idx", "fed_certificate_key"),
    comment="decisions that stand against what the exam centre feeds, until it feeds the same",
)

qualification_change = Table(
    "qualification_change",
    metadata,
    Column("qualification_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="that the change made"),
    Column("kind", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("case_id", Text),
    Column("number", Text, comment="of the case"),
    Column("document", Text, comment="of a revocation: 文号"),
    Column("asked_by", Text, comment="role of who filed the case"),
    Column("asked_by_account_id", Text),
    Column("decided_by_role", Text, nullable=False),
    Column("decided_by_account_id", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("organisation", Text),
    Column("reasons", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    comment="versions that a decision made: who asked, who decided, why",
)

qualification_access = Table(
    "qualification_access",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("qualification_id", Text, nullable=False),
    Column("person_key", Text, nullable=False, comment="whose it was"),
    Column("kind", Text, nullable=False, comment="lookup | search | versions | disclosure"),
    Column("purpose", Text, comment="code"),
    Column("note", Text),
    Column("account_id", Text, nullable=False, comment="who looked"),
    Column("role", Text, nullable=False),
    Column("region", Text, comment="of the authority that looked"),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("qualification_access_person_idx", "person_key", "id"),
)

record_request = Table(
    "record_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("person_key", Text),
    Column("by", Text, nullable=False, comment="admission_number | certificate_number"),
    Column("number_key", Text, nullable=False),
    Column("sealed_number", Text, nullable=False),
    Column("answer", Text, comment="of the exam centre; NULL while it is open"),
    Column("note", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_by", Text, comment="account"),
    Index("record_request_account_idx", "account_id", "id"),
    Index("record_request_open_idx", "id", postgresql_where=text("answer IS NULL")),
    Index(
        "record_request_one_open",
        "account_id",
        "number_key",
        unique=True,
        postgresql_where=text("answer IS NULL"),
    ),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("attempt_account_idx", "kind", "account_id", "at"),
    comment="what may be tried only so often: numbers that may be somebody else's",
)

only_grows(metadata, case_step, qualification_change, qualification_access, evidence)
