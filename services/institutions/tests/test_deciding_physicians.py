"""Who decides the businesses of physicians: default, choice, labels (deck 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.codes import BUSINESS_TYPES

if TYPE_CHECKING:
    from conftest import World

SLUGS = [slug for slug in BUSINESS_TYPES if slug.startswith("physician-")]


async def listed(world: World, hospital: str, language: str = "zh") -> dict[str, Any]:
    path = f"/api/v1/institutions/{hospital}/deciding-authorities"
    answer = await world.client(language=language).get(path)
    return {item["business_type"]: item for item in answer.json()["items"]}


@pytest.mark.parametrize("slug", SLUGS)
async def test_an_institution_chooses_who_decides_a_business_of_physicians(
    world: World, slug: str
) -> None:
    county = await world.authority("西城", "county", "110102")
    province = await world.authority("北京", "province", "110000")
    hospital = await world.institution("北京示例医院", "110102")
    answer = await world.client("institution", institution_id=hospital).put(
        f"/api/v1/institutions/{hospital}/deciding-authorities/{slug}",
        json={"authority_id": province},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    items = await listed(world, hospital)
    assert items[slug]["authority"] == {"id": province, "name": "北京"}
    assert items[slug]["origin"] == "set"
    assert items[slug]["business_type_label"] == BUSINESS_TYPES.label(slug, "zh")
    others = {item["authority"]["id"] for key, item in items.items() if key != slug}
    assert others == {county}
    event = (await world.published("institution-changed"))[-1]
    assert event["deciding_authorities"][slug] == province
    english = await listed(world, hospital, "en")
    assert english[slug]["business_type_label"] == BUSINESS_TYPES.label(slug, "en")


async def test_without_a_choice_the_default_decides_every_business_of_physicians(
    world: World,
) -> None:
    county = await world.authority("西城", "county", "110102")
    hospital = await world.institution("北京示例医院", "110102")
    items = await listed(world, hospital)
    assert len(SLUGS) == 10
    assert {items[slug]["authority"]["id"] for slug in SLUGS} == {county}
    assert {items[slug]["origin"] for slug in SLUGS} == {"default"}
