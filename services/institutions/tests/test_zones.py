"""Special zones: reported by the province, codes assigned centrally (Q56)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.codes import divisions
from zhiye_institutions.domain.regions import is_zone_parent, zone_codes

if TYPE_CHECKING:
    import httpx
    from conftest import World

PATH = "/api/v1/zones"
ZONE: dict[str, Any] = {
    "name": "石家庄高新技术产业开发区",
    "parent": "130100",
    "document": "冀政函〔2020〕1 号",
}


def hebei(world: World, region: str = "130000") -> httpx.AsyncClient:
    return world.client("authority", region=region)


async def decide(client: httpx.AsyncClient, zone_id: str, **body: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{zone_id}/decision", json={"decision": "assign", **body})


async def test_a_reported_zone_gets_a_code_and_everybody_sees_it(world: World) -> None:
    reported = await hebei(world).post(PATH, json=ZONE)
    assert reported.status_code == 201
    id_ = reported.json()["id"]
    assert (await world.client().get(PATH)).json()["items"] == []
    (waiting,) = (await hebei(world).get(f"{PATH}/reports")).json()["items"]
    assert (waiting["state"], waiting["code"], waiting["document"]) == (
        "reported",
        None,
        ZONE["document"],
    )
    assigned = await decide(world.client("operator"), id_)
    assert (assigned.status_code, assigned.json()["code"]) == (200, "130171")
    (zone,) = (await world.client().get(PATH, params={"region": "130000"})).json()["items"]
    assert zone == {
        "id": id_,
        "name": ZONE["name"],
        "parent": "130100",
        "parent_name": "河北省石家庄市",
        "code": "130171",
    }
    assert (await world.client().get(PATH, params={"region": "110000"})).json()["items"] == []


async def test_the_divisions_below_a_parent_include_its_zones_flagged(world: World) -> None:
    await world.zone("石家庄高新区", "130100")
    below = (await world.client().get("/api/v1/divisions?parent=130100")).json()["items"]
    assert [(d["code"], d["full_name"]) for d in below if d["zone"]] == [
        ("130171", "河北省石家庄市石家庄高新区")
    ]
    assert sum(not d["zone"] for d in below) == len(divisions.children("130100"))
    one = (await world.client().get("/api/v1/divisions/130171")).json()
    assert (one["name"], one["zone"], one["current"]) == ("石家庄高新区", True, True)
    assert not any(
        d["zone"]
        for d in (await world.client().get("/api/v1/divisions?parent=130000")).json()["items"]
    )


async def test_authorities_and_institutions_of_a_zone_are_named_with_it(world: World) -> None:
    code = await world.zone("雄安片区", "130000")
    assert code == "139901"
    authority = await world.authority("片区卫生局", "zone", code)
    hospital = await world.institution("片区医院", code)
    for path in (f"authorities/{authority}", f"institutions/{hospital}"):
        shown = (await world.client().get(f"/api/v1/{path}")).json()
        assert shown["region_name"] == "河北省雄安片区"
    decided = (
        await world.client().get(f"/api/v1/institutions/{hospital}/deciding-authorities")
    ).json()["items"]
    assert {d["authority"]["id"] for d in decided} == {authority}
    client = world.client("authority", region="130000")
    body = {"name": "片区诊所", "region": code, "category": "D211", "ownership": "17"}
    assert (await client.post("/api/v1/institutions", json=body)).status_code == 201


async def test_without_an_assigned_code_there_is_no_authority_of_a_zone(world: World) -> None:
    await hebei(world).post(PATH, json=ZONE)
    body = {"name": "开发区卫生局", "level": "zone", "region": "130171"}
    answer = await world.client("operator").post("/api/v1/authorities", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "region_unknown")
    wrong = await world.client("operator").post(
        "/api/v1/authorities", json={**body, "region": "130102"}
    )
    assert wrong.json()["code"] == "region_unknown"


@pytest.mark.parametrize(
    ("region", "parent", "status", "code"),
    [
        ("130102", "130100", 403, "zone_reporter"),
        ("000000", "130100", 403, "zone_reporter"),
        (None, "130100", 403, "zone_reporter"),
        ("130100", "130100", 403, "zone_reporter"),
        ("120000", "130100", 403, "region_not_yours"),
        ("130000", "130102", 422, "zone_parent"),
        ("130000", "139000", 422, "zone_parent"),
        ("130000", "137700", 422, "zone_parent"),
    ],
)
async def test_a_province_reports_what_lies_in_it(
    world: World, region: str | None, parent: str, status: int, code: str
) -> None:
    answer = await world.client("authority", region=region).post(
        PATH, json={**ZONE, "parent": parent}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "who",
    [{"role": "authority", "region": "130000"}, {"role": "authority", "region": None}],
)
async def test_codes_are_assigned_centrally(world: World, who: dict[str, Any]) -> None:
    id_ = (await hebei(world).post(PATH, json=ZONE)).json()["id"]
    answer = await decide(world.client(**who), id_)
    assert (answer.status_code, answer.json()["code"]) == (403, "zone_decider")
    nation = await decide(world.client("authority", region="000000"), id_)
    assert nation.json()["code"] == "130171"
    again = await decide(world.client("operator"), id_)
    assert (again.status_code, again.json()["code"]) == (409, "zone_decided")
    assert (await decide(world.client("operator"), "nobody")).status_code == 404


async def test_a_refusal_has_a_reason_and_may_be_reported_again(world: World) -> None:
    id_ = (await hebei(world).post(PATH, json=ZONE)).json()["id"]
    twice = await hebei(world).post(PATH, json=ZONE)
    assert (twice.status_code, twice.json()["code"]) == (409, "zone_exists")
    bare = await decide(world.client("operator"), id_, decision="refuse")
    assert (bare.status_code, bare.json()["code"]) == (422, "zone_reason_required")
    refused = await decide(
        world.client("operator"), id_, decision="refuse", reason="未附政府批准文件"
    )
    assert refused.json()["code"] is None
    (report,) = (await hebei(world).get(f"{PATH}/reports")).json()["items"]
    assert (report["state"], report["reason"]) == ("refused", "未附政府批准文件")
    again = await hebei(world).post(PATH, json={**ZONE, "document": "冀政函〔2021〕2 号"})
    assert (again.status_code, again.json()["id"]) == (201, id_)
    (report,) = (await hebei(world).get(f"{PATH}/reports")).json()["items"]
    assert (report["state"], report["reason"]) == ("reported", None)
    assert (await hebei(world, "110000").get(f"{PATH}/reports")).json()["items"] == []


async def test_zones_decided_at_once_have_different_codes(world: World) -> None:
    ids = [
        (await hebei(world).post(PATH, json={**ZONE, "name": f"开发区{n}"})).json()["id"]
        for n in range(5)
    ]
    answers = await asyncio.gather(*(decide(world.client("operator"), id_) for id_ in ids))
    assert sorted(a.json()["code"] for a in answers) == [f"1301{n}" for n in range(71, 76)]


async def test_of_two_decisions_about_one_zone_at_once_one_wins(world: World) -> None:
    id_ = (await hebei(world).post(PATH, json=ZONE)).json()["id"]
    answers = await asyncio.gather(*(decide(world.client("operator"), id_) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]


def test_a_code_is_free_under_its_parent_and_was_never_a_divisions() -> None:
    today = date(2026, 11, 23)
    provinces = [d.code for d in divisions.children(divisions.NATION)]
    cities = [d.code for p in provinces for d in divisions.children(p) if d.code.endswith("00")]
    for parent in [*provinces, *cities]:
        if not is_zone_parent(parent, today):
            continue
        code = next(zone_codes(parent, ()))
        assert divisions.get(code) is None
        assert divisions.is_within(code, parent)
        assert next(zone_codes(parent, {code})) > code
    assert list(zone_codes("130100", {f"1301{n:02d}" for n in range(100)})) == []
