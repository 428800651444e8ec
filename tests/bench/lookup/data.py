"""The same registrations for both: taken over by the registration service, and in clear tables."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.bench.lookup import bare

from zhiye_contracts.identifiers import mask_id_number, parse_id_number
from zhiye_launcher import registry
from zhiye_launcher.demo_data import HEAN, INSTITUTIONS
from zhiye_launcher.generator import generate_nurse_exam_results
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)

COUNT = 5_000
FIRST = 202011000001
"""Certificate numbers count up from here: year, province, serial."""
DATABASE = "zhiye_bench_bare"

_REGISTERED = date(2024, 1, 8)


def registrations() -> Iterator[ExistingRegistration]:
    name = next(name for id_, name, _, _ in INSTITUTIONS if id_ == HEAN)
    for index, person in enumerate(generate_nurse_exam_results(COUNT, 5, 2026, dirty=0)):
        yield ExistingRegistration(
            id_number=str(person["id_number"]),
            name=str(person["name"]),
            certificate_number=str(FIRST + index),
            institution_id=HEAN,
            institution_name=name,
            region="110102",
            registered_on=_REGISTERED,
            department="ward",
            work_category="clinical-nursing",
            authority_name="北京市西城区卫生健康委员会（演示）",
        )


async def take_over(database: str, var: Path) -> None:
    """Have the registration service take all of them over; waits until its outbox is empty."""
    secrets = json.loads((var / "secrets.json").read_text())
    settings = registry.settings_for(
        database,
        field_keys=json.loads(secrets["FIELD_KEYS"]),
        blind_index_key=SecretStr(secrets["BLIND_INDEX_KEY"]),
        jwks=json.loads(secrets["JWKS"]),
    )
    service = registry.build("registration", settings)
    given = list(registrations())
    for start in range(0, COUNT, 250):
        async with service.database.transaction() as tx:
            for one in given[start : start + 250]:
                if await import_registration(tx, service.kit, one) is None:
                    raise AssertionError(f"{one.certificate_number} is taken already")
    async with service.database.reading() as connection:
        waiting = text("SELECT count(*) FROM outbox")
        while (await connection.execute(waiting)).scalar_one():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        await connection.execute(text("VACUUM ANALYZE registration"))
    await service.database.close()


async def put_in_the_clear(server: str) -> str:
    """The bare endpoint's database on the same server; its URL."""
    url = make_url(server).set(drivername="postgresql+asyncpg", database=DATABASE)
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    await admin.dispose()
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.run_sync(bare.metadata.create_all)
        institution = next(one for one in INSTITUTIONS if one[0] == HEAN)
        await connection.execute(
            bare.institution.insert(),
            {"id": HEAN, "name": institution[1], "region": institution[3]},
        )
        await connection.execute(bare.registration.insert(), [*map(_row, registrations())])
        await connection.execute(text("VACUUM ANALYZE registration"))
    await engine.dispose()
    return url.render_as_string(hide_password=False)


def _row(one: ExistingRegistration) -> dict[str, Any]:
    person = parse_id_number(one.id_number, date.today())  # noqa: DTZ011 - only its birth date
    valid_until = one.registered_on.replace(year=one.registered_on.year + 5)
    return {
        "id": one.certificate_number,
        "certificate_number": one.certificate_number,
        "name": one.name,
        "id_number": mask_id_number(one.id_number),
        "gender": person.gender,
        "birth_date": person.birth_date,
        "profession": "nurse",
        "status": "registered",
        "institution_id": one.institution_id,
        "region": one.region,
        "authority_name": one.authority_name,
        "department": one.department,
        "work_category": one.work_category,
        "registered_on": one.registered_on,
        "valid_from": one.registered_on,
        "valid_until": valid_until,
    }


async def server_version(server: str) -> str:
    url = make_url(server)
    connection = await asyncpg.connect(
        host=url.query.get("host") or url.host, user=url.username, database="postgres"
    )
    version: str = await connection.fetchval("SHOW server_version")
    await connection.close()
    return version.split()[0]
