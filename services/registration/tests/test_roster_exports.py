"""Rosters as files: what is in them, and what is kept about who took them."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook
from services.registration.tests.rostering import (
    ROSTER,
    certificate,
    enrol,
    id_number,
    refusal,
)
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from zhiye_registration.adapters.roster_tables import roster_export
from zhiye_registration.application import list_roster

HEADS = [
    *("姓名", "性别", "身份证号", "出生日期", "年龄", "执业状态", "业务类型", "护士证号"),
    *("有效期截止日期", "剩余天数", "到期提示", "技术职称", "所在科室", "工作类别", "学历"),
    *("账户状态", "在岗情况", "在岗情况确认日期", "中断执业起始日期"),
]


async def lines(world, who=None, query="", **headers):
    answer = await world.call(
        who or world.HOSPITAL, "GET", f"{ROSTER}/export?format=csv{query}", **headers
    )
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def kept(world):
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(select(roster_export).order_by(roster_export.c.id))
        return rows.mappings().all()


async def test_an_institution_takes_its_roster_away_with_whole_id_numbers(world):
    await enrol(world, 1, valid_until=date(2026, 11, 20))
    head, row = await lines(world)
    assert head == HEADS
    assert row == [
        *("王芳", "女", id_number(1), "1990-03-05", "36", "在册，过期未延续注册", "延续注册"),
        *(certificate(1), "2026-11-20", "-3", "已过期未延续", "护师", "病房", "临床护理"),
        *("大学专科", "尚未注册账户", "", "", ""),
    ]


async def test_a_workbook_has_the_same_lines(world):
    await enrol(world, 1)
    answer = await world.call(world.HOSPITAL, "GET", f"{ROSTER}/export")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert "roster-2026-11-23.xlsx" in answer.headers["content-disposition"]
    head, row = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert list(head) == HEADS
    assert (row[0], row[2], row[7]) == ("王芳", id_number(1), certificate(1))
    assert row[8].date() == date(2030, 5, 31)


async def test_heads_and_labels_are_english_on_request(world):
    await enrol(world, 1)
    head, row = await lines(world, Accept_Language="en")
    assert head[:2] == ["name", "gender"]
    assert row[12] == "ward"


async def test_a_name_that_looks_like_a_formula_stays_a_name(world):
    await enrol(world, 1, "=HYPERLINK(1)")
    assert (await lines(world))[1][0] == "'=HYPERLINK(1)"


async def test_every_page_of_any_list_is_in_the_file_in_its_order(world, monkeypatch):
    monkeypatch.setattr(list_roster, "_EXPORT_PAGE", 2)
    for serial in range(1, 6):
        await enrol(world, serial, department=("ward", "other")[serial == 3])
    await enrol(world, 9, institution="HOSPITAL2")
    numbers = [row[7] for row in (await lines(world, query="&sort=name&order=desc"))[1:]]
    assert sorted(numbers) == [certificate(serial) for serial in range(1, 6)]
    narrowed = await lines(world, query="&department=ward&list=all")
    assert {row[7] for row in narrowed[1:]} == {certificate(s) for s in (1, 2, 4, 5)}


async def test_an_authority_gets_masked_id_numbers_of_its_region_only(world):
    await enrol(world, 1)
    (_, row) = await lines(world, world.XICHENG, "&institution_id=HOSPITAL")
    assert row[2] == id_number(1)[:3] + "*" * 11 + id_number(1)[-4:]
    path = f"{ROSTER}/export?institution_id=HOSPITAL"
    assert await refusal(world, world.HEBEI, "GET", path) == (404, [("not_found", None)])
    assert await refusal(world, world.OTHER_HOSPITAL, "GET", path) == (404, [("not_found", None)])
    assert len(await kept(world)) == 1


async def test_each_export_is_kept_with_who_what_and_how_many_and_without_names(world):
    for serial in (1, 2):
        await enrol(world, serial)
    with capture_logs() as logs:
        await lines(world, query="&department=ward&q=王芳&valid_until_to=2031-01-01")
    (row,) = await kept(world)
    filters = {
        "list_name": "registered",
        "department": "ward",
        "valid_to": "2031-01-01",
        "term": "name",
    }
    told = {name: row[name] for name in ("account_id", "organisation_id", "format", "people")}
    assert told == {
        "account_id": "ACC-H",
        "organisation_id": "HOSPITAL",
        "format": "csv",
        "people": 2,
    }
    assert (row["institution_id"], row["filters"]) == ("HOSPITAL", filters)
    (logged,) = [one for one in logs if one["event"] == "roster_exported"]
    assert (logged["account"], logged["people"], logged["filters"]) == ("ACC-H", 2, filters)
    assert "王芳" not in str(logs)


async def test_what_is_kept_about_exports_cannot_be_removed(world):
    await lines(world)
    with pytest.raises(DBAPIError, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(delete(roster_export))


async def test_an_export_of_an_unknown_format_is_refused(world):
    told = await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}/export?format=pdf")
    assert told == (422, [("choice", "format")])
    assert await kept(world) == []
