"""Two thousand renewals of one expiry date, reviewed and decided with one order each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from time import perf_counter

import aiohttp
import asyncpg
from tests.bench.nurses import data
from tests.bench.surroundings import database_url
from tests.journeys.databases import all_is_well
from tests.journeys.system import System

from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_launcher import registry
from zhiye_launcher.demo_client import Session
from zhiye_launcher.demo_data import PASSWORD

_BULK = "/api/v1/bulk-reviews"


@dataclass(frozen=True)
class Renewed:
    """Seconds until an order is done."""

    items: int
    reviewed: float
    decided: float


async def renew(system: System, settings: Settings) -> Renewed:
    day = await _submit(settings)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        seconds = []
        for user_name in ("heanyiyuan", "xicheng1"):
            who = Session(http, system.address)
            await who.log_in(user_name, PASSWORD)
            seconds.append(await _order(who, day))
            await all_is_well(system)  # what was told is read before the next one begins
    return Renewed(data.RENEWALS, *seconds)


async def _order(who: Session, day: date) -> float:
    """Approve everything of the expiry date that waits; seconds until it is done."""
    selection = {"business_type": "nurse-renewal", "valid_until": str(day)}
    begun = perf_counter()
    order = await who.call("POST", _BULK, {"decision": "approve", "selection": selection})
    async with asyncio.timeout(300):
        while order["state"] != "done":
            await asyncio.sleep(0.1)
            order = await who.call("GET", f"{_BULK}/{order['id']}")
    seconds = perf_counter() - begun
    if order["succeeded"] != data.RENEWALS:
        raise AssertionError(f"renewed otherwise: {order}")
    return seconds


async def _submit(settings: Settings) -> date:
    """Applications of the hospital's first nurses, by rows; the day on which they expire."""
    keys = [
        settings.blind_index.of(one.id_number, purposes.ID_NUMBER)
        for one in data.people(data.RENEWALS)
    ]
    connection = await asyncpg.connect(database_url(registry.database_name("registration")))
    try:
        # Those of an earlier round were renewed: back to where they were.
        day: date = await connection.fetchval("SELECT current_date + 20")
        await connection.execute(
            "UPDATE registration SET valid_until = $1::date, valid_from = $1::date - 1825"
            " WHERE person_key = ANY ($2)",
            day,
            keys,
        )
        await connection.execute(_SUBMITTED, keys)
    finally:
        await connection.close()
    return day


_SUBMITTED = """
INSERT INTO application (
  id, number, business_type, state, version, account_id, person_key, sealed_id_number, name,
  institution_id, institution_name, region, authority_id, authority_name, form, review,
  received_on, deadline, returns, reasons, created_at, updated_at, submitted_at, source
)
SELECT '02J' || to_char(now(), 'YYYYMMDDHH24MISS') || lpad(row_number() OVER ()::text, 9, '0'),
  'NB' || to_char(now(), 'YYYYMMDDHH24MISS') || lpad(row_number() OVER ()::text, 6, '0'),
  'nurse-renewal', 'awaiting_institution', 2, 'ACC' || r.id, r.person_key, r.sealed_id_number,
  r.name, i.id, i.name, i.region, a.id, a.name,
  jsonb_build_object('full_civil_capacity', true,
    'health', jsonb_build_object('meets_standard', true, 'checked_on', current_date - 20)),
  0, current_date, current_date + 7, 0, '[]', now(), now(), now(), 'person'
FROM registration r
  JOIN institution i ON i.id = r.institution_id
  JOIN authority a ON a.id = i.deciding_authorities ->> 'nurse-renewal'
WHERE r.person_key = ANY ($1) AND r.status = 'registered'
"""
