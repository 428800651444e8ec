"""Orders of many reviews: what may be ordered, who sees it, what is shown."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.bulking import CLONE, PATH, Bulk
from services.registration.tests.businesses import Businesses

from zhiye_chassis.security import Principal
from zhiye_registration.domain import bulk as limits

RENEWALS = {"business_type": "nurse-renewal"}
NOBODY = Principal("ACC-Q", "institution", "无", institution_id=None)


@pytest.fixture
async def bulk(world):
    return await Bulk(world).open()


async def refusal(world, who, **body):
    answer = await world.call(who, "POST", PATH, {"decision": "approve"} | body)
    return answer.status_code, answer.json()["code"], answer.json()["field"]


async def test_an_order_is_taken_and_says_where_it_is_followed(world, bulk):
    await bulk.renewals(3)
    body = {"decision": "approve", "selection": RENEWALS}
    answer = await world.call(world.HOSPITAL, "POST", PATH, body)
    assert answer.status_code == 202
    order = answer.json()
    assert answer.headers["Location"] == f"{PATH}/{order['id']}"
    assert (order["state"], order["total"], order["done"]) == ("waiting", 3, 0)
    assert order["state_label"] == "等待办理"
    assert order["decision_label"] == "同意"
    assert order["ordered_by"] == "王主任"
    assert order["selection"] == RENEWALS | {"soon_days": 3}


async def test_the_same_order_sent_twice_is_one(world, bulk):
    await bulk.renewals(2)
    body = {"decision": "approve", "selection": RENEWALS}
    first, again = [
        await world.call(world.HOSPITAL, "POST", PATH, body, Idempotency_Key="one-order-1")
        for _ in range(2)
    ]
    assert first.json()["id"] == again.json()["id"]
    listed = await world.call(world.HOSPITAL, "GET", PATH)
    assert len(listed.json()["items"]) == 1


async def test_what_was_selected_is_what_is_reviewed(world, bulk):
    chosen = await bulk.renewals(3)
    other_day = await bulk.renewals(1, expiry=date(2026, 12, 11))
    order = await bulk.order(world.HOSPITAL, selection=RENEWALS | {"valid_until": "2026-12-10"})
    came_later = await bulk.renewals(1)
    await bulk.work()
    items = await bulk.items(world.HOSPITAL, order["id"])
    assert [item["application_id"] for item in items] == chosen
    listed = await world.call(world.HOSPITAL, "GET", "/api/v1/applications")
    assert [item["id"] for item in listed.json()["items"]] == came_later + other_day


async def test_a_selection_takes_the_oldest_deadline_first(world, bulk):
    made = []
    for day in (27, 24, 26):
        made += await bulk.renewals(1, deadline=date(2026, 11, day))
    order = await bulk.order(world.HOSPITAL, selection=RENEWALS)
    items = await bulk.items(world.HOSPITAL, order["id"])
    assert [item["application_id"] for item in items] == [made[1], made[2], made[0]]
    assert [item["place"] for item in items] == [1, 2, 3]


async def test_an_authority_selects_what_it_decides_at_one_institution(world, bulk):
    given = {"state": "awaiting_authority"}
    await bulk.renewals(1, **given)
    (there,) = await bulk.renewals(1, **given, institution_id="HOSPITAL2")
    await bulk.renewals(1, **given, authority_id="BEIJING")
    order = await bulk.order(world.XICHENG, selection=RENEWALS | {"institution_id": "HOSPITAL2"})
    items = await bulk.items(world.XICHENG, order["id"])
    assert [item["application_id"] for item in items] == [there]


async def test_a_selection_has_no_stranger_but_a_named_one_is_reviewed(world, bulk):
    """By id as single reviews are: the caller found it by the full ID number (deck 7)."""
    stranger = await world.submitted(await world.nurse())
    nothing = await refusal(world, world.HOSPITAL, selection={"business_type": "nurse-first"})
    assert nothing == (422, "nothing_selected", "selection")
    named = [{"id": stranger["id"], "version": stranger["version"]}]
    order = await bulk.order(world.HOSPITAL, applications=named)
    await bulk.work()
    assert (await bulk.read(world.HOSPITAL, order["id"]))["succeeded"] == 1


async def test_what_an_institution_filed_itself_is_not_selected_for_its_review(world, bulk):
    b = await Businesses(world).open()
    key = (await b.registration(await b.nurse())).id
    form = {"ground": "other", "note": "长期不在岗"}
    await b.start(world.HOSPITAL, "cancellation", form, registration_id=key)
    selection = {"business_type": "nurse-cancellation"}
    got = await refusal(world, world.HOSPITAL, selection=selection)
    assert got == (422, "nothing_selected", "selection")


async def test_returning_needs_reasons_at_once_and_every_applicant_is_told(world, bulk):
    (one,) = await bulk.renewals(1)
    named = await bulk.named(one)
    without = await refusal(world, world.HOSPITAL, decision="return", applications=named)
    assert without == (422, "reasons_required", "reasons")
    reasons = [{"code": "other"}]
    empty = await refusal(
        world, world.HOSPITAL, decision="refuse", reasons=reasons, applications=named
    )
    assert empty == (422, "reason_text_required", "reasons.0.text")
    reasons = [{"code": "form_incorrect", "text": "科室有误"}]
    order = await bulk.order(world.HOSPITAL, "return", reasons=reasons, applications=named)
    assert order["reasons"] == [{"code": "form_incorrect", "text": "申请表填写有误：科室有误"}]
    await bulk.work()
    assert await bulk.states() == {"returned": 1}
    found = await world.call(world.HOSPITAL, "GET", f"/api/v1/applications/{one}")
    assert found.json()["reasons"][0]["text"] == "申请表填写有误：科室有误"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, (422, "applications_or_selection", "applications")),
        (
            {"applications": [{"id": "A", "version": 1}], "selection": RENEWALS},
            (422, "applications_or_selection", "applications"),
        ),
        ({"applications": []}, (422, "too_short", "applications")),
        (
            {"applications": [{"id": "A", "version": 1}, {"id": "A", "version": 2}]},
            (422, "named_twice", "applications.1.id"),
        ),
        (
            {"applications": [{"id": "A", "version": 0}]},
            (422, "out_of_range", "applications.0.version"),
        ),
        ({"selection": {}}, (422, "field_missing", "selection.business_type")),
        ({"selection": RENEWALS | {"shoe_size": 4}}, (422, "field_unknown", "selection.shoe_size")),
        ({"decision": "perhaps", "selection": RENEWALS}, (422, "choice", "decision")),
        (
            {"applications": [{"id": f"A{n}", "version": 1} for n in range(5_001)]},
            (422, "too_long", "applications"),
        ),
    ],
)
async def test_a_wrong_order_is_refused_by_its_field(world, body, wanted):
    got = await refusal(world, world.HOSPITAL, **body)
    assert (got[0], got[2]) == (wanted[0], wanted[2])
    assert got[1] == wanted[1] or wanted[1] == "out_of_range"


async def test_an_id_that_cannot_be_stored_is_no_fault_of_the_server(world):
    named = [{"id": "A\x00B", "version": 1}]
    assert (await refusal(world, world.HOSPITAL, applications=named))[0] == 422


async def test_an_organisation_has_so_many_orders_open_and_no_more(world, bulk, monkeypatch):
    monkeypatch.setattr(limits, "MOST_OPEN", 2)
    for key in await bulk.renewals(2):
        await bulk.order(world.HOSPITAL, applications=await bulk.named(key))
    (third,) = await bulk.renewals(1)
    named = await bulk.named(third)
    got = await refusal(world, world.HOSPITAL, applications=named)
    assert got[:2] == (409, "too_many_bulk_reviews")
    await bulk.order(world.OTHER_HOSPITAL, applications=named)
    await bulk.work()
    await bulk.order(world.HOSPITAL, applications=named)


async def test_a_selection_that_comes_to_too_much_is_refused(world, bulk, monkeypatch):
    monkeypatch.setattr(limits, "MOST_SELECTED", 2)
    await bulk.renewals(3)
    got = await refusal(world, world.HOSPITAL, selection=RENEWALS)
    assert got == (422, "too_many_selected", "selection")
    assert await bulk.count("SELECT 'items', count(*) FROM bulk_item") == {"items": 0}


async def test_only_the_organisation_that_ordered_sees_and_stops_an_order(world, bulk):
    await bulk.renewals(1)
    key = (await bulk.order(world.HOSPITAL, selection=RENEWALS))["id"]
    for path in (f"{PATH}/{key}", f"{PATH}/{key}/items"):
        assert (await world.call(CLONE, "GET", path)).status_code == 200
        for who in (world.OTHER_HOSPITAL, world.XICHENG, world.BEIJING, NOBODY):
            assert (await world.call(who, "GET", path)).status_code == 404
    for who in (world.OTHER_HOSPITAL, world.XICHENG):
        stop = await world.call(who, "POST", f"{PATH}/{key}/cancellation")
        assert stop.status_code == 404
        assert (await world.call(who, "GET", PATH)).json()["items"] == []
    assert (await world.call(CLONE, "POST", f"{PATH}/{key}/cancellation")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", PATH),
        ("GET", PATH),
        ("GET", f"{PATH}/X"),
        ("GET", f"{PATH}/X/items"),
        ("POST", f"{PATH}/X/cancellation"),
    ],
)
async def test_orders_are_for_institutions_and_authorities_only(world, method, path):
    body = {"decision": "approve", "selection": RENEWALS} if method == "POST" else None
    assert (await world.call(None, method, path, body)).status_code == 401
    for who in (await world.nurse(), world.OPERATOR, world.EXAM_CENTRE):
        assert (await world.call(who, method, path, body)).status_code == 403
    assert (await world.call(NOBODY, method, path, body)).status_code == 404


async def test_orders_are_listed_the_newest_first_page_by_page(world, bulk):
    made = []
    for key in await bulk.renewals(3):
        order = await bulk.order(world.HOSPITAL, applications=await bulk.named(key))
        made.append(order["id"])
    first = (await world.call(world.HOSPITAL, "GET", f"{PATH}?limit=2")).json()
    cursor = first["next_cursor"]
    second = (await world.call(world.HOSPITAL, "GET", f"{PATH}?limit=2&cursor={cursor}")).json()
    listed = [order["id"] for page in (first, second) for order in page["items"]]
    assert listed == made[::-1]
    assert second["next_cursor"] is None


async def test_items_of_others_do_not_tell_whose_they_are(world, bulk):
    (foreign,) = await bulk.renewals(1, institution_id="HOSPITAL2")
    named = [*await bulk.named(foreign), {"id": "NEVER-WAS", "version": 1}]
    order = await bulk.order(world.HOSPITAL, applications=named)
    await bulk.work()
    items = await bulk.items(world.HOSPITAL, order["id"])
    for item in items:
        assert (item["outcome"], item["number"], item["name"]) == ("refused", None, None)
        assert [reason["code"] for reason in item["reasons"]] == ["not_found"]
    assert await bulk.states() == {"awaiting_institution": 1}
