"""The routes of the inbox: one's own messages only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_chassis.security import ROLES

if TYPE_CHECKING:
    from conftest import World


async def test_messages_come_newest_first_and_in_pages(world: World) -> None:
    for version in range(1, 8):
        await world.deliver(world.step(version))
    client = world.client("practitioner")
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await client.get("/api/v1/my/messages", params=query)).json()
        assert page["unread"] == 7
        seen += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)


async def test_reading_a_message_is_remembered_once(world: World) -> None:
    await world.deliver(world.step())
    client = world.client("practitioner")
    (message,) = (await client.get("/api/v1/my/messages")).json()["items"]
    assert message["read_at"] is None
    first = await client.post(f"/api/v1/my/messages/{message['id']}/read")
    again = await client.post(f"/api/v1/my/messages/{message['id']}/read")
    assert first.status_code == 200
    assert first.json() == again.json()
    page = (await client.get("/api/v1/my/messages")).json()
    assert page["unread"] == 0
    assert page["items"][0]["read_at"] == first.json()["read_at"]


async def test_nobody_sees_or_reads_the_messages_of_another(world: World) -> None:
    await world.deliver(world.step())
    (own,) = (await world.client("practitioner").get("/api/v1/my/messages")).json()["items"]
    other = world.client("practitioner", account_id="account-2")
    page = (await other.get("/api/v1/my/messages")).json()
    assert (page["items"], page["unread"]) == ([], 0)
    answer = await other.post(f"/api/v1/my/messages/{own['id']}/read")
    missing = await other.post("/api/v1/my/messages/999999/read")
    assert answer.status_code == missing.status_code == 404
    assert answer.json()["code"] == missing.json()["code"] == "message_not_found"


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_has_an_inbox_even_before_activation(world: World, role: str) -> None:
    answer = await world.client(role, active=False).get("/api/v1/my/messages")
    assert answer.status_code == 200


async def test_without_a_token_there_is_no_inbox(world: World) -> None:
    assert (await world.client().get("/api/v1/my/messages")).status_code == 401
    assert (await world.client().post("/api/v1/my/messages/1/read")).status_code == 401


@pytest.mark.parametrize("id_", ["0", "-1", "abc", str(2**63), "9" * 30])
async def test_a_number_that_no_message_can_have_is_refused(world: World, id_: str) -> None:
    answer = await world.client("practitioner").post(f"/api/v1/my/messages/{id_}/read")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("cursor", "status"),
    [("abc", 422), ("WyJ4Il0", 422), ("Wzk5OTk5OTk5OTk5OTk5OTk5OTldCg", 200), ("Wy01XQ", 200)],
)
async def test_a_cursor_that_was_tampered_with_never_breaks_anything(
    world: World, cursor: str, status: int
) -> None:
    answer = await world.client("practitioner").get(f"/api/v1/my/messages?cursor={cursor}")
    assert answer.status_code == status
