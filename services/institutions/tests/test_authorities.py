"""Health authorities: who may put them on record, and what follows for institutions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import World

XICHENG = {"name": "西城区卫生健康委员会", "level": "county", "region": "110102", "online": True}


async def test_the_operator_puts_an_authority_on_record_and_everybody_can_read_it(
    world: World,
) -> None:
    made = await world.client("operator").post("/api/v1/authorities", json=XICHENG)
    assert made.status_code == 201
    assert made.headers["etag"] == '"1"'

    read = await world.client().get(made.headers["location"])
    assert read.json() == {
        **XICHENG,
        "id": made.json()["id"],
        "level_label": "区县级",
        "region_name": "北京市西城区",
        "version": 1,
    }
    (event,) = await world.published("authority-changed")
    assert (event["aggregate_id"], event["region"], event["online"]) == (
        made.json()["id"],
        "110102",
        True,
    )


@pytest.mark.parametrize("role", ["practitioner", "institution", "authority", "exam_centre"])
async def test_no_other_role_may_put_an_authority_on_record_or_change_one(
    world: World, role: str
) -> None:
    id_ = await world.authority("北京市卫生健康委员会", "province", "110000")
    client = world.client(role, region="110000")
    made = await client.post("/api/v1/authorities", json=XICHENG)
    changed = await client.put(
        f"/api/v1/authorities/{id_}",
        json={"name": "北京", "online": False},
        headers={"If-Match": '"1"'},
    )
    assert [made.status_code, changed.status_code] == [403, 403]
    assert {made.json()["code"], changed.json()["code"]} == {"role_forbidden"}


async def test_without_a_token_nothing_is_put_on_record(world: World) -> None:
    assert (await world.client().post("/api/v1/authorities", json=XICHENG)).status_code == 401


@pytest.mark.parametrize(
    ("level", "region", "code"),
    [
        ("province", "110102", "authority_level_region_mismatch"),
        ("county", "110000", "authority_level_region_mismatch"),
        ("zone", "110000", "authority_level_region_mismatch"),
        ("county", "110199", "region_unknown"),
        ("county", "110104", "region_unknown"),
        ("zone", "990001", "region_unknown"),
    ],
)
async def test_level_and_region_must_fit_and_the_region_must_exist(
    world: World, level: str, region: str, code: str
) -> None:
    answer = await world.client("operator").post(
        "/api/v1/authorities", json={**XICHENG, "level": level, "region": region}
    )
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, "region")


async def test_the_same_name_for_the_same_region_is_refused(world: World) -> None:
    client = world.client("operator")
    await client.post("/api/v1/authorities", json=XICHENG)
    again = await client.post("/api/v1/authorities", json=XICHENG)
    assert (again.status_code, again.json()["code"]) == (409, "authority_exists")


async def test_authorities_are_listed_by_subtree_and_in_pages(world: World) -> None:
    await world.authority("国家卫生健康委员会", "nation", "000000")
    for name, level, region in (
        ("北京市卫生健康委员会", "province", "110000"),
        ("西城区卫生健康委员会", "county", "110102"),
        ("朝阳区卫生健康委员会", "county", "110105"),
        ("河北省卫生健康委员会", "province", "130000"),
    ):
        await world.authority(name, level, region)
    client = world.client(language="en")
    first = (await client.get("/api/v1/authorities?region=110000&limit=2")).json()
    rest = (
        await client.get(
            "/api/v1/authorities",
            params={"region": "110000", "limit": 2, "cursor": first["next_cursor"]},
        )
    ).json()
    assert [a["region"] for a in first["items"] + rest["items"]] == ["110000", "110102", "110105"]
    assert first["items"][0]["level_label"] == "province"
    assert rest["next_cursor"] is None
    assert len((await client.get("/api/v1/authorities")).json()["items"]) == 5


async def test_an_authority_that_is_not_there_is_not_found(world: World) -> None:
    read = await world.client().get("/api/v1/authorities/nobody")
    changed = await world.client("operator").put(
        "/api/v1/authorities/nobody",
        json={"name": "北京", "online": False},
        headers={"If-Match": '"1"'},
    )
    assert [read.status_code, changed.status_code] == [404, 404]


async def test_a_change_names_the_version_it_was_based_on(world: World) -> None:
    id_ = await world.authority("北京市卫生健康委员会", "province", "110000")
    client, body = world.client("operator"), {"name": "北京市卫健委", "online": False}
    path = f"/api/v1/authorities/{id_}"
    assert (await client.put(path, json=body)).status_code == 428
    changed = await client.put(path, json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await client.put(path, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert (await world.published("authority-changed"))[-1]["version"] == 2


async def test_a_change_may_not_take_the_name_of_another(world: World) -> None:
    await world.authority("甲局", "province", "110000")
    id_ = await world.authority("乙局", "province", "110000")
    answer = await world.client("operator").put(
        f"/api/v1/authorities/{id_}",
        json={"name": "甲局", "online": True},
        headers={"If-Match": '"1"'},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "authority_exists")


async def test_seeding_twice_with_the_same_id_does_nothing_the_second_time(world: World) -> None:
    for _ in range(2):
        assert (
            await world.authority("西城", "county", "110102", authority_id="A-XICHENG")
            == "A-XICHENG"
        )
    assert len(await world.published("authority-changed")) == 1


async def test_institutions_follow_when_a_nearer_authority_appears_and_goes_offline(
    world: World,
) -> None:
    province = await world.authority("北京", "province", "110000")
    hospital = await world.institution("北京示例医院", "110102")
    await world.institution("河北示例医院", "130102")
    county = await world.authority("西城", "county", "110102")
    await world.client("operator").put(
        f"/api/v1/authorities/{county}",
        json={"name": "西城", "online": False},
        headers={"If-Match": '"1"'},
    )
    told = [
        (e["version"], e["deciding_authorities"]["nurse-first"])
        for e in await world.published("institution-changed")
        if e["aggregate_id"] == hospital
    ]
    assert told == [(1, province), (2, county), (3, province)]
    elsewhere = (await world.published("institution-changed"))[1]
    assert elsewhere["deciding_authorities"] == {}


async def test_an_authority_that_is_offline_or_farther_away_changes_nothing(world: World) -> None:
    await world.authority("西城", "county", "110102")
    await world.institution("北京示例医院", "110102")
    await world.authority("北京", "province", "110000")
    await world.authority("西城旧局", "county", "110102", online=False)
    assert len(await world.published("institution-changed")) == 1


async def test_the_nearest_is_county_then_city_then_province_then_nation(world: World) -> None:
    chain = [
        await world.authority("国家", "nation", "000000"),
        await world.authority("河北", "province", "130000"),
        await world.authority("石家庄", "city", "130100"),
        await world.authority("长安", "county", "130102"),
    ]
    for region, nearest in (
        ("130102", chain[3]),
        ("130104", chain[2]),
        ("130202", chain[1]),
        ("110102", chain[0]),
    ):
        await world.institution(f"医院{region}", region)
        event = (await world.published("institution-changed"))[-1]
        assert event["deciding_authorities"]["nurse-first"] == nearest


async def test_a_special_zone_has_an_authority_and_institutions(world: World) -> None:
    refused = await world.client("operator").post(
        "/api/v1/institutions",
        json={"name": "开发区医院", "region": "130171", "category": "A100", "ownership": "11"},
    )
    assert await world.zone("石家庄高新区", "130100") == "130171"
    zone = await world.authority("开发区卫生局", "zone", "130171")
    await world.institution("开发区医院", "130171")
    assert refused.json()["code"] == "region_unknown"
    event = (await world.published("institution-changed"))[-1]
    assert set(event["deciding_authorities"].values()) == {zone}


async def test_an_institution_and_its_authority_registered_at_once_find_each_other(
    world: World,
) -> None:
    for attempt in range(5):
        region = f"11010{attempt + 5}"
        _, authority = await asyncio.gather(
            world.institution(f"医院{attempt}", region),
            world.authority(f"局{attempt}", "county", region),
        )
        last = [e for e in await world.published("institution-changed") if e["region"] == region]
        assert last[-1]["deciding_authorities"]["nurse-first"] == authority
