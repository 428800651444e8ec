"""The tables of institutions and authorities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    ScalarSelect,
    Sequence,
    SmallInteger,
    Table,
    Text,
    any_,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from zhiye_chassis.imports.jobs import job_columns
from zhiye_chassis.tables import new_metadata, only_grows
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.domain.regions import AUTHORITY_LEVELS

metadata = new_metadata()

_LEVELS = ", ".join(f"'{level}'" for level in AUTHORITY_LEVELS)
_STATUSES = ", ".join(f"'{status}'" for status in STATUSES)
_WALKED = ("region", "category", "status")
"""What a search looks at while it goes through names, so that it reads the index alone."""

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
    Column(
        "registration_number",
        Text(collation="C"),  # as the name: ordered by its characters, whatever the locale
        comment="22 characters; stations may have none (Q55)",
    ),
    Column("name", Text(collation="C"), nullable=False, comment="standard name"),
    Column("region", Text, nullable=False, comment="6-digit division code"),
    Column("category", Text, nullable=False, comment="WS 218-2002 annex A"),
    Column("level", Text, nullable=False),
    Column("ownership", Text, nullable=False, comment="economic type, GB/T 12402-2000"),
    Column("status", Text, nullable=False),
    Column("standard_id", Text, ForeignKey("institution.id"), comment="a campus: of which (Q57)"),
    Column("merged_into", Text, ForeignKey("institution.id"), comment="while status is merged"),
    Column("address", Text),
    Column("beds", Integer),
    Column("departments", JSONB, nullable=False, server_default="[]", comment="names"),
    Column("subjects", JSONB, nullable=False, server_default="[]", comment="诊疗科目, names"),
    Column("person_in_charge", Text),
    Column("sealed_reserved_phone", Text),
    Column("licensed_on", Date),
    Column("next_check_due", Date, comment="periodic check (校验)"),
    Column("check_reminded", Date, comment="the next_check_due that it was reminded of"),
    Column(
        "search_keys",
        ARRAY(Text(collation="C")),
        nullable=False,
        server_default="{}",
        comment="what a search may look for: domain.search",
    ),
    Column(
        "default_authority_id",
        Text,
        ForeignKey("authority.id"),
        comment="nearest online authority; decides what has no authority set",
    ),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged"),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    CheckConstraint("length(registration_number) = 22", name="registration_number"),
    Index(
        "institution_registration_number_key",
        "registration_number",
        unique=True,
        postgresql_where=text("registration_number IS NOT NULL"),
    ),
    Index("institution_region_idx", "region", postgresql_ops={"region": "text_pattern_ops"}),
    Index("institution_name_idx", "name", "id", postgresql_include=_WALKED),
    Index(
        "institution_province_idx",
        text('"left"(region, 2)'),
        "name",
        "id",
        postgresql_include=_WALKED,
    ),
    Index(
        "institution_status_idx",
        "status",
        "name",
        "id",
        postgresql_include=_WALKED[:2],
        postgresql_where=text("status <> 'in_force'"),
    ),
    Index("institution_search_idx", "search_keys", postgresql_using="gin"),
    Index("institution_unsearchable_idx", "id", postgresql_where=text("search_keys = '{}'")),
    Index(
        "institution_standard_idx",
        "standard_id",
        postgresql_where=text("standard_id IS NOT NULL"),
    ),
    Index(
        "institution_check_idx",
        "next_check_due",
        postgresql_where=text("check_reminded IS DISTINCT FROM next_check_due"),
    ),
)

other_name = Table(
    "other_name",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, ForeignKey("institution.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="other | former | merged"),
    Column("merge_id", Text, comment="kind merged: goes with the merge when it is undone"),
    Column("added_by", Text, nullable=False, comment="account"),
    Column("added_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('other', 'former', 'merged')", name="kind"),
    Index("other_name_institution_name_key", "institution_id", "name", unique=True),
)

institution_merge = Table(
    "institution_merge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("institution.id"), nullable=False),
    Column("target_id", Text, ForeignKey("institution.id"), nullable=False),
    Column("source_status", Text, nullable=False, comment="before; restored when undone"),
    Column("reason", Text, nullable=False),
    Column("merged_by", Text, nullable=False, comment="account"),
    Column("merged_by_name", Text, nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
    Column("undo_until", DateTime(timezone=True), nullable=False),
    Column("undone_by", Text),
    Column("undone_by_name", Text),
    Column("undone_at", DateTime(timezone=True)),
    Index("institution_merge_target_idx", "target_id", "merged_at"),
    Index(
        "institution_merge_one_in_force",
        "source_id",
        unique=True,
        postgresql_where=text("undone_at IS NULL"),
    ),
)

institution_history = Table(
    "institution_history",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("institution_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("change", Text, nullable=False, comment="registered, imported, filing kind, merged …"),
    Column("filing_id", Text),
    Column("actor_account_id", Text),
    Column("actor_name", Text),
    Column("before", JSONB, nullable=False, comment="fields that changed, as they were"),
    Column("after", JSONB, nullable=False, comment="fields that changed, as they are"),
    Index("institution_history_once", "institution_id", "version", unique=True),
)
"""What became of an institution; it only grows. The reserved phone is never in it."""

filing_number = Sequence("filing_number", maxvalue=9_999_999, cycle=True, metadata=metadata)
"""The last seven digits of a filing's number: they rise, without a row that all wait for."""

filing = Table(
    "filing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, comment="a row of domain.filing_policy"),
    Column("institution_id", Text, ForeignKey("institution.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("proposed", JSONB, nullable=False, comment="fields to be set when approved"),
    Column("materials", JSONB, nullable=False, comment="code → how it is provided"),
    Column("materials_seen", JSONB, nullable=False, comment="codes ticked by the officer"),
    Column("reasons", JSONB, nullable=False),
    Column("authority_id", Text, ForeignKey("authority.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("received_on", Date),
    Column("deadline", Date),
    Column("days_kept", SmallInteger, comment="days left when the clock was stopped"),
    Column("decided_at", DateTime(timezone=True)),
    Index(
        "filing_one_open_per_kind",
        "institution_id",
        "kind",
        unique=True,
        postgresql_where=text("state IN ('draft', 'awaiting_authority', 'returned')"),
    ),
    Index("filing_institution_idx", "institution_id", "id"),
    Index("filing_authority_idx", "authority_id", "state", "id"),
    Index("filing_region_idx", "region", "id", postgresql_ops={"region": "text_pattern_ops"}),
    Index(
        "filing_closure_idx",
        "institution_id",
        postgresql_where=text("kind = 'closure' AND state = 'approved'"),
    ),
)

filing_step = Table(
    "filing_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("filing_id", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the filing after the step"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after the step"),
    Column("actor_account_id", Text, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("deadline", Date),
    Index("filing_step_once", "filing_id", "version", unique=True),
)

zone = Table(
    "zone",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text, nullable=False, comment="province or city it lies in, 6 digits"),
    Column("document", Text, nullable=False, comment="of the government that set it up"),
    Column("state", Text, nullable=False, comment="reported | assigned | refused"),
    Column("code", Text, unique=True, comment="6 digits, assigned centrally (Q56)"),
    Column("reason", Text, comment="of a refusal"),
    Column("reported_by", Text, nullable=False, comment="account"),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, comment="account"),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('reported', 'assigned', 'refused')", name="state"),
    CheckConstraint("(state = 'assigned') = (code IS NOT NULL)", name="code"),
    Index("zone_parent_name_key", "parent", "name", unique=True),
)

institution_import = Table(
    "institution_import",
    metadata,
    *job_columns(),
    Column("region", Text, nullable=False, comment="rows of other regions are rejected"),
    Index("institution_import_state_idx", "state", "created_at"),
)

import_reject = Table(
    "import_reject",
    metadata,
    Column("import_id", Text, ForeignKey("institution_import.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("reasons", JSONB, nullable=False, comment="field and code of each"),
)

import_seen = Table(
    "import_seen",
    metadata,
    Column("import_id", Text, ForeignKey("institution_import.id"), primary_key=True),
    Column("key", Text(collation="C"), primary_key=True, comment="number, or place and name"),
    Column("name", Text(collation="C"), nullable=False),
    Column("region", Text, nullable=False),
    Column("campus", Boolean, nullable=False, comment="whether it is one itself"),
    Column("ended", Boolean, nullable=False),
    Column("digest", Text, nullable=False, comment="of all that the line says"),
    Index("import_seen_name_idx", "import_id", "name"),
)
"""What a dry run would have recorded so far: a later line may repeat or refer to it. Emptied when
the run is over."""

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


FREQUENT_KEYS = "ALTER TABLE institution ALTER search_keys SET STATISTICS 500"
"""How frequent a key is decides how it is looked for: know more of them than usual. For a
migration too."""
event.listen(
    institution,
    "after_create",
    DDL(FREQUENT_KEYS),  # type: ignore[no-untyped-call]
)
only_grows(metadata, institution_history, filing_step)
