"""Lists, search by ID number, business types, “May I?”."""

from __future__ import annotations

import pytest

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES

PATH = "/api/v1/applications"


async def ids(world, who, name, **query):
    rest = "".join(f"&{key}={value}" for key, value in query.items())
    answer = await world.call(who, "GET", f"{PATH}?list={name}{rest}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_an_application_wanders_through_the_lists_of_all_sides(world):
    nurse = await world.nurse()
    one = await world.draft(nurse)
    everyone = (nurse, world.HOSPITAL, world.XICHENG)

    async def seen():
        return [
            [
                name
                for name in ("waiting_for_me", "in_progress", "completed")
                if one["id"] in await ids(world, who, name)
            ]
            for who in everyone
        ]

    assert await seen() == [["waiting_for_me"], [], []]
    submitted = (await world.submit(nurse, one["id"])).json()
    assert await seen() == [["in_progress"], [], ["in_progress"]]
    agreed = (await world.review(world.HOSPITAL, submitted, "approve")).json()
    assert await seen() == [
        ["in_progress"],
        ["in_progress"],
        ["waiting_for_me", "in_progress"],
    ]
    await world.review(world.XICHENG, agreed, "approve")
    assert await seen() == [["completed"]] * 3


async def test_an_institution_sees_a_stranger_only_by_the_full_id_number(world):
    nurse = await world.nurse(700)
    one = await world.submitted(nurse)
    assert await ids(world, world.HOSPITAL, "waiting_for_me") == []
    found = await world.call(
        world.HOSPITAL, "POST", f"{PATH}/search", {"id_number": world.id_number(700)}
    )
    assert [item["id"] for item in found.json()] == [one["id"]]
    other = await world.call(
        world.OTHER_HOSPITAL, "POST", f"{PATH}/search", {"id_number": world.id_number(700)}
    )
    assert other.json() == []


async def test_an_id_number_with_a_wrong_check_digit_is_refused_by_its_field(world):
    wrong = world.id_number(700)[:-1] + ("0" if world.id_number(700)[-1] != "0" else "1")
    answer = await world.call(world.HOSPITAL, "POST", f"{PATH}/search", {"id_number": wrong})
    assert answer.status_code == 422
    assert answer.json()["field"] == "id_number"
    assert wrong not in answer.text


async def test_what_was_returned_and_came_back_is_known_to_the_institution(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    await world.review(world.HOSPITAL, one, "return", reasons=[{"code": "form_incorrect"}])
    assert await ids(world, world.HOSPITAL, "in_progress") == [one["id"]]
    await world.submit(nurse, one["id"])
    assert await ids(world, world.HOSPITAL, "waiting_for_me") == [one["id"]]


async def test_an_authority_sees_its_region_and_nothing_else(world):
    one = await world.agreed(await world.nurse())
    assert await ids(world, world.BEIJING, "in_progress") == [one["id"]]
    assert await ids(world, world.BEIJING, "waiting_for_me") == []
    assert await ids(world, world.HEBEI, "in_progress") == []
    nation = type(world.HEBEI)("ACC-Z", "authority", authority_id="NATION", region="000000")
    assert await ids(world, nation, "in_progress") == [one["id"]]
    nowhere = type(world.HEBEI)("ACC-Y", "authority", authority_id="NOWHERE")
    assert await ids(world, nowhere, "in_progress") == []


async def test_lists_show_the_columns_of_the_deck(world):
    one = await world.agreed(await world.nurse())
    answer = await world.call(world.XICHENG, "GET", PATH)
    (item,) = answer.json()["items"]
    assert item["number"] == one["number"]
    assert item["business_type_label"] == "首次注册"
    assert item["applied_on"] == "2026-11-23"
    assert item["institution_review"]["decision_label"] == "同意"
    assert item["institution_review"]["by"] == "北京示例医院"
    assert item["authority_decision"]["by"] == "西城区卫生健康委员会"
    assert item["source_label"] == "个人网上申请"
    assert (item["deadline"], item["working_days_left"]) == ("2026-12-21", 20)


async def test_lists_are_paged_without_gaps_or_repeats(world):
    made = [(await world.agreed(await world.nurse()))["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        path = f"{PATH}?limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = (await world.call(world.XICHENG, "GET", path)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_a_list_can_be_narrowed_to_a_business_type(world):
    one = await world.agreed(await world.nurse())
    first = await ids(world, world.XICHENG, "waiting_for_me", business_type="nurse-first")
    assert first == [one["id"]]
    assert await ids(world, world.XICHENG, "waiting_for_me", business_type="nurse-change") == []


@pytest.mark.parametrize("query", ["list=all", "limit=0", "limit=201", "cursor=%00", "cursor=W10"])
async def test_a_wrong_query_is_refused(world, query):
    assert (await world.call(world.XICHENG, "GET", f"{PATH}?{query}")).status_code == 422


async def test_business_types_are_public_and_say_what_is_needed(world):
    items = (await world.call(None, "GET", "/api/v1/business-types")).json()
    names = {slug: text.zh for slug, text in NAMES.items()}
    assert {item["slug"]: item["name"] for item in items} == names
    row = (await world.call(None, "GET", "/api/v1/business-types/nurse-first")).json()
    assert [(r["by"], r["working_days"], r["statutory"]) for r in row["reviews"]] == [
        ("institution", 5, False),
        ("authority", 20, True),
    ]
    assert "健康检查证明" in row["materials"]
    assert {c["source"] for c in row["conditions"]} >= {"答疑手册问题29.3", "《护士条例》第7条"}
    assert any(r["code"] == "other" for r in row["review_reasons"])
    missing = await world.call(None, "GET", "/api/v1/business-types/nurse-nothing")
    assert missing.status_code == 404


async def eligibility(world, nurse, query=""):
    path = f"/api/v1/my/eligibility/nurse-first{query}"
    body = (await world.call(nurse, "GET", path)).json()
    return body["answer"], {c["name"]: c for c in body["conditions"]}


async def test_may_i_tells_what_is_met_and_what_is_not_known_yet(world):
    answer, found = await eligibility(world, await world.nurse())
    assert answer == "unknown"
    assert found["nurse_exam_passed"]["outcome"] == "met"
    assert found["nurse_exam_passed"]["reason"] is None
    assert found["institution_in_force"]["outcome"] == "unknown"
    assert found["health_check_recent"]["reason"]["next_step"]
    assert found["health_check_recent"]["source"].startswith("答疑手册问题48")


async def test_may_i_asks_about_the_institution_that_is_named(world):
    nurse = await world.nurse()
    _, found = await eligibility(world, nurse, "?institution_id=HOSPITAL")
    assert found["institution_in_force"]["outcome"] == found["authority_set"]["outcome"] == "met"
    answer, found = await eligibility(world, nurse, "?institution_id=NOWHERE")
    assert (answer, found["institution_in_force"]["outcome"]) == ("no", "not_met")


async def test_may_i_says_no_to_who_is_registered_and_what_to_do_instead(world):
    nurse = await world.nurse()
    await world.registered(nurse)
    answer, found = await eligibility(world, nurse)
    assert answer == "no"
    assert "变更注册" in found["not_registered_now"]["reason"]["next_step"]


async def test_may_i_reads_the_open_draft(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    _, found = await eligibility(world, nurse)
    assert found["full_capacity"]["outcome"] == "met"
    assert found["institution_in_force"]["outcome"] == "met"
    assert draft["number"] in found["no_open_application"]["reason"]["reason"]
