"""What the gateway is compared with: FastAPI and SQLAlchemy, one endpoint, nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import Column, Date, MetaData, Table, Text, bindparam, select
from sqlalchemy.ext.asyncio import create_async_engine
from tests.bench.processes import Link

from zhiye_launcher.serving import bind

metadata = MetaData()
institution = Table(
    "institution",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
)
registration = Table(
    "registration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("certificate_number", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("id_number", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("profession", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("authority_name", Text),
    Column("department", Text),
    Column("work_category", Text),
    Column("registered_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
)
LOOKUP = (
    select(registration, institution.c.name.label("institution_name"))
    .select_from(
        registration.outerjoin(institution, institution.c.id == registration.c.institution_id)
    )
    .where(registration.c.certificate_number == bindparam("number"))
)


class RegistrationOut(BaseModel):
    certificate_number: str
    name: str
    id_number: str
    gender: str
    birth_date: date
    profession: str
    status: str
    institution_id: str
    institution_name: str | None
    region: str
    authority_name: str | None
    department: str | None
    work_category: str | None
    registered_on: date
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class Bare:
    """``options`` go to ``create_async_engine``; none of them is its default pool, 5 and 10."""

    database: str
    options: dict[str, Any]


def create_app(job: Bare) -> FastAPI:
    app = FastAPI()
    engine = create_async_engine(job.database, **job.options)

    @app.get("/registrations/{number}")
    async def get_registration(number: str) -> RegistrationOut:
        async with engine.connect() as connection:
            found = await connection.execute(LOOKUP, {"number": number})
            row = found.mappings().first()
        if row is None:
            raise HTTPException(404)
        return RegistrationOut(**row)

    return app


async def serve(link: Link, job: Bare) -> None:
    """The role: uvicorn with uvloop and httptools, one process; tells its port."""
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(create_app(job), log_config=None, access_log=False, http="httptools")
    )
    bound.listen()  # who connects before the server is up waits
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    link.tell(bound.getsockname()[1])
    await link.hear()
    server.should_exit = True
    await serving
