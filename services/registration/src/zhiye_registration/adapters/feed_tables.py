"""What other systems feed into people's records (Q58): as stated last, and every version of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata
from zhiye_registration.domain.record_feeds import FEEDS

practitioner_record = Table(
    "practitioner_record",
    metadata,
    Column("id", Text, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("system", Text, nullable=False, comment="source of its CloudEvents"),
    Column("source_id", Text, nullable=False, comment="of the record there"),
    Column("version", Integer, nullable=False, comment="there"),
    Column("person_key", Text, nullable=False),
    Column("stated_key", Text, nullable=False, comment="the person's, as it was stated"),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("data", JSONB, nullable=False, comment="what the feed has of its own"),
    Column("sealed_certificate_number", Text),
    Column("fingerprint", Text, nullable=False, comment="blind index of all that was stated"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"feed IN ({', '.join(repr(feed) for feed in FEEDS)})", name="feed"),
    CheckConstraint("profession IN ('physician', 'nurse')", name="profession"),
    UniqueConstraint("feed", "system", "source_id"),
    Index("practitioner_record_person_idx", "person_key", "feed", "happened_on"),
)
"""As stated last; the person need not be registered yet. Where an authority corrected the ID
number, ``person_key`` is the right one, whatever goes on being stated."""

practitioner_record_version = Table(
    "practitioner_record_version",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("sealed_certificate_number", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("record_id", "version"),
)
"""Every version that was taken, for ever."""

only_grows(metadata, practitioner_record_version)
