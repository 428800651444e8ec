"""The tables of institutions and authorities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    Table,
    Text,
    any_,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import array

from zhiye_chassis.tables import new_metadata
from zhiye_institutions.domain.regions import AUTHORITY_LEVELS

metadata = new_metadata()

_LEVELS = ", ".join(f"'{level}'" for level in AUTHORITY_LEVELS)

authority = Table(
    "authority",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("region", Text, nullable=False, comment="6-digit division code"),
    Column("online", Boolean, nullable=False, comment="registers electronically"),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"level IN ({_LEVELS})", name="level"),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    Index("authority_region_name_key", "region", "name", unique=True),
)

institution = Table(
    "institution",
    metadata,
    Column("id", Text, primary_key=True),
    Column("registration_number", Text, comment="22 characters; stations may have none (Q55)"),
    Column("name", Text(collation="C"), nullable=False, comment="standard name"),
    Column("region", Text, nullable=False, comment="6-digit division code"),
    Column("category", Text, nullable=False, comment="WS 218-2002 annex A"),
    Column("level", Text, nullable=False),
    Column("ownership", Text, nullable=False, comment="economic type, GB/T 12402-2000"),
    Column("status", Text, nullable=False),
    Column(
        "default_authority_id",
        Text,
        ForeignKey("authority.id"),
        comment="nearest online authority; decides what has no authority set",
    ),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('in_force', 'closed')", name="status"),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    CheckConstraint("length(registration_number) = 22", name="registration_number"),
    Index(
        "institution_registration_number_key",
        "registration_number",
        unique=True,
        postgresql_where=text("registration_number IS NOT NULL"),
    ),
    Index("institution_region_idx", "region", postgresql_ops={"region": "text_pattern_ops"}),
    Index("institution_name_idx", "name", "id"),
)

deciding_authority = Table(
    "deciding_authority",
    metadata,
    Column("institution_id", Text, ForeignKey("institution.id"), primary_key=True),
    Column("business_type", Text, primary_key=True),
    Column("authority_id", Text, ForeignKey("authority.id"), nullable=False),
    Column("set_by", Text, nullable=False, comment="account"),
    Column("set_at", DateTime(timezone=True), nullable=False),
)


def within(region: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a region begins with these digits."""
    return region.like(prefix + "%")


def nearest_authority(region: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The online authority nearest to a region: its county or zone, city, province, nation.

    Of several for the same region, the one that was registered first.
    """
    rungs: list[Any] = [
        region,
        func.left(region, 4) + literal("00", Text),
        func.left(region, 2) + literal("0000", Text),
        literal("000000", Text),
    ]
    ladder: array[str] = array(rungs, type_=Text)
    return (
        select(authority.c.id)
        .where(authority.c.online, authority.c.region == any_(ladder))
        .order_by(
            func.array_position(ladder, authority.c.region),
            authority.c.created_at,
            authority.c.id,
        )
        .limit(1)
        .scalar_subquery()
    )
