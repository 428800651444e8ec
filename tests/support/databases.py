"""Databases for tests: made once, emptied after each use, dropped at the end of the run."""

from __future__ import annotations

import secrets

from sqlalchemy import MetaData, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from zhiye_chassis.database import Database


class Databases:
    """Hands out databases on one server. Making one takes ten times as long as emptying it."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._admin = create_async_engine(
            self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        self._names: list[str] = []
        self._free: dict[MetaData, list[str]] = {}

    async def take(self, metadata: MetaData | None, service: str) -> Database:
        """An empty database with these tables; without any tables for ``None``."""
        if metadata is not None and (free := self._free.get(metadata)):
            return self._open(free.pop(), service)
        name = f"zhiye_test_{secrets.token_hex(6)}"
        async with self._admin.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        self._names.append(name)
        database = self._open(name, service)
        if metadata is not None:
            async with database.engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
        return database

    def _open(self, name: str, service: str) -> Database:
        url = self._url.set(database=name).render_as_string(hide_password=False)
        return Database(url, service)

    async def give_back(self, database: Database, metadata: MetaData | None) -> None:
        """Close it, and empty it for the next test."""
        name = make_url(database.url).database
        assert name is not None
        await database.close()
        if metadata is None:
            return
        async with self._admin.connect() as connection:
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"),
                {"n": name},
            )
        engine = create_async_engine(database.url, poolclass=NullPool)
        # To truncate a table takes as long whether or not it has rows; most have none.
        filled = " UNION ALL ".join(
            f"SELECT '{table.name}' WHERE EXISTS (SELECT FROM \"{table.name}\")"
            for table in metadata.sorted_tables
        )
        async with engine.begin() as connection:
            found = (await connection.execute(text(filled))).scalars()
            if tables := ", ".join(f'"{name}"' for name in found):
                await connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        await engine.dispose()
        self._free.setdefault(metadata, []).append(name)

    async def drop_all(self) -> None:
        async with self._admin.connect() as connection:
            for name in self._names:
                await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await self._admin.dispose()
