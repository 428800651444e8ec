"""Merging a non-standard name into the standard one, and undoing it (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from zhiye_institutions.adapters.tables import institution, institution_merge

if TYPE_CHECKING:
    import httpx
    from conftest import World

PATH = "/api/v1/institution-merges"


def beijing(world: World, **more: Any) -> httpx.AsyncClient:
    return world.client("authority", region="110000", authority_id="B", name="孙处长", **more)


async def two(world: World, **more: Any) -> tuple[str, str]:
    """A record under a non-standard name, and the standard one."""
    return (
        await world.institution("示例医院（老名称）", "110105", other_names=["示例职工医院"]),
        await world.institution("北京示例医院", "110102", **more),
    )


async def merge(client: httpx.AsyncClient, source: str, target: str) -> httpx.Response:
    body = {"source_id": source, "target_id": target, "reason": "同一机构的非标准名称"}
    return await client.post(PATH, json=body)


async def undo(client: httpx.AsyncClient, merge_id: str) -> httpx.Response:
    return await client.post(f"{PATH}/{merge_id}/undo")


def codes(answer: httpx.Response) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def shown(world: World, key: str) -> Any:
    return (await world.client().get(f"/api/v1/institutions/{key}")).json()


async def test_the_record_goes_into_the_standard_one_with_its_names(world: World) -> None:
    source, target = await two(world)
    made = await merge(beijing(world), source, target)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["source"]["id"], body["target"]["name"]) == (source, "北京示例医院")
    assert (body["merged_by"], body["can_be_undone"]) == ("孙处长", True)
    assert body["undo_until"].startswith("2026-11-24T02:00")

    merged, standard = await shown(world, source), await shown(world, target)
    assert (merged["status"], merged["merged_into"]["id"]) == ("merged", target)
    assert {(n["name"], n["kind"]) for n in standard["other_names"]} == {
        ("示例医院（老名称）", "merged"),
        ("示例职工医院", "merged"),
    }
    changed = {e["aggregate_id"]: e for e in await world.published("institution-changed")}
    assert (changed[source]["status"], changed[source]["version"]) == ("closed", 2)
    assert set(changed[target]["other_names"]) == {"示例医院（老名称）", "示例职工医院"}
    (event,) = await world.published("institution-merged")
    assert event == event | {
        "aggregate_id": source,
        "version": 2,
        "merge_id": body["id"],
        "into_id": target,
        "name": "示例医院（老名称）",
        "into_name": "北京示例医院",
        "into_region": "110102",
        "undone": False,
    }
    for key, change in ((source, "merged"), (target, "merge-received")):
        history = await beijing(world).get(f"/api/v1/institutions/{key}/history")
        assert history.json()["items"][0]["change"] == change
        assert history.json()["items"][0]["by"] == "孙处长"


async def test_an_undo_within_a_day_restores_both(world: World) -> None:
    source, target = await two(world)
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(institution).where(institution.c.id == source).values(status="suspended")
        )
    merge_id = (await merge(beijing(world), source, target)).json()["id"]
    world.service.kit.clock.instant += timedelta(days=1)
    undone = await undo(beijing(world), merge_id)
    assert undone.status_code == 200, undone.text
    assert (undone.json()["undone_by"], undone.json()["can_be_undone"]) == ("孙处长", False)
    merged, standard = await shown(world, source), await shown(world, target)
    assert (merged["status"], merged["merged_into"]) == ("suspended", None)
    assert [n["name"] for n in merged["other_names"]] == ["示例职工医院"]
    assert standard["other_names"] == []
    event = (await world.published("institution-merged"))[-1]
    assert (event["version"], event["undone"], event["merge_id"]) == (3, True, merge_id)
    again = await undo(beijing(world), merge_id)
    assert (again.status_code, codes(again)) == (409, ["merge_undone"])
    assert (await merge(beijing(world), source, target)).status_code == 201


async def test_an_undo_takes_only_the_names_that_its_merge_brought(world: World) -> None:
    source, target = await two(world, other_names=["示例职工医院"])
    merge_id = (await merge(beijing(world), source, target)).json()["id"]
    await undo(beijing(world), merge_id)
    assert [n["name"] for n in (await shown(world, target))["other_names"]] == ["示例职工医院"]


async def test_after_a_day_it_is_too_late_and_says_what_to_do(world: World) -> None:
    source, target = await two(world)
    merge_id = (await merge(beijing(world), source, target)).json()["id"]
    world.service.kit.clock.instant += timedelta(days=1, seconds=1)
    answer = await undo(beijing(world, language="en"), merge_id)
    assert (answer.status_code, codes(answer)) == (409, ["merge_undo_too_late"])
    assert "one by one" in answer.json()["next_step"]
    assert not re.search("[\u4e00-\u9fff]", answer.json()["reasons"][0]["reason"])
    shown_ = (await beijing(world).get(f"{PATH}/{merge_id}")).json()
    assert shown_["can_be_undone"] is False


async def test_only_an_authority_over_both_merges_and_undoes(world: World) -> None:
    source, target = await two(world)
    for region, expected in (
        ("110102", ["merge_source_elsewhere"]),
        ("110105", ["merge_target_elsewhere"]),
        ("130000", ["merge_source_elsewhere", "merge_target_elsewhere"]),
    ):
        answer = await merge(world.client("authority", region=region), source, target)
        assert (answer.status_code, codes(answer)) == (403, expected)
    merge_id = (await merge(beijing(world), source, target)).json()["id"]
    for region in ("110102", "110105", "130000"):
        client = world.client("authority", region=region)
        assert (await undo(client, merge_id)).status_code == 404
    assert (await undo(beijing(world), "nobody")).status_code == 404
    for role in ("operator", "institution", "practitioner"):
        assert (await merge(world.client(role), source, target)).status_code == 403


async def test_merges_are_listed_to_the_authorities_concerned(world: World) -> None:
    made = []
    for _ in range(3):
        source, target = await two(world)
        made.append((await merge(beijing(world), source, target)).json()["id"])
    for client in (
        beijing(world),
        world.client("operator"),
        world.client("authority", region="110105"),
    ):
        first = (await client.get(PATH, params={"limit": 2})).json()
        rest = (await client.get(PATH, params={"cursor": first["next_cursor"]})).json()
        assert [m["id"] for m in first["items"] + rest["items"]] == made[::-1]
    for client in (world.client("authority", region="130000"), world.client("authority")):
        assert (await client.get(PATH)).json()["items"] == []
        assert (await client.get(f"{PATH}/{made[0]}")).status_code == 404


async def test_the_same_record_or_one_that_is_not_there_is_refused(world: World) -> None:
    source, target = await two(world)
    same = await merge(beijing(world), source, source)
    assert (same.status_code, codes(same)) == (409, ["merge_same"])
    missing = await merge(beijing(world), "nobody", "nothing")
    assert codes(missing) == ["merge_source_unknown", "merge_target_unknown"]
    assert codes(await merge(beijing(world), "nobody", target)) == ["merge_source_unknown"]


@pytest.mark.parametrize("status", ["suspended", "closed", "cancelled"])
async def test_the_standard_one_has_to_go_on(world: World, status: str) -> None:
    source, target = await two(world)
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(institution).where(institution.c.id == target).values(status=status)
        )
    assert codes(await merge(beijing(world), source, target)) == ["merge_target_status"]
    assert (await merge(beijing(world), target, source)).status_code == 201


async def test_every_reason_against_a_merge_is_told_at_once(world: World) -> None:
    office = await world.office()
    await world.institution("院区", "110102", campus_of=office.hospital)
    await office.draft()
    other, third = await two(world)
    await merge(beijing(world), other, office.hospital)
    answer = await merge(beijing(world), office.hospital, other)
    assert (answer.status_code, codes(answer)) == (
        409,
        [
            "merge_source_has_campuses",
            "merge_source_has_filings",
            "merge_source_received",
            "merge_target_status",
        ],
    )
    assert codes(await merge(beijing(world), other, third)) == ["merge_source_merged"]


async def test_what_was_merged_into_may_be_merged_once_that_cannot_be_undone(
    world: World,
) -> None:
    first, second = await two(world)
    third = await world.institution("北京新医院", "110102")
    await merge(beijing(world), first, second)
    world.service.kit.clock.instant += timedelta(days=1)
    assert codes(await merge(beijing(world), second, third)) == ["merge_source_received"]
    world.service.kit.clock.instant += timedelta(seconds=1)
    assert (await merge(beijing(world), second, third)).status_code == 201


async def test_of_two_merges_of_the_same_record_at_once_one_wins(world: World) -> None:
    source, target = await two(world)
    third = await world.institution("北京另一医院", "110102")
    answers = await asyncio.gather(
        merge(beijing(world), source, target), merge(beijing(world), source, third)
    )
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert len(await world.published("institution-merged")) == 1
    async with world.kit.database.reading() as connection:
        assert len((await connection.execute(select(institution_merge))).all()) == 1


async def test_of_two_that_are_merged_into_each_other_at_once_one_stays(world: World) -> None:
    for _ in range(3):
        one, other = await two(world)
        answers = await asyncio.gather(
            merge(beijing(world), one, other), merge(beijing(world), other, one)
        )
        assert sorted(a.status_code for a in answers) == [201, 409]
        statuses = [(await shown(world, key))["status"] for key in (one, other)]
        assert sorted(statuses) == ["in_force", "merged"]


async def test_of_two_undoes_at_once_one_wins(world: World) -> None:
    source, target = await two(world)
    merge_id = (await merge(beijing(world), source, target)).json()["id"]
    answers = await asyncio.gather(*(undo(beijing(world), merge_id) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert len(await world.published("institution-merged")) == 2


async def test_a_filing_begun_while_its_institution_is_merged_leaves_neither_half(
    world: World,
) -> None:
    office = await world.office()
    _, target = await two(world)
    merged, begun = await asyncio.gather(
        merge(beijing(world), office.hospital, target),
        office.own.post("/api/v1/institution-filings", json={"kind": "closure"}),
    )
    assert {merged.status_code, begun.status_code} == {201, 409}
