"""What no honest officer sends about staff accounts: refused, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from services.accounts.tests.offices import (
    CLINIC,
    DELEGATIONS,
    HOSPITAL,
    SEEN,
    STAFF,
    Offices,
    credentials,
    open_offices,
    wanted,
)
from services.accounts.tests.test_hostile_input import STRANGE
from services.accounts.tests.world import World, id_number

from zhiye_accounts.adapters.tables import account
from zhiye_chassis.pagination import encode_cursor

JSON = {"Content-Type": "application/json"}
DELEGATE = {"name": "赵敏", "id_number": id_number()}
REISSUE = {"materials": SEEN, "person_in_charge": "王芳", "phone": "13900139000"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    STAFF: ("county", wanted(materials=[*SEEN, "delegate_id"], delegate=DELEGATE)),
    f"{STAFF}/{{id}}/reissue": ("county", REISSUE),
    f"{STAFF}/{{id}}/clones": ("hospital", credentials()),
    f"{STAFF}/{{id}}/end": ("county", {"reason": "left"}),
    DELEGATIONS: ("county", {"institution_id": HOSPITAL}),
    f"{DELEGATIONS}/x/confirmation": ("county", {"code": "123456"}),
}


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


@pytest.mark.parametrize("path", BODIES)
async def test_strange_values_are_refused_in_every_field(offices: Offices, path: str) -> None:
    who, body = BODIES[path]
    client = offices.world.as_(getattr(offices, who))
    address = path.format(id=offices.hospital["id"])
    for field in body:
        for value in STRANGE:
            if value is None and field in ("phone", "person_in_charge") and "reissue" in path:
                continue  # may be left out
            sent = json.dumps(body | {field: value}).encode()
            answer = await client.post(address, content=sent, headers=JSON)
            assert 400 <= answer.status_code < 500, (field, str(value)[:20], answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    hospital = await offices.world.read(offices.hospital["id"])
    assert (hospital["status"], hospital["version"]) == ("active", 1)
    assert len(await offices.world.all(account)) == 6
    assert await offices.world.events("message-requested") == []


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000])
async def test_bodies_that_are_no_json_object_are_refused(
    offices: Offices, path: str, body: bytes
) -> None:
    client = offices.world.as_(getattr(offices, BODIES[path][0]))
    address = path.format(id=offices.hospital["id"])
    answer = await client.post(address, content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("id_", ["%00", "x" * 41, "%25", "'", "..%2f", "%F0%9F%92%A9"])
async def test_strange_ids_are_nobodys(offices: Offices, id_: str) -> None:
    client = offices.world.as_(offices.county)
    for path, body in (
        (f"{STAFF}/{id_}/end", {"reason": "left"}),
        (f"{STAFF}/{id_}/reissue", REISSUE),
        (f"{STAFF}/{id_}/clones", credentials()),
        (f"{DELEGATIONS}/{id_}/confirmation", {"code": "123456"}),
        (f"{DELEGATIONS}/{id_}/token", None),
        (f"{DELEGATIONS}/{id_}/end", None),
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code in (404, 422), (path, answer.text)


@pytest.mark.parametrize("query", ["organisation_id", "cursor", "limit"])
async def test_strange_queries_are_refused_or_find_nothing(offices: Offices, query: str) -> None:
    client = offices.world.as_(offices.operator)
    for value in ("\0", "%", "' OR 1=1 --", "x" * 1000, "-1", "W10", "WyJcdTAwMDAiXQ", "WzFlNDBd"):
        for path in (STAFF, f"{STAFF}/acts"):
            answer = await client.get(path, params={query: value})
            assert answer.status_code in (200, 422), (path, value, answer.text)
    for value in ("\0", "WyJcdTAwMDAiXQ", "WzFd", "e30"):
        answer = await offices.world.as_(offices.county).get(DELEGATIONS, params={"cursor": value})
        assert answer.status_code in (200, 422)


async def test_a_huge_cursor_of_the_log_is_no_fault(offices: Offices) -> None:
    client = offices.world.as_(offices.operator)
    for number in (2**63, -(2**63), 2**53):
        answer = await client.get(f"{STAFF}/acts", params={"cursor": encode_cursor(number)})
        assert answer.status_code in (200, 422), answer.text


async def test_no_refusal_repeats_what_was_sent(offices: Offices) -> None:
    secret = "10051919876"
    client = offices.world.as_(offices.county)
    for body in (
        wanted(phone=secret),
        wanted(person_in_charge=secret),
        wanted(organisation_id=secret),
        wanted(delegate={"name": "赵敏", "id_number": secret}),
        wanted(user_name=f"a{secret}b{secret}"),
    ):
        answer = await client.post(STAFF, json=body)
        assert answer.status_code in (404, 422)
        assert secret not in answer.text
    assert CLINIC not in str(await offices.world.all(account))
