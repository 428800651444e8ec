"""A migrated database and one made from the code are the same, in all that PostgreSQL knows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from zhiye_chassis import migrate
from zhiye_launcher import registry

CATALOGUE = {
    "columns": (
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " a.attstorage, coalesce(a.attstattarget, -1), a.attidentity,"
        " pg_get_expr(d.adbin, d.adrelid), co.collname"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " LEFT JOIN pg_collation co ON co.oid = a.attcollation"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped"
    ),
    # Older servers have no constraint for a column that is not null; the columns tell it anyway.
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
    ),
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": ("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"),
    "functions": (
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ),
    "sequences": "SELECT sequencename, max_value, cycle FROM pg_sequences",
}


async def catalogue(database) -> dict[str, set[str]]:
    async with database.reading() as connection:
        return {
            what: {
                told
                for row in await connection.execute(text(question))
                if "alembic_version" not in (told := str(tuple(row)))
            }
            for what, question in CATALOGUE.items()
        }


@pytest.mark.parametrize("service", registry.SERVICES)
async def test_the_migrations_make_exactly_what_the_code_declares(service, make_database):
    built = registry.detached([service])[service]
    declared = await make_database(built.metadata, service=service)
    migrated = await make_database(None, service=service)
    await migrate.upgrade(migrated.url, built.migrations)
    wanted, found = await catalogue(declared), await catalogue(migrated)
    for what in CATALOGUE:
        assert wanted[what] - found[what] == set(), f"{what}: only in the code"
        assert found[what] - wanted[what] == set(), f"{what}: only in the migrations"
