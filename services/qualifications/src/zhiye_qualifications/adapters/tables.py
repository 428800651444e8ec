"""Tables of the qualifications database."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import new_metadata

metadata = new_metadata()
event.listen(
    metadata.tables["outbox"],
    "after_create",
    # Large events stay there for a moment only: compressing them would cost more than it saves.
    DDL("ALTER TABLE outbox ALTER COLUMN event SET STORAGE EXTERNAL"),  # type: ignore[no-untyped-call]
)


def _facts() -> list[Column[object]]:
    """What one version of a qualification says."""
    return [
        Column("profession", Text, nullable=False),
        Column("person_key", Text, nullable=False),
        Column("sealed_id_number", Text, nullable=False),
        Column("id_type", Text, nullable=False),
        Column("name", Text, nullable=False, comment="as the exam centre wrote it"),
        Column("assisted", Boolean, nullable=False, comment="bracketed pinyin in the name"),
        Column("gender", Text, nullable=False),
        Column("birth_date", Date, nullable=False),
        Column("certificate_key", Text, nullable=False),
        Column("sealed_certificate_number", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("level", Text, nullable=False),
        Column("school", Text, nullable=False),
        Column("education", Text, nullable=False),
        Column("major", Text, nullable=False),
        Column("title", Text, comment="技术职务资格; by correction only, no feed has it"),
        Column("exam_year", SmallInteger, nullable=False),
        Column("passed_on", Date, nullable=False),
        Column("province", Text, nullable=False),
        Column("admission_key", Text),
        Column("sealed_admission_number", Text),
        Column("route", Text, nullable=False),
        Column(
            "record_version",
            Integer,
            nullable=False,
            comment="the exam centre's; 0 for an addition that it has not fed yet",
        ),
        Column("version", Integer, nullable=False, comment="ours, rising by 1"),
        Column("in_force", Boolean, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False, comment="of what the record says"),
        Column("batch_id", Text, nullable=False, comment="batch or case that brought this version"),
        Column("changed_at", DateTime(timezone=True), nullable=False),
    ]


qualification = Table(
    "qualification",
    metadata,
    Column("id", Text, primary_key=True),
    *_facts(),
    UniqueConstraint("certificate_key", "profession"),
    # Deferrable: checked after the statement, in which two certificates may exchange their years.
    UniqueConstraint("person_key", "profession", "category", "exam_year", deferrable=True),
    Index("qualification_admission_key_idx", "admission_key"),
    # The search of a province walks it in the order of names.
    Index(
        "qualification_search_idx",
        "province",
        "name",
        "id",
        postgresql_ops={"name": "text_pattern_ops"},
    ),
    CheckConstraint("profession IN ('nurse', 'physician')", "profession"),
    CheckConstraint("route IN ('exam', 'recognition')", "route"),
    CheckConstraint("version >= 1 AND record_version >= 0", "version"),
)

qualification_history = Table(
    "qualification_history",
    metadata,
    Column("id", Text, nullable=False),
    *_facts(),
    PrimaryKeyConstraint("id", "version"),
    comment="versions that a newer one replaced; never changed",
)
batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("format", Text, nullable=False, comment="cloudevents: it came over the bus"),
    Column("encoding", Text, comment="of a text file, as it was found"),
    Column("reference", Text, comment="the sender's own name of a batch on the bus"),
    Column("day", Date, comment="of what came over the bus without a batch"),
    Column("state", Text, nullable=False),
    Column(
        "attempt",
        Integer,
        nullable=False,
        server_default="1",
        comment="who may write: raised when it is continued, or ended from outside",
    ),
    Column("bytes_read", BigInteger, nullable=False, server_default="0"),
    Column("bytes_expected", BigInteger),
    Column("expected", BigInteger, comment="records, by the sender's word"),
    Column("lines", BigInteger, nullable=False, server_default="0", comment="read so far"),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("recorded", BigInteger, nullable=False, server_default="0"),
    Column("updated", BigInteger, nullable=False, server_default="0"),
    Column("unchanged", BigInteger, nullable=False, server_default="0"),
    Column("ignored_older", BigInteger, nullable=False, server_default="0"),
    Column("rejected", BigInteger, nullable=False, server_default="0"),
    Column(
        "kept",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="of recorded and updated, those that the registration service has",
    ),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("progressed_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    UniqueConstraint("account_id", "reference"),
    UniqueConstraint("account_id", "day"),
    Index("batch_account_id_idx", "account_id", "id"),
    Index("batch_reading_idx", "progressed_at", postgresql_where=text("state = 'reading'")),
    CheckConstraint(
        "state IN ('reading', 'distributing', 'completed', 'interrupted', 'cancelled')", "state"
    ),
    CheckConstraint(
        "received = recorded + updated + unchanged + ignored_older + rejected", "received"
    ),
)

batch_result = Table(
    "batch_result",
    metadata,
    Column("batch_id", Text, ForeignKey("batch.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("event_id", Text, comment="of a record that came over the bus"),
    Column("outcome", Text, nullable=False),
    Column("certificate", Text, nullable=False, comment="masked"),
    Column("admission", Text, nullable=False, comment="masked"),
    Column("reasons", JSONB, nullable=False, comment="as they were told, in both languages"),
    # Among a million unchanged records the few others are found at once.
    Index(
        "batch_result_outcome_idx",
        "batch_id",
        "outcome",
        "line",
        postgresql_where=text("outcome <> 'unchanged'"),
    ),
    CheckConstraint(
        "outcome IN ('recorded', 'updated', 'unchanged', 'ignored_older', 'rejected')", "outcome"
    ),
    comment="records with an outcome other than plainly recorded",
)
