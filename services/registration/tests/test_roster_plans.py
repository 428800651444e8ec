"""A roster's pages are read by an index in their order, each profession by its own."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy.dialects.postgresql import asyncpg

from zhiye_registration.adapters import roster
from zhiye_registration.adapters.roster_conditions import MAIN, at
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.domain.roster import Filters

TODAY = date(2026, 11, 23)


async def plan(world, statement):
    """How it is read for any values, where reading a whole table is no way out."""
    compiled = statement.compile(dialect=asyncpg.dialect())
    values = ", ".join(_literal(compiled.params[name]) for name in compiled.positiontup)
    async with world.kit.database.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        for setting in ("seqscan", "bitmapscan"):
            await driver.execute(f"SET LOCAL enable_{setting} = off")
        await driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await driver.execute(f"PREPARE asked AS {compiled}")
        rows = await driver.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked({values})")
        await driver.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


def _literal(value):
    return str(value) if isinstance(value, int) else f"'{value}'"


def statement(world, filters, sort, order, key):
    after = None if key is None else (key, "01JD")
    return roster.page_statement(
        "HOSPITAL", filters, TODAY, retirement_of(world.kit), sort, order, after, 51
    )


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("further", [False, True])
@pytest.mark.parametrize(
    ("profession", "sort", "key", "index"),
    [
        ("nurse", "valid_until", TODAY, "registration_roster_idx"),
        ("nurse", "name", "wang", "registration_roster_name_idx"),
        ("nurse", "birth_date", TODAY, "registration_roster_birth_idx"),
        ("physician", "name", "wang", "registration_physicians_name_idx"),
        ("physician", "birth_date", TODAY, "registration_physicians_birth_idx"),
    ],
)
async def test_a_page_is_read_in_the_order_of_an_index(
    world, profession, sort, key, index, further, order
):
    filters = Filters(profession=profession)
    asked = statement(world, filters, sort, order, key if further else None)
    told = await plan(world, asked)
    assert f"using {index} on registration" in told
    assert "Sort Key: registration" not in told


async def test_those_filed_there_are_read_by_the_index_of_the_institution(world):
    asked = statement(world, Filters("both", profession="physician"), "name", "asc", None)
    told = await plan(world, asked)
    assert re.search(r"using practice_filing_\w+ on practice_filing\s+Index Cond: .*HOSPITAL", told)
    assert "using registration_physicians_name_idx on registration" in told


@pytest.mark.parametrize("profession", ["nurse", "physician"])
async def test_a_condition_on_the_profession_is_a_literal_that_partial_indexes_need(profession):
    of_profession = at(MAIN, "HOSPITAL", profession, TODAY)[1]
    assert str(of_profession) == f"registration.profession = '{profession}'"
