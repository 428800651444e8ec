"""Tables that only physicians need: the certificate for life, filings at further institutions."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy import event as events
from sqlalchemy.dialects.postgresql import ARRAY

from zhiye_registration.adapters.tables import metadata, registration

physician_certificate = Table(
    "physician_certificate",
    metadata,
    Column("certificate_key", Text, primary_key=True),
    Column("person_key", Text, nullable=False, unique=True),
    Column("sealed_certificate_number", Text, nullable=False),
)
"""The number that a physician has for life (Q9.3), whatever becomes of the registrations."""

practice_filing = Table(
    "practice_filing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("registration_id", Text, nullable=False, comment="in whose location it is (Q10)"),
    Column("person_key", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("institution_name", Text, nullable=False),
    Column("region", Text, nullable=False, comment="of the institution"),
    Column("authority_id", Text),
    Column("authority_name", Text),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("department", Text),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("ended_on", Date),
    Column("ended_because", Text),
    Column("application_id", Text),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('in_force', 'ended')", name="status"),
    CheckConstraint("until_on >= from_on", name="period"),
    CheckConstraint("(status = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
    Index(
        "practice_filing_once_at_an_institution",
        "registration_id",
        "institution_id",
        "until_on",
        unique=True,
        postgresql_where=text("status = 'in_force'"),
    ),
    Index("practice_filing_person_idx", "person_key"),
    Index("practice_filing_institution_idx", "institution_id", "id"),
    # Who practises there besides, and how many in a region, whatever is over.
    Index(
        "practice_filing_here_idx",
        "institution_id",
        "until_on",
        postgresql_where=text("status = 'in_force'"),
    ),
    Index(
        "practice_filing_region_idx",
        "region",
        "until_on",
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=text("status = 'in_force'"),
    ),
)
"""多执业机构备案: institution, scopes, from and to. One that runs out is over by its date."""

NUMBER_FOR_LIFE = (
    "CREATE FUNCTION refuse_other_number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF NOT EXISTS (SELECT FROM physician_certificate c JOIN registration r"
    " ON r.person_key = c.person_key AND r.certificate_key = c.certificate_key"
    " WHERE r.id = NEW.id)"
    " THEN RAISE EXCEPTION 'a physician has one certificate number for life'; END IF;"
    " RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER number_for_life AFTER INSERT OR UPDATE ON registration"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.profession = 'physician')"
    " EXECUTE FUNCTION refuse_other_number()",
)
"""Looked at when a transaction ends: a corrected ID number changes several rows."""
for _statement in NUMBER_FOR_LIFE:
    events.listen(
        registration,
        "after_create",
        DDL(_statement),  # type: ignore[no-untyped-call]
    )
