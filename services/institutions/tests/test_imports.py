"""Existing institutions are imported from files."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from services.institutions.tests import importing as use
from sqlalchemy import text

if TYPE_CHECKING:
    from conftest import World

FULL = (
    *("机构名称", "登记号", "行政区划", "机构类别", "机构等级", "经济类型", "其他名称"),
    *("负责人", "预留手机", "床位数", "地址", "科室", "诊疗科目", "状态"),
)
HOSPITAL = (
    *("重庆示例医院", use.number(7, "500103"), "重庆市渝中区", "综合医院", "三级甲等", "国有全资"),
    *("示例职工医院；铁路医院", "李明", "13800138000", "500", "示例路 1 号"),
    *("内科、外科", "内科；急诊医学科", "执业"),
)


def files_of(world: World) -> list[Path]:
    """What lies in the object store."""
    return [one for one in Path(world.kit.settings.data_dir).rglob("*") if one.is_file()]


async def test_everything_a_line_says_is_recorded_told_and_found(world: World) -> None:
    county = await world.authority("渝中区卫生健康委员会", "county", "500103")
    client = use.officer(world, "500000")
    answer = await use.upload(client, use.table(HOSPITAL, header=FULL))
    assert answer.status_code == 202
    waiting = answer.json()
    assert (waiting["state"], waiting["percent"], waiting["region"]) == ("waiting", 0, "500000")
    assert await use.importer(world.kit).work()

    told = (await client.get(answer.headers["location"])).json()
    assert (told["state"], told["percent"], told["lines"]) == ("done", 100, 2)
    assert use.counts(told) == (1, 0, 0)
    (found,) = (await world.client().get("/api/v1/institutions?q=cqslyy")).json()["items"]
    detail = (await world.client().get(f"/api/v1/institutions/{found['id']}")).json()
    expected = {
        "name": "重庆示例医院",
        "region": "500103",
        "category": "A100",
        "level": "tertiary-a",
        "ownership": "11",
        "status": "in_force",
        "person_in_charge": "李明",
        "beds": 500,
        "address": "示例路 1 号",
        "departments": ["内科", "外科"],
        "subjects": ["内科", "急诊医学科"],
        "version": 1,
    }
    assert {name: detail[name] for name in expected} == expected
    assert {one["name"] for one in detail["other_names"]} == {"示例职工医院", "铁路医院"}
    (event,) = await world.published("institution-changed")
    assert event["other_names"] == ["示例职工医院", "铁路医院"]
    assert set(event["deciding_authorities"].values()) == {county}
    history = await client.get(f"/api/v1/institutions/{found['id']}/history")
    (entry,) = history.json()["items"]
    assert (entry["change"], entry["by"], entry["before"]) == ("imported", "李科长", {})
    assert entry["after"]["beds"] == 500


async def test_the_phone_is_kept_sealed_and_nowhere_else(world: World) -> None:
    bad = ("坏", *HOSPITAL[1:])
    await use.imported(
        world, use.table(HOSPITAL, bad, header=FULL), client=world.client("operator")
    )
    async with world.kit.database.reading() as connection:
        (sealed,) = (
            await connection.execute(text("SELECT sealed_reserved_phone FROM institution"))
        ).scalars()
        assert world.kit.settings.cipher.open(sealed, "phone") == "13800138000"
        for table in ("institution", "institution_history", "outbox", "import_reject"):
            rows = await connection.execute(text(f"SELECT t::text FROM {table} t"))
            assert not any("13800138000" in row for row in rows.scalars())
    assert not files_of(world)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_files_of_other_encodings_are_imported(world: World, encoding: str) -> None:
    told = await use.imported(world, use.table(*use.rows(3), encoding=encoding))
    assert (told["format"], *use.counts(told)) == ("csv", 3, 0, 0)
    assert (await use.on_record(world))[0] == ("第1示例医院", 1)


@pytest.mark.parametrize("kind", [use.XLSX, "application/octet-stream"])
async def test_workbooks_are_imported(world: World, kind: str) -> None:
    lines = [("第1示例医院", use.number(1), 110102), ("=HYPERLINK(1)", use.number(2), "110102")]
    client = use.officer(world)
    told = await use.imported(world, use.workbook(*lines), kind=kind, client=client)
    assert (told["format"], *use.counts(told)) == ("xlsx", 1, 0, 1)
    assert await use.rejects(client, told["id"]) == [["3", "name", "import_name_missing"]]


async def test_the_same_file_again_changes_nothing(world: World) -> None:
    lines = [HOSPITAL, ("示例中心血库", "", "110102", "F130", "", "11", *([""] * 8))]
    content = use.table(*lines, header=FULL)
    client = world.client("operator")
    assert use.counts(await use.imported(world, content, client=client)) == (2, 0, 0)
    again = await use.imported(world, content, client=client, chunk=1)
    assert use.counts(again) == (0, 2, 0)
    assert {version for _, version in await use.on_record(world)} == {1}
    assert len(await world.published("institution-changed")) == 2


async def test_a_file_that_says_less_agrees_with_what_is_on_record(world: World) -> None:
    client = world.client("operator")
    await use.imported(world, use.table(HOSPITAL, header=FULL), client=client)
    less = use.table(HOSPITAL[:3], ("重庆示例医院", HOSPITAL[1], "500103"))
    assert use.counts(await use.imported(world, less, client=client)) == (0, 2, 0)


async def test_what_differs_from_the_record_is_rejected_field_by_field(world: World) -> None:
    client = world.client("operator")
    await use.imported(world, use.table(HOSPITAL, header=FULL), client=client)
    changed = list(HOSPITAL)
    for place, value in ((0, "别的医院"), (4, "三级乙等"), (6, "新名"), (8, "13900139000")):
        changed[place] = value
    assert await use.rejected(world, changed, header=FULL, client=client) == [
        ("2", name, "import_differs") for name in ("name", "level", "other_names", "reserved_phone")
    ]
    assert await use.on_record(world) == [("重庆示例医院", 1)]


async def test_what_is_on_record_elsewhere_is_not_told_field_by_field(world: World) -> None:
    """A number of the whole city fits each of its districts: whoever imports it as one's own must
    not find out by trying what phone another district's institution has."""
    header = (*use.HEADER, "预留手机", "负责人")
    line = ("东城示例医院", use.number(1, "110000"), "110101", "13800138000", "李明")
    told = await use.imported(world, use.table(line, header=header))
    assert use.counts(told) == (1, 0, 0)
    own = use.officer(world, "110102")
    for phone in ("13800138000", "13900139000"):
        guess = (*line[:2], "110102", phone, "王芳")
        assert await use.rejected(world, guess, header=header, client=own) == [
            ("2", "region", "import_differs")
        ]


async def test_stations_are_told_apart_by_place_and_name(world: World) -> None:
    header = ("机构名称", "登记号", "行政区划", "类别", "经济类型")
    lines = [
        ("示例中心血库", "", "110102", "F130", "11"),
        ("示例中心血库", "", "110105", "F130", "11"),
        ("示例中心血库", "", "110102", "F130", "11"),
        ("示例中心血库", "", "110102", "F120", "11"),
    ]
    client = use.officer(world)
    for chunk, expected in ((100, (2, 1, 1)), (1, (0, 3, 1))):
        told = await use.imported(
            world, use.table(*lines, header=header), chunk=chunk, client=client
        )
        assert use.counts(told) == expected


@pytest.mark.parametrize("chunk", [1, 100])
@pytest.mark.parametrize("dry_run", [False, True])
async def test_the_same_number_twice_in_a_file_counts_once(
    world: World, chunk: int, dry_run: bool
) -> None:
    first, second = use.rows(2)
    lines = [first, second, first, ("另一个名称", *second[1:])]
    client = use.officer(world)
    told = await use.imported(world, use.table(*lines), chunk=chunk, dry_run=dry_run, client=client)
    assert use.counts(told) == (2, 1, 1)
    assert (await use.rejects(client, told["id"]))[0][0] == "5"
    assert len(await use.on_record(world)) == (0 if dry_run else 2)


async def test_a_dry_run_tells_the_same_and_records_nothing(world: World) -> None:
    await world.institution("第1示例医院", "110102", registration_number=use.number(1))
    campus = ("通州院区", use.number(9, "110112"), "110112", "第3示例医院")
    lines = [(*row, "") for row in use.rows(3)] + [campus, ("坏", "x", "y", "")]
    content = use.table(*lines, header=(*use.HEADER, "所属机构"))
    client = use.officer(world)
    dry = await use.imported(world, content, dry_run=True, chunk=2, client=client)
    assert (dry["dry_run"], *use.counts(dry)) == (True, 3, 1, 1)
    assert len(await use.on_record(world)) == 1
    assert len(await world.published("institution-changed")) == 1
    assert (await client.get("/api/v1/institutions?q=第3示例")).json()["items"] == []
    real = await use.imported(world, content, chunk=2, client=client)
    assert use.counts(real) == use.counts(dry)
    assert await use.rejects(client, real["id"]) == await use.rejects(client, dry["id"])
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM import_seen")) == 0


GOOD = use.number(1)
_BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "letter O": ((), ("甲医院", "4O" + GOOD[2:], "110102"), ["institution_number_letter_o"]),
    "short number": ((), ("甲医院", GOOD[:-1], "110102"), ["institution_number_length"]),
    "number elsewhere": ((), ("甲医院", use.number(1, "110105"), "110102"),
                         ["import_number_elsewhere"]),
    "no number": ((), ("甲医院", "", "110102"),
                  ["institution_category_missing", "institution_ownership_missing",
                   "import_number_missing"]),
    "other region": ((), ("甲医院", use.number(1, "130102"), "130102"), ["region_not_yours"]),
    "unknown region": ((), ("甲医院", GOOD, "西城"), ["region_unknown"]),
    "no name": ((), ("", GOOD, "110102"), ["import_name_missing"]),
    "formula": ((), ("=cmd|' /C calc'!A0", GOOD, "110102"), ["import_formula"]),
    "long name": ((), ("长" * 201, GOOD, "110102"), ["import_too_long"]),
    "level": (("等级",), ("甲医院", GOOD, "110102", "特级"), ["institution_level_unknown"]),
    "category": (("类别",), ("甲医院", GOOD, "110102", "动物医院"), ["import_category_unknown"]),
    "category differs": (("类别",), ("甲医院", GOOD, "110102", "口腔医院"),
                         ["institution_category_differs"]),
    "ownership": (("经济类型",), ("甲医院", GOOD, "110102", "99"),
                  ["institution_ownership_unknown"]),
    "status": (("状态",), ("甲医院", GOOD, "110102", "已合并"), ["import_status_unknown"]),
    "planned": (("状态",), ("甲医院", GOOD, "110102", "筹建"), ["institution_not_licensed_yet"]),
    "beds": (("床位",), ("甲医院", GOOD, "110102", "二十"), ["import_beds"]),
    "phone": (("预留手机",), ("甲医院", GOOD, "110102", "123"), ["phone_length"]),
    "person": (("负责人",), ("甲医院", GOOD, "110102", "李#明"), ["name_characters"]),
    "names": (("别名",), ("甲医院", GOOD, "110102", "；".join(map(str, range(51)))),
              ["import_too_many"]),
    "campus": (("所属机构",), ("甲医院", GOOD, "110102", "没有"), ["import_campus_of_unknown"]),
    "cells": ((), ("甲医院", GOOD), ["line_cells"]),
    "long cell": ((), ("长" * 2_001, GOOD, "110102"), ["cell_too_long"]),
}  # fmt: skip


@pytest.mark.parametrize("which", _BAD)
async def test_a_line_that_is_wrong_is_rejected_and_its_neighbours_are_recorded(
    world: World, which: str
) -> None:
    more, line, codes = _BAD[which]
    blank = [""] * len(more)
    before, after = (*use.rows(1, 50)[0], *blank), (*use.rows(1, 60)[0], *blank)
    found = await use.rejected(world, before, line, after, header=(*use.HEADER, *more))
    assert [(line, code) for line, _, code in found] == [("3", code) for code in codes]
    assert len(await use.on_record(world)) == 2


async def test_every_reason_of_a_line_is_told_at_once(world: World) -> None:
    header = (*use.HEADER, "等级", "床位数", "预留手机")
    line = ("", "4O" + GOOD[2:], "999999", "特级", "-1", "123")
    assert await use.rejected(world, line, header=header) == [
        ("2", "beds", "import_formula"),
        ("2", "registration_number", "institution_number_letter_o"),
        ("2", "reserved_phone", "phone_length"),
        ("2", "region", "region_unknown"),
        ("2", "level", "institution_level_unknown"),
        ("2", "name", "import_name_missing"),
        ("2", "beds", "import_beds"),
    ]


async def test_broken_bytes_are_rejected_by_line(world: World) -> None:
    content = use.table(*use.rows(2)) + b"\xe5\x8c,x,y\r\n"
    client = use.officer(world)
    told = await use.imported(world, content, client=client)
    assert use.counts(told) == (2, 0, 1)
    assert await use.rejects(client, told["id"]) == [["4", "", "line_bytes"]]


async def test_rejects_are_told_in_the_readers_language_without_anything_of_the_file(
    world: World,
) -> None:
    client = use.officer(world)
    lines = [("@SUM(1)", "4O" + GOOD[2:], "110102"), ("=秘密", GOOD, "+x")]
    told = await use.imported(world, use.table(*lines), client=client)
    chinese = (await client.get(f"{use.PATH}/{told['id']}/rejects")).text
    english = await world.client("authority", region="110000", language="en").get(
        f"{use.PATH}/{told['id']}/rejects"
    )
    assert chinese.splitlines()[0] == "\ufeff行号,列,代码,原因,怎么办"
    assert "可能混淆了" in chinese
    assert english.headers["content-type"] == "text/csv; charset=utf-8"
    assert english.text.lstrip("\ufeff").isascii()
    for answer in (chinese, english.text):
        assert "秘密" not in answer
        for row in csv.reader(io.StringIO(answer.lstrip("\ufeff"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


async def test_zones_are_regions_by_code_and_name(world: World) -> None:
    code = await world.zone("示例开发区", "110000")
    lines = [
        ("甲医院", use.number(1, code), code),
        ("乙医院", use.number(2, "110000"), "北京市示例开发区"),
    ]
    told = await use.imported(world, use.table(*lines))
    assert use.counts(told) == (2, 0, 0)


@pytest.mark.parametrize("by", ["name", "number"])
@pytest.mark.parametrize("chunk", [1, 100])
async def test_a_campus_is_recorded_under_what_it_is_part_of(
    world: World, by: str, chunk: int
) -> None:
    header = (*use.HEADER, "所属机构")
    (main,) = use.rows(1)
    campus = ("通州院区", use.number(2, "110112"), "110112", main[by == "number"].lower())
    told = await use.imported(world, use.table((*main, ""), campus, header=header), chunk=chunk)
    assert use.counts(told) == (2, 0, 0)
    found = (await world.client().get("/api/v1/institutions?q=第1示例")).json()["items"]
    assert [one["matched_name"] for one in found] == [None, "第1示例医院"]
    again = await use.imported(world, use.table(campus, header=header))
    assert use.counts(again) == (0, 1, 0)
    assert (await world.published("institution-changed"))[-1]["standard_id"] == found[0]["id"]


async def test_what_cannot_have_a_campus_is_told(world: World) -> None:
    main = await world.institution("北京示例医院", "110102")
    await world.institution("通州院区", "110112", campus_of=main)
    for _ in range(2):
        await world.institution("同名医院", "110102")
    await world.institution("外省医院", "130102")
    await use.imported(
        world,
        use.table((*use.rows(1, 90)[0], "已注销"), header=(*use.HEADER, "状态")),
    )
    lines = [
        (f"{name}院区", use.number(index), "110102", name)
        for index, name in enumerate(("通州院区", "同名医院", "外省医院", "第90示例医院", "没有"))
    ]
    found = await use.rejected(world, *lines, header=(*use.HEADER, "所属机构"))
    assert [code for _, _, code in found] == [
        "campus_of_campus",
        "import_campus_of_ambiguous",
        "campus_of_elsewhere",
        "campus_of_ended",
        "import_campus_of_unknown",
    ]
