"""Other names under which people are recorded (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from zhiye_institutions.adapters.tables import institution, other_name

if TYPE_CHECKING:
    import httpx
    from conftest import World

PATH = "/api/v1/institutions"


async def add(client: httpx.AsyncClient, institution_id: str, name: str) -> httpx.Response:
    return await client.post(f"{PATH}/{institution_id}/other-names", json={"name": name})


async def found_by(world: World, institution_id: str) -> list[str]:
    """What a search may look for to find the institution."""
    async with world.kit.database.reading() as connection:
        keys: list[str] = await connection.scalar(
            select(institution.c.search_keys).where(institution.c.id == institution_id)
        )
        return keys


async def test_a_name_is_added_found_told_and_removed_again(world: World) -> None:
    made = await world.institution("北京示例医院", "110102")
    county = world.client("authority", region="110102", name="李科长")
    before = await found_by(world, made)
    added = await add(county, made, "示例职工医院")
    assert (added.status_code, added.headers["etag"]) == (201, '"2"')
    assert set(await found_by(world, made)) > set(before)
    assert (await world.published("institution-changed"))[-1]["other_names"] == ["示例职工医院"]

    removed = await county.delete(f"{PATH}/{made}/other-names/{added.json()['id']}")
    assert (removed.status_code, removed.headers["etag"]) == (200, '"3"')
    assert await found_by(world, made) == before
    assert (await world.published("institution-changed"))[-1]["other_names"] == []
    history = (await county.get(f"{PATH}/{made}/history")).json()["items"]
    assert [(h["change"], h["before"], h["after"]) for h in history[:2]] == [
        ("other-name-removed", {"other_names": ["示例职工医院"]}, {}),
        ("other-name-added", {}, {"other_names": ["示例职工医院"]}),
    ]


@pytest.mark.parametrize("name", ["北京示例医院", "示例职工医院"])
async def test_a_name_it_has_already_is_refused(world: World, name: str) -> None:
    made = await world.institution("北京示例医院", "110102", other_names=["示例职工医院"])
    answer = await add(world.client("operator"), made, name)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_name_exists")
    assert len(await world.published("institution-changed")) == 1


async def test_the_same_name_added_twice_at_once_is_added_once(world: World) -> None:
    made = await world.institution("北京示例医院", "110102")
    client = world.client("operator")
    answers = await asyncio.gather(*(add(client, made, "职工医院") for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


async def test_only_an_authority_over_the_region_names_an_institution(world: World) -> None:
    made = await world.institution("北京示例医院", "110102", other_names=["职工医院"])
    (name,) = (await world.client().get(f"{PATH}/{made}")).json()["other_names"]
    elsewhere = world.client("authority", region="110105")
    answers = [
        await add(elsewhere, made, "别名"),
        await elsewhere.delete(f"{PATH}/{made}/other-names/{name['id']}"),
    ]
    assert {(a.status_code, a.json()["code"]) for a in answers} == {(403, "region_not_yours")}
    own = world.client("institution", institution_id=made)
    assert (await add(own, made, "别名")).status_code == 403


async def test_names_of_nothing_and_of_what_has_ended(world: World) -> None:
    made = await world.institution("北京示例医院", "110102")
    client = world.client("operator")
    assert (await add(client, "nobody", "别名")).status_code == 404
    missing = await client.delete(f"{PATH}/{made}/other-names/nobody")
    assert missing.status_code == 404
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(institution).values(status="cancelled"))
    ended = await add(client, made, "别名")
    assert (ended.status_code, ended.json()["code"]) == (409, "institution_ended")


async def test_a_former_name_stays(world: World) -> None:
    made = await world.institution("北京示例医院", "110102", other_names=["旧名医院"])
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(other_name).values(kind="former"))
    (name,) = (await world.client().get(f"{PATH}/{made}")).json()["other_names"]
    answer: Any = await world.client("operator", "en").delete(
        f"{PATH}/{made}/other-names/{name['id']}"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "other_name_kept")
    assert "undo it" in answer.json()["next_step"]
