"""One's own record: every field of the deck's screen (2.1), marks, history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.changing import changing

TODAY = date(2026, 11, 23)


async def test_every_field_of_the_register_is_shown_to_the_owner_with_labels(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.change_registration(
        nurse,
        title="255",
        education="40",
        department="ward",
        work_category="clinical-nursing",
        details={
            "school": "北京护士学校",
            "major": "护理学",
            "degree": "0",
            "study_length": "四年制",
            "graduated_on": "2010-07-01",
            "study_experience": "2006.9——2010.6 护理专业",
            "work_experience": "2010.8——至今 呼吸科",
            "position": "无",
            "work_began_on": "2010-08-01",
            "nationality": "中国",
            "ethnic_group": "01",
            "health": "健康或良好",
        },
        employment="in-post",
        employment_confirmed_on=TODAY,
    )
    shown = (await c.record(nurse))["registration"]
    id_number = world.id_number(101)
    expected = {
        "name": "王芳",
        "gender_label": "男" if int(id_number[16]) % 2 else "女",
        "birth_date": "2002-03-05",
        "ethnic_group_label": "汉族",
        "nationality": "中国",
        "health": "健康或良好",
        "certificate_number": "202111000101",
        "valid_until": "2026-12-03",
        "days_left": 10,
        "school": "北京护士学校",
        "study_length": "四年制",
        "major": "护理学",
        "education_label": "中等专科",
        "degree_label": "无学位",
        "graduated_on": "2010-07-01",
        "study_experience": "2006.9——2010.6 护理专业",
        "institution_name": "北京示例医院",
        "work_category_label": "临床护理",
        "department_label": "病房",
        "position": "无",
        "title_label": "护士",
        "work_began_on": "2010-08-01",
        "work_experience": "2010.8——至今 呼吸科",
        "employment_label": "在职",
        "employment_confirmed_on": "2026-11-23",
        "status_label": "在册",
    }
    assert {name: shown[name] for name in expected} == expected
    assert id_number not in str(shown)
    assert shown["id_number"].endswith(id_number[-4:])


async def test_what_the_registration_does_not_have_is_the_exams(world):
    c = await changing(world)
    nurse = await c.nurse()
    await world.tell(world.nurse_event(world.id_number(101)))
    shown = await c.record(nurse)
    exam = {
        "passed_on": "2026-06-15",
        "school": "北京护士学校",
        "major": "护理学",
        "education": "40",
        "education_label": "中等专科",
    }
    assert shown["exam"] == exam
    of_registration = shown["registration"]
    assert {name: of_registration[name] for name in exam if name != "passed_on"} == {
        name: value for name, value in exam.items() if name != "passed_on"
    }
    assert of_registration["exam_passed_on"] == "2026-06-15"


async def test_the_latest_qualification_in_force_tells_when_the_exam_was_passed(world):
    c = await changing(world)
    nurse, number = await c.nurse(), world.id_number(101)
    await world.tell(
        world.nurse_event(number, passed_on=date(2019, 6, 1)),
        world.nurse_event(number, passed_on=date(2020, 6, 1)),
        world.nurse_event(number, passed_on=date(2022, 6, 1), in_force=False),
    )
    assert (await c.record(nurse))["registration"]["exam_passed_on"] == "2020-06-01"


async def test_a_revoked_qualification_shows_no_exam(world):
    c = await changing(world)
    nurse = await c.nurse()
    await world.tell(world.nurse_event(world.id_number(101), in_force=False))
    shown = await c.record(nurse)
    assert (shown["exam"], shown["registration"]["school"]) == (None, None)


@pytest.mark.parametrize(
    ("days", "mark", "label"),
    [
        (-1, "red", "已过期未延续"),
        (0, "blue", "一年内到期"),
        (365, "blue", "一年内到期"),
        (366, None, None),
    ],
)
async def test_the_record_is_blue_within_a_year_of_expiry_and_red_after_it(
    world, days, mark, label
):
    c = await changing(world)
    nurse = await c.nurse(valid_until=TODAY + timedelta(days=days))
    shown = (await c.record(nurse))["registration"]
    assert (shown["mark"], shown["mark_label"], shown["days_left"]) == (mark, label, days)


async def test_who_is_cancelled_has_no_mark(world):
    c = await changing(world)
    nurse = await c.cancelled(TODAY)
    shown = await c.record(nurse)
    assert (shown["status_label"], shown["registration"]["mark"]) == ("注销", None)


async def test_who_was_never_registered_sees_what_the_exams_record_says(world):
    c = await changing(world)
    shown = await c.record(await world.nurse())
    assert (shown["status_label"], shown["registration"]) == ("从未注册", None)
    assert shown["exam"]["school"] == "北京护士学校"


async def test_the_history_names_every_change_and_keeps_the_values_before(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.review(await c.asked(nurse, title="254", position="护士长"))
    await c.review(await c.asked(nurse, title="253"))
    first, second, third = (await c.record(nurse))["history"]
    assert [one["change_label"] for one in (first, second, third)] == [
        "原有注册信息",
        "个人信息修改",
        "个人信息修改",
    ]
    assert [
        (v["field_label"], v["before_label"] or v["before"], v["after_label"] or v["after"])
        for v in second["values"]
    ] == [("技术职称", None, "护师"), ("职务", None, "护士长")]
    assert [(v["before_label"], v["after_label"]) for v in third["values"]] == [
        ("护师", "主管护师")
    ]
    assert third["status_label"] == "在册"


async def test_the_record_reads_english_on_request(world):
    c = await changing(world)
    nurse = await c.nurse()
    await c.review(await c.asked(nurse, title="254"))
    shown = await c.record(nurse, Accept_Language="en")
    assert shown["registration"]["title_label"] == "senior nurse"
    assert shown["registration"]["mark_label"] == "expires within a year"
    assert shown["history"][-1]["change_label"] == "information changed by the person"
