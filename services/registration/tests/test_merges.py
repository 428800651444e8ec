"""People and open applications follow when institutions are merged, and when that is undone
(Q20.4.2, Q41.4.2). Nobody is lost."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from services.registration.tests.merging import (
    NAMES,
    PATH,
    PREVIEW,
    merged,
    places,
    rows,
    take_over,
    tell_the_old_name,
    undone,
)
from sqlalchemy import select, update

from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.merge_tables import institution_merge, merge_move
from zhiye_registration.adapters.tables import application, registration


@pytest.fixture(autouse=True)
async def _the_old_name(world):
    await tell_the_old_name(world)


async def test_everybody_at_the_old_name_follows_with_their_history(world):
    people = [await take_over(world, n) for n in range(1, 4)]
    elsewhere = await take_over(world, 9, at="HOSPITAL2")
    await world.tell(merged(world))
    for one in people:
        (row,) = await rows(world, registration, id=one.id)
        assert (row.institution_id, row.region, row.version) == ("HOSPITAL", "110102", 2)
        first, second = await rows(world, registration_history, registration_id=one.id)
        assert (first.change, first.institution_name) == ("imported", NAMES["OLD"])
        assert (second.change, second.version) == ("institution-merged", 2)
        assert (second.institution_id, second.institution_name) == ("HOSPITAL", NAMES["HOSPITAL"])
        assert second.at == world.clock.now()
    assert (await places(world))[elsewhere.id] == "HOSPITAL2"
    told = [e for e in await world.events("registration-changed") if e["version"] == 2]
    assert {(e["aggregate_id"], e["institution_id"], e["region"]) for e in told} == {
        (one.id, "HOSPITAL", "110102") for one in people
    }
    assert {e["business_completed"] for e in told} == {False}
    assert {e["region_online"] for e in told} == {True}


async def test_the_person_sees_it_in_her_own_history(world):
    nurse = await world.nurse()
    await world.registered(nurse)
    await world.tell(merged(world, source="HOSPITAL", into="HOSPITAL2"))
    own = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert own["registration"]["institution_name"] == NAMES["HOSPITAL2"]
    assert [entry["change_label"] for entry in own["history"]] == ["首次注册", "机构并入标准名称"]
    english = await world.call(nurse, "GET", "/api/v1/my/registration", Accept_Language="en")
    assert "standard name" in english.json()["history"][1]["change_label"]


async def test_open_applications_are_addressed_anew_and_the_applicant_sees_it(world):
    nurses = [await world.nurse() for _ in range(4)]
    draft = await world.draft(nurses[0], to="OLD")
    waiting = await world.submitted(nurses[1], to="OLD")
    old = type(world.HOSPITAL)("ACC-OLD", "institution", "钱主任", institution_id="OLD")
    with_authority = await world.submitted(nurses[2], to="OLD")
    await world.review(old, with_authority, "approve")
    refused = await world.submitted(nurses[3], to="OLD")
    await world.review(old, refused, "refuse", reasons=[{"code": "not_to_be_employed"}])
    await world.tell(merged(world))

    for nurse, one, state in (
        (nurses[0], draft, "draft"),
        (nurses[1], waiting, "awaiting_institution"),
        (nurses[2], with_authority, "awaiting_authority"),
    ):
        seen = (await world.call(nurse, "GET", f"{PATH}/{one['id']}")).json()
        assert (seen["institution_id"], seen["state"]) == ("HOSPITAL", state)
        assert seen["institution_review"]["by"] == NAMES["HOSPITAL"]
        step = seen["timeline"][-1]
        assert (step["action_label"], step["actor_name"]) == ("机构并入标准名称", "系统")
        assert step["reasons"][0]["text"] == "示例医院（老名称） → 北京示例医院"
        assert seen["version"] == len(seen["timeline"])
        assert seen["deadline"] == (None if state == "draft" else step["deadline"])
    (closed,) = await rows(world, application, id=refused["id"])
    assert closed.institution_id == "OLD"

    told = [e for e in await world.events("application-changed") if e["institution_id"] != "OLD"]
    assert {(e["aggregate_id"], e["change"], e["institution_name"]) for e in told} == {
        (one["id"], "institution_merged", NAMES["HOSPITAL"])
        for one in (draft, waiting, with_authority)
    }
    now = (await world.call(nurses[1], "GET", f"{PATH}/{waiting['id']}")).json()
    assert (await world.review(old, now, "approve")).status_code == 404
    assert (await world.review(world.HOSPITAL, now, "approve")).status_code == 200


async def test_an_undo_moves_back_exactly_those_who_were_moved_and_are_still_there(world):
    came, left = await take_over(world, 1), await take_over(world, 2)
    always = await take_over(world, 3, at="HOSPITAL")
    nurse = await world.nurse()
    waiting = await world.submitted(nurse, to="OLD")
    own = await world.submitted(await world.nurse(), to="HOSPITAL")
    await world.tell(merged(world))
    later = await take_over(world, 4, at="HOSPITAL")
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(registration)
            .where(registration.c.id == left.id)
            .values(institution_id="HOSPITAL2", version=3)
        )
    await world.tell(undone(world))
    assert await places(world) == {
        came.id: "OLD",
        left.id: "HOSPITAL2",
        always.id: "HOSPITAL",
        later.id: "HOSPITAL",
    }
    (row,) = await rows(world, registration, id=came.id)
    assert (row.region, row.version) == ("110105", 3)
    history = await rows(world, registration_history, registration_id=came.id)
    assert [h.change for h in history] == ["imported", "institution-merged", "merge-undone"]
    assert history[-1].institution_name == NAMES["OLD"]
    seen = (await world.call(nurse, "GET", f"{PATH}/{waiting['id']}")).json()
    assert (seen["institution_id"], seen["institution_review"]["by"]) == ("OLD", NAMES["OLD"])
    assert seen["timeline"][-1]["action_label"] == "机构合并已撤销"
    (stays,) = await rows(world, application, id=own["id"])
    assert stays.institution_id == "HOSPITAL"
    assert await rows(world, merge_move) == []


async def test_the_same_event_again_moves_nobody_twice(world):
    one = await take_over(world, 1)
    event = merged(world)
    await world.tell(event, event)
    await world.tell(merged(world))
    (row,) = await rows(world, registration)
    assert (row.id, row.version) == (one.id, 2)
    late = await take_over(world, 2)
    await world.tell(undone(world), undone(world))
    await world.tell(undone(world))
    assert await places(world) == {one.id: "OLD", late.id: "OLD"}
    assert len(await rows(world, registration_history, registration_id=one.id)) == 3


async def test_an_undo_that_comes_before_its_merge_wins(world):
    one = await take_over(world, 1)
    await world.tell(undone(world))
    await world.tell(merged(world))
    assert await places(world) == {one.id: "OLD"}
    (row,) = await rows(world, registration)
    assert row.version == 1


ORDERS = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
async def test_whatever_the_order_everything_ends_where_the_merges_say(world, order):
    """OLD is merged into HOSPITAL, taken out, merged into HOSPITAL2; HOSPITAL into HOSPITAL2."""
    events = [
        merged(world, 2),
        undone(world, 3),
        merged(world, 4, into="HOSPITAL2", merge="M2"),
        merged(world, 2, source="HOSPITAL", into="HOSPITAL2", merge="M3"),
    ]
    people = [await take_over(world, n, at=at) for n, at in ((1, "OLD"), (2, "HOSPITAL"))]
    for index in order:
        await world.tell(events[index])
    late = await take_over(world, 3)
    assert await places(world) == dict.fromkeys([*(p.id for p in people), late.id], "HOSPITAL2")
    await world.tell(undone(world, 5, into="HOSPITAL2", merge="M2"))
    assert await places(world) == {
        people[0].id: "OLD",
        people[1].id: "HOSPITAL2",
        late.id: "OLD",
    }
    await world.tell(undone(world, 3, source="HOSPITAL", into="HOSPITAL2", merge="M3"))
    assert (await places(world))[people[1].id] == "HOSPITAL"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_merge_the_other_way_round_after_an_undo(world, order):
    events = [
        merged(world, 2),
        undone(world, 3),
        merged(world, 4, source="HOSPITAL", into="OLD", merge="M2"),
    ]
    people = [await take_over(world, n, at=at) for n, at in ((1, "OLD"), (2, "HOSPITAL"))]
    for index in order:
        await world.tell(events[index])
    assert await places(world) == dict.fromkeys([p.id for p in people], "OLD")


async def test_a_registration_that_is_made_for_a_merged_institution_lands_at_the_standard_one(
    world,
):
    await world.tell(merged(world))
    one = await take_over(world, 1)
    (row,) = await rows(world, registration)
    assert (row.institution_id, row.region) == ("HOSPITAL", "110102")
    (entry,) = await rows(world, registration_history)
    assert (entry.change, entry.institution_name) == ("imported", NAMES["HOSPITAL"])
    await world.tell(undone(world))
    assert await places(world) == {one.id: "OLD"}


async def test_an_approval_of_what_was_addressed_anew_lands_there_and_goes_back_with_an_undo(
    world,
):
    nurse = await world.nurse()
    one = await world.submitted(nurse, to="OLD")
    await world.tell(merged(world))
    one = (await world.call(nurse, "GET", f"{PATH}/{one['id']}")).json()
    agreed = (await world.review(world.HOSPITAL, one, "approve")).json()
    approved = await world.review(world.XICHENG, agreed, "approve")
    assert approved.status_code == 200, approved.text
    (row,) = await rows(world, registration)
    assert row.institution_id == "HOSPITAL"
    await world.tell(undone(world))
    (row,) = await rows(world, registration)
    assert (row.institution_id, row.region) == ("OLD", "110105")
    (decided,) = await rows(world, application)
    assert (decided.state, decided.institution_id) == ("approved", "HOSPITAL")


async def test_who_applies_to_the_old_name_applies_to_the_standard_one(world):
    await world.tell(world.institution_event("OLD", version=2, status="closed"), merged(world))
    nurse = await world.nurse()
    one = await world.draft(nurse, to="OLD")
    assert one["institution_id"] == "HOSPITAL"
    submitted = (await world.submit(nurse, one["id"])).json()
    returned = await world.review(
        world.HOSPITAL, submitted, "return", reasons=[{"code": "form_incorrect"}]
    )
    revised = await world.call(
        nurse,
        "PUT",
        f"{PATH}/{one['id']}",
        {"institution_id": "OLD", "form": world.FORM},
        If_Match=returned.headers["etag"],
    )
    assert (revised.status_code, revised.json()["institution_id"]) == (200, "HOSPITAL")
    other = await world.call(
        nurse,
        "PUT",
        f"{PATH}/{one['id']}",
        {"institution_id": "HOSPITAL2", "form": world.FORM},
        If_Match=revised.headers["etag"],
    )
    assert world.codes(other) == ["institution_fixed"]


async def test_accounts_are_told_whether_the_new_place_registers_electronically(world):
    await take_over(world, 1)
    await world.tell(world.authority_event("XICHENG", "西城", "110102", version=2, online=False))
    await world.tell(merged(world))
    assert (await world.events("registration-changed"))[-1]["region_online"] is False


async def test_a_preview_shows_who_would_move_to_authorities_of_the_region(world):
    people = [await take_over(world, n) for n in range(1, 4)]
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(registration)
            .where(registration.c.id == people[2].id)
            .values(
                status="cancelled", cancelled_on=date(2026, 11, 20), cancellation_ground="other"
            )
        )
    nurse = await world.nurse()
    await world.submitted(nurse, to="OLD")
    answer = await world.call(world.BEIJING, "GET", f"{PREVIEW}/OLD?limit=2")
    body = answer.json()
    assert body["institution_name"] == NAMES["OLD"]
    assert body["registrations"] == [
        {"profession": "nurse", "status": "cancelled", "count": 1},
        {"profession": "nurse", "status": "registered", "count": 2},
    ]
    assert [
        (a["business_type_label"], a["state_label"], a["count"]) for a in body["open_applications"]
    ] == [("首次注册", "待机构审核", 1)]
    rest = await world.call(
        world.BEIJING, "GET", f"{PREVIEW}/OLD?limit=2&cursor={body['people']['next_cursor']}"
    )
    seen = body["people"]["items"] + rest.json()["people"]["items"]
    assert [p["registration_id"] for p in seen] == [p.id for p in people]
    assert {p["name"] for p in seen} == {"李*"}
    assert make_id_number("110101", date(1990, 3, 5), 1) not in answer.text
    assert seen[0]["id_number"].startswith("****************")
    assert [p["status_label"] for p in seen] == ["在册", "在册", "注销"]
    english = await world.call(world.BEIJING, "GET", f"{PREVIEW}/OLD", Accept_Language="en")
    assert english.json()["open_applications"][0]["state_label"] == "awaiting the institution"


async def test_a_preview_of_another_region_looks_as_if_it_did_not_exist(world):
    for who in (world.XICHENG, world.HEBEI):
        assert (await world.call(who, "GET", f"{PREVIEW}/OLD")).status_code == 404
    assert (await world.call(world.BEIJING, "GET", f"{PREVIEW}/NOBODY")).status_code == 404
    assert (await world.call(world.HOSPITAL, "GET", f"{PREVIEW}/OLD")).status_code == 403


async def test_a_merge_of_an_institution_that_nobody_told_of_is_kept_for_what_comes(world):
    await world.tell(merged(world, source="HOSPITAL", into="HOSPITAL2", name="x"))
    async with world.kit.database.reading() as connection:
        assert len((await connection.execute(select(institution_merge))).all()) == 1
