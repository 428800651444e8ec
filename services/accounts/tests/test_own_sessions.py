"""Where one is logged in: told so that one recognises it, ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.accounts.tests.own_account import ME, logged_in
from services.accounts.tests.world import PASSWORD, World
from sqlalchemy import text, update

from zhiye_accounts.adapters.tables import session
from zhiye_accounts.domain.policy import network_of

SESSIONS = f"{ME}/sessions"


async def test_open_sessions_are_listed_with_what_they_are_recognised_by(world: World) -> None:
    row = await world.ready()
    first = await logged_in(world, row, address="203.0.113.7")
    began = world.clock.now()
    world.clock.instant += timedelta(hours=1)
    await first.refresh()
    answer = await world.anybody.post(
        "/api/v1/oauth/token",
        data={"grant_type": "password", "username": row["user_name"], "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 " + "x" * 500, "X-Forwarded-For": "2001:db8:1:2::7"},
    )
    assert answer.status_code == 200
    await logged_in(world, await world.ready())

    told = (await first.client.get(SESSIONS)).json()
    second, mine = told["items"]
    assert told["next_cursor"] is None
    assert (mine["id"], mine["current"], mine["network"]) == (first.id, True, "203.0.*.*")
    assert mine["began_at"] == began.isoformat().replace("+00:00", "Z")
    assert mine["last_used_at"] == world.clock.now().isoformat().replace("+00:00", "Z")
    assert mine["user_agent"].startswith("python-httpx")
    assert (second["current"], second["network"]) == (False, "2001:0db8:*")
    assert (len(second["user_agent"]), second["acting_for"]) == (200, None)
    assert "203.0.113.7" not in str(await world.all(session))


async def test_ended_and_expired_sessions_are_not_listed(world: World) -> None:
    row = await world.ready()
    old = await logged_in(world, row)
    world.clock.instant += timedelta(days=13)
    gone, mine = await logged_in(world, row), await logged_in(world, row)
    await gone.client.post("/api/v1/oauth/revocation")
    world.clock.instant += timedelta(days=1)
    items = (await mine.client.get(SESSIONS)).json()["items"]
    assert [item["id"] for item in items] == [mine.id]
    assert old.id not in str(items)


async def test_sessions_come_in_pages(world: World) -> None:
    row = await world.ready()
    opened = [await logged_in(world, row) for _ in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        page = (
            await opened[0].client.get(f"{SESSIONS}?limit=2" + (cursor and f"&cursor={cursor}"))
        ).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == sorted((s.id for s in opened), reverse=True)
    broken = await opened[0].client.get(f"{SESSIONS}?cursor=x")
    assert (broken.status_code, broken.json()["code"]) == (422, "cursor_invalid")


async def test_a_session_ended_from_elsewhere_stops_at_once(world: World) -> None:
    row = await world.ready()
    mine, other, third = [await logged_in(world, row) for _ in range(3)]
    answer = await mine.client.delete(f"{SESSIONS}/{other.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert [await s.refresh() for s in (mine, other, third)] == [200, 401, 200]
    event = (await world.events("account-changed", row["id"]))[-1]
    assert (event["change"], event["ended_session"]) == ("session_ended", other.id)
    assert event["tokens_not_before"] is None
    again = await mine.client.delete(f"{SESSIONS}/{other.id}")
    assert (again.status_code, again.json()["code"]) == (404, "session_unknown")


async def test_the_session_of_somebody_else_is_as_one_that_does_not_exist(world: World) -> None:
    mine = await logged_in(world, await world.ready())
    other = await logged_in(world, await world.ready())
    bodies = []
    for session_id in (other.id, "01JD0000000000000000NONE01"):
        answer = await mine.client.delete(f"{SESSIONS}/{session_id}")
        assert answer.status_code == 404
        bodies.append({**answer.json(), "request_id": ""})
    assert bodies[0] == bodies[1]
    assert await other.refresh() == 200


async def test_all_other_sessions_are_ended_and_each_is_told(world: World) -> None:
    row = await world.ready()
    mine, *others = [await logged_in(world, row) for _ in range(4)]
    stranger = await logged_in(world, await world.ready())
    assert (await mine.client.delete(SESSIONS)).status_code == 204
    assert [await s.refresh() for s in others] == [401] * 3
    assert await mine.refresh() == 200
    assert await stranger.refresh() == 200
    events = await world.events("account-changed", row["id"])
    assert {e["ended_session"] for e in events[1:]} == {s.id for s in others}
    assert [e["version"] for e in events] == [1, 2, 3, 4]
    assert (await mine.client.delete(SESSIONS)).status_code == 204, "none is left: nothing to do"
    assert len(await world.events("account-changed", row["id"])) == 4


async def test_logging_out_is_told_as_well_and_once(world: World) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    for _ in range(2):
        assert (await mine.client.post("/api/v1/oauth/revocation")).status_code == 204
    ended = [e["ended_session"] for e in await world.events("account-changed", row["id"])]
    assert ended == [None, mine.id]


async def test_a_session_ended_because_its_refresh_token_was_stolen_is_told(world: World) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    stolen = mine.refresh_token
    await mine.refresh()
    world.clock.instant += timedelta(minutes=1)
    mine.refresh_token = stolen
    assert await mine.refresh() == 401
    assert (await world.events("account-changed", row["id"]))[-1]["ended_session"] == mine.id


async def test_while_acting_for_an_institution_the_own_account_is_left_alone(world: World) -> None:
    row = await world.account(role="authority", phone_verified_at=world.clock.now())
    mine, acting = await logged_in(world, row), await logged_in(world, row)
    await world.execute(
        update(session).where(session.c.id == acting.id).values(acting_for="INSTITUTION")
    )
    (told, _) = (await mine.client.get(SESSIONS)).json()["items"]
    assert told["acting_for"] == "INSTITUTION"
    answer = await acting.client.get(SESSIONS)
    assert (answer.status_code, answer.json()["code"]) == (403, "acting_for_another")
    assert (await mine.client.delete(f"{SESSIONS}/{acting.id}")).status_code == 204


@pytest.mark.parametrize("role", ["institution", "authority", "exam_centre", "operator"])
async def test_staff_see_and_end_their_sessions_too(world: World, role: str) -> None:
    row = await world.account(role=role, phone_verified_at=world.clock.now())
    mine, other = await logged_in(world, row), await logged_in(world, row)
    assert len((await mine.client.get(SESSIONS)).json()["items"]) == 2
    assert (await mine.client.delete(SESSIONS)).status_code == 204
    assert await other.refresh() == 401


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.*.*"),
        ("::ffff:203.0.113.7", "203.0.*.*"),
        ("2001:db8::1", "2001:0db8:*"),
        ("::1", "0000:0000:*"),
        ("unknown", None),
        ("fe80::1%eth0", None),
        ("1.2.3.4, 5.6.7.8", None),
        ("", None),
    ],
)
def test_of_an_address_its_first_half_is_kept(address: str, network: str | None) -> None:
    assert network_of(address) == network


async def test_a_session_begun_without_a_user_agent_has_none(world: World) -> None:
    row = await world.ready()
    answer = await world.anybody.post(
        "/api/v1/oauth/token",
        data={"grant_type": "password", "username": row["user_name"], "password": PASSWORD},
        headers={"User-Agent": "  "},
    )
    assert answer.status_code == 200
    assert [s["user_agent"] for s in await world.rows(text("SELECT * FROM session"))] == [None]
