"""Idempotency keys, versions, pages."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from services.chassis.tests.http.test_problems import problem
from sqlalchemy import text

from zhiye_chassis.pagination import decode_cursor, encode_cursor
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_contracts.reasons import Refused

KEY = {"Idempotency-Key": "0f3c1d52-key"}


async def count(service: Service, table: str) -> int:
    async with service.database.reading() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_a_command_repeated_with_its_key_has_one_effect_and_the_same_answer(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    first = await nurse.post("/notes", json={"text": "a"}, headers=KEY)
    again = await nurse.post("/notes", json={"text": "a"}, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await count(service, "note") == await count(service, "outbox") == 1


async def test_without_a_key_a_repeated_command_has_two_effects(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    for _ in range(2):
        await nurse.post("/notes", json={"text": "a"})
    assert await count(service, "note") == await count(service, "outbox") == 2


async def test_a_key_is_not_for_another_request(nurse: httpx.AsyncClient, service: Service) -> None:
    await nurse.post("/notes", json={"text": "a"}, headers=KEY)
    for address, body in (
        ("/notes", {"text": "b"}),
        ("/notes?x=1", {"text": "a"}),
    ):
        response = await nurse.post(address, json=body, headers=KEY)
        assert problem(response, 422, "idempotency_key_reused")["field"] == "Idempotency-Key"
    assert await count(service, "note") == 1


async def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(
    nurse: httpx.AsyncClient, service: Service, client_for: Any, token_for: Any
) -> None:
    other = client_for(service, token_for(Principal("nurse-2", "practitioner")))
    one = await nurse.post("/notes", json={"text": "a"}, headers=KEY)
    two = await other.post("/notes", json={"text": "a"}, headers=KEY)
    assert one.json()["id"] != two.json()["id"]


async def test_nor_have_the_keys_of_one_account_for_two_institutions(
    service: Service, client_for: Any, token_for: Any
) -> None:
    """Who acts for another institution gets neither the answer nor the silence of one's own."""
    made = set()
    for institution in (None, "own", "another"):
        caller = Principal("clerk", "practitioner", institution_id=institution)
        client = client_for(service, token_for(caller))
        made.add((await client.post("/notes", json={"text": "a"}, headers=KEY)).json()["id"])
    assert len(made) == await count(service, "note") == 3


async def test_requests_with_one_key_at_the_same_time_have_one_effect(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    answers = await asyncio.gather(
        *(nurse.post("/notes", json={"text": "a"}, headers=KEY) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    assert await count(service, "note") == await count(service, "outbox") == 1


async def test_a_refused_command_leaves_no_key_behind(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    for body in ({"text": "a", "amount": "x"}, {"text": "a\0"}, {}):
        assert (await nurse.post("/notes", json=body, headers=KEY)).status_code == 422
    assert (await nurse.post("/failures", headers=KEY)).status_code == 500
    assert await count(service, "idempotency_key") == 0
    assert (await nurse.post("/notes", json={"text": "a"}, headers=KEY)).status_code == 201


@pytest.mark.parametrize("key", ["short", "x" * 101, "schlüssel", "with\ttabs in it"])
async def test_a_key_that_is_no_key_is_refused(
    nurse: httpx.AsyncClient, service: Service, key: str
) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    response = await nurse.post("/notes", json={"text": "a"}, headers=headers)
    assert problem(response, 422, "idempotency_key_invalid")["field"] == "Idempotency-Key"
    assert await count(service, "note") == 0


async def test_neither_key_nor_body_can_be_read_in_the_database(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    await nurse.post("/notes", json={"text": "a"}, headers=KEY)
    async with service.database.reading() as connection:
        kept = (await connection.execute(text("SELECT * FROM idempotency_key"))).mappings().one()
    assert KEY["Idempotency-Key"] not in str(kept)


async def test_a_command_that_cannot_commit_is_a_failure_with_no_effect(
    nurse: httpx.AsyncClient, service: Service
) -> None:
    async with service.database.transaction() as tx:
        await tx.execute(
            text("ALTER TABLE note ADD CONSTRAINT one UNIQUE (text) DEFERRABLE INITIALLY DEFERRED")
        )
    try:
        assert (await nurse.post("/notes", json={"text": "a"}, headers=KEY)).status_code == 201
        second = await nurse.post("/notes", json={"text": "a"})
        problem(second, 500, "internal_error")
        assert await count(service, "note") == await count(service, "outbox") == 1
    finally:
        async with service.database.transaction() as tx:
            await tx.execute(text("ALTER TABLE note DROP CONSTRAINT one"))


async def change(client: httpx.AsyncClient, words: str, version: str | None) -> httpx.Response:
    headers = {} if version is None else {"If-Match": version}
    return await client.put("/notes/1", json={"text": words}, headers=headers)


async def test_a_change_names_the_version_it_is_based_on(nurse: httpx.AsyncClient) -> None:
    created = await nurse.post("/notes", json={"text": "a"})
    missing = await change(nurse, "b", None)
    assert problem(missing, 428, "if_match_missing")["field"] == "If-Match"
    changed = await change(nurse, "b", created.headers["etag"])
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert (await change(nurse, "c", 'W/"2"')).status_code == 200


@pytest.mark.parametrize("version", ['"1"', '"0"', '"3"', '"-1"', '"x"', "*", '""', "1.5"])
async def test_a_change_based_on_another_version_is_refused(
    nurse: httpx.AsyncClient, service: Service, version: str
) -> None:
    await nurse.post("/notes", json={"text": "a"})
    await change(nurse, "b", '"1"')
    problem(await change(nurse, "c", version), 412, "version_stale")
    assert await count(service, "note WHERE text = 'b'") == 1


async def test_a_version_that_no_counter_reaches_is_no_failure(nurse: httpx.AsyncClient) -> None:
    await nurse.post("/notes", json={"text": "a"})
    for digits in (20, 5000):
        assert (await change(nurse, "c", "9" * digits)).status_code in (412, 422)


async def test_of_two_changes_at_the_same_time_one_wins(nurse: httpx.AsyncClient) -> None:
    await nurse.post("/notes", json={"text": "a"})
    answers = await asyncio.gather(*(change(nurse, f"b{n}", '"1"') for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


async def test_pages_follow_each_other_while_rows_come(nurse: httpx.AsyncClient) -> None:
    for n in range(5):
        await nurse.post("/notes", json={"text": f"n{n}"})
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await nurse.get("/notes", params={"cursor": cursor} if cursor else {})).json()
        seen += [item["text"] for item in page["items"]]
        cursor = page["next_cursor"]
        if len(seen) == 2:
            await nurse.post("/notes", json={"text": "late"})
    assert seen == ["n0", "n1", "n2", "n3", "n4", "late"]


TAMPERED = [
    "x",
    "ü",
    "!!!!",
    "a" * 400,
    encode_cursor("1"),
    encode_cursor(1, 2),
    encode_cursor(),
    encode_cursor(1)[:-1] + "*",
    "bnVsbA",  # null
    "W3RydWVd",  # [true]
    "WzEuNV0",  # [1.5]
    "W251bGxd",  # [null]
    "eyIwIjoxfQ",  # {"0":1}
    "W1sxXV0",  # [[1]]
    "WzEyMDg5MjU4MTk2MTQ2MjkxNzQ3MDYxNzZd",  # [2**80]
    "/w",
]


@pytest.mark.parametrize("cursor", TAMPERED)
async def test_a_cursor_that_was_tampered_with_is_refused(
    anonymous: httpx.AsyncClient, cursor: str
) -> None:
    response = await anonymous.get("/notes", params={"cursor": cursor})
    if cursor.endswith("*"):  # what is no base64 is skipped: the rest may be a cursor
        assert response.status_code in (200, 422)
    else:
        assert problem(response, 422, "cursor_invalid")["field"] == "cursor"


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        (f"cursor={'a' * 1_201}", "cursor", "too_long"),
        ("limit=0", "limit", "invalid"),
        ("limit=201", "limit", "invalid"),
        ("limit=x", "limit", "invalid"),
    ],
)
async def test_a_cursor_or_a_limit_beyond_bounds_is_refused(
    anonymous: httpx.AsyncClient, query: str, field: str, code: str
) -> None:
    assert problem(await anonymous.get(f"/notes?{query}"), 422, code)["field"] == field


def test_a_cursor_survives_the_way_there_and_back() -> None:
    assert decode_cursor(encode_cursor("王", 7), str, int) == ["王", 7]
    with pytest.raises(Refused):
        decode_cursor(encode_cursor(True), int)
