"""What staff read: the accounts in their hand, and the log of acts, of both sides (Q54)."""

from __future__ import annotations

from typing import Any

import pytest
from services.accounts.tests.offices import (
    CLINIC,
    COUNTY,
    ELSEWHERE,
    HOSPITAL,
    SEEN,
    STAFF,
    Offices,
    end_account,
    make_clone,
    open_offices,
)
from services.accounts.tests.world import Row, World
from sqlalchemy.exc import DBAPIError

from zhiye_accounts.adapters.tables import staff_act
from zhiye_accounts.application.sessions import principal_of
from zhiye_accounts.application.staff_acts import record_act


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


async def _listed(offices: Offices, by: Row, **query: Any) -> list[dict[str, Any]]:
    answer = await offices.world.as_(by).get(STAFF, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]


# Lists


async def test_everybody_lists_the_accounts_they_manage(offices: Offices) -> None:
    clone = await offices.clone(offices.hospital, phone="13900139000", phone_verified_at=None)
    officer = await offices.clone(offices.county)
    clinic = await offices.clinic()

    def ids(items: list[dict[str, Any]]) -> set[str]:
        return {item["account_id"] for item in items}

    hospital = {offices.hospital["id"], clone["id"]}
    assert ids(await _listed(offices, offices.hospital)) == hospital
    in_xicheng = {*hospital, clinic["id"]}
    for by in (offices.county, officer):
        assert ids(await _listed(offices, by)) == {
            *in_xicheng,
            offices.county["id"],
            officer["id"],
        }
    assert ids(await _listed(offices, offices.city)) == {*in_xicheng, offices.city["id"]}
    assert ids(await _listed(offices, offices.province)) == {
        offices.elsewhere["id"],
        offices.province["id"],
    }
    everything = ids(await _listed(offices, offices.operator))
    assert {*in_xicheng, offices.operator["id"], officer["id"]} < everything

    assert ids(await _listed(offices, offices.county, organisation_id=HOSPITAL)) == hospital
    assert ids(await _listed(offices, offices.county, organisation_id=COUNTY)) == {
        offices.county["id"],
        officer["id"],
    }
    for by, organisation in ((offices.province, HOSPITAL), (offices.hospital, ELSEWHERE)):
        assert await _listed(offices, by, organisation_id=organisation) == []


async def test_an_account_is_listed_with_its_state_and_a_masked_phone(offices: Offices) -> None:
    world = offices.world
    await offices.clone(offices.hospital, phone="13900139000", phone_verified_at=None)
    ended = await offices.clone(offices.hospital, "赵敏")
    await end_account(offices, offices.hospital, ended)
    main, pending, gone = await _listed(offices, offices.hospital)
    assert (main["state"], main["main_account_id"], main["staff_name"]) == ("active", None, "王芳")
    assert (pending["state"], pending["state_label"]) == (
        "first_login_pending",
        "first log-in pending",
    )
    assert (pending["main_account_id"], pending["staff_name"]) == (offices.hospital["id"], "张伟")
    assert (pending["phone"], pending["organisation"]) == ("139****9000", "北京示例医院")
    assert (gone["state"], gone["staff_name"]) == ("ended", "赵敏")
    chinese = await world.as_(offices.hospital, "zh").get(STAFF)
    assert [item["state_label"] for item in chinese.json()["items"]] == [
        "正常",
        "待首次登录",
        "已终止",
    ]
    assert "argon2" not in chinese.text


async def test_the_list_has_pages(offices: Offices) -> None:
    for n in range(4):
        await offices.clone(offices.hospital, user_name=f"clone{n:03d}")
    client = offices.world.as_(offices.hospital)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(STAFF, params={"limit": 2} | cursor)).json()
        seen += [item["user_name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [offices.hospital["user_name"], *(f"clone{n:03d}" for n in range(4))]
    bad = await client.get(STAFF, params={"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "cursor_invalid")


# The log


async def test_the_log_says_who_did_what_to_whom_for_both_sides(offices: Offices) -> None:
    world = offices.world
    officer = await offices.clone(offices.county, "赵敏")
    issued = (await offices.issue(officer)).json()
    elsewhere = await make_clone(
        offices, offices.elsewhere, offices.elsewhere, user_name="other001"
    )
    assert elsewhere.status_code == 201
    clinic = await world.read(issued["account_id"])
    expected = {
        "act": "account_issued",
        "act_label": "account issued",
        "actor": "西城区卫生健康委员会（赵敏）",
        "actor_account_id": officer["id"],
        "organisation_id": COUNTY,
        "organisation": "西城区卫生健康委员会",
        "for_organisation_id": CLINIC,
        "for_organisation": "北京示例诊所",
        "account_id": clinic["id"],
        "account": "北京示例诊所",
    }
    for by in (clinic, offices.county, officer, offices.city):
        (act,) = (await world.as_(by).get(f"{STAFF}/acts")).json()["items"]
        assert {k: v for k, v in act.items() if k in expected} == expected
        assert act["details"]["materials"] == SEEN
    chinese = (await world.as_(offices.county, "zh").get(f"{STAFF}/acts")).json()["items"]
    assert chinese[0]["act_label"] == "发放账户"
    for by, told in (
        (offices.hospital, []),
        (offices.province, ["clone_made"]),
        (offices.elsewhere, ["clone_made"]),
        (offices.operator, ["clone_made", "account_issued"]),
    ):
        items = (await world.as_(by).get(f"{STAFF}/acts")).json()["items"]
        assert [item["act"] for item in items] == told


async def test_the_log_masks_people_and_names_clones(offices: Offices) -> None:
    world = offices.world
    nurse = await world.account(name="欧阳小芳")
    clone = await offices.clone(offices.hospital)
    async with world.kit.database.transaction() as tx:
        for row, act in ((nurse, "of_old"), (clone, "staff_account_ended")):
            await record_act(
                tx, world.kit, principal_of(offices.hospital, ""), act, account_id=row["id"]
            )
    answer = await world.as_(offices.hospital).get(f"{STAFF}/acts")
    ended, issued = answer.json()["items"]
    assert (issued["account"], issued["act_label"]) == ("欧***", "of_old")
    assert ended["account"] == "北京示例医院（张伟）"
    assert nurse["person_key"] not in answer.text


async def test_the_log_has_pages_the_newest_first(offices: Offices) -> None:
    for n in range(3):
        made = await make_clone(
            offices, offices.hospital, offices.hospital, user_name=f"clone{n:03d}"
        )
        assert made.status_code == 201
    client = offices.world.as_(offices.hospital)
    first = (await client.get(f"{STAFF}/acts", params={"limit": 2})).json()
    query = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await client.get(f"{STAFF}/acts", params=query)).json()
    found = [item["id"] for item in first["items"] + second["items"]]
    assert found == sorted(found, reverse=True)
    assert (len(found), second["next_cursor"]) == (3, None)


async def test_the_log_only_grows(offices: Offices) -> None:
    await offices.issue(offices.county)
    before = await offices.acts()
    for statement in (staff_act.update().values(actor_name="nobody"), staff_act.delete()):
        with pytest.raises(DBAPIError, match="only grows"):
            await offices.world.execute(statement)
    assert await offices.acts() == before
