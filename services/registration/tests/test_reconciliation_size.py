"""A big hospital's list: compared in sets, a thousand people at a time."""

from __future__ import annotations

import time
from datetime import date, timedelta

from services.registration.tests.reconciling import PATH, counts, csv, send
from sqlalchemy import event, insert

from zhiye_chassis.ids import new_id
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.adapters.tables import registration

LINES = 5_000


def number(n):
    return make_id_number("110101", date(1980, 1, 1) + timedelta(days=n // 900), n % 900)


async def test_five_thousand_lines_are_compared_with_queries_by_the_thousand(world):
    kit = world.kit
    people = [
        {
            "id": new_id(),
            "version": 1,
            "profession": "nurse",
            "person_key": kit.person_key(number(n)),
            "sealed_id_number": kit.settings.cipher.seal(number(n), purposes.ID_NUMBER),
            "name": "王芳",
            "gender": "2",
            "birth_date": date(1980, 1, 1),
            "certificate_key": f"ck{n}",
            "sealed_certificate_number": "sealed",
            "status": "registered",
            "institution_id": "HOSPITAL" if n % 5 else "HOSPITAL2",
            "region": "110102",
            "registered_on": date(2020, 1, 1),
            "valid_from": date(2025, 1, 1),
            "valid_until": date(2029, 12, 31),
            "business_completed": True,
            "updated_at": world.clock.now(),
        }
        for n in range(LINES)
    ]
    async with kit.database.transaction() as tx:
        await tx.execute(insert(registration), people)
    statements = []

    def count(*told):
        statements.append(told[2])

    event.listen(kit.database.engine.sync_engine, "before_cursor_execute", count)
    began = time.perf_counter()
    answer = await send(world, csv(*(("王芳", number(n)) for n in range(LINES))))
    seconds = time.perf_counter() - began
    event.remove(kit.database.engine.sync_engine, "before_cursor_execute", count)
    assert answer.status_code == 201, answer.text
    assert counts(answer.json()) == {"agrees": LINES * 4 // 5, "registered_elsewhere": LINES // 5}
    assert len(statements) < 30
    assert seconds < 20, seconds
    world.clock.instant += timedelta(minutes=1)
    read = await world.call(world.HOSPITAL, "GET", f"{PATH}/{answer.json()['id']}")
    assert read.status_code == 200
