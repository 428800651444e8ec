"""The tables that the plumbing keeps in every service's database."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
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
    event,
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


REFUSE_CHANGES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$
"""
"""For the migration of a service that has a table which only grows."""


def refuse_changes_of(table: str) -> str:
    """The statement that keeps a table's rows from ever being rewritten, by whatever code."""
    return (
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def only_grows(metadata: MetaData, *tables: Table) -> None:
    """Have ``create_all`` protect these tables as their migration does."""
    event.listen(
        metadata,
        "before_create",
        DDL(REFUSE_CHANGES.replace("%", "%%")),  # type: ignore[no-untyped-call]
    )
    for table in tables:
        event.listen(
            table,
            "after_create",
            DDL(refuse_changes_of(table.name)),  # type: ignore[no-untyped-call]
        )
