"""The institutions service in a process of its own, over a database of its own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from typing import Any

import jwt
import uvicorn
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.bench.processes import Link

from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal, claims_of
from zhiye_chassis.service import create_app
from zhiye_chassis.settings import Settings
from zhiye_chassis.tasks import stop
from zhiye_chassis.telemetry import configure_logging
from zhiye_contracts.codes import divisions
from zhiye_institutions.adapters.tables import authority, metadata
from zhiye_institutions.application.import_institutions import importer
from zhiye_institutions.service import build
from zhiye_launcher.serving import bind


@dataclass(frozen=True)
class Job:
    database: str
    secrets: dict[str, str]
    data_dir: str
    importing: bool
    """Whether it works on imports, beside answering."""


def settings(job: Job) -> Settings:
    given: dict[str, Any] = {
        "database_url": job.database,
        "field_keys": json.loads(job.secrets["FIELD_KEYS"]),
        "blind_index_key": job.secrets["BLIND_INDEX_KEY"],
        "jwks": json.loads(job.secrets["JWKS"]),
        "data_dir": job.data_dir,
    }
    return Settings(**given)


def authorization(secrets: dict[str, str]) -> str:
    """Of an operator."""
    private = secrets["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    key_id = json.loads(secrets["JWKS"])["keys"][0]["kid"]
    claims = claims_of(Principal("bench", "operator", "bench"), int(time.time()))
    claims["exp"] += 24 * 3600
    return "Bearer " + jwt.encode(claims, private, "EdDSA", headers={"kid": key_id})


async def make_tables(database: str) -> None:
    """The service's tables, and an authority that is online for every county."""
    engine = create_async_engine(database, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        now = text("now()")
        await connection.execute(
            authority.insert().values(created_at=now, updated_at=now),
            [
                {
                    "id": new_id(),
                    "name": f"{county.name}卫生健康局",
                    "level": "county",
                    "region": county.code,
                    "online": True,
                    "version": 1,
                }
                for county in divisions.counties(2010)
            ],
        )
    await engine.dispose()


async def serve(link: Link, job: Job) -> None:
    """The role: tells its port, then answers until it hears something; with its log."""
    with open(os.devnull, "wb") as nowhere:  # noqa: ASYNC230
        configure_logging(stream=nowhere)
        await _serve(link, job)


async def _serve(link: Link, job: Job) -> None:
    service = build(settings(job))
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(create_app(service), log_config=None, access_log=False, http="httptools")
    )
    bound.listen()
    tasks = [asyncio.create_task(server.serve(sockets=[bound]))]
    if job.importing:
        tasks.append(asyncio.create_task(importer(service.kit).run()))
    link.tell(bound.getsockname()[1])
    await link.hear()
    server.should_exit = True
    await tasks[0]
    await stop(tasks[1:])
    await service.database.close()
