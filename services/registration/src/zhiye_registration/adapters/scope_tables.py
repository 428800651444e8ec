"""Tables of the provinces' catalogues of scopes, and of what two authorities settle (Q49)."""

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
    Sequence,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from zhiye_chassis.tables import only_grows
from zhiye_registration.adapters.tables import metadata
from zhiye_registration.domain.scope_case import STATES

scope_catalogue = Table(
    "scope_catalogue",
    metadata,
    Column("province", Text, primary_key=True, comment="two digits"),
    Column("year", SmallInteger, primary_key=True),
    Column("version", Integer, primary_key=True, comment="of the year; the newest counts"),
    Column("most_scopes", SmallInteger, nullable=False, comment="that one physician may have"),
    Column("entries", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("authority_id", Text, nullable=False),
    Column("authority_name", Text, nullable=False),
    Column("published_by", Text, nullable=False, comment="account"),
    Column("published_by_name", Text, nullable=False),
    CheckConstraint("province ~ '^[0-9]{2}$'", name="province"),
    CheckConstraint("most_scopes BETWEEN 1 AND 3", name="most_scopes"),
    CheckConstraint("version >= 1", name="version"),
)
"""医师执业范围名录 (Q49). Every version is kept."""

scope_case_number = Sequence("scope_case_number", maxvalue=9_999_999, cycle=True, metadata=metadata)

scope_case = Table(
    "scope_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("application_id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("category", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False, comment="so far"),
    Column("from_registration_id", Text, nullable=False),
    Column("from_region", Text, nullable=False, comment="of the institution so far"),
    Column("from_institution_id", Text, nullable=False),
    Column("from_authority_id", Text),
    Column("from_authority_name", Text),
    Column("to_region", Text, nullable=False, comment="of the institution applied for"),
    Column("to_authority_id", Text),
    Column("to_authority_name", Text),
    Column("proposed_scopes", ARRAY(Text)),
    Column("proposed_by", Text, comment="side"),
    Column("proposal_note", Text, nullable=False),
    Column("agreed_scopes", ARRAY(Text)),
    Column("opened_on", Date, nullable=False),
    Column("deadline", Date, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint("left(from_region, 2) <> left(to_region, 2)", name="crosses_provinces"),
    CheckConstraint(
        "(proposed_by IS NULL) = (proposed_scopes IS NULL) AND proposed_by IN ('from', 'to')",
        name="proposal",
    ),
    CheckConstraint("(state = 'settled') = (agreed_scopes IS NOT NULL)", name="agreed_scopes"),
    Index(
        "scope_case_from_idx",
        "from_region",
        "id",
        postgresql_ops={"from_region": "text_pattern_ops"},
    ),
    Index("scope_case_to_idx", "to_region", "id", postgresql_ops={"to_region": "text_pattern_ops"}),
    Index("scope_case_open_idx", "id", postgresql_where=text("state = 'open'")),
)
"""Scopes that the other province does not offer: the two settle them (协商, Q49).
Whose it is, the application says."""

scope_case_step = Table(
    "scope_case_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the case after the step"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after the step"),
    Column("actor_account_id", Text, comment="NULL: the system"),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("organisation", Text, comment="for which the actor took the step"),
    Column("side", Text, comment="of an authority that took it"),
    Column("scopes", ARRAY(Text), comment="that were proposed or agreed"),
    Column("note", Text, comment="of a proposal"),
    Column("reasons", JSONB, nullable=False),
    Column("deadline", Date),
    Index("scope_case_step_once", "case_id", "version", unique=True),
)

only_grows(metadata, scope_catalogue, scope_case_step)
