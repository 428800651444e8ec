"""An old name of the hospital, people registered under it, and events that merge it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from zhiye_contracts.events import InstitutionMerged
from zhiye_contracts.identifiers import make_id_number, nurse_practice_certificate
from zhiye_registration.adapters.tables import (
    registration,
)
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)

PATH = "/api/v1/applications"
PREVIEW = "/api/v1/institution-merges/previews"
NAMES = {"OLD": "示例医院（老名称）", "HOSPITAL": "北京示例医院", "HOSPITAL2": "北京另一医院"}
REGIONS = {"OLD": "110105", "HOSPITAL": "110102", "HOSPITAL2": "110102"}
OFFICER = {"nurse-first": "XICHENG"}


async def tell_the_old_name(world):
    await world.tell(
        world.institution_event(
            "OLD", name=NAMES["OLD"], region="110105", deciding_authorities=OFFICER
        )
    )


def merged(world, version=2, source="OLD", into="HOSPITAL", merge="M1", **changes):
    values = {
        "aggregate_id": source,
        "version": version,
        "occurred_at": world.clock.now(),
        "merge_id": merge,
        "into_id": into,
        "name": NAMES[source],
        "into_name": NAMES[into],
        "into_region": REGIONS[into],
    }
    return InstitutionMerged(**values | changes)


def undone(world, version=3, **changes):
    return merged(world, version, undone=True, **changes)


async def take_over(world, serial, at="OLD", **changes):
    async with world.kit.database.transaction() as tx:
        one = await import_registration(
            tx,
            world.kit,
            ExistingRegistration(
                **{
                    "id_number": make_id_number("110101", date(1990, 3, 5), serial),
                    "name": "李娜",
                    "certificate_number": nurse_practice_certificate(2023, "110000", serial),
                    "institution_id": at,
                    "institution_name": NAMES[at],
                    "region": REGIONS[at],
                    "registered_on": date(2023, 2, 1),
                }
                | changes
            ),
        )
    assert one is not None
    return one


async def rows(world, table, **where):
    async with world.kit.database.reading() as connection:
        statement = select(table).order_by(table.c.id)
        for column, value in where.items():
            statement = statement.where(table.c[column] == value)
        return (await connection.execute(statement)).all()


async def places(world):
    return {row.id: row.institution_id for row in await rows(world, registration)}
