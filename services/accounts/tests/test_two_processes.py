"""One ID number registered at the same moment from two processes, on one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from services.accounts.tests.registering import Registrar
from services.accounts.tests.world import World, id_number
from sqlalchemy import text

from zhiye_accounts.adapters.records import lock_people

ONE_OF_THEM = ["identity_already_registered", "opened"]
WAITING = text(
    "SELECT count(*) AS n FROM pg_locks JOIN pg_database d ON d.oid = pg_locks.database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


@pytest.fixture
async def registrars(world: World, keys: dict[str, str]) -> AsyncIterator[Sequence[Registrar]]:
    settings = {f"ZHIYE_{name}": value for name, value in keys.items()}
    settings["ZHIYE_DATABASE_URL"] = world.kit.settings.database_url
    started = await asyncio.gather(*(Registrar.start(name, settings) for name in "ab"))
    yield started
    await asyncio.gather(*(registrar.stop() for registrar in started))


async def test_an_id_number_registered_at_once_from_two_processes_has_one_account(
    world: World, registrars: Sequence[Registrar]
) -> None:
    for _ in range(20):
        number = id_number()
        told = await asyncio.gather(*(registrar.ask(number) for registrar in registrars))
        assert sorted(told) == ONE_OF_THEM
    keys = await world.rows(text("SELECT person_key FROM account"))
    assert len(keys) == len({row["person_key"] for row in keys}) == 20
    assert len(await world.events("account-changed")) == 20


async def test_the_same_when_both_have_come_as_far_as_the_insert(
    world: World, registrars: Sequence[Registrar]
) -> None:
    number = id_number()
    async with world.kit.database.transaction() as tx, asyncio.timeout(20):
        await lock_people(tx, {world.kit.person_key(number)})
        asked = [asyncio.create_task(registrar.ask(number)) for registrar in registrars]
        while True:
            if (await world.rows(WAITING))[0]["n"] == 2:
                break
            await asyncio.sleep(0.01)
    assert sorted(await asyncio.gather(*asked)) == ONE_OF_THEM
    assert len(await world.rows(text("SELECT id FROM account"))) == 1
