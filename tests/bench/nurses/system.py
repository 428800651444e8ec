"""``zhiye up`` over a registration database that is loaded already."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tests.bench.lookup.compare import LIMITS
from tests.bench.surroundings import AMQP, database_url
from tests.journeys.databases import all_is_well
from tests.journeys.system import System, clean_postgres, clean_rabbitmq, zhiye

from zhiye_launcher import registry

_REGISTRATION = registry.database_name("registration")


@asynccontextmanager
async def started(loaded: str, secrets: dict[str, str], var: Path) -> AsyncIterator[System]:
    """The other services' databases are empty but for the demo's data. The loaded one has the
    registration service's name meanwhile, and keeps what is done."""
    _keep(secrets, var)
    server = database_url("postgres", "+asyncpg")
    async with clean_postgres(server), clean_rabbitmq(AMQP):
        await _execute(f"DROP DATABASE {_REGISTRATION}")
        await _execute(f"ALTER DATABASE {loaded} RENAME TO {_REGISTRATION}")
        try:
            given = ("--postgres", server, "--amqp", AMQP, "--demo")
            with zhiye("up", *given, var=var, postgres=server, **LIMITS) as system:
                await all_is_well(system)
                yield system
                await all_is_well(system)
        finally:
            await _execute(f"ALTER DATABASE {_REGISTRATION} RENAME TO {loaded}")


def _keep(secrets: dict[str, str], var: Path) -> None:
    """Where a system that starts looks for its secrets."""
    var.mkdir(parents=True)
    (var / "secrets.json").write_text(json.dumps(secrets))


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(database_url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
