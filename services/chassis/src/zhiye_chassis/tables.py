"""The tables that the plumbing keeps in every service's database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
)

NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
}


def new_metadata() -> MetaData:
    """The metadata of one service, with the plumbing's tables in it."""
    metadata = MetaData(naming_convention=NAMING)
    Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("type", Text, nullable=False),
        Column("event", Text, nullable=False, comment="CloudEvent, JSON"),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    Table(
        "inbox",
        metadata,
        Column("source", Text, primary_key=True),
        Column("event_id", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("inbox_received_at_idx", "received_at", postgresql_using="brin"),
    )
    Table(
        "failed_event",
        metadata,
        Column("id", Text, primary_key=True),
        Column("type", Text, nullable=False),
        Column("event", LargeBinary, nullable=False, comment="as it came"),
        Column("state", Text, nullable=False, comment="retry | dead"),
        Column("attempts", SmallInteger, nullable=False),
        Column("error", Text, nullable=False, comment="class and code; no values"),
        Column("next_attempt_at", DateTime(timezone=True)),
        Column("first_failed_at", DateTime(timezone=True), nullable=False),
        Column("last_failed_at", DateTime(timezone=True), nullable=False),
        Index("failed_event_state_idx", "state", "next_attempt_at"),
    )
    Table(
        "idempotency_key",
        metadata,
        Column("scope", Text, primary_key=True, comment="account, or public"),
        Column("key", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False, comment="HMAC of method, path and body"),
        Column("status", Integer),
        Column("headers", Text),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("idempotency_key_created_at_idx", "created_at", postgresql_using="brin"),
    )
    return metadata
