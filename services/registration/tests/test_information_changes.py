"""A nurse asks to change information about herself; her institution reviews it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.registration.tests.changing import MINE, THEIRS, changing

from zhiye_registration.domain.information import FIELDS

VALUES = {
    "school": "首都医科大学",
    "major": "护理学",
    "education": "20",
    "degree": "4",
    "study_length": "五年制",
    "graduated_on": "2025-07-01",
    "study_experience": "2020.9——2025.6 首都医科大学 护理学",
    "work_experience": "2025.8——至今 病房",
    "title": "254",
    "position": "护士长",
    "department": "emergency",
    "work_category": "nursing-administration",
    "work_began_on": "2025-08-01",
}


async def test_an_approved_request_changes_every_field_in_one_step(world):
    c = await changing(world)
    nurse = await c.nurse()
    assert set(VALUES) == set(FIELDS)
    one = await c.asked(nurse, **VALUES)
    assert (one["state"], one["actions"]) == ("pending", ["withdraw"])
    before = (await c.record(nurse))["registration"]
    assert {name: before[name] for name in VALUES} == dict.fromkeys(VALUES)
    approved = await c.review(one)
    assert approved.status_code == 200, approved.text
    assert (approved.json()["state"], approved.json()["actions"]) == ("approved", [])
    after = (await c.record(nurse))["registration"]
    assert {name: after[name] for name in VALUES} == VALUES
    kept = (await c.history(nurse))[-1]
    assert kept.change == "information-changed"
    assert kept.values == {name: {"before": None, "after": value} for name, value in VALUES.items()}


async def test_before_and_after_stand_side_by_side_with_labels(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.change_registration(nurse, title="255")
    one = await c.asked(nurse, title="254", position="护士长")
    for who in (nurse, world.HOSPITAL):
        found = (await c.read(who, one)).json()["changes"]
        assert [
            (x["field_label"], x["before"], x["before_label"], x["after"], x["after_label"])
            for x in found
        ] == [
            ("技术职称", "255", "护士", "254", "护师"),
            ("职务", None, None, "护士长", None),
        ]


async def test_a_list_shows_who_asks_with_the_id_number_masked(world):
    c = await changing(world)
    await c.asked(await c.nurse(), title="254")
    answer = await world.call(world.HOSPITAL, "GET", THEIRS)
    (line,) = answer.json()["items"]
    assert (line["name"], line["certificate_number"]) == ("王芳", "202111000101")
    assert line["id_number"].endswith(world.id_number(101)[-4:])
    assert world.id_number(101) not in answer.text


async def test_only_what_differs_is_asked_for(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.change_registration(nurse, title="255", department="ward")
    one = await c.asked(nurse, title="254", department="ward")
    assert [change["field"] for change in one["changes"]] == ["title"]


async def test_a_request_that_changes_nothing_is_refused_with_each_field(world):
    c = await changing(world)
    nurse = await c.nurse()
    await world.tell(world.nurse_event(world.id_number(101)))
    await c.change_registration(nurse, title="255")
    answer = await c.ask(nurse, title="255", school="北京护士学校")  # the school is the exam's
    assert answer.status_code == 422
    reasons = answer.json()["reasons"]
    assert {(r["code"], r["field"]) for r in reasons} == {
        ("nothing_changes", "title"),
        ("nothing_changes", "school"),
    }
    assert await c.ids(nurse) == []


async def test_the_exams_record_stays_when_the_registration_gets_its_own_school(world):
    c = await changing(world)
    nurse = await c.nurse()
    await world.tell(world.nurse_event(world.id_number(101)))
    one = await c.asked(nurse, school="首都医科大学")
    assert one["changes"][0]["before"] == "北京护士学校"
    await c.review(one)
    shown = await c.record(nurse)
    assert shown["registration"]["school"] == "首都医科大学"
    assert shown["exam"]["school"] == "北京护士学校"


async def test_an_identical_request_is_refused_while_the_first_waits(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254", position="护士长")
    answer = await c.ask(nurse, position="护士长", title="254")
    assert (answer.status_code, world.codes(answer)) == (409, ["same_request_pending"])
    assert one["id"] in answer.json()["detail"]
    assert "2026-11-23" in answer.json()["detail"]


async def test_a_field_that_waits_already_is_named_and_others_may_be_asked_for(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.asked(nurse, title="254")
    answer = await c.ask(nurse, title="253", position="护士长")
    assert (answer.status_code, world.codes(answer)) == (409, ["field_change_pending"])
    assert answer.json()["field"] == "title"
    await c.asked(nurse, position="护士长")


async def test_after_a_withdrawal_it_can_be_asked_for_again(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    withdrawn = await c.withdraw(nurse, one)
    assert withdrawn.json()["state"] == "withdrawn"
    again = await c.withdraw(nurse, one)
    assert (again.status_code, world.codes(again)) == (409, ["information_change_withdrawn"])
    late = await c.review(one)
    assert (late.status_code, world.codes(late)) == (409, ["information_change_withdrawn"])
    await c.asked(nurse, title="254")


@pytest.mark.parametrize("field", ["name", "id_number", "gender", "birth_date", "ethnic_group"])
@pytest.mark.parametrize("value", ["X", None, 7, {"any": ["thing"]}])
async def test_what_nobody_changes_about_herself_is_sent_to_the_authority(world, field, value):
    c = await changing(world)
    nurse = await c.nurse()
    answer = await c.ask(nurse, title="254", **{field: value})
    assert (answer.status_code, world.codes(answer)) == (422, ["not_changed_by_the_person"])
    body = answer.json()
    assert body["field"] == field
    assert "向所在医疗机构提出更正申请" in body["next_step"]
    assert await c.ids(nurse) == []


async def test_all_that_is_wrong_is_told_at_once(world):
    c = await changing(world)
    nurse = await c.nurse()
    answer = await c.ask(nurse, name="王方", graduated_on="2026-11-24", work_began_on="2002-03-05")
    assert answer.status_code == 422
    assert {(r["code"], r["field"]) for r in answer.json()["reasons"]} == {
        ("not_changed_by_the_person", "name"),
        ("date_impossible", "graduated_on"),
        ("date_impossible", "work_began_on"),
    }
    assert "王方" not in answer.text
    await c.asked(nurse, graduated_on="2026-11-23", work_began_on="2002-03-06")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "231"}, "title"),
        ({"education": "99"}, "education"),
        ({"school": " "}, "school"),
        ({"position": "长" * 51}, "position"),
        ({"graduated_on": "1.7.2020"}, "graduated_on"),
        ({"valid_until": "2099-01-01"}, "valid_until"),
        ({"photo": "abc"}, "photo"),
    ],
)
async def test_bad_values_are_named_by_their_field(world, body, field):
    c = await changing(world)
    answer = await c.ask(await c.nurse(), **body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("body", [{}, {"title": None}])
async def test_a_request_for_nothing_is_refused(world, body):
    c = await changing(world)
    answer = await c.ask(await c.nurse(), **body)
    assert (answer.status_code, world.codes(answer)) == (422, ["nothing_given"])


async def test_who_is_not_on_the_register_is_told_where_the_information_goes(world):
    c = await changing(world)
    never = await c.ask(await world.nurse(), title="254")
    assert (never.status_code, world.codes(never)) == (409, ["never_registered"])
    assert "首次注册" in never.json()["next_step"]
    gone = await c.ask(await c.cancelled(world.clock.today()), title="254")
    assert (gone.status_code, world.codes(gone)) == (409, ["registration_not_in_force"])
    assert "重新注册" in gone.json()["next_step"]


async def test_who_is_expired_is_still_on_the_register_and_may_ask(world):
    c = await changing(world)
    await c.asked(await c.nurse(valid_until=world.clock.today() - timedelta(days=1)), title="254")


async def test_a_refusal_needs_reasons_and_tells_them_to_the_nurse(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    bare = await c.review(one, "refuse")
    assert (bare.status_code, world.codes(bare)) == (422, ["reasons_required"])
    other = await c.review(one, "refuse", reasons=[{"code": "other"}])
    assert (other.status_code, world.codes(other)) == (422, ["reason_text_required"])
    reasons = [{"code": "materials_missing", "text": "请出示证书原件"}, {"code": "not_supported"}]
    assert (await c.review(one, "refuse", reasons=reasons)).status_code == 200
    told = (await c.read(nurse, one)).json()
    assert told["state"] == "refused"
    assert [r["text"] for r in told["reasons"]] == [
        "未出示证明材料：请出示证书原件",
        "与机构掌握的情况不一致",
    ]
    assert (await c.record(nurse))["registration"]["title"] is None
    assert len(await c.history(nurse)) == 1


async def test_the_timeline_says_who_took_each_step_and_when(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.review(one)
    steps = (await c.read(nurse, one)).json()["timeline"]
    assert [(s["action_label"], s["actor_name"], s["organisation"]) for s in steps] == [
        ("提交修改申请", "王*", None),
        ("机构审核同意", "王主任", "北京示例医院"),
    ]


async def test_a_review_needs_the_version_that_was_read(world):
    c = await changing(world)
    one = await c.asked(await c.nurse(), title="254")
    without = await world.call(
        world.HOSPITAL, "POST", f"{THEIRS}/{one['id']}/review", {"decision": "approve"}
    )
    assert without.status_code == 428
    stale = await c.review(one | {"version": 7})
    assert (stale.status_code, world.codes(stale)) == (412, ["version_stale"])
    found = await c.read(world.HOSPITAL, one)
    assert found.headers["etag"] == '"1"'


async def test_what_is_decided_is_not_decided_again(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.review(one)
    again = await c.review(one, "refuse", reasons=[{"code": "not_supported"}])
    assert (again.status_code, world.codes(again)) == (409, ["information_change_approved"])
    late = await c.withdraw(nurse, one)
    assert (late.status_code, world.codes(late)) == (409, ["information_change_approved"])


async def test_a_request_that_would_change_nothing_by_now_cannot_be_approved(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.change_registration(nurse, title="254")
    answer = await c.review(one)
    assert (answer.status_code, world.codes(answer)) == (409, ["would_change_nothing"])
    assert (await c.read(nurse, one)).json()["state"] == "pending"


async def test_the_history_keeps_what_was_there_at_the_moment_of_the_approval(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="253", position="护士长")
    await c.change_registration(nurse, title="254", details={"position": "护士长"})
    shown = (await c.read(world.HOSPITAL, one)).json()["changes"]
    assert [(x["before"], x["after"]) for x in shown] == [("254", "253"), ("护士长", "护士长")]
    await c.review(one)
    assert (await c.history(nurse))[-1].values == {"title": {"before": "254", "after": "253"}}


async def test_nothing_is_approved_for_who_was_cancelled_meanwhile(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.asked(nurse, title="254")
    await c.change_registration(
        nurse, status="cancelled", cancelled_on=world.clock.today(), cancellation_ground="other"
    )
    answer = await c.review(one)
    assert (answer.status_code, world.codes(answer)) == (409, ["registration_not_in_force"])
    assert (await c.withdraw(nurse, one)).status_code == 200


async def test_every_step_is_told_without_values(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.withdraw(nurse, await c.asked(nurse, school="首都医科大学"))
    reasons = [{"code": "not_supported"}]
    await c.review(await c.asked(nurse, school="首都医科大学"), "refuse", reasons=reasons)
    await c.review(await c.asked(nurse, school="首都医科大学"))
    told = await world.events("information-change-stepped")
    assert [(e["change"], e["state"], e["version"]) for e in told] == [
        ("requested", "pending", 1),
        ("withdrawn", "withdrawn", 2),
        ("requested", "pending", 1),
        ("refused", "refused", 2),
        ("requested", "pending", 1),
        ("approved", "approved", 2),
    ]
    assert all(e["fields"] == ["school"] and e["account_id"] == "ACC-R101" for e in told)
    (reason,) = told[3]["reasons"]
    assert (reason["code"], reason["text"]) == ("not_supported", "与机构掌握的情况不一致")
    assert reason["text_en"] == "It does not agree with what the institution knows"
    assert "首都医科大学" not in str(told)
    assert [e["version"] for e in await world.events("registration-changed")] == [1, 2]


async def test_an_institution_finds_requests_by_state_period_name_and_id_number(world):
    c = await changing(world)
    first = await c.asked(await c.nurse(name="李娜"), title="254")
    world.clock.instant += timedelta(days=2)
    second = await c.asked(await c.nurse(), title="254")
    hospital = world.HOSPITAL
    assert await c.ids(hospital) == [second["id"], first["id"]]
    assert await c.ids(hospital, "?from=2026-11-24") == [second["id"]]
    assert await c.ids(hospital, "?to=2026-11-24") == [first["id"]]
    assert await c.ids(hospital, "?from=2026-11-23&to=2026-11-23") == [first["id"]]
    assert await c.ids(hospital, "?from=0001-01-01&to=9999-12-31") == [second["id"], first["id"]]
    assert await c.ids(hospital, "?name=%E5%A8%9C") == [first["id"]]
    assert await c.ids(hospital, "?name=%25") == []
    await c.review(first)
    assert await c.ids(hospital) == [second["id"]]
    assert await c.ids(hospital, "?state=approved") == [first["id"]]
    body = {"id_number": world.id_number(101)}
    found = await world.call(hospital, "POST", f"{THEIRS}/search", body)
    assert [one["id"] for one in found.json()] == [first["id"]]
    wrong = await world.call(hospital, "POST", f"{THEIRS}/search", {"id_number": "1101"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "id_number")


@pytest.mark.parametrize("side", ["nurse", "hospital"])
async def test_lists_go_on_where_the_page_before_ended(world, side):
    c = await changing(world)
    nurse = await c.nurse()
    made = [
        (await c.asked(nurse, **{name: VALUES[name]}))["id"]
        for name in ("title", "position", "school")
    ]
    who, path = (nurse, MINE) if side == "nurse" else (world.HOSPITAL, THEIRS)
    page = (await world.call(who, "GET", f"{path}?limit=2")).json()
    assert [one["id"] for one in page["items"]] == made[:0:-1]
    rest = (await world.call(who, "GET", f"{path}?limit=2&cursor={page['next_cursor']}")).json()
    assert [one["id"] for one in rest["items"]] == made[:1]
    assert rest["next_cursor"] is None
