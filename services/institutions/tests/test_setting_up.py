"""Setting institutions up: planned or in practice, campuses, other names, history (Q55, Q57)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from zhiye_chassis.security import Principal
from zhiye_institutions.adapters.tables import institution, institution_history

if TYPE_CHECKING:
    import httpx
    from conftest import World

PATH = "/api/v1/institutions"
PLANNED: dict[str, Any] = {
    "name": "北京新建医院",
    "region": "110102",
    "category": "A100",
    "ownership": "11",
    "status": "planned",
    "address": "西城区新建路 1 号",
    "person_in_charge": "李明",
    "reserved_phone": "+86 138 0013 8000",
    "beds": 120,
    "departments": ["内科", "外科"],
    "subjects": ["内科"],
    "other_names": ["北京新建中心医院"],
}


def over(world: World, region: str = "110000", **more: Any) -> httpx.AsyncClient:
    return world.client("authority", region=region, name="李科长", **more)


def codes(answer: httpx.Response) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def test_a_planned_institution_has_no_licence_yet_and_is_shown_without_the_phone(
    world: World,
) -> None:
    made = await over(world).post(PATH, json=PLANNED)
    assert made.status_code == 201, made.text
    shown = await world.client().get(made.headers["location"])
    body = shown.json()
    assert (body["status"], body["status_label"]) == ("planned", "筹建")
    assert body["registration_number"] is None
    assert body["licensed_on"] is None
    assert (body["address"], body["person_in_charge"], body["beds"]) == (
        "西城区新建路 1 号",
        "李明",
        120,
    )
    assert (body["departments"], body["subjects"]) == (["内科", "外科"], ["内科"])
    assert [name["name"] for name in body["other_names"]] == ["北京新建中心医院"]
    assert "13800138000" not in shown.text
    assert "phone" not in shown.text
    (event,) = await world.published("institution-changed")
    assert event["status"] == "closed"  # takes nobody on before it is licensed
    assert event["other_names"] == ["北京新建中心医院"]


async def test_the_reserved_phone_is_sealed_and_in_no_history(world: World) -> None:
    await over(world).post(PATH, json=PLANNED)
    async with world.kit.database.reading() as connection:
        row = (await connection.execute(select(institution))).mappings().one()
        history = (await connection.execute(select(institution_history))).mappings().one()
    assert world.kit.settings.cipher.open(row["sealed_reserved_phone"], "phone") == "13800138000"
    assert "phone" not in str(dict(history))


async def test_what_is_wrong_in_the_body_is_told_by_field(world: World) -> None:
    answer = await world.client("operator", "en").post(
        PATH, json={**PLANNED, "reserved_phone": "12345", "person_in_charge": "?", "beds": -1}
    )
    assert answer.status_code == 422
    assert {reason["field"] for reason in answer.json()["reasons"]} == {
        "reserved_phone",
        "person_in_charge",
        "beds",
    }
    assert "12345" not in answer.text


async def test_a_planned_institution_has_no_number(world: World) -> None:
    answer = await over(world).post(
        PATH, json={**PLANNED, "registration_number": "40000001811010211A1001"}
    )
    assert (answer.status_code, codes(answer)) == (422, ["institution_not_licensed_yet"])


async def test_each_campus_is_a_record_of_its_own_under_the_standard_name(world: World) -> None:
    main = await world.institution("北京示例医院", "110102")
    made = await over(world).post(
        PATH,
        json={**PLANNED, "name": "北京示例医院通州院区", "campus_of": main, "region": "110112"},
    )
    campus = made.json()["id"]
    await world.institution("别的医院", "110102")
    listed = (await world.client().get(f"{PATH}/{main}/campuses")).json()["items"]
    assert [(one["id"], one["name"]) for one in listed] == [(campus, "北京示例医院通州院区")]
    shown = (await world.client().get(f"{PATH}/{campus}")).json()
    assert shown["campus_of"] == {"id": main, "name": "北京示例医院"}
    assert (await world.published("institution-changed"))[1]["standard_id"] == main
    found = (await world.client().get(PATH, params={"q": "北京示例医院"})).json()["items"]
    assert campus in [one["id"] for one in found]


async def test_campuses_are_listed_in_pages(world: World) -> None:
    main = await world.institution("北京示例医院", "110102")
    for number in range(5):
        await world.institution(f"院区{number}", "110102", campus_of=main)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await world.client().get(f"{PATH}/{main}/campuses", params=query)).json()
        seen += [one["name"] for one in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [f"院区{number}" for number in range(5)]
    assert (await world.client().get(f"{PATH}/nobody/campuses")).status_code == 404


async def test_a_campus_of_nothing_of_a_campus_or_of_what_ended_is_refused(world: World) -> None:
    main = await world.institution("北京示例医院", "110102")
    campus = await world.institution("院区", "110102", campus_of=main)
    ended = await world.institution("旧医院", "110102")
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(institution).where(institution.c.id == ended).values(status="cancelled")
        )
    for of, code in (
        ("nobody", "campus_of_unknown"),
        (campus, "campus_of_campus"),
        (ended, "campus_of_ended"),
    ):
        answer = await over(world).post(PATH, json={**PLANNED, "campus_of": of})
        assert (answer.status_code, codes(answer)) == (422, [code])


async def test_a_campus_of_an_institution_elsewhere_is_for_an_authority_over_both(
    world: World,
) -> None:
    main = await world.institution("河北示例医院", "130102")
    body = {**PLANNED, "campus_of": main}
    answer = await over(world).post(PATH, json=body)
    assert codes(answer) == ["campus_of_elsewhere"]
    assert (await over(world, "000000").post(PATH, json=body)).status_code == 201


async def test_the_history_says_what_when_and_by_whom_to_those_concerned(world: World) -> None:
    county = await world.authority("西城", "county", "110102")
    made = (await over(world).post(PATH, json=PLANNED)).json()["id"]
    own = world.client("institution", institution_id=made, name="王主任")
    await own.put(
        f"{PATH}/{made}/deciding-authorities/nurse-first",
        json={"authority_id": county},
        headers={"If-Match": '"1"'},
    )
    answer = await own.get(f"{PATH}/{made}/history")
    newest, first = answer.json()["items"]
    assert (first["version"], first["change_label"], first["by"]) == (1, "登记入库", "李科长")
    assert first["at"].startswith("2026-11-23T")
    assert first["after"]["name"] == "北京新建医院"
    assert (newest["version"], newest["change_label"]) == (2, "设置审批机关")
    assert newest["by"] == "王主任"
    assert newest["after"] == {"nurse-first": county}
    english = await world.client("authority", "en", region="110000").get(
        f"{PATH}/{made}/history", params={"limit": 1}
    )
    assert english.json()["items"][0]["change_label"] == "deciding authority chosen"
    rest = await own.get(
        f"{PATH}/{made}/history", params={"limit": 1, "cursor": english.json()["next_cursor"]}
    )
    assert rest.json()["items"] == [first]


@pytest.mark.parametrize(
    "who",
    [{"role": "institution", "institution_id": "another"}, {"role": "authority", "region": "13"}],
)
async def test_nobody_else_reads_the_history(world: World, who: dict[str, Any]) -> None:
    made = await world.institution("北京示例医院", "110102")
    answer = await world.client(**who).get(f"{PATH}/{made}/history")
    assert (answer.status_code, answer.json()["code"]) == (403, "institution_not_yours")
    missing = await world.client(**who).get(f"{PATH}/nobody/history")
    assert missing.status_code == 404


async def test_the_history_only_grows(world: World) -> None:
    await world.institution("北京示例医院", "110102")
    with pytest.raises(Exception, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(update(institution_history).values(change="x"))


async def test_set_up_without_an_account_has_nobody_in_the_history(world: World) -> None:
    await world.institution("北京示例医院", "110102", by=Principal("a", "operator", "运维"))
    await world.institution("北京另一医院", "110102")
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(
            select(institution_history.c.actor_name).order_by(institution_history.c.id)
        )
    assert list(rows.scalars()) == ["运维", None]
