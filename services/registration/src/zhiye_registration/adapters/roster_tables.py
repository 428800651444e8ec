"""Who took a roster away: whole ID numbers leave the system with it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata

roster_export = Table(
    "roster_export",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("organisation_id", Text, nullable=False, comment="institution or authority"),
    Column("institution_id", Text, nullable=False, comment="whose roster"),
    Column("format", Text, nullable=False),
    Column("filters", JSONB, nullable=False, comment="codes and dates; of a search, that it was"),
    Column("people", Integer, nullable=False),
    Index("roster_export_institution_idx", "institution_id", "id"),
)

only_grows(metadata, roster_export)
