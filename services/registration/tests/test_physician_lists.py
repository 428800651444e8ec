"""Physicians' applications in the lists, the exports, the statistics and the bulk reviews; and what
an authority opens by itself, on everybody's list (Q50)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from services.registration.tests.businesses import PATH, TODAY
from services.registration.tests.physicians import FIRST, INFORMED, Physicians
from sqlalchemy import event, text

from zhiye_registration.application.bulk_work import BulkReviews

BULK = "/api/v1/bulk-reviews"
PERIOD = {"from_on": "2026-11-23", "until_on": "2027-11-22"}
TRAINEE = {"ground": "trainee-finished", "left_on": "2026-10-20", "informed": INFORMED}


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def listed(world, who, name, **query):
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    answer = await world.call(who, "GET", f"{PATH}?list={name}&{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def numbers(world, who, name, **query):
    return [one["number"] for one in await listed(world, who, name, **query)]


async def ordered(world, who, decision="approve", **body: Any):
    """An order of many reviews, worked off."""
    answer = await world.call(who, "POST", BULK, {"decision": decision, **body})
    assert answer.status_code == 202, answer.text
    worker = BulkReviews(world.kit)
    while await worker.work():
        pass
    return (await world.call(who, "GET", f"{BULK}/{answer.json()['id']}")).json()


# --- lists ---------------------------------------------------------------------------------------


async def test_lists_are_narrowed_to_one_profession(world, p):
    await world.agreed(await world.nurse())
    who = await p.physician()
    mine = await p.submitted(who, "cancellation", {"ground": "own-request"})
    await p.agreed(mine, world.HOSPITAL)
    assert len(await numbers(world, world.XICHENG, "waiting_for_me")) == 2
    of_physicians = await listed(world, world.XICHENG, "waiting_for_me", profession="physician")
    assert [(o["number"], o["profession"]) for o in of_physicians] == [
        (mine["number"], "physician")
    ]
    of_nurses = await listed(world, world.XICHENG, "waiting_for_me", profession="nurse")
    assert [one["business_type"] for one in of_nurses] == ["nurse-first"]
    answer = await world.call(world.XICHENG, "GET", f"{PATH}?profession=midwife")
    assert answer.status_code == 422


async def test_a_line_says_which_registration_it_is_about_and_the_number_for_life(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    await p.submitted(
        who,
        "cancellation",
        {"ground": "own-request"},
        institution_id="HEBEI-HOSPITAL",
        registration_id=second.id,
    )
    (line,) = await listed(world, who, "in_progress")
    assert line["registration_id"] == second.id
    assert line["certificate_number"] == p.number(second)


async def test_a_first_application_and_one_without_expiry_are_listed_too(world, p):
    await p.submitted(await p.qualified(), "registration", FIRST)
    who = await p.physician()
    one = await p.submitted(who, "cancellation", {"ground": "own-request"})
    assert one["number"] in await numbers(world, world.HOSPITAL, "waiting_for_me")
    none = await numbers(world, world.HOSPITAL, "waiting_for_me", valid_until="2026-12-31")
    assert none == []


async def test_strangers_are_found_by_id_number_and_own_people_are_listed_unasked(world, p):
    joining = await p.physician(institution=("HOSPITAL2", "110102"))
    change = await p.submitted(joining, "change", institution_id="HOSPITAL")
    assert await numbers(world, world.HOSPITAL, "waiting_for_me") == []
    serial = int(joining.account_id.removeprefix("ACC-P"))
    found = await world.call(
        world.HOSPITAL, "POST", f"{PATH}/search", {"id_number": world.id_number(serial)}
    )
    assert [one["number"] for one in found.json()] == [change["number"]]
    leaving = await p.submitted(await p.physician(), "moving-out", {"destination": "西藏自治区"})
    assert await numbers(world, world.HOSPITAL, "waiting_for_me") == [leaving["number"]]


async def test_the_export_has_physicians_and_no_nurses_number(world, p):
    who = await p.physician()
    await p.submitted(who, "cancellation", {"ground": "own-request"})
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/export?format=csv")
    assert answer.status_code == 200
    head, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert "护士" not in "".join(head)
    told = dict(zip(head, line, strict=True))
    assert told["业务类型"] == "医师注销注册"
    assert told["执业证书编号"] == p.number(await p.registration(who))


async def test_counts_and_statistics_have_the_businesses_of_physicians(world, p):
    one = await p.submitted(await p.physician(), "cancellation", {"ground": "own-request"})
    await p.agreed(one, world.HOSPITAL)
    counts = (await world.call(world.XICHENG, "GET", f"{PATH}/counts")).json()
    assert [(i["business_type"], i["waiting"]) for i in counts["items"]] == [
        ("physician-cancellation", 1)
    ]
    asked = f"/api/v1/statistics/applications?from={TODAY}&to={TODAY}"
    items = (await world.call(world.XICHENG, "GET", asked)).json()["items"]
    assert [(i["business_type_label"], i["pending"]) for i in items] == [("医师注销注册", 1)]


# --- many at once --------------------------------------------------------------------------------


async def test_two_hundred_registrations_at_the_years_end_are_confirmed_and_decided(world, p):
    people = [await p.qualified() for _ in range(200)]
    made = [await p.submitted(who, "registration", FIRST) for who in people]
    named = [{"id": one["id"], "version": one["version"]} for one in made]
    confirmed = await ordered(world, world.HOSPITAL, applications=named)
    assert (confirmed["succeeded"], confirmed["refused_by_code"]) == (200, {})
    selection = {"business_type": "physician-registration"}
    statements: list[str] = []
    engine = world.kit.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    decided = await ordered(world, world.XICHENG, selection=selection)
    assert (decided["succeeded"], decided["refused_by_code"]) == (200, {})
    assert len(statements) < 200 * 12
    async with world.kit.database.reading() as connection:
        row = (
            await connection.execute(
                text(
                    "SELECT count(*) AS people, count(DISTINCT certificate_key) AS numbers,"
                    " count(*) FILTER (WHERE location = '11') AS here FROM registration"
                )
            )
        ).one()
    assert tuple(row) == (200, 200, 200)


async def test_trainees_are_filed_off_post_with_one_order(world, p):
    held = [await p.registration(await p.physician()) for _ in range(12)]
    for one in held:
        await p.submitted(world.HOSPITAL, "off-post", TRAINEE, registration_id=one.id)
    await p.submitted(await p.physician(), "cancellation", {"ground": "own-request"})
    done = await ordered(world, world.XICHENG, selection={"business_type": "physician-off-post"})
    assert (done["total"], done["succeeded"]) == (12, 12)
    async with world.kit.database.reading() as connection:
        filed = await connection.scalar(
            text("SELECT count(*) FROM registration WHERE status = 'filed'")
        )
    assert filed == 12


async def test_of_several_of_one_person_each_sees_what_the_one_before_did(world, p):
    """The filing is at the institution that becomes the main one by the change: only one of both
    can be approved, also with one order."""
    who = await p.physician()
    change = await p.agreed(
        await p.submitted(who, "change", institution_id="HOSPITAL2"), world.OTHER_HOSPITAL
    )
    filing = await p.agreed(
        await p.submitted(who, "multi-institution", PERIOD, institution_id="HOSPITAL2"),
        world.OTHER_HOSPITAL,
    )
    named = [{"id": one["id"], "version": one["version"]} for one in (change, filing)]
    done = await ordered(world, world.XICHENG, applications=named)
    assert (done["succeeded"], done["refused_by_code"]) == (1, {"conditions_not_met_any_more": 1})
    assert (await p.registration(who)).institution_id == "HOSPITAL2"
    assert await p.filings(who) == []


async def test_filings_of_one_person_at_two_institutions_are_both_approved(world, p):
    who = await p.physician()
    made = []
    for place in ("HOSPITAL2", "CHAOYANG-HOSPITAL"):
        one = await p.submitted(who, "multi-institution", PERIOD, institution_id=place)
        made.append(await p.agreed(one, p.sides(place)[0]))
    named = [{"id": one["id"], "version": one["version"]} for one in made]
    assert (await ordered(world, world.XICHENG, applications=named[:1]))["succeeded"] == 1
    assert (await ordered(world, world.BEIJING, applications=named[1:]))["succeeded"] == 1
    assert len(await p.filings(who)) == 2


# --- ex officio (Q50) ----------------------------------------------------------------------------


async def test_q50_what_an_authority_opens_itself_goes_all_the_way(world, p):
    who = await p.physician()
    held = await p.registration(who)
    form = {"ground": "revoked"}
    draft = (await p.start(world.XICHENG, "cancellation", form, registration_id=held.id)).json()
    number = draft["number"]
    assert (draft["source"], draft["source_label"]) == ("authority", "审批机关依职权")
    assert set(draft["actions"]) == {"revise", "submit", "withdraw"}
    # Nobody else knows of a draft.
    assert await numbers(world, world.XICHENG, "waiting_for_me") == [number]
    for name in ("waiting_for_me", "in_progress", "completed"):
        for other in (who, world.HOSPITAL, world.BEIJING):
            assert await numbers(world, other, name) == []
    assert world.codes(await world.submit(world.XICHENG, draft["id"])) == ["proved_not_met"]
    await p.prove(world.XICHENG, draft["id"])
    one = (await world.submit(world.XICHENG, draft["id"])).json()
    assert one["timeline"][-1]["action_label"] == "审批机关依职权提出"
    # The authority decides, the others see it under way.
    assert await numbers(world, world.XICHENG, "waiting_for_me") == [number]
    for other in (who, world.HOSPITAL, world.BEIJING):
        assert await numbers(world, other, "in_progress") == [number]
        seen = await world.call(other, "GET", f"{PATH}/{one['id']}")
        assert seen.json()["actions"] == []
    assert world.codes(await world.review(world.BEIJING, one, "approve")) == [
        "not_deciding_authority"
    ]
    assert (await world.review(world.HOSPITAL, one, "approve")).status_code == 409
    await p.agreed(one, world.XICHENG)
    for everybody in (who, world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert await numbers(world, everybody, "completed") == [number]
    assert (await p.registration(who)).cancellation_ground == "revoked"
    asked = f"/api/v1/statistics/applications?from={TODAY}&to={TODAY}"
    (counted,) = (await world.call(world.XICHENG, "GET", asked)).json()["items"]
    assert (counted["received"], counted["approved"], counted["decided_late"]) == (1, 1, 0)


async def test_an_authoritys_draft_is_addressed_to_nobody_in_its_event(world, p):
    """Whoever hears of applications takes one with an authority as submitted."""
    held = await p.registration(await p.physician())
    await p.submitted(world.XICHENG, "cancellation", {"ground": "revoked"}, registration_id=held.id)
    told = await world.events("application-changed")
    assert [(e["change"], e["authority_id"], e["by_authority"]) for e in told] == [
        ("drafted", None, True),
        ("filed", "XICHENG", True),
    ]
    assert told[-1]["ground"] == "revoked"


async def test_another_authority_is_told_that_it_does_not_decide(world, p):
    held = await p.registration(await p.physician())
    answer = await p.start(
        world.BEIJING, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    assert (answer.status_code, world.codes(answer)) == (403, ["not_deciding_authority"])


async def test_what_the_authority_has_to_correct_waits_for_it_and_is_seen_by_all(world, p):
    who = await p.physician()
    held = await p.registration(who)
    one = await p.submitted(
        world.XICHENG, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    reasons = [{"code": "materials_incomplete"}]
    back = await world.review(world.XICHENG, one, "return", reasons=reasons)
    assert back.status_code == 200, back.text
    assert await numbers(world, world.XICHENG, "waiting_for_me") == [one["number"]]
    assert await numbers(world, world.XICHENG, "in_progress") == []
    counted = (await world.call(world.XICHENG, "GET", f"{PATH}/counts")).json()["total"]
    assert (counted["waiting"], counted["in_progress"]) == (1, 0)
    for other in (who, world.HOSPITAL, world.BEIJING):
        assert await numbers(world, other, "in_progress") == [one["number"]]
        assert (await world.call(other, "GET", f"{PATH}/{one['id']}")).status_code == 200
    again = await world.submit(world.XICHENG, one["id"])
    assert again.json()["state"] == "awaiting_authority"


async def test_an_authority_opens_only_what_its_row_lets_it(world, p):
    held = await p.registration(await p.physician())
    answer = await p.start(
        world.XICHENG, "off-post", {"ground": "resigned"}, registration_id=held.id
    )
    assert world.codes(answer) == ["not_filed_by_authorities"]
