"""Authorities report penalties; who reads them, what they bar, what is told (Q50)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from services.registration.tests.physicians import FIRST, HEBEI_CLINIC, HOSPITAL3
from services.registration.tests.punishing import PENALTIES, Punishing
from sqlalchemy import text

from zhiye_chassis.security import Principal
from zhiye_contracts.events import PenaltyRecorded


@pytest.fixture
async def made(world: Any) -> Punishing:
    return await Punishing(world).open()


async def count(world: Any, table: str) -> int:
    async with world.kit.database.reading() as connection:
        return await connection.scalar(text(f"SELECT count(*) FROM {table}"))


async def test_any_authority_reports_a_penalty_of_somebody_registered_elsewhere(made):
    who = await made.physicians.physician()
    one = await made.punished(who)
    assert (one["kind"], one["kind_label"]) == ("revocation", "吊销执业证书")
    assert (one["bars"], one["barred_until"]) == (True, "2028-11-20")
    assert (one["reported_by_id"], one["reported_by_name"]) == ("HEBEI", "河北省卫生健康委员会")
    assert one["actions"] == ["rescind"]


async def test_the_id_number_is_shown_masked_and_kept_sealed(made):
    who = await made.physicians.physician()
    one = await made.punished(who)
    number = made.id_number(who)
    assert number not in str(one)
    assert one["id_number"].endswith(number[-4:])
    async with made.world.kit.database.reading() as connection:
        kept = (await connection.execute(text("SELECT p::text FROM penalty p"))).scalar_one()
    assert number not in kept
    assert number not in str(await made.told(PenaltyRecorded))


async def test_somebody_who_is_not_on_record_yet_can_be_reported(made):
    who = Principal(
        "ACC-P990", "practitioner", person_key=made.world.kit.person_key(made.world.id_number(990))
    )
    one = await made.punished(who, name="赵六")
    assert await made.duties(made.world.XICHENG) == []
    assert await made.ids(made.world.HEBEI) == [one["id"]]
    assert await made.ids(made.world.XICHENG) == []


async def test_another_name_than_the_recorded_one_is_refused_and_the_recorded_is_not_told(made):
    who = await made.physicians.physician()
    answer = await made.report(who, name="赵六")
    assert (answer.status_code, made.world.codes(answer)) == (422, ["name_differs"])
    assert answer.json()["field"] == "name"
    assert "李明" not in answer.text
    assert await count(made.world, "penalty") == 0


async def test_the_same_document_again_is_the_same_penalty(made):
    who = await made.physicians.physician()
    one = await made.punished(who)
    again = await made.report(who, document_number="冀卫罚[2026] 17号")
    assert (again.status_code, again.json()["id"]) == (200, one["id"])
    other = await made.report(who, by=made.world.BEIJING)
    assert (other.status_code, other.json()["id"], other.json()["actions"]) == (200, one["id"], [])
    assert await count(made.world, "penalty") == 1
    assert len(await made.told(PenaltyRecorded)) == 1
    assert await made.changes() == ["opened"]


async def test_other_dates_under_the_same_document_are_refused(made):
    who = await made.physicians.physician()
    await made.punished(who)
    for changes in ({"decided_on": "2026-11-19"}, {"deciding_body": "石家庄市卫生健康委员会"}):
        answer = await made.report(who, **changes)
        assert (answer.status_code, made.world.codes(answer)) == (409, ["penalty_differs"])


async def test_one_document_may_bring_several_kinds(made):
    who = await made.physicians.physician()
    await made.punished(who)
    await made.punished(who, kind="fine")
    await made.punished(who, kind="ban")
    assert await count(made.world, "penalty") == 3
    assert await count(made.world, "duty") == 1


async def test_two_reports_at_once_make_one_penalty_and_one_duty(made):
    who = await made.physicians.physician()
    answers = await asyncio.gather(
        *(made.report(who, by) for by in (made.world.HEBEI, made.world.BEIJING) * 4)
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await count(made.world, "penalty"), await count(made.world, "duty")) == (1, 1)


async def test_two_documents_at_once_make_one_duty(made):
    who = await made.physicians.physician()
    answers = await asyncio.gather(
        *(made.report(who, document_number=f"冀卫罚〔2026〕{n}号") for n in range(6))
    )
    assert [answer.status_code for answer in answers] == [201] * 6
    assert (await count(made.world, "penalty"), await count(made.world, "duty")) == (6, 1)


async def test_the_day_on_which_a_sentence_was_served_is_added_by_who_reported_it(made):
    who = await made.physicians.physician()
    one = await made.punished(who, kind="criminal")
    assert (one["bars"], one["barred_until"]) == (True, None)
    by_another = await made.report(who, made.world.BEIJING, kind="criminal", ends_on="2026-11-23")
    assert made.world.codes(by_another) == ["penalty_differs"]
    served = await made.punished(who, kind="criminal", ends_on="2026-11-23")
    assert (served["id"], served["version"]) == (one["id"], 2)
    assert served["barred_until"] == "2028-11-23"
    later = await made.report(who, kind="criminal", ends_on="2026-11-24")
    assert made.world.codes(later) == ["penalty_differs"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id_number": "110101200203050019"}, "id_number_check_digit", "id_number"),
        ({"id_number": "\x00"}, None, "id_number"),
        ({"name": "\x00"}, None, "name"),
        ({"name": "x" * 101}, None, "name"),
        ({"kind": "beheading"}, None, "kind"),
        ({"kind": ["fine"]}, None, "kind"),
        ({"profession": "dentist"}, None, "profession"),
        ({"decided_on": "2026-11-24"}, "date_future", "decided_on"),
        ({"decided_on": "2002-03-04"}, "date_before_birth", "decided_on"),
        ({"decided_on": "yesterday"}, None, "decided_on"),
        ({"decided_on": 10**30}, None, "decided_on"),
        ({"kind": "suspension"}, "suspension_needs_end", "ends_on"),
        ({"ends_on": "2027-01-01"}, "penalty_has_no_end", "ends_on"),
        ({"kind": "ban", "ends_on": "9999-12-31"}, "out_of_range", "ends_on"),
        ({"deciding_body": ""}, None, "deciding_body"),
        ({"deciding_body": "a\x00b"}, None, "deciding_body"),
        ({"document_number": "x" * 101}, None, "document_number"),
        ({"document_number": "\ud800"}, None, None),
        ({"note": "a\x00b"}, None, "note"),
        ({"secret": 1}, None, "secret"),
    ],
)
async def test_bad_input_is_refused_by_its_field(made, changes, code, field):
    who = await made.physicians.physician()
    answer = await made.report(who, **changes)
    assert answer.status_code in (400, 422), answer.text
    if field:
        assert answer.json()["field"] == field
    if code:
        assert made.world.codes(answer) == [code]
    assert await count(made.world, "penalty") == 0


async def test_every_wrong_number_and_name_is_told_at_once(made):
    who = await made.physicians.physician()
    answer = await made.report(who, id_number="123", name="123")
    assert [reason["field"] for reason in answer.json()["reasons"]] == ["id_number", "name"]


async def test_refusals_are_told_in_both_languages(made):
    who = await made.physicians.physician()
    body = made.body(who, kind="suspension")
    for language, word in (("zh", "暂停"), ("en", "suspension")):
        answer = await made.world.call(
            made.world.HEBEI, "POST", PENALTIES, body, Accept_Language=language
        )
        assert word in answer.json()["detail"]
        assert answer.json()["next_step"]


# --- who reads ---------------------------------------------------------------------------------


async def test_those_concerned_read_it_and_nobody_else(made):
    world = made.world
    who = await made.physicians.physician()
    await made.physicians.filed_at(who)
    other = await made.physicians.physician()
    one = await made.punished(who)
    for reader in (world.HEBEI, world.XICHENG, world.BEIJING, world.HOSPITAL, world.OTHER_HOSPITAL):
        assert await made.ids(reader) == [one["id"]]
        found = await world.call(reader, "GET", f"{PENALTIES}/{one['id']}")
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-store"
    assert await made.ids(who, "/api/v1/my/penalties") == [one["id"]]
    assert await made.ids(other, "/api/v1/my/penalties") == []
    neighbour = Principal("ACC-D", "authority", "吴科长", authority_id="CHAOYANG", region="110105")
    own = await world.call(who, "GET", f"{PENALTIES}/{one['id']}")
    assert (own.status_code, own.json()["actions"]) == (200, [])
    for stranger in (HOSPITAL3, HEBEI_CLINIC, neighbour, other):
        assert stranger is other or await made.ids(stranger) == []
        found = await world.call(stranger, "GET", f"{PENALTIES}/{one['id']}")
        assert (found.status_code, world.codes(found)) == (404, ["not_found"])


async def test_an_institution_no_longer_reads_of_whom_it_has_no_more(made):
    who = await made.physicians.physician()
    await made.physicians.filed_at(who, until=made.world.clock.today())
    await made.punished(who, kind="fine")
    assert len(await made.ids(made.world.OTHER_HOSPITAL)) == 1
    made.on(date(2026, 11, 24))
    assert await made.ids(made.world.OTHER_HOSPITAL) == []
    held = await made.physicians.registration(who)
    async with made.world.kit.database.transaction() as tx:
        await tx.execute(
            text("UPDATE registration SET status = 'moving_out' WHERE id = :id"), {"id": held.id}
        )
    assert await made.ids(made.world.HOSPITAL) == []


async def test_a_penalty_of_a_nurse_is_not_read_where_the_same_person_is_a_physician(made):
    who = await made.physicians.physician()
    await made.punished(who, profession="nurse", name="李明")
    assert await made.ids(made.world.HOSPITAL) == []
    assert len(await made.ids(who, "/api/v1/my/penalties")) == 1


async def test_the_list_goes_on_page_by_page_and_can_be_filtered(made):
    who = await made.physicians.physician()
    ids = [(await made.punished(who, kind="fine", document_number=f"F{n}"))["id"] for n in range(5)]
    await made.rescind({"id": ids[0], "version": 1})
    seen, cursor = [], ""
    while cursor is not None:
        answer = await made.world.call(
            made.world.HOSPITAL, "GET", f"{PENALTIES}?limit=2{cursor and '&cursor=' + cursor}"
        )
        seen += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
    assert seen == ids[::-1]
    assert await made.ids(made.world.HOSPITAL, list="in_force") == ids[:0:-1]
    assert await made.ids(made.world.HOSPITAL, list="rescinded") == ids[:1]
    assert await made.ids(made.world.HOSPITAL, kind="ban") == []
    bad = await made.world.call(made.world.HOSPITAL, "GET", f"{PENALTIES}?cursor=x")
    assert made.world.codes(bad) == ["cursor_invalid"]


async def test_everybody_who_has_to_know_is_named_in_what_is_told(made):
    who = await made.physicians.physician()
    await made.physicians.filed_at(who)
    await made.physicians.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    await made.punished(who, by=made.world.BEIJING)
    (told,) = await made.told(PenaltyRecorded)
    assert told["main_institution_ids"] == ["HEBEI-HOSPITAL", "HOSPITAL"]
    assert told["filed_institution_ids"] == ["HOSPITAL2"]
    assert told["authority_ids"] == ["HEBEI", "XICHENG"]
    assert (told["change"], told["reported_by_id"]) == ("recorded", "BEIJING")


# --- what it bars ------------------------------------------------------------------------------


async def test_who_is_barred_cannot_be_registered_until_the_day_that_is_told(made):
    world = made.world
    who = await made.physicians.qualified()
    await made.punished(who, decided_on="2024-11-24")
    draft = (await made.physicians.start(who, "registration", FIRST)).json()
    answer = await world.submit(who, draft["id"])
    assert world.codes(answer) == ["no_bar_not_met"]
    assert "2026-11-24" in answer.json()["detail"]
    made.on(date(2026, 11, 24))
    assert (await world.submit(who, draft["id"])).status_code == 200


async def test_a_penalty_that_comes_before_the_approval_stops_it(made):
    world = made.world
    who = await made.physicians.qualified()
    one = await made.physicians.submitted(who, "registration", FIRST)
    one = await made.physicians.agreed(one, world.HOSPITAL)
    await made.punished(who)
    answer = await world.review(world.XICHENG, one, "approve")
    assert world.codes(answer) == ["conditions_not_met_any_more", "no_bar_not_met"]


async def test_a_ban_for_life_is_told_without_a_day(made):
    who = await made.physicians.qualified()
    await made.punished(who, kind="ban")
    draft = (await made.physicians.start(who, "registration", FIRST)).json()
    answer = await made.world.submit(who, draft["id"])
    assert made.world.codes(answer) == ["no_bar_not_met"]
    assert "9999" not in answer.text


async def test_who_is_suspended_may_not_file_a_further_institution_until_it_is_over(made):
    who = await made.physicians.physician()
    one = await made.punished(who, kind="suspension", ends_on="2026-11-23")
    assert (one["suspends"], one["bars"]) == (True, False)
    form = {"from_on": "2026-12-01", "until_on": "2027-11-30", "department": "03"}
    asked: Any = {"form": form, "institution_id": "HOSPITAL2"}
    assert await made.physicians.codes(who, "multi-institution", **asked) == [
        "not_suspended_not_met"
    ]
    made.on(date(2026, 11, 24))
    assert await made.physicians.codes(who, "multi-institution", **asked) == []


async def test_a_nurse_under_a_revocation_can_neither_move_nor_renew(made):
    nurse = await made.nurses.nurse()
    await made.punished(nurse)
    world = made.world
    for kind, form, place in (
        ("change", {"secondment": False}, "HOSPITAL2"),
        (
            "renewal",
            {
                "full_civil_capacity": True,
                "health": {"meets_standard": True, "checked_on": "2026-11-02"},
            },
            "HOSPITAL",
        ),
    ):
        started = await made.nurses.start(nurse, kind, form, institution_id=place)
        assert started.status_code == 201, started.text
        draft = started.json()
        answer = await world.submit(nurse, draft["id"])
        assert "not_barred_not_met" in world.codes(answer), answer.text
        await world.call(nurse, "POST", f"/api/v1/applications/{draft['id']}/withdrawal")


# --- rescission --------------------------------------------------------------------------------


async def test_only_the_authority_that_reported_it_rescinds_it(made):
    world = made.world
    one = await made.punished(await made.physicians.physician())
    refused = await made.rescind(one, by=world.XICHENG)
    assert (refused.status_code, world.codes(refused)) == (403, ["not_the_reporting_authority"])
    stranger = Principal("ACC-D", "authority", authority_id="CHAOYANG", region="110105")
    assert (await made.rescind(one, by=stranger)).status_code == 404
    done = await made.rescind(one)
    assert done.status_code == 200
    assert (done.json()["rescinded_on"], done.json()["bars"], done.json()["actions"]) == (
        *("2026-11-23", False),
        [],
    )
    again = await made.rescind(done.json())
    assert (again.status_code, world.codes(again)) == (409, ["penalty_rescinded"])


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"rescinded_on": "2026-11-19"}, 422, "dates_order"),
        ({"rescinded_on": "2026-11-20"}, 200, None),
        ({"rescinded_on": "2026-11-24"}, 422, "date_future"),
        ({"note": ""}, 422, None),
        ({"note": "\x00"}, 422, None),
    ],
)
async def test_the_day_of_a_rescission_lies_between_the_decision_and_today(
    made, more, status, code
):
    one = await made.punished(await made.physicians.physician())
    answer = await made.rescind(one, **more)
    assert answer.status_code == status
    assert code is None or made.world.codes(answer) == [code]


async def test_a_rescission_needs_the_version_that_was_read(made):
    one = await made.punished(await made.physicians.physician())
    assert (await made.rescind(one | {"version": 7})).status_code == 412
    path = f"{PENALTIES}/{one['id']}/rescission"
    answer = await made.world.call(made.world.HEBEI, "POST", path, {"note": "x"})
    assert answer.status_code == 428


async def test_what_was_rescinded_bars_nothing_and_can_be_reported_rightly(made):
    who = await made.physicians.qualified()
    one = await made.punished(who)
    await made.rescind(one)
    assert await made.physicians.codes(who, "registration", FIRST) == []
    again = await made.punished(who, decided_on="2026-11-19")
    assert again["id"] != one["id"]
    assert [event["change"] for event in await made.told(PenaltyRecorded)] == [
        *("recorded", "rescinded"),
        "recorded",
    ]


async def test_two_rescissions_at_once_are_one(made):
    one = await made.punished(await made.physicians.physician())
    answers = await asyncio.gather(*(made.rescind(one) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await made.told(PenaltyRecorded)) == 2
