"""Who decides: the default, the choice, and who may choose (deck 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_institutions.adapters.tables import institution

if TYPE_CHECKING:
    import httpx
    from conftest import World


async def choose(
    client: httpx.AsyncClient,
    institution_id: str,
    authority_id: str,
    *,
    business: str = "nurse-first",
    version: int = 1,
) -> httpx.Response:
    return await client.put(
        f"/api/v1/institutions/{institution_id}/deciding-authorities/{business}",
        json={"authority_id": authority_id},
        headers={"If-Match": f'"{version}"'},
    )


async def listed(world: World, institution_id: str) -> tuple[str, dict[str, Any]]:
    answer = await world.client().get(f"/api/v1/institutions/{institution_id}/deciding-authorities")
    return answer.headers["etag"], {i["business_type"]: i for i in answer.json()["items"]}


async def test_the_institution_chooses_for_one_type_and_the_others_keep_the_default(
    world: World,
) -> None:
    county = await world.authority("西城", "county", "110102")
    province = await world.authority("北京", "province", "110000")
    hospital = await world.institution("北京示例医院", "110102")
    answer = await choose(world.client("institution", institution_id=hospital), hospital, province)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')

    tag, items = await listed(world, hospital)
    assert tag == '"2"'
    assert list(items) == list(BUSINESS_TYPES)
    assert items["nurse-first"] == {
        "business_type": "nurse-first",
        "business_type_label": "首次注册",
        "authority": {"id": province, "name": "北京"},
        "origin": "set",
        "warning": None,
    }
    assert items["nurse-renewal"]["authority"]["id"] == county
    assert items["nurse-renewal"]["origin"] == "default"
    event = (await world.published("institution-changed"))[-1]
    assert event["version"] == 2
    assert event["deciding_authorities"] == {
        business: province if business == "nurse-first" else county for business in BUSINESS_TYPES
    }


async def test_nobody_decides_where_no_authority_is_online(world: World) -> None:
    await world.authority("西城", "county", "110102", online=False)
    hospital = await world.institution("北京示例医院", "110102")
    _, items = await listed(world, hospital)
    assert {item["origin"] for item in items.values()} == {"none"}
    assert items["nurse-first"]["authority"] is None
    assert items["nurse-first"]["warning"]["code"] == "no_deciding_authority"
    english = await world.client(language="en").get(
        f"/api/v1/institutions/{hospital}/deciding-authorities"
    )
    for item in english.json()["items"]:
        assert "nothing can be submitted" in item["warning"]["reason"]
        assert "Ask the local health authority" in item["warning"]["next_step"]
        assert item["warning"]["source"] == "deck 3.3"


@pytest.mark.parametrize("region", ["110102", "110100", "110000", "000000"])
async def test_an_authority_over_the_region_may_choose(world: World, region: str) -> None:
    county = await world.authority("西城", "county", "110102")
    hospital = await world.institution("北京示例医院", "110102")
    answer = await choose(world.client("authority", region=region), hospital, county)
    assert answer.status_code == 200


async def test_another_institution_or_an_authority_elsewhere_may_not(world: World) -> None:
    county = await world.authority("西城", "county", "110102")
    hospital = await world.institution("北京示例医院", "110102")
    for client in (
        world.client("institution", institution_id="another"),
        world.client("institution"),
        world.client("authority", region="110105"),
        world.client("authority"),
    ):
        answer = await choose(client, hospital, county)
        assert (answer.status_code, answer.json()["code"]) == (403, "institution_not_yours")


@pytest.mark.parametrize("role", ["practitioner", "exam_centre", "operator"])
async def test_no_other_role_chooses(world: World, role: str) -> None:
    answer = await choose(world.client(role), "any", "any")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


async def test_every_reason_against_a_choice_is_told_at_once(world: World) -> None:
    elsewhere = await world.authority("朝阳", "county", "110105", online=False)
    hospital = await world.institution("北京示例医院", "110102")
    answer = await choose(
        world.client("institution", institution_id=hospital), hospital, elsewhere, business="magic"
    )
    assert answer.status_code == 422
    assert [r["code"] for r in answer.json()["reasons"]] == [
        "business_type_unknown",
        "authority_elsewhere",
        "authority_offline",
    ]


async def test_an_unknown_authority_and_a_closed_institution_are_refused(world: World) -> None:
    hospital = await world.institution("北京示例医院", "110102")
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(institution).values(status="closed"))
    answer = await choose(world.client("authority", region="110000"), hospital, "nobody")
    assert [r["code"] for r in answer.json()["reasons"]] == [
        "institution_closed",
        "authority_unknown",
    ]


async def test_a_choice_names_the_version_it_was_based_on(world: World) -> None:
    county = await world.authority("西城", "county", "110102")
    hospital = await world.institution("北京示例医院", "110102")
    client = world.client("institution", institution_id=hospital)
    await choose(client, hospital, county)
    stale = await choose(client, hospital, county, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    missing = await client.put(
        f"/api/v1/institutions/{hospital}/deciding-authorities/nurse-first",
        json={"authority_id": county},
    )
    assert missing.status_code == 428


async def test_a_choice_stays_when_the_default_changes(world: World) -> None:
    province = await world.authority("北京", "province", "110000")
    hospital = await world.institution("北京示例医院", "110102")
    await choose(world.client("authority", region="110000"), hospital, province)
    county = await world.authority("西城", "county", "110102")
    event = (await world.published("institution-changed"))[-1]
    assert event["deciding_authorities"]["nurse-first"] == province
    assert event["deciding_authorities"]["nurse-change"] == county
