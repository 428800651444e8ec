"""Filings at a further institution (多执业机构备案, Q10) are brought in; whatever cells say."""

from __future__ import annotations

import random
from datetime import date

import pytest
from services.registration.tests import nurse_imports as use
from services.registration.tests.physician_imports import HEAD, MORE, id_number, imported, line
from services.registration.tests.physicians import Physicians
from sqlalchemy import text

from zhiye_registration.application.import_registrations import importer


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


FILED = {"起始日期": "2026-01-01", "终止日期": "2027-12-31"}


def filed(serial, **changes):
    return {"姓名": "李明", "身份证号": id_number(serial)} | FILED | changes


async def filings_imported(world, *lines, institution="HOSPITAL2", **query):
    head = dict.fromkeys(name for one in lines for name in one)
    return await use.imported(
        world, use.sheet(lines, head), institution=institution, subject="filings", **query
    )


async def filings(world):
    async with world.kit.database.reading() as connection:
        return list(
            await connection.execute(
                text("SELECT * FROM practice_filing ORDER BY from_on DESC, scopes")
            )
        )


async def test_existing_filings_are_brought_in_after_the_registrations(world, p):
    await imported(world, line(1), line(2, 执业范围="内科、外科"))
    lines = [
        filed(1, 备案机构="北京另一医院", 科室="内科"),
        filed(2, 执业范围="外科专业"),
        filed(2, 执业范围="外科专业", 起始日期="2024-01-01", 终止日期="2025-12-31"),
    ]
    dry = await filings_imported(world, *lines, dry_run="true")
    assert (use.counts(dry), await filings(world)) == (("done", 3, 0, 0), [])
    one = await filings_imported(world, *lines)
    assert (use.counts(one), one["subject"]) == (("done", 3, 0, 0), "filings")
    first, second, over = await filings(world)
    assert (first.institution_id, first.region, first.scopes) == ("HOSPITAL2", "110102", ["11"])
    assert (first.from_on, first.until_on) == (date(2026, 1, 1), date(2027, 12, 31))
    assert (first.department, first.status, first.authority_id) == ("03", "in_force", "XICHENG")
    assert (second.scopes, over.until_on) == (["12"], date(2025, 12, 31))
    assert use.counts(await filings_imported(world, *lines)) == ("done", 0, 3, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"终止日期": "2025-12-31"}, ("until_on", "import_filing_period")),
        ({"起始日期": ""}, ("from_on", "import_cell_missing")),
        ({"姓名": "张三"}, ("name", "import_name_differs")),
        ({"执业范围": "外科"}, ("scopes", "import_scopes_not_registered")),
        ({"执业范围": "厨艺"}, ("scopes", "import_code_unknown")),
        ({"备案机构": "别的医院"}, ("institution_name", "import_institution_other")),
        ({"身份证号": id_number(7)}, ("id_number", "import_not_in_location")),
    ],
)
async def test_a_filing_is_rejected_with_its_reason(world, p, changes, reason):
    await imported(world, line(1))
    one = await filings_imported(world, filed(1, **changes))
    assert await use.rejects(world, one) == [reason]
    assert await filings(world) == []


async def test_nobody_is_filed_twice_at_once_nor_at_the_main_institution(world, p):
    await imported(world, line(1), line(2, 级别="助理医师"))
    at_main = await filings_imported(world, filed(1), institution="HOSPITAL")
    assert await use.rejects(world, at_main) == [("id_number", "import_main_here")]
    one = await filings_imported(world, filed(1), filed(1), filed(1, 起始日期="2027-06-01"))
    assert await use.rejects(world, one) == [
        ("from_on", "import_repeated"),
        ("from_on", "import_filed_already"),
    ]
    again = await filings_imported(world, filed(1, 终止日期="2028-12-31"))
    assert await use.rejects(world, again) == [("from_on", "import_filed_already")]
    assert len(await filings(world)) == 1


async def test_a_filing_never_crosses_the_location(world, p):
    """An assistant's is a county (Q10.2)."""
    await imported(world, line(1, 级别="助理医师"))
    chaoyang = await use.upload(
        world,
        world.BEIJING,
        use.sheet([filed(1)], filed(1)),
        "CHAOYANG-HOSPITAL",
        subject="filings",
    )
    assert await importer(world.kit).work()
    found = (await world.call(world.BEIJING, "GET", chaoyang.headers["Location"])).json()
    assert use.counts(found) == ("done", 0, 0, 1)


_CELLS = (
    *("9" * 99, "=1+1", "、、、", "内科" * 30, "😀", "0001-01-01", "9999-12-31", "NULL", "'; DROP"),
    *("١٢٣", "²", "1e308", "-", "－", "11", "临床", "备案", "注销", "在册", "2026-01-01", "退休"),
    *("死亡", "医师", "\u2028", "110101198501010017", "a\\u0000b", '{"a"', "true", ""),
)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_cells_say_every_line_is_recorded_or_rejected(world, p, seed):
    draw = random.Random(seed)
    head = (*HEAD, *MORE, "毕业学校", "业务类型", "性别", "出生日期", "民族", "学位", "毕业时间")
    lines = [line(n) | {draw.choice(head): draw.choice(_CELLS) for _ in "12"} for n in range(150)]
    one = await use.imported(world, use.sheet(lines, head), profession="physician")
    assert (one["state"], one["recorded"] + one["rejected"]) == ("done", 150)
    names = (*filed(0), "执业范围", "科室", "备案机构")
    await imported(world, *(line(n) for n in range(200, 350)))
    given = [filed(200 + n) | {draw.choice(names): draw.choice(_CELLS)} for n in range(150)]
    one = await use.imported(
        world, use.sheet(given, names), institution="HOSPITAL2", subject="filings"
    )
    assert (one["state"], one["recorded"] + one["rejected"]) == ("done", 150)
    assert one["recorded"]
