"""What no honest officer sends to the activation desk: refused, and nobody's account touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from services.accounts.tests.desk import DESK, institution, number_of, own
from services.accounts.tests.test_hostile_input import STRANGE
from services.accounts.tests.world import World

from zhiye_accounts.adapters.tables import staff_act

ROUTES: dict[str, dict[str, Any]] = {
    "codes": {"account_ids": ["01JD0000000000000000ACC001"]},
    "explanations": {"id_numbers": ["11010519491231002X"]},
    "revocations": {
        "id_number": "11010519491231002X",
        "name": "王芳",
        "reason": "other",
        "text": "x",
    },
    "contact-resets": {"account_id": "a", "phone": "13800138000", "reason": "lost"},
    "name-confirmations": {"id_number": "11010519491231002X", "same_person": True},
}


@pytest.mark.parametrize("route", ROUTES)
async def test_strange_values_are_refused_in_every_field(world: World, route: str) -> None:
    home, row = await institution(world), await own(world)
    for field, right in ROUTES[route].items():
        for value in STRANGE:
            if value == "x" * 100_000 and route == "explanations":
                continue
            for given in (value, [value]) if isinstance(right, list) else (value,):
                body = json.dumps(ROUTES[route] | {field: given}).encode()
                answer = await home.client.post(
                    f"{DESK}/{route}", content=body, headers={"Content-Type": "application/json"}
                )
                assert answer.status_code < 500, (field, str(value)[:20], answer.text)
    assert await world.read(row["id"]) == row


@pytest.mark.parametrize("value", ["\0", "\ud800", "%", "王" * 60])
async def test_strange_queries_are_refused_or_find_nobody(world: World, value: str) -> None:
    home = await institution(world)
    await own(world)
    given = value.encode("utf-8", "surrogatepass")
    for query in ({"name": given}, {"status": given}, {"cursor": given}):
        answer = await home.client.get(f"{DESK}/people", params=query)
        assert answer.status_code in (200, 422), answer.text
        assert answer.is_error or answer.json()["items"] == []


async def test_no_id_number_or_contact_is_in_an_answer_or_in_the_log_of_acts(world: World) -> None:
    home = await institution(world)
    row = await own(world, phone="13800138000", email="wang@example.com")
    number = number_of(world, row)
    client = home.client
    told = [
        (await client.get(f"{DESK}/people")).text,
        (await client.post(f"{DESK}/codes", json={"account_ids": [row["id"]]})).text,
        (await client.post(f"{DESK}/explanations", json={"id_numbers": [number, "1" * 18]})).text,
        (
            await client.post(
                f"{DESK}/contact-resets",
                json={"account_id": row["id"], "phone": "13900139000", "reason": "lost"},
            )
        ).text,
        (
            await client.post(
                f"{DESK}/revocations",
                json={"id_number": number, "name": "王芳", "reason": "wrong_person"},
            )
        ).text,
    ]
    kept = str(await world.all(staff_act))
    assert "account_revoked" in kept
    for secret in (number, "13800138000", "13900139000", "wang@example.com", "1" * 18):
        assert secret not in "".join(told)
        assert secret not in kept
