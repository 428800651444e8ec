"""Tables of merged institutions: which was merged into which, and what that moved."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Table,
    Text,
)

from zhiye_registration.adapters.tables import metadata

institution_merge = Table(
    "institution_merge",
    metadata,
    Column("source_id", Text, primary_key=True, comment="record under a non-standard name"),
    Column("version", BigInteger, nullable=False, comment="of the source institution"),
    Column("merge_id", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("into_id", Text, nullable=False),
    Column("into_name", Text, nullable=False),
    Column("into_region", Text, nullable=False),
    Column("undone", Boolean, nullable=False),
    comment="projection of InstitutionMerged: the newest merge of each source",
)

merge_move = Table(
    "merge_move",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("merge_id", Text, nullable=False),
    Column(
        "kind",
        Text,
        nullable=False,
        comment="registration | application | practice_filing, moved | ended_filing",
    ),
    Column("item_id", Text, nullable=False),
    Column("from_id", Text, nullable=False, comment="where an undo puts it back"),
    Column("from_name", Text, nullable=False),
    Column("from_region", Text, nullable=False),
    Column("into_id", Text, nullable=False),
    CheckConstraint(
        "kind IN ('registration', 'application', 'practice_filing', 'ended_filing')", name="kind"
    ),
    Index("merge_move_merge_item_key", "merge_id", "kind", "item_id", unique=True),
    Index("merge_move_item_idx", "kind", "item_id", "id"),
)
"""What merges moved, in the order of their ids: an undo takes off its own and what came on top."""
