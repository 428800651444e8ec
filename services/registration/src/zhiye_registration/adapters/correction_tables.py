"""Who corrected a registration, on what ground."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, Table, Text

from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata

registration_correction = Table(
    "registration_correction",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the registration after it"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("authority_id", Text, nullable=False),
    Column("authority_name", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Index("registration_correction_once", "registration_id", "version", unique=True),
)

only_grows(metadata, registration_correction)
