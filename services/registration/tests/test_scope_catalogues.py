"""Provinces publish which scopes they offer (Q49), and anybody can read what can be chosen."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import scopes as store

PATH = "/api/v1/scope-catalogues"
OPTIONS = "/api/v1/practice-options?institution_id=HOSPITAL"
BODY: dict[str, Any] = {
    "most_scopes": 2,
    "entries": [
        {"category": "4", "scope": "57", "label": {"zh": "针灸", "en": "acupuncture"}},
        {"category": "1", "scope": "11"},
        {"category": "1", "scope": "15", "departments": ["11", "10"]},
    ],
}


async def publish(world, year=2026, version=0, body=None, who=None, province="11"):
    path = f"{PATH}/{province}/{year}"
    return await world.call(
        who or world.BEIJING, "PUT", path, body or BODY, If_Match=f'"{version}"'
    )


async def read(world, query="", language="zh"):
    return await world.call(None, "GET", f"{PATH}/11{query}", Accept_Language=language)


async def test_a_province_publishes_what_it_offers_and_everybody_reads_it(world):
    made = await publish(world)
    assert made.status_code == 200, made.text
    assert made.headers["ETag"] == '"1"'
    shown = (await read(world)).json()
    assert (shown["province_label"], shown["year"], shown["version"]) == ("北京市", 2026, 1)
    assert shown["authority_name"] == "北京市卫生健康委员会"
    assert [(e["scope"], e["label"]) for e in shown["entries"]] == [
        ("11", "内科专业"),
        ("15", "眼耳鼻咽喉科专业"),
        ("57", "针灸"),
    ]
    assert [d["code"] for d in shown["entries"][1]["departments"]] == ["10", "11"]
    english = (await read(world, language="en")).json()
    assert english["entries"][2]["label"] == "acupuncture"
    assert english["entries"][0]["category_label"] == "clinical medicine"
    listed = (await world.call(None, "GET", PATH)).json()
    assert [(one["province"], one["year"], one["scopes"]) for one in listed] == [("11", 2026, 3)]


async def test_where_nothing_is_published_the_national_list_holds(world):
    answer = await read(world)
    shown = answer.json()
    assert answer.headers["ETag"] == '"0"'
    assert (shown["year"], shown["version"], shown["most_scopes"]) == (None, None, 1)
    assert len(shown["entries"]) == 25
    assert (await world.call(None, "GET", PATH)).json() == []


async def test_a_year_without_a_catalogue_falls_back_to_the_newest_earlier_year(world):
    assert (await publish(world, 2024)).status_code == 200
    assert (await publish(world, 2026)).status_code == 200
    for year, holds in ((2023, None), (2024, 2024), (2025, 2024), (2026, 2026), (2027, 2026)):
        answer = await read(world, f"?year={year}")
        assert answer.json()["year"] == holds
        assert answer.headers["ETag"] == ('"1"' if holds == year else '"0"')
    async with world.kit.database.reading() as connection:
        for day, holds in ((date(2025, 6, 1), 2024), (date(2026, 1, 1), 2026)):
            assert (await store.catalogue_of(connection, "110102", day)).year == holds
        assert (await store.catalogue_of(connection, "11", date(2020, 1, 1))).version == 0
        assert (await store.catalogue_of(connection, "13", date(2026, 1, 1))).version == 0


async def test_the_newest_version_counts_and_older_ones_are_kept_for_ever(world):
    await publish(world)
    narrower = {"most_scopes": 1, "entries": [{"category": "1", "scope": "11"}]}
    assert (await publish(world, version=1, body=narrower)).headers["ETag"] == '"2"'
    shown = (await read(world)).json()
    assert (shown["version"], len(shown["entries"]), shown["newest"]) == (2, 1, True)
    assert [one["version"] for one in shown["versions"]] == [2, 1]
    old = (await read(world, "?year=2026&version=1")).json()
    assert (old["version"], len(old["entries"]), old["newest"]) == (1, 3, False)
    assert (await read(world, "?year=2026&version=3")).status_code == 404


async def test_the_next_years_catalogue_holds_from_the_new_year_on(world):
    await publish(world, 2026)
    only = {"entries": [{"category": "1", "scope": "12"}]}
    assert (await publish(world, 2027, body=only)).status_code == 200
    assert len((await read(world)).json()["entries"]) == 3
    world.clock.instant = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in China
    assert [e["scope"] for e in (await read(world)).json()["entries"]] == ["12"]


async def test_only_the_provinces_own_authority_publishes(world):
    nation = Principal("N", "authority", authority_id="NATION", region="000000")
    for who in (world.HEBEI, world.XICHENG, nation):
        answer = await publish(world, who=who)
        assert (answer.status_code, world.codes(answer)) == (403, ["not_the_provinces_authority"])
    for who in (world.OPERATOR, world.HOSPITAL, world.EXAM_CENTRE):
        answer = await publish(world, who=who)
        assert (answer.status_code, world.codes(answer)) == (403, ["role_forbidden"])
    assert (await publish(world, province="110000")).status_code == 200


async def test_of_two_who_publish_at_once_the_second_reads_again(world):
    answers = await asyncio.gather(*(publish(world) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]
    assert world.codes(await publish(world)) == ["version_stale"]
    assert (await publish(world, version=7)).status_code == 412
    assert (await publish(world, version=-1)).status_code == 412
    assert (await publish(world, version=10**30)).status_code == 412
    without = await world.call(world.BEIJING, "PUT", f"{PATH}/11/2026", BODY)
    assert without.status_code == 428


def entry(**more: Any) -> dict[str, Any]:
    return {"entries": [{"category": "1", "scope": "11", **more}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "entries"),
        ({"entries": []}, "entries"),
        ({"entries": "all"}, "entries"),
        (entry() | {"most_scopes": 4}, "most_scopes"),
        (entry() | {"most_scopes": 0}, "most_scopes"),
        (entry() | {"most_scopes": 10**40}, "most_scopes"),
        (entry(category="2"), "entries.0.category"),
        (entry(category="9"), "entries.0.category"),
        (entry(scope="99"), "entries.0.scope"),
        (entry(scope=None), "entries.0.scope"),
        (entry(departments=[]), "entries.0.departments"),
        (entry(departments=["03", "99"]), "entries.0.departments.1"),
        (entry(label={"zh": "内科", "en": "a\u0000b"}), "entries.0.label.en"),
        (entry(label={"zh": "", "en": "x"}), "entries.0.label.zh"),
        (entry(label={"zh": "科" * 61, "en": "x"}), "entries.0.label.zh"),
        (entry(label={"zh": "内科"}), "entries.0.label.en"),
        (entry(colour="red"), "entries.0.colour"),
        ({"entries": [entry()["entries"][0]] * 2}, "entries.1.scope"),
    ],
)
async def test_a_bad_catalogue_is_refused_with_the_field(world, body, field):
    answer = await publish(world, body=body or {"most_scopes": 1})
    assert answer.status_code == 422
    assert [reason["field"] for reason in answer.json()["reasons"]] == [field]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{PATH}/99"),
        ("GET", f"{PATH}/x"),
        ("GET", f"{PATH}/11?year=1999"),
        ("GET", f"{PATH}/11?year=9999999999"),
        ("GET", f"{PATH}/11?version=0"),
        ("GET", f"{PATH}/11?version=99999999999"),
        ("PUT", f"{PATH}/11/2000"),
        ("PUT", f"{PATH}/11/2030"),
        ("PUT", f"{PATH}/99/2026"),
        ("GET", "/api/v1/practice-options"),
        ("GET", f"{OPTIONS}&category=7"),
        ("GET", f"{OPTIONS}&level=3"),
        ("GET", f"{OPTIONS}&category=1&scopes=99"),
        ("GET", f"{OPTIONS}&category=1" + "&scopes=11" * 11),
    ],
)
async def test_what_cannot_be_asked_is_refused(world, method, path):
    body = BODY if method == "PUT" else None
    answer = await world.call(world.BEIJING, method, path, body, If_Match='"0"')
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["field"]


async def test_what_can_be_chosen_at_an_institution_follows_its_province(world):
    await publish(world)
    shown = (await world.call(None, "GET", OPTIONS)).json()
    assert shown["location"] == {
        "code": "11",
        "label": "北京市",
        "kind": "province",
        "kind_label": "省级行政区划",
    }
    assert (shown["most_scopes"], shown["catalogue_year"]) == (2, 2026)
    offered = {one["code"]: [s["code"] for s in one["scopes"]] for one in shown["categories"]}
    assert offered == {"1": ["11", "15"], "2": [], "3": [], "4": ["57"]}
    assert shown["chosen"] is None


async def test_an_assistants_location_is_the_county(world):
    shown = (await world.call(None, "GET", f"{OPTIONS}&level=2")).json()
    assert (shown["location"]["code"], shown["location"]["label"]) == ("110102", "北京市西城区")
    english = (await world.call(None, "GET", f"{OPTIONS}&level=2", Accept_Language="en")).json()
    assert english["location"]["label"] == "Beijing, 西城区"
    assert english["level"] == {"code": "2", "label": "assistant physician"}


async def test_a_public_health_physician_of_a_hospital_is_shown_where_to_work(world):
    shown = (await world.call(None, "GET", f"{OPTIONS}&category=3&scopes=41")).json()
    chosen = shown["chosen"]
    assert chosen["offered"] is True
    assert [one["label"] for one in chosen["departments"]] == [
        "预防保健科",
        "公共卫生科",
        "医院感染管理科",
        "其他",
    ]


async def test_what_is_not_offered_is_told_with_what_is(world):
    await publish(world)
    path = f"{OPTIONS}&category=1&scopes=12&scopes=15&scopes=11"
    chosen = (await world.call(None, "GET", path, Accept_Language="en")).json()["chosen"]
    assert chosen["offered"] is False
    assert [one["code"] for one in chosen["reasons"]] == ["scope_not_offered", "too_many_scopes"]
    assert chosen["reasons"][0]["next_step"].startswith("These are offered: internal medicine")


async def test_an_institution_that_is_unknown_or_closed_offers_nothing(world):
    await world.tell(world.institution_event("CLOSED", status="closed"))
    for key in ("NOBODY", "CLOSED"):
        answer = await world.call(None, "GET", f"/api/v1/practice-options?institution_id={key}")
        assert answer.status_code == 404
    odd = await world.call(None, "GET", "/api/v1/practice-options?institution_id=%00")
    assert odd.status_code == 422
