"""Registrations that expire on a given day, put on the register directly."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from zhiye_registration.adapters.tables import registration

_SERIAL = itertools.count(1)
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def on_day(day: date) -> datetime:
    """Ten in the morning of a day in China."""
    return MORNING + (day - TODAY)


def row(valid_until: date, **changes: Any) -> dict[str, Any]:
    serial = next(_SERIAL)
    return {
        "id": f"R{serial:08d}",
        "version": 1,
        "profession": "nurse",
        "person_key": f"pk{serial}",
        "sealed_id_number": "sealed",
        "name": "王芳",
        "gender": "2",
        "birth_date": date(1990, 1, 1),
        "certificate_key": f"ck{serial}",
        "sealed_certificate_number": "sealed",
        "status": "registered",
        "institution_id": "HOSPITAL",
        "region": "110102",
        "registered_on": valid_until - timedelta(days=1825),
        "valid_from": valid_until - timedelta(days=1825),
        "valid_until": valid_until,
        "business_completed": False,
        "updated_at": MORNING,
    } | changes


async def expiring(world: Any, *rows: dict[str, Any]) -> None:
    async with world.kit.database.transaction() as tx:
        await tx.execute(insert(registration), list(rows))
