"""A staff list against the roster and the register: what each line comes to, and why (Q41)."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import Workbook
from services.registration.tests.reconciling import (
    HEAD,
    OLD_NAME,
    PATH,
    at,
    compared,
    counts,
    csv,
    lines,
    nurse,
    old_name,
    only,
    send,
)
from services.registration.tests.rostering import certificate, enrol, id_number

from zhiye_contracts.identifiers import mask_id_number
from zhiye_registration.domain.reconciliation import Place, is_other_name
from zhiye_registration.domain.reconciliation_findings import AGREEING, FINDINGS, STEPS


async def passed(world, serial, name="王芳"):
    await world.tell(world.nurse_event(id_number(serial), name=name))


async def test_every_line_comes_to_one_finding_with_one_step_or_none(world):
    await old_name(world)
    await enrol(world, 1)
    await at(world, 2, "HOSPITAL2")
    await at(world, 3, "OLD")
    await passed(world, 4)
    await enrol(world, 5, status="cancelled")
    await enrol(world, 7, valid_until=date(2026, 11, 22))
    await enrol(world, 8, name="李娜")
    await enrol(world, 9, name="赵敏")
    await enrol(world, 10, valid_until=date(2026, 11, 22))
    one = await compared(world, *(nurse(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 1)), ("王芳", "1101"))
    assert (one["lines"], one["roster"], one["agree"]) == (10, 5, 1)
    found = {line["line"]: (line["finding"], line["step"]) for line in await lines(world, one)}
    assert found == {
        2: ("agrees", None),
        3: ("registered_elsewhere", "ask_to_change"),
        4: ("registered_under_other_name", "ask_authority_to_merge"),
        5: ("never_registered", "ask_to_register"),
        6: ("cancelled", "ask_to_re_register"),
        7: ("not_on_record", "check_number"),
        8: ("expired", "ask_to_renew"),
        9: ("name_differs", "ask_to_correct"),
        10: ("listed_twice", "correct_list"),
        11: ("line_invalid", "correct_list"),
        12: ("not_on_list", "ask_to_leave"),
        13: ("not_on_list_expired", "file_cancellation"),
    }
    assert counts(one) == dict.fromkeys([finding for finding, _ in found.values()], 1)


def test_every_finding_but_agreement_has_a_step_and_says_why_in_both_languages():
    for profession, findings in FINDINGS.items():
        for finding in findings.values():
            assert finding.why.zh
            assert finding.why.en
            assert finding.source
            assert (finding.step is None) == (finding.code in AGREEING)
        steps = {f.step.code for f in findings.values() if f.step}
        assert steps == set(STEPS[profession])


async def test_a_line_says_why_and_what_to_do_in_the_readers_language(world):
    await at(world, 2, "HOSPITAL2")
    one = await compared(world, nurse(2))
    line = await only(world, one, "registered_elsewhere")
    assert (line["finding_label"], line["step_label"]) == ("注册在其他机构", "提醒本人变更注册")
    assert line["source"] == "答疑手册问题41.4.1"
    assert line["id_number"] == mask_id_number(id_number(2))
    english = await world.call(
        world.HOSPITAL, "GET", f"{PATH}/{one['id']}/lines", Accept_Language="en"
    )
    told = english.json()["items"][0]
    assert (told["finding_label"], told["source"]) == ("registered elsewhere", "Q41.4.1")


async def test_of_people_elsewhere_only_place_status_and_expiry_are_shown(world):
    await at(world, 2, "HOSPITAL2", title="252")
    one = await compared(
        world, (*nurse(2), "253", certificate(77)), head=(*HEAD, "技术职称", "护士证号")
    )
    line = await only(world, one, "registered_elsewhere")
    assert line["register"] == {
        "registration_id": None,
        "institution_id": "HOSPITAL2",
        "institution_name": "北京另一医院",
        "status": "registered",
        "status_label": "在册",
        "valid_until": "2030-05-31",
    }
    assert line["differences"] == []


@pytest.mark.parametrize("where", ["registered", "cancelled", "qualified"])
async def test_of_a_stranger_whose_name_the_list_does_not_know_nothing_is_shown(world, where):
    if where == "qualified":
        await passed(world, 2, name="李娜")
    else:
        await at(world, 2, "HOSPITAL2", name="李娜", status=where)
    one = await compared(world, nurse(2))
    line = await only(world, one, "name_unconfirmed")
    assert (line["register"], line["differences"], line["step"]) == (None, [], "check_number")
    assert "李娜" not in str(await lines(world, one))


async def test_own_people_are_compared_in_everything_the_list_has(world):
    await enrol(world, 1, title="254", department="ward", work_category="clinical-nursing")
    head = (*HEAD, "护士证号", "技术职称", "科室", "工作类别", "有效期截止日期")
    same = (certificate(1), "护师", "病房", "临床护理", "2030/5/31")
    assert (await compared(world, (*nurse(1), *same), head=head))["agree"] == 1
    other = (certificate(2), "主管护师", "手术室", "护理行政管理", "2031-05-31")
    one = await compared(world, (*nurse(1), *other), head=head)
    line = await only(world, one, "information_differs")
    told = {d["field"]: (d["listed"], d["registered"]) for d in line["differences"]}
    assert told == {
        "certificate_number": (certificate(2), certificate(1)),
        "title": ("主管护师", "护师"),
        "department": ("手术室", "病房"),
        "work_category": ("护理行政管理", "临床护理"),
        "valid_until": ("2031-05-31", "2030-05-31"),
    }


async def test_a_department_by_the_hospitals_own_name_and_empty_cells_are_not_compared(world):
    await enrol(world, 1)
    one = await compared(
        world, (*nurse(1), "心内科三病区", ""), head=(*HEAD, "科室", "有效期截止日期")
    )
    assert one["agree"] == 1


async def test_a_value_that_is_none_of_the_codes_is_told_as_it_was_written(world):
    await enrol(world, 1, title="254")
    one = await compared(world, (*nurse(1), "教授"), head=(*HEAD, "技术职称"))
    (told,) = (await only(world, one, "information_differs"))["differences"]
    assert (told["field"], told["listed"], told["registered"]) == ("title", "教授", "护师")


async def test_a_rare_character_written_as_pinyin_is_the_same_name(world):
    await enrol(world, 1, name="王(suo)")
    assert (await compared(world, nurse(1, "王\u3ad9")))["agree"] == 1


@pytest.mark.parametrize(
    ("name", "number", "field", "code"),
    [
        ("王芳", id_number(1)[:-4] + "O" + id_number(1)[-3:], "id_number", "id_number_characters"),
        ("王芳", id_number(1)[:-1], "id_number", "id_number_length"),
        ("王芳", "1" * 17 + "*", "id_number", "id_number_masked"),
        ("王芳", "", "id_number", "import_cell_missing"),
        ("", id_number(1), "name", "import_cell_missing"),
        ("王3芳", id_number(1), "name", "name_characters"),
    ],
)
async def test_a_line_that_cannot_be_right_says_which_column_and_why(
    world, name, number, field, code
):
    one = await compared(world, (name, number), nurse(2))
    line = await only(world, one, "line_invalid")
    (reason,) = line["reasons"]
    assert (reason["field"], reason["code"]) == (field, code)
    assert reason["reason"]
    assert reason["next_step"]
    assert line["id_number"] is None


async def test_an_old_number_of_fifteen_digits_is_the_same_person(world):
    await enrol(world, 1)
    number = id_number(1)
    assert (await compared(world, ("王芳", number[:6] + number[8:17])))["agree"] == 1


def test_a_name_is_another_of_the_same_institution_where_one_holds_the_other_in_the_county():
    here = Place("A", "北京示例医院", "110102")
    assert is_other_name("北京示例医院（老院）", "110102", here)
    assert is_other_name("示例医院", "110102", here)
    assert is_other_name("北京 示例医院", "110102", here)
    assert not is_other_name("医院", "110102", here)
    assert not is_other_name("北京另一医院", "110102", here)
    assert not is_other_name("北京示例医院（老院）", "110105", here)
    assert not is_other_name("", "110102", here)


async def test_a_person_under_another_name_shows_under_which(world):
    await old_name(world)
    await at(world, 3, "OLD")
    one = await compared(world, nurse(3))
    line = await only(world, one, "registered_under_other_name")
    assert line["register"]["institution_name"] == OLD_NAME


async def test_an_exported_roster_can_be_sent_as_it_is(world):
    await enrol(world, 1)
    await enrol(world, 2, name="李娜")
    exported = await world.call(world.HOSPITAL, "GET", "/api/v1/roster/export?format=csv")
    answer = await send(world, exported.content)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["agree"], counts(answer.json())) == (2, {"agrees": 2})


async def test_a_workbook_is_read_as_a_csv_is(world):
    await enrol(world, 1)
    book, file = Workbook(), io.BytesIO()
    book.active.append(HEAD)
    book.active.append(nurse(1))
    book.save(file)
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = await send(world, file.getvalue(), media_type=media_type)
    assert answer.json()["agree"] == 1


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code", "field"),
    [
        (b"", "text/csv", 422, "sheet_empty", None),
        (csv(), "text/csv", 422, "sheet_empty", None),
        (csv(("王芳",), head=("姓名",)), "text/csv", 422, "column_missing", "id_number"),
        (csv(nurse(1)).split(b"\n")[1], "text/csv", 422, "column_unknown", "column 1"),
        (csv((1, 2, 3), head=(*HEAD, "工资")), "text/csv", 422, "column_unknown", "column 3"),
        (
            b"\xd0\xcf\x11\xe0" + b"x" * 20,
            "application/octet-stream",
            422,
            "sheet_old_format",
            None,
        ),
        (b"PK\x03\x04 and so on", "application/octet-stream", 422, "sheet_unreadable", None),
        (csv(nurse(1)), "image/png", 415, "import_media_type", "Content-Type"),
    ],
)
async def test_a_bad_file_is_refused_with_the_reason(
    world, content, media_type, status, code, field
):
    answer = await send(world, content, media_type=media_type)
    assert answer.status_code == status, answer.text
    reasons = {(reason["code"], reason["field"]) for reason in answer.json()["reasons"]}
    assert (code, field) in reasons


async def test_a_list_of_more_than_twenty_thousand_lines_is_refused(world):
    content = csv(*((f"王{n}", "x") for n in range(20_001)))
    answer = await send(world, content)
    assert (answer.status_code, world.codes(answer)) == (422, ["list_too_long"])


async def test_a_file_of_more_than_twenty_megabytes_is_refused(world):
    answer = await send(world, csv() + b"\n" * (20 * 1024 * 1024))
    assert (answer.status_code, world.codes(answer)) == (413, ["import_file_too_big"])


async def test_lines_come_in_pages_and_by_finding_and_state(world):
    for serial in range(1, 4):
        await at(world, serial, "HOSPITAL2")
    one = await compared(world, *(nurse(n) for n in range(1, 7)))
    path = f"{PATH}/{one['id']}/lines"
    seen, cursor = [], ""
    while cursor is not None:
        page = (await world.call(world.HOSPITAL, "GET", f"{path}?limit=4{cursor}")).json()
        seen += [item["line"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == [2, 3, 4, 5, 6, 7]
    found = await lines(world, one, finding="registered_elsewhere", step_state="not_started")
    assert [line["line"] for line in found] == [2, 3, 4]
    assert await lines(world, one, step_state="settled") == []
    for query in ("finding=unknown", "step_state=unknown", "cursor=x", "limit=0"):
        answer = await world.call(world.HOSPITAL, "GET", f"{path}?{query}")
        assert answer.status_code == 422, query


async def test_the_institutions_lists_come_the_newest_first(world):
    first, second = await compared(world, nurse(1)), await compared(world, nurse(2))
    page = (await world.call(world.HOSPITAL, "GET", f"{PATH}?limit=1")).json()
    assert [item["id"] for item in page["items"]] == [second["id"]]
    rest = await world.call(world.HOSPITAL, "GET", f"{PATH}?cursor={page['next_cursor']}")
    assert [item["id"] for item in rest.json()["items"]] == [first["id"]]
    assert counts(rest.json()["items"][0]) == {"not_on_record": 1}


async def test_what_another_institution_compared_does_not_exist(world):
    one = await compared(world, nurse(1))
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/lines", None),
        ("GET", "/export", None),
        ("POST", "/lines/2/step", {}),
        ("POST", "/lines/steps", {"finding": "not_on_record"}),
    ):
        answer = await world.call(world.OTHER_HOSPITAL, method, f"{PATH}/{one['id']}{path}", body)
        assert answer.status_code == 404, path
    mine = await world.call(world.OTHER_HOSPITAL, "GET", PATH)
    assert mine.json()["items"] == []
    for who in (world.XICHENG, world.OPERATOR, await world.nurse()):
        assert (await world.call(who, "GET", f"{PATH}/{one['id']}")).status_code == 403


async def test_an_export_has_every_line_with_whole_numbers_and_nothing_that_computes(world):
    await at(world, 2, "HOSPITAL2")
    one = await compared(world, nurse(2), ("=1+1", id_number(3)))
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/{one['id']}/export?format=csv")
    head, first, second = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("行号,姓名,身份证号,核对结果")
    assert first.startswith(f"2,王芳,{id_number(2)},注册在其他机构")
    assert "北京另一医院" in first
    assert "'=1+1" in second
    assert "名单此行有误" in second
    only_one = await world.call(
        world.HOSPITAL, "GET", f"{PATH}/{one['id']}/export?format=csv&finding=line_invalid"
    )
    assert len(only_one.content.splitlines()) == 2
    book = await world.call(world.HOSPITAL, "GET", f"{PATH}/{one['id']}/export")
    assert book.content.startswith(b"PK")


async def test_a_list_is_forgotten_after_ninety_days(world):
    one = await compared(world, nurse(1))
    assert one["kept_until"] == "2027-02-21"
    job = next(run for run in world.service.periodic if "Forgetting" in run.__qualname__)
    world.clock.instant += timedelta(days=90)
    await job()
    assert await lines(world, one)
    world.clock.instant += timedelta(seconds=1)
    assert (await world.call(world.HOSPITAL, "GET", f"{PATH}/{one['id']}")).status_code == 404
    await job()
    assert (await world.call(world.HOSPITAL, "GET", PATH)).json()["items"] == []
