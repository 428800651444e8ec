"""What became of registrations (历史沿革): it only grows, and nothing without an approval."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata

registration_history = Table(
    "registration_history",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("change", Text, nullable=False, comment="business type, or imported"),
    Column("application_id", Text),
    Column("application_number", Text),
    Column("status", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("institution_name", Text, nullable=False),
    Column("authority_name", Text),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("region", Text, comment="of the institution"),
    Column("from_institution_id", Text, comment="of a move"),
    Column("from_institution_name", Text),
    Column("from_region", Text),
    Column("values", JSONB, comment="what else changed: before and after"),
    Index(
        "registration_history_in_idx",
        "region",
        "id",
        postgresql_where=text("from_region IS NOT NULL"),
        postgresql_ops={"region": "text_pattern_ops"},
    ),
    Index(
        "registration_history_out_idx",
        "from_region",
        "id",
        postgresql_where=text("from_region IS NOT NULL"),
        postgresql_ops={"from_region": "text_pattern_ops"},
    ),
    Index(
        "registration_history_into_idx",
        "institution_id",
        "id",
        postgresql_where=text("from_region IS NOT NULL"),
    ),
    Index(
        "registration_history_from_idx",
        "from_institution_id",
        "id",
        postgresql_where=text("from_region IS NOT NULL"),
    ),
    Index("registration_history_once", "registration_id", "version", unique=True),
    Index(
        "registration_history_no_effect_twice",
        "application_id",
        unique=True,
        postgresql_where=text("application_id IS NOT NULL"),
    ),
)

only_grows(metadata, registration_history)

NO_EFFECT_WITHOUT_APPROVAL = (
    "CREATE FUNCTION refuse_effect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF NOT EXISTS (SELECT FROM application WHERE id = NEW.application_id AND state = 'approved')"
    " THEN RAISE EXCEPTION 'no effect without an approval'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER no_effect_without_approval BEFORE INSERT ON registration_history FOR EACH ROW"
    " WHEN (NEW.application_id IS NOT NULL) EXECUTE FUNCTION refuse_effect()",
)
"""What an application brought about is written after it was approved, by whatever code."""
for _statement in NO_EFFECT_WITHOUT_APPROVAL:
    event.listen(
        registration_history,
        "after_create",
        DDL(_statement),  # type: ignore[no-untyped-call]
    )
