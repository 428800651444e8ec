"""The step that mends a difference: started from its line, followed until it is gone."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from services.registration.tests.businesses import Businesses
from services.registration.tests.merging import merged
from services.registration.tests.reconciling import (
    HEAD,
    OLD_NAME,
    PATH,
    at,
    compared,
    lines,
    nurse,
    old_name,
    only,
    step,
    steps,
)
from services.registration.tests.rostering import enrol, id_number
from sqlalchemy import update

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.tables import registration

REQUESTS = f"{PATH}/merge-requests"


async def change(world, registration_id, **values):
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(registration).where(registration.c.id == registration_id).values(**values)
        )


async def read(world, one):
    """The counts, compared anew."""
    world.clock.instant += timedelta(minutes=1)
    return (await world.call(world.HOSPITAL, "GET", f"{PATH}/{one['id']}")).json()


async def asked(world):
    return [(e["ask"], e["person_key"]) for e in await world.events("person-asked")]


@pytest.mark.parametrize(
    ("finding", "ask"),
    [
        ("registered_elsewhere", "change"),
        ("never_registered", "first"),
        ("cancelled", "re_registration"),
        ("expired", "renewal"),
        ("name_differs", "information"),
        ("not_on_list", "leave"),
    ],
)
async def test_starting_a_step_asks_the_person_once(world, finding, ask):
    await at(world, 2, "HOSPITAL2")
    await world.tell(world.nurse_event(id_number(3)))
    await enrol(world, 4, status="cancelled")
    await enrol(world, 5, valid_until=date(2026, 11, 22))
    await enrol(world, 6, name="李娜")
    await enrol(world, 7)
    one = await compared(world, *(nurse(n) for n in range(2, 7)))
    line = await only(world, one, finding)
    started = await step(world, one, line["line"], note="已电话联系")
    assert started.status_code == 200, started.text
    told = started.json()
    assert (told["step_state"], told["step_state_label"]) == ("started", "进行中")
    assert (told["started_by"], told["step_note"]) == ("王主任", "已电话联系")
    (event,) = await world.events("person-asked")
    assert (event["ask"], event["institution_id"]) == (ask, "HOSPITAL")
    assert event["institution_name"] == "北京示例医院"
    again = await step(world, one, line["line"])
    assert (again.status_code, world.codes(again)) == (409, ["step_started_already"])
    assert len(await asked(world)) == 1


async def test_nobody_is_asked_whose_number_and_name_do_not_go_together(world):
    await at(world, 2, "HOSPITAL2", name="李娜")
    one = await compared(world, nurse(2), nurse(3))
    for line in (2, 3):
        assert (await step(world, one, line)).status_code == 200
    assert await asked(world) == []


async def test_a_line_that_agrees_has_nothing_to_start_and_another_does_not_exist(world):
    await enrol(world, 1)
    one = await compared(world, nurse(1))
    answer = await step(world, one, 2)
    assert (answer.status_code, world.codes(answer)) == (409, ["nothing_to_mend"])
    assert (await step(world, one, 3)).status_code == 404


async def test_a_fault_of_the_list_is_settled_once_the_institution_says_so(world):
    one = await compared(world, ("王芳", "123"))
    done = (await step(world, one, 2)).json()
    assert (done["step_state"], done["settled_at"] is not None) == ("settled", True)
    again = await step(world, one, 2)
    assert (again.status_code, world.codes(again)) == (409, ["step_settled_already"])


async def test_a_step_is_settled_when_the_difference_is_gone(world):
    elsewhere = await at(world, 2, "HOSPITAL2")
    cancelled = await enrol(world, 4, status="cancelled")
    expired = await enrol(world, 5, valid_until=date(2026, 11, 22))
    named = await enrol(world, 6, name="李娜")
    leaving = await enrol(world, 7)
    gone = await enrol(world, 8, valid_until=date(2026, 11, 22))
    one = await compared(world, *(nurse(n) for n in range(2, 7)))
    await step(world, one, 2)
    world.clock.instant += timedelta(days=1)
    assert steps(await read(world, one), "registered_elsewhere") == {"started": 1}
    await change(world, elsewhere, institution_id="HOSPITAL")
    await change(world, cancelled, status="registered", cancelled_on=None, cancellation_ground=None)
    await change(world, expired, valid_until=date(2031, 11, 22))
    await change(world, named, name="王芳")
    await change(world, leaving, institution_id="HOSPITAL2")
    ended = {"cancelled_on": date(2026, 11, 24), "cancellation_ground": "expired"}
    await change(world, gone, status="cancelled", **ended)
    await enrol(world, 3)  # nothing had been on record
    after = await read(world, one)
    for found in after["findings"]:
        assert found["steps"] == {"not_started": 0, "started": 0, "settled": 1}, found
    assert len(after["findings"]) == 7
    line = await only(world, one, "registered_elsewhere")
    assert line["settled_at"].startswith("2026-11-24")
    assert line["started_at"] is not None
    assert await asked(world) == [("change", world.kit.person_key(id_number(2)))]


async def test_the_page_shows_a_settled_line_at_once(world):
    elsewhere = await at(world, 2, "HOSPITAL2")
    one = await compared(world, nurse(2))
    await change(world, elsewhere, institution_id="HOSPITAL")
    assert (await only(world, one, "registered_elsewhere"))["step_state"] == "settled"


async def test_information_is_settled_when_the_register_says_what_the_list_said(world):
    key = await enrol(world, 1, title="254", department="ward")
    one = await compared(world, (*nurse(1), "主管护师", "手术室"), head=(*HEAD, "技术职称", "科室"))
    await change(world, key, title="253")
    assert (await only(world, one, "information_differs"))["step_state"] == "not_started"
    await change(world, key, department="operating-room")
    assert (await only(world, one, "information_differs"))["step_state"] == "settled"


async def test_where_somebody_goes_later_is_not_shown(world):
    key = await enrol(world, 1)
    one = await compared(world, nurse(1))
    await change(world, key, institution_id="HOSPITAL2", region="110102")
    (line,) = await lines(world, one)
    assert (line["finding"], line["register"]) == ("agrees", None)


async def test_an_application_that_mends_it_is_linked_while_it_is_under_way(world):
    b = await Businesses(world).open()
    other = {"institution_id": "HOSPITAL2", "institution_name": "北京另一医院"}
    who = await b.nurse(valid_until=date(2030, 1, 1), **other)
    one = await compared(world, ("王芳", world.id_number(101)))
    form = {"department": "ward", "work_category": "clinical-nursing"}
    draft = await b.start(who, "change", form)
    assert (await only(world, one, "registered_elsewhere"))["application"] is None
    sent = await world.submit(who, draft.json()["id"])
    assert sent.status_code == 200, sent.text
    line = await only(world, one, "registered_elsewhere")
    assert (line["step_state"], line["step_ref"]) == ("started", draft.json()["id"])
    assert line["application"]["state"] == "awaiting_institution"
    assert line["application"]["business_type_label"] == "变更注册"
    await b.agreed(sent.json(), world.HOSPITAL, world.XICHENG)
    assert (await only(world, one, "registered_elsewhere"))["step_state"] == "settled"
    assert await asked(world) == []


async def test_a_cancellation_is_filed_with_what_the_line_says_and_linked(world):
    b = await Businesses(world).open()
    await b.nurse(valid_until=date(2026, 11, 1))
    one = await compared(world, nurse(900))
    line = await only(world, one, "not_on_list_expired")
    started = (await step(world, one, line["line"])).json()
    to_file = started["to_file"]
    made = await world.call(world.HOSPITAL, to_file["method"], to_file["path"], to_file["body"])
    assert made.status_code == 201, made.text
    linked = await only(world, one, "not_on_list_expired")
    assert (linked["step_ref"], linked["started_by"]) == (made.json()["id"], "王主任")
    assert linked["application"]["business_type"] == "nurse-cancellation"


async def test_the_next_list_goes_on_with_what_an_earlier_one_started(world):
    await at(world, 2, "HOSPITAL2")
    one = await compared(world, nurse(2))
    await step(world, one, 2, note="电话")
    second = await compared(world, nurse(1), nurse(2))
    line = await only(world, second, "registered_elsewhere")
    assert (line["line"], line["step_state"], line["step_note"]) == (3, "started", "电话")
    assert (await step(world, second, 3)).status_code == 409
    assert len(await asked(world)) == 1


async def test_the_same_step_is_started_for_many_lines_at_once(world):
    for serial in range(2, 8):
        await at(world, serial, "HOSPITAL2")
    one = await compared(world, *(nurse(n) for n in range(1, 8)))
    path = f"{PATH}/{one['id']}/lines/steps"
    body = {"finding": "registered_elsewhere", "lines": [2, 3, 4, 99]}
    done = await world.call(world.HOSPITAL, "POST", path, body)
    assert done.json() == {"started": 2, "left": 2, "more": False}
    rest = await world.call(world.HOSPITAL, "POST", path, {"finding": "registered_elsewhere"})
    assert rest.json() == {"started": 4, "left": 0, "more": False}
    none = await world.call(world.HOSPITAL, "POST", path, {"finding": "registered_elsewhere"})
    assert none.json() == {"started": 0, "left": 0, "more": False}
    assert len(await asked(world)) == len({key for _, key in await asked(world)}) == 6
    for bad in ({"finding": "x"}, {}, {"finding": "expired", "lines": []}):
        assert (await world.call(world.HOSPITAL, "POST", path, bad)).status_code == 422
    many = {"finding": "expired", "lines": list(range(1, 2002))}
    assert (await world.call(world.HOSPITAL, "POST", path, many)).status_code == 422


async def test_two_colleagues_who_start_the_same_step_at_once_ask_once(world):
    await at(world, 2, "HOSPITAL2")
    one = await compared(world, nurse(2))
    answers = await asyncio.gather(*(step(world, one, 2) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await asked(world)) == 1


# --- names that an authority merges ---------------------------------------------------------------


@pytest.fixture
async def requested(world):
    """Two people under another name, and the request about them."""
    await old_name(world)
    for serial in (3, 4):
        await at(world, serial, "OLD")
    one = await compared(world, nurse(3), nurse(4))
    path = f"{PATH}/{one['id']}/lines/steps"
    body = {"finding": "registered_under_other_name", "note": "2019年更名"}
    done = await world.call(world.HOSPITAL, "POST", path, body)
    assert done.json()["started"] == 2
    return one


async def requests(world, who, state="open"):
    answer = await world.call(who, "GET", f"{REQUESTS}?state={state}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_the_authority_sees_which_name_how_many_people_and_who_would_follow(world, requested):
    (request,) = await requests(world, world.XICHENG)
    assert (request["source_name"], request["institution_name"]) == (OLD_NAME, "北京示例医院")
    assert (request["people"], request["note"]) == (2, "2019年更名")
    line = (await lines(world, requested))[0]
    assert line["step_ref"] == request["id"]
    preview = await world.call(world.XICHENG, "GET", request["preview"])
    assert len(preview.json()["people"]["items"]) == 2
    assert await asked(world) == []


async def test_an_authority_sees_the_requests_of_its_region_only(world, requested):
    assert len(await requests(world, world.BEIJING)) == 1
    assert await requests(world, world.HEBEI) == []
    county = Principal("ACC-X", "authority", "丁", authority_id="X", region="110105")
    assert await requests(world, county) == []
    assert (await world.call(world.HOSPITAL, "GET", REQUESTS)).status_code == 403


async def test_one_request_for_each_name_however_often_it_is_asked(world, requested):
    await at(world, 5, "OLD")
    again = await compared(world, *(nurse(n) for n in (3, 4, 5)))
    assert (await step(world, again, 4)).status_code == 200
    (request,) = await requests(world, world.XICHENG)
    assert request["people"] == 3


async def test_the_merge_settles_the_request_and_the_lines(world, requested):
    await world.tell(merged(world, name=OLD_NAME, into="HOSPITAL", into_region="110102"))
    assert await requests(world, world.XICHENG) == []
    (request,) = await requests(world, world.XICHENG, "settled")
    assert request["settled_at"] is not None
    assert {line["step_state"] for line in await lines(world, requested)} == {"settled"}


# --- not a way to walk through people -------------------------------------------------------------


async def test_strangers_on_a_list_count_as_looked_up_and_can_see_it(world):
    await enrol(world, 1)
    await at(world, 2, "HOSPITAL2")
    await compared(world, nurse(1), nurse(2))
    await compared(world, nurse(1), nurse(2))
    log = await world.call(world.HOSPITAL, "GET", "/api/v1/verifications")
    assert [item["purpose"] for item in log.json()["items"]] == ["reconciliation"]
    person = Principal(
        "ACC-2", "practitioner", "王*", person_key=world.kit.person_key(id_number(2))
    )
    seen = await world.call(person, "GET", "/api/v1/my/registration/verifications")
    assert [item["organisation_name"] for item in seen.json()["items"]] == ["北京示例医院"]
    world.clock.instant += timedelta(days=1)
    await compared(world, nurse(2))
    seen = await world.call(person, "GET", "/api/v1/my/registration/verifications")
    assert len(seen.json()["items"]) == 2


def limit(world, **settings):
    own = world.kit.own.model_copy(update=settings)
    object.__setattr__(world.kit, "own", own)


async def send_numbers(world, *serials):
    from services.registration.tests.reconciling import csv, send

    return await send(world, csv(*(nurse(n) for n in serials)))


async def test_too_many_strangers_in_a_day_are_not_compared(world):
    limit(world, reconciliation_strangers_per_day=3)
    for serial in range(1, 6):
        await at(world, serial, "HOSPITAL2")
    assert (await send_numbers(world, 1, 2)).status_code == 201
    over = await send_numbers(world, 2, 3, 4)
    assert (over.status_code, world.codes(over)) == (429, ["list_strangers_used_up"])
    assert over.headers["Retry-After"] == str(24 * 3600)
    kept = (await world.call(world.HOSPITAL, "GET", PATH)).json()["items"]
    assert len(kept) == 1
    assert (await send_numbers(world, 1, 2, 3)).status_code == 201
    world.clock.instant += timedelta(days=1)
    assert (await send_numbers(world, 3, 4, 5)).status_code == 201


async def test_a_big_institution_may_have_twice_its_roster_in_strangers(world):
    limit(world, reconciliation_strangers_per_day=1)
    for serial in range(1, 4):
        await enrol(world, serial)
    for serial in range(10, 17):
        await at(world, serial, "HOSPITAL2")
    assert (await send_numbers(world, *range(1, 4), *range(10, 16))).status_code == 201
    assert (await send_numbers(world, 16)).status_code == 429


async def test_numbers_that_nobody_has_are_used_up_sooner(world):
    limit(world, reconciliation_misses_per_day=2)
    await at(world, 1, "HOSPITAL2", name="李娜")
    assert (await send_numbers(world, 1, 2)).status_code == 201
    over = await send_numbers(world, 3)
    assert (over.status_code, world.codes(over)) == (429, ["list_misses_used_up"])


async def test_lists_sent_at_the_same_moment_do_not_slip_through_beside_each_other(world):
    limit(world, reconciliation_strangers_per_day=4)
    for serial in range(1, 9):
        await at(world, serial, "HOSPITAL2")
    answers = await asyncio.gather(*(send_numbers(world, n, n + 1) for n in (1, 3, 5, 7)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 429, 429]
