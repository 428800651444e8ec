"""Orders worked off: each application once, none lost, whatever happens on the way."""

from __future__ import annotations

import asyncio

import pytest
from services.registration.tests.bulking import PATH, Bulk
from sqlalchemy import text

from zhiye_registration.application import bulk_work
from zhiye_registration.application.bulk_work import BulkReviews

RENEWALS = {"business_type": "nurse-renewal"}
STEPS = "SELECT application_id, count(*) FROM application_step GROUP BY application_id"
EXTENDED = "SELECT CAST(valid_until AS text), count(*) FROM registration GROUP BY valid_until"
OUTCOMES = "SELECT coalesce(outcome, 'pending'), count(*) FROM bulk_item GROUP BY outcome"


@pytest.fixture
async def bulk(world):
    return await Bulk(world).open()


async def test_two_thousand_renewals_are_confirmed_decided_and_told(world, bulk):
    keys = await bulk.renewals(2_000)
    day = RENEWALS | {"valid_until": "2026-12-10"}
    confirmed = await bulk.order(world.HOSPITAL, selection=day)
    assert confirmed["total"] == 2_000
    await bulk.work(100)
    assert await bulk.states() == {"awaiting_authority": 2_000}
    decided = await bulk.order(world.XICHENG, selection=day)
    await bulk.work(100)
    assert await bulk.states() == {"approved": 2_000}
    assert await bulk.count(EXTENDED) == {"2031-12-10": 2_000}
    assert set((await bulk.count(STEPS)).values()) == {2}
    for who, order in ((world.HOSPITAL, confirmed), (world.XICHENG, decided)):
        found = await bulk.read(who, order["id"])
        assert (found["state"], found["percent"]) == ("done", 100)
        assert (found["succeeded"], found["refused"], found["refused_by_code"]) == (2_000, 0, {})
        assert found["finished_at"]
    told = await world.events("application-changed")
    assert sorted(e["aggregate_id"] for e in told if e["state"] == "approved") == sorted(keys)
    extended = await world.events("registration-changed")
    assert {e["valid_until"] for e in extended} == {"2031-12-10"}


async def test_a_bulk_review_leaves_what_a_single_one_leaves(world, bulk):
    """Timeline, history and events are the same, but for whom they are about."""
    single, many = await bulk.renewals(1), await bulk.renewals(3)
    version = (await bulk.named(*single))[0]
    agreed = await world.review(world.HOSPITAL, version, "approve")
    await world.review(world.XICHENG, agreed.json(), "approve")
    for who in (world.HOSPITAL, world.XICHENG):
        await bulk.order(who, applications=await bulk.named(*many))
        await bulk.work()
    views = [
        (await world.call(world.XICHENG, "GET", f"/api/v1/applications/{key}")).json()
        for key in (*single, *many)
    ]
    own = ("id", "number", "id_number")
    shown = [{k: v for k, v in view.items() if k not in own} for view in views]
    assert all(one == shown[0] for one in shown)
    rows = await bulk.count(
        "SELECT change || valid_from || valid_until || institution_name || version, count(*)"
        " FROM registration_history GROUP BY 1"
    )
    assert list(rows.values()) == [4]
    for kind in ("application-changed", "registration-changed"):
        counts: dict[str, int] = {}
        for event in await world.events(kind):
            counts[event["aggregate_id"]] = counts.get(event["aggregate_id"], 0) + 1
        assert len(counts) == 4
        assert len(set(counts.values())) == 1


async def test_the_refusal_of_one_leaves_the_others_as_they_are(world, bulk):
    keys = await bulk.renewals(5)
    named = await bulk.named(*keys)
    named[1]["version"] += 1
    single = (await bulk.named(keys[3]))[0]
    assert (await world.review(world.HOSPITAL, single, "approve")).status_code == 200
    order = await bulk.order(world.HOSPITAL, applications=named)
    await bulk.work()
    found = await bulk.read(world.HOSPITAL, order["id"])
    assert (found["succeeded"], found["refused"]) == (3, 2)
    assert found["refused_by_code"] == {"application_awaiting_authority": 1, "version_stale": 1}
    refused = await bulk.items(world.HOSPITAL, order["id"], outcome="refused")
    assert [item["application_id"] for item in refused] == [keys[1], keys[3]]
    assert refused[0]["number"]
    assert refused[0]["reasons"][0]["next_step"] == "请重新读取后再提交。"
    english = await world.call(
        world.HOSPITAL, "GET", f"{PATH}/{order['id']}/items?outcome=refused", Accept_Language="en"
    )
    (reason,) = english.json()["items"][0]["reasons"]
    assert (reason["code"], reason["reason"]) == (
        "version_stale",
        "It was changed since you read it.",
    )
    done = await bulk.items(world.HOSPITAL, order["id"], outcome="done")
    assert [item["application_id"] for item in done] == [keys[0], keys[2], keys[4]]


async def test_an_approval_whose_conditions_are_not_met_any_more_says_all_of_them(world, bulk):
    keys = await bulk.renewals(3, state="awaiting_authority")
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                "UPDATE application SET form = jsonb_set(form, '{full_civil_capacity}', 'false'),"
                " version = version + 1 WHERE id = :id"
            ),
            {"id": keys[1]},
        )
    order = await bulk.order(world.XICHENG, applications=await bulk.named(*keys))
    await bulk.work()
    (item,) = await bulk.items(world.XICHENG, order["id"], outcome="refused")
    codes = [reason["code"] for reason in item["reasons"]]
    assert codes[0] == "conditions_not_met_any_more"
    assert "full_capacity_not_met" in codes
    assert await bulk.states() == {"approved": 2, "awaiting_authority": 1}


async def test_another_authority_cannot_decide_in_bulk_either(world, bulk):
    keys = await bulk.renewals(2, state="awaiting_authority")
    named = await bulk.named(*keys)
    above = await bulk.order(world.BEIJING, applications=named)
    far = await bulk.order(world.HEBEI, applications=named)
    await bulk.work()
    found = await bulk.read(world.BEIJING, above["id"])
    assert found["refused_by_code"] == {"not_deciding_authority": 2}
    assert (await bulk.read(world.HEBEI, far["id"]))["refused_by_code"] == {"not_found": 2}
    assert await bulk.states() == {"awaiting_authority": 2}


async def test_a_crash_in_the_middle_does_nothing_twice_and_loses_nothing(world, bulk, monkeypatch):
    await bulk.renewals(25)
    order = await bulk.order(world.HOSPITAL, selection=RENEWALS)
    worker = BulkReviews(world.kit, 10)
    assert await worker.work()
    advance, dies = bulk_work.bulk.advance, True

    async def die(*given, **more):
        if dies:
            raise KeyboardInterrupt  # after the reviews, before the commit
        return await advance(*given, **more)

    monkeypatch.setattr(bulk_work.bulk, "advance", die)
    with pytest.raises(KeyboardInterrupt):
        await worker.work()
    assert await bulk.states() == {"awaiting_authority": 10, "awaiting_institution": 15}
    assert await bulk.count(OUTCOMES) == {"done": 10, "pending": 15}
    dies = False
    await bulk.work(10)
    found = await bulk.read(world.HOSPITAL, order["id"])
    assert (found["state"], found["succeeded"]) == ("done", 25)
    assert set((await bulk.count(STEPS)).values()) == {1}
    assert len(await bulk.count(STEPS)) == 25
    assert len(await world.events("application-changed")) == 25


async def test_two_workers_share_an_order_and_review_nothing_twice(world, bulk):
    await bulk.renewals(120)
    order = await bulk.order(world.HOSPITAL, selection=RENEWALS)
    databases = [world.kit.database.companion(1) for _ in range(3)]
    shares = [0, 0, 0]

    async def work(place):
        while await BulkReviews(world.kit, 10).work(databases[place]):
            shares[place] += 1

    await asyncio.gather(*(work(place) for place in range(3)))
    for database in databases:
        await database.close()
    found = await bulk.read(world.HOSPITAL, order["id"])
    assert (found["state"], found["done"], found["succeeded"]) == ("done", 120, 120)
    assert set((await bulk.count(STEPS)).values()) == {1}
    assert sum(shares) == 12
    assert sum(share > 0 for share in shares) > 1


async def test_two_orders_about_the_same_applications_decide_each_once(world, bulk):
    keys = await bulk.renewals(40)
    named = await bulk.named(*keys)
    orders = [await bulk.order(world.HOSPITAL, applications=some) for some in (named, named[::-1])]
    databases = [world.kit.database.companion(1) for _ in range(2)]

    async def work(database):
        while await BulkReviews(world.kit, 10).work(database):
            pass

    await asyncio.gather(*(work(database) for database in databases))
    for database in databases:
        await database.close()
    found = [await bulk.read(world.HOSPITAL, order["id"]) for order in orders]
    assert sum(one["succeeded"] for one in found) == 40
    assert [one["state"] for one in found] == ["done", "done"]
    assert set((await bulk.count(STEPS)).values()) == {1}


async def test_orders_take_turns(world, bulk):
    """A big order does not keep a small one waiting until it is done."""
    await bulk.renewals(40)
    big = await bulk.order(world.HOSPITAL, selection=RENEWALS)
    world.clock.instant = world.clock.instant.replace(minute=1)
    key = (await bulk.renewals(1, institution_id="HOSPITAL2"))[0]
    small = await bulk.order(world.OTHER_HOSPITAL, applications=await bulk.named(key))
    worker = BulkReviews(world.kit, 10)
    for minute in (2, 3):
        world.clock.instant = world.clock.instant.replace(minute=minute)
        assert await worker.work()
    assert (await bulk.read(world.OTHER_HOSPITAL, small["id"]))["state"] == "done"
    assert (await bulk.read(world.HOSPITAL, big["id"]))["done"] == 10


async def test_a_cancelled_order_stops_where_it_is(world, bulk):
    await bulk.renewals(30)
    key = (await bulk.order(world.HOSPITAL, selection=RENEWALS))["id"]
    worker = BulkReviews(world.kit, 10)
    await worker.work()
    answer = await world.call(world.HOSPITAL, "POST", f"{PATH}/{key}/cancellation")
    assert answer.status_code == 200
    assert answer.json()["state"] == "cancelled"
    assert answer.json()["stopped_by_label"] == "已取消"
    assert not await worker.work()
    assert await bulk.states() == {"awaiting_authority": 10, "awaiting_institution": 20}
    pending = await bulk.items(world.HOSPITAL, key, outcome="pending")
    assert len(pending) == 20
    again = await world.call(world.HOSPITAL, "POST", f"{PATH}/{key}/cancellation")
    assert (again.status_code, again.json()["code"]) == (409, "bulk_review_over")


async def test_nothing_is_done_after_a_cancellation_not_even_what_was_under_way(
    world, bulk, monkeypatch
):
    await bulk.renewals(10)
    key = (await bulk.order(world.HOSPITAL, selection=RENEWALS))["id"]
    mark = bulk_work.bulk.mark

    async def cancelled_meanwhile(*given):
        await mark(*given)
        stop = await world.call(world.HOSPITAL, "POST", f"{PATH}/{key}/cancellation")
        assert stop.status_code == 200

    monkeypatch.setattr(bulk_work.bulk, "mark", cancelled_meanwhile)
    assert not await BulkReviews(world.kit).work()
    assert await bulk.states() == {"awaiting_institution": 10}
    found = await bulk.read(world.HOSPITAL, key)
    assert (found["state"], found["done"]) == ("cancelled", 0)


async def test_an_order_of_an_account_that_was_revoked_stops(world, bulk):
    await bulk.renewals(20)
    key = (await bulk.order(world.HOSPITAL, selection=RENEWALS))["id"]
    worker = BulkReviews(world.kit, 10)
    await worker.work()
    await world.tell(
        world.account_event("ACC-H", None, role="institution", change="revoked", status="revoked")
    )
    assert not await worker.work()
    found = await bulk.read(world.HOSPITAL, key)
    assert (found["state"], found["stopped_by"], found["done"]) == (
        "cancelled",
        "account_revoked",
        10,
    )


async def test_an_application_that_breaks_the_review_does_not_hold_up_the_rest(
    world, bulk, monkeypatch
):
    keys = await bulk.renewals(5)
    review = bulk_work.review_application

    async def breaks(tx, kit, caller, key, *rest):
        if key == keys[2]:
            raise RuntimeError("a bug")
        return await review(tx, kit, caller, key, *rest)

    monkeypatch.setattr(bulk_work, "review_application", breaks)
    order = await bulk.order(world.HOSPITAL, applications=await bulk.named(*keys))
    await bulk.work()
    found = await bulk.read(world.HOSPITAL, order["id"])
    assert (found["succeeded"], found["refused_by_code"]) == (4, {"internal_error": 1})
    assert len(await world.events("application-changed")) == 4


async def test_first_registrations_get_a_number_each(world, bulk):
    """Their effect asks for serials one after the other, in step all the same."""
    here = [await world.agreed(await world.nurse()) for _ in range(4)]
    named = [{"id": one["id"], "version": one["version"]} for one in here]
    order = await bulk.order(world.XICHENG, applications=named)
    await bulk.work()
    assert (await bulk.read(world.XICHENG, order["id"]))["succeeded"] == 4
    numbers = await bulk.count("SELECT certificate_key, count(*) FROM registration GROUP BY 1")
    assert list(numbers.values()) == [1, 1, 1, 1]


async def test_the_service_works_orders_off_by_itself(world, bulk):
    await bulk.renewals(5)
    order = await bulk.order(world.HOSPITAL, selection=RENEWALS)
    (loop,) = [one for one in world.service.background if "BulkReviews" in repr(one)]
    task = asyncio.create_task(loop())
    try:
        async with asyncio.timeout(20):
            while (await bulk.read(world.HOSPITAL, order["id"]))["state"] != "done":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await bulk.states() == {"awaiting_authority": 5}
