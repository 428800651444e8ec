"""Everything at the same moment, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.tables import application, registration

PATH = "/api/v1/applications"


async def count(world, table):
    async with world.kit.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table))


async def test_of_two_officers_who_decide_at_the_same_moment_one_wins(world):
    one = await world.agreed(await world.nurse())
    refuse = world.review(world.XICHENG, one, "refuse", reasons=[{"code": "not_eligible"}])
    answers = await asyncio.gather(
        *(world.review(world.XICHENG, one, "approve") for _ in range(4)), refuse
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 412}
    assert await count(world, registration) == await count(world, registration_history) <= 1


async def test_a_withdrawal_and_a_decision_at_the_same_moment_do_not_both_happen(world):
    nurse = await world.nurse()
    one = await world.agreed(nurse)
    decided, withdrawn = await asyncio.gather(
        world.review(world.XICHENG, one, "approve"),
        world.call(nurse, "POST", f"{PATH}/{one['id']}/withdrawal"),
    )
    assert sorted([decided.status_code, withdrawn.status_code])[0] == 200
    assert sorted([decided.status_code, withdrawn.status_code])[1] in (409, 412)
    assert await count(world, registration) == (decided.status_code == 200)


async def test_of_many_applications_started_at_once_one_is_open(world):
    nurse = await world.nurse()
    body = {"business_type": "nurse-first", "institution_id": "HOSPITAL"}
    answers = await asyncio.gather(*(world.call(nurse, "POST", PATH, body) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
    assert await count(world, application) == 1


async def test_certificate_numbers_given_at_once_have_neither_gaps_nor_doubles(world):
    agreed = [await world.agreed(await world.nurse()) for _ in range(6)]
    answers = await asyncio.gather(*(world.review(world.XICHENG, a, "approve") for a in agreed))
    assert {a.status_code for a in answers} == {200}
    numbers = set()
    for serial in range(1, 7):
        found = await world.call(world.OPERATOR, "GET", f"/api/v1/registrations/202611{serial:06d}")
        numbers.add(found.json()["certificate_number"])
    assert numbers == {f"202611{serial:06d}" for serial in range(1, 7)}


async def test_the_serial_of_an_approval_that_fails_is_not_lost(world):
    first, second = await world.nurse(801), await world.nurse(802)
    agreed = await world.agreed(first)
    async with world.kit.database.transaction() as tx:
        row = (await tx.execute(select(application))).mappings().one()
        await tx.execute(
            registration.insert().values(
                id="R0",
                version=1,
                profession="nurse",
                person_key=row["person_key"],
                sealed_id_number="s",
                name="王芳",
                gender="2",
                birth_date=date(2002, 3, 5),
                certificate_key="k",
                sealed_certificate_number="s",
                status="registered",
                institution_id="HOSPITAL",
                region="110102",
                registered_on=date(2020, 1, 1),
                valid_from=date(2020, 1, 1),
                valid_until=date(2030, 1, 1),
                business_completed=False,
                updated_at=world.clock.now(),
            )
        )
    failed = await world.review(world.XICHENG, agreed, "approve")
    assert failed.status_code == 409
    await world.registered(second)
    found = await world.call(world.OPERATOR, "GET", "/api/v1/registrations/202611000001")
    assert found.status_code == 200


@pytest.mark.parametrize("table", ["application_step", "registration_history"])
@pytest.mark.parametrize("change", ["DELETE FROM {0}", "UPDATE {0} SET at = now()"])
async def test_the_timeline_and_the_history_only_grow(world, table, change):
    await world.registered(await world.nurse())
    with pytest.raises(DBAPIError, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(text(change.format(table)))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE application SET state = 'approved'",
        "UPDATE application SET deadline = NULL",
        "UPDATE application SET state = 'lost'",
    ],
)
async def test_the_database_itself_refuses_what_must_never_be(world, change):
    await world.submitted(await world.nurse())
    with pytest.raises(DBAPIError, match="check constraint"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(text(change))
