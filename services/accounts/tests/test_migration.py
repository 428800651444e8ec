"""The migrations make the tables that the code declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from zhiye_accounts.adapters.tables import metadata
from zhiye_chassis import migrate


async def test_the_migrated_database_is_what_the_code_declares(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None, service="accounts")
    await migrate.upgrade(database.url, "zhiye_accounts.migrations")
    assert await migrate.differences(database.url, metadata) == []
    await migrate.upgrade(database.url, "zhiye_accounts.migrations")


_OLD = text(
    "INSERT INTO account (id, version, role, status, user_name, password_hash, name, person_key,"
    " email_key, email_verified_at, institution_id, created_at) VALUES"
    " (:id, 1, :role, 'active', :id, '-', '-', :person, :email, :verified, :institution, :at)"
)


def _old(id_: str, role: str, at: int, **more: Any) -> dict[str, Any]:
    instant = datetime(2026, 1, at, tzinfo=UTC)
    empty = dict.fromkeys(("person", "email", "verified", "institution"))
    return {"id": id_, "role": role, "at": instant, **empty, **more}


async def test_accounts_from_before_keep_working(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None, service="accounts")
    await migrate.upgrade(database.url, "zhiye_accounts.migrations", "0001")
    early, late = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)
    async with database.transaction() as tx:
        for row in (
            _old("main", "institution", 1, institution="I"),
            _old("second", "institution", 2, institution="I"),
            _old("other", "institution", 3, institution="J"),
            _old("first_nurse", "practitioner", 4, person="p1", email="e", verified=early),
            _old("later_nurse", "practitioner", 5, person="p2", email="e", verified=late),
        ):
            await tx.execute(_OLD, row)
    await migrate.upgrade(database.url, "zhiye_accounts.migrations")
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT * FROM account"))
        rows = {row["id"]: row for row in found.mappings()}
    assert [rows[id_]["main_account_id"] for id_ in ("main", "second", "other")] == [
        *(None, "main", None)
    ]
    assert all(rows[id_]["phone_verified_at"] for id_ in ("main", "second", "other"))
    assert rows["first_nurse"]["email_verified_at"] == early
    assert rows["later_nurse"]["email_verified_at"] is None, "one address, one person"
