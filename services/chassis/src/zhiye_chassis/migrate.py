"""Alembic, run from code: one environment for all, one history per service.

A history is a package of revision files, such as ``zhiye_accounts.migrations``.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_ONE_AT_A_TIME = 7_245_301  # any constant: an advisory lock that only migrations take


def _config(migrations: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("zhiye_chassis.alembic_env")))
    config.set_main_option("version_locations", str(resources.files(migrations)))
    config.set_main_option("path_separator", "os")
    return config


async def _with_connection(url: str, work: Any) -> Any:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def upgrade(url: str, migrations: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to a revision; safe to run from several processes."""
    config = _config(migrations)

    def run(connection: Connection) -> None:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    await _with_connection(url, run)


async def write_revision(url: str, migrations: str, metadata: MetaData, message: str) -> None:
    """Write the next revision file: what ``metadata`` has and the database at head has not."""
    config = _config(migrations)

    def run(connection: Connection) -> None:
        config.attributes |= {"connection": connection, "metadata": metadata}
        folder = str(resources.files(migrations))
        count = len([p for p in resources.files(migrations).iterdir() if p.name[:4].isdigit()])
        command.revision(
            config,
            message,
            autogenerate=True,
            rev_id=f"{count + 1:04d}",
            version_path=folder,
        )

    await _with_connection(url, run)


async def differences(url: str, metadata: MetaData) -> list[Any]:
    """How the migrated database differs from what the code declares; should be nothing."""

    def run(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    result: list[Any] = await _with_connection(url, run)
    return result
