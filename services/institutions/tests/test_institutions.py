"""Institutions: registration, search, and who decides for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.identifiers import institution_number

if TYPE_CHECKING:
    from conftest import World

NUMBER = "40000001811010211A1001"
HOSPITAL: dict[str, Any] = {
    "name": "北京示例医院",
    "region": "110102",
    "registration_number": NUMBER,
    "level": "tertiary-a",
}


async def test_an_authority_registers_an_institution_in_its_region(world: World) -> None:
    client = world.client("authority", region="110000")
    made = await client.post("/api/v1/institutions", json=HOSPITAL)
    assert made.status_code == 201
    read = await world.client().get(made.headers["location"])
    assert read.headers["etag"] == '"1"'
    assert read.json() == {
        **HOSPITAL,
        "id": made.json()["id"],
        "region_name": "北京市西城区",
        "category": "A100",
        "category_label": "综合医院",
        "level_label": "三级甲等",
        "ownership": "11",
        "ownership_label": "国有全资",
        "status": "in_force",
        "status_label": "执业",
        "version": 1,
        "campus_of": None,
        "merged_into": None,
        "other_names": [],
        "address": None,
        "person_in_charge": None,
        "beds": None,
        "departments": [],
        "subjects": [],
        "licensed_on": None,
        "next_check_due": None,
    }
    english = await world.client(language="en").get(made.headers["location"])
    assert english.json()["category_label"] == "general hospital"


async def test_the_operator_registers_an_institution_anywhere(world: World) -> None:
    made = await world.client("operator").post("/api/v1/institutions", json=HOSPITAL)
    assert made.status_code == 201


@pytest.mark.parametrize("region", ["110105", "130000", None])
async def test_an_authority_of_another_region_registers_nothing(
    world: World, region: str | None
) -> None:
    answer = await world.client("authority", region=region).post(
        "/api/v1/institutions", json=HOSPITAL
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "region_not_yours")


@pytest.mark.parametrize("role", ["practitioner", "institution", "exam_centre"])
async def test_no_other_role_registers_an_institution(world: World, role: str) -> None:
    answer = await world.client(role).post("/api/v1/institutions", json=HOSPITAL)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


async def test_a_number_already_on_record_is_refused(world: World) -> None:
    client = world.client("operator")
    await client.post("/api/v1/institutions", json=HOSPITAL)
    again = await client.post("/api/v1/institutions", json={**HOSPITAL, "name": "别的医院"})
    assert (again.status_code, again.json()["code"]) == (409, "institution_number_taken")
    assert again.json()["field"] == "registration_number"


@pytest.mark.parametrize("given", ["130102", "110101"])
async def test_a_number_of_another_division_is_not_taken_away_from_there(
    world: World, given: str
) -> None:
    """Each number is there once: whoever records it first keeps the rightful one from it."""
    client = world.client("authority", region="110102")
    number = institution_number("40000003", given, "11", "A100", "1")
    answer = await client.post(
        "/api/v1/institutions", json=HOSPITAL | {"registration_number": number}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "institution_region_differs")
    assert answer.json()["field"] == "registration_number"


@pytest.mark.parametrize("given", ["110000", "110103"])
async def test_a_number_of_the_division_above_or_of_one_abolished_since_is_good(
    world: World, given: str
) -> None:
    number = institution_number("40000003", given, "11", "A100", "1")
    answer = await world.client("operator").post(
        "/api/v1/institutions", json=HOSPITAL | {"registration_number": number}
    )
    assert answer.status_code == 201, answer.text


async def test_a_letter_o_for_a_zero_in_the_number_is_said_so(world: World) -> None:
    mistyped = "4O" + NUMBER[2:]
    answer = await world.client("operator").post(
        "/api/v1/institutions", json={**HOSPITAL, "registration_number": mistyped}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "institution_number_letter_o"
    assert answer.json()["field"] == "registration_number"
    assert mistyped not in answer.text


async def test_a_station_without_a_number_gives_category_and_ownership(world: World) -> None:
    station = {"name": "示例单采血浆站", "region": "110102"}
    client = world.client("operator")
    bare = await client.post("/api/v1/institutions", json=station)
    assert [r["code"] for r in bare.json()["reasons"]] == [
        "institution_category_missing",
        "institution_ownership_missing",
    ]
    full = await client.post(
        "/api/v1/institutions", json={**station, "category": "G200", "ownership": "11"}
    )
    other = await client.post(
        "/api/v1/institutions", json={**station, "category": "G200", "ownership": "11"}
    )
    assert [full.status_code, other.status_code] == [201, 201]


async def test_every_reason_is_told_at_once(world: World) -> None:
    answer = await world.client("operator").post(
        "/api/v1/institutions",
        json={
            **HOSPITAL,
            "region": "110199",
            "level": "best",
            "category": "B100",
            "ownership": "17",
        },
    )
    assert answer.status_code == 422
    assert [r["code"] for r in answer.json()["reasons"]] == [
        "region_unknown",
        "institution_level_unknown",
        "institution_category_differs",
        "institution_ownership_differs",
    ]
    assert all(r["next_step"] for r in answer.json()["reasons"])


async def test_an_ownership_outside_the_table_is_refused(world: World) -> None:
    answer = await world.client("operator").post(
        "/api/v1/institutions", json={**HOSPITAL, "ownership": "99"}
    )
    assert answer.json()["code"] == "institution_ownership_unknown"


async def test_characters_that_cannot_be_stored_are_a_clear_refusal(world: World) -> None:
    answer = await world.client("operator").post(
        "/api/v1/institutions", json={**HOSPITAL, "name": "医\u0000院"}
    )
    searched = await world.client().get("/api/v1/institutions", params={"q": "a\u0000"})
    assert [answer.status_code, searched.status_code] == [422, 422]


async def test_search_finds_by_part_of_the_name_by_number_and_by_region(world: World) -> None:
    number = institution_number("40000002", "130102", "11", "A100", "1")
    first = await world.institution("北京示例医院", "110102", registration_number=NUMBER)
    second = await world.institution("石家庄示例医院", "130102", registration_number=number)
    third = await world.institution("北京100%护理站", "110105", category="A720")

    async def found(**query: str) -> list[str]:
        answer = await world.client().get("/api/v1/institutions", params=query)
        return [item["id"] for item in answer.json()["items"]]

    assert set(await found(q="示例")) == {first, second}
    assert await found(q="石家庄") == [second]
    assert await found(q="100%") == [third]
    assert await found(q="0%") == [third]
    assert await found(q="_") == []
    assert await found(q=number.lower()[:12]) == [second]
    assert set(await found(region="110000")) == {first, third}
    assert await found(q="示例", region="130000") == [second]
    assert len(await found()) == 3


async def test_search_goes_page_by_page_without_gap_or_repeat(world: World) -> None:
    made = [await world.institution("同名医院", "110102") for _ in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"q": "同名", "limit": 3}
    while True:
        page = (await world.client().get("/api/v1/institutions", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(made)


async def test_a_cursor_that_was_tampered_with_is_refused(world: World) -> None:
    answer = await world.client().get("/api/v1/institutions?cursor=abc")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


async def test_an_institution_that_is_not_there_is_not_found(world: World) -> None:
    for path in ("nobody", "nobody/deciding-authorities"):
        answer = await world.client().get(f"/api/v1/institutions/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "institution_not_found")
    put = await world.client("institution", institution_id="nobody").put(
        "/api/v1/institutions/nobody/deciding-authorities/nurse-first",
        json={"authority_id": "x"},
        headers={"If-Match": '"1"'},
    )
    assert put.status_code == 404


async def test_seeding_twice_with_the_same_id_does_nothing_the_second_time(world: World) -> None:
    for _ in range(2):
        assert await world.institution("医院", "110102", institution_id="I-1") == "I-1"
    assert len(await world.published("institution-changed")) == 1


async def test_a_repeated_post_with_its_key_makes_one_institution(world: World) -> None:
    client = world.client("operator")
    headers = {"Idempotency-Key": "8d1f0c1e-once"}
    answers = [
        await client.post("/api/v1/institutions", json=HOSPITAL, headers=headers) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len(await world.published("institution-changed")) == 1
