"""Projections: what other services told, as far as decisions here look at it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_registration.adapters.tables import metadata

qualification = Table(
    "qualification",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("profession", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("level", Text, nullable=False),
    Column("category", Text, comment="of those told before this was kept: not known"),
    Column("certificate_key", Text),
    Column("sealed_certificate_number", Text),
    Column("title", Text),
    Column("route", Text, nullable=False),
    Column("passed_on", Date, nullable=False),
    Column("province", Text, nullable=False),
    Column("school", Text, nullable=False),
    Column("education", Text, nullable=False),
    Column("major", Text, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Index("qualification_person_idx", "person_key", "profession"),
)

institution = Table(
    "institution",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False, comment="6-digit division code"),
    Column("status", Text, nullable=False),
    Column("deciding_authorities", JSONB, nullable=False, comment="business type → authority id"),
)

authority = Table(
    "authority",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("online", Boolean, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("person_key", Text),
    Column("status", Text, nullable=False),
    Column("identity", Text),
    Column("sealed_name", Text),
    Column("sealed_id_number", Text),
    Index("account_person_key_idx", "person_key", postgresql_where=text("person_key IS NOT NULL")),
)
