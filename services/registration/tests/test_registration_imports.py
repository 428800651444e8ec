"""An institution's present nurses are brought in from a file: dry run, rejects, going on."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from services.registration.tests.businesses import TODAY, Businesses
from sqlalchemy import text

from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.application.import_registrations import importer

PATH = "/api/v1/registration-imports"
HEAD = ("姓名", "身份证号", "护士证号", "有效期截止日期")
MORE = ("科室", "技术职称", "学历", "毕业学校", "执业状态", "注销日期", "注销理由", "首次注册日期")


@pytest.fixture
async def b(world):
    return await Businesses(world).open()


def line(serial: int, **changes: str) -> dict[str, str]:
    """A nurse as a hospital's list has her."""
    born = date(1985, 1, 1) + timedelta(days=serial // 300)
    given = {
        "姓名": "李红",
        "身份证号": make_id_number("110101", born, serial % 300),
        "护士证号": f"201911{serial:06d}",
        "有效期截止日期": "2029-05-01",
        "科室": "病房",
        "技术职称": "主管护师",
        "学历": "大学专科",
        "毕业学校": "北京护士学校",
    }
    return given | changes


def sheet(lines: Iterable[Mapping[str, str]], head: Iterable[str] = (*HEAD, *MORE)) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(head), restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return file.getvalue().encode()


async def upload(
    world: Any,
    who: Any,
    content: bytes,
    institution: str = "HOSPITAL",
    kind: str = "text/csv",
    **query: str,
) -> Any:
    rest = "".join(f"&{name}={value}" for name, value in query.items())
    return await world.http.post(
        f"{PATH}?institution_id={institution}{rest}",
        content=content,
        headers={"Authorization": world._token_for(who), "Content-Type": kind},
    )


async def imported(world: Any, content: bytes, chunk: int = 500, **query: str) -> dict[str, Any]:
    """The import once it is over."""
    taken = await upload(world, world.XICHENG, content, **query)
    assert taken.status_code == 202, taken.text
    assert await importer(world.kit, chunk).work()
    path = taken.headers["Location"]
    found: dict[str, Any] = (await world.call(world.XICHENG, "GET", path)).json()
    return found


def counts(one: Mapping[str, Any]) -> tuple[str, int, int, int]:
    return one["state"], one["recorded"], one["unchanged"], one["rejected"]


async def rejects(world: Any, one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Column and code of each reject, in order."""
    answer = await world.call(world.XICHENG, "GET", f"{PATH}/{one['id']}/rejects")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert all(row[3] and row[4] for row in rows[1:])
    return [(row[1], row[2]) for row in rows[1:]]


async def test_the_nurses_of_a_hospital_are_on_its_roster_after_the_import(world, b):
    gone = {"执业状态": "注销", "注销日期": "2025-03-01", "注销理由": "死亡"}
    one = await imported(world, sheet([line(1), line(2), line(3, **gone)]))
    assert counts(one) == ("done", 3, 0, 0)
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?list=all")).json()
    assert page["total"] == 3
    found = {item["certificate_number"]: item for item in page["items"]}
    nurse = found["201911000001"]
    assert (nurse["name"], nurse["department_label"], nurse["title_label"]) == (
        "李红",
        "病房",
        "主管护师",
    )
    assert (nurse["valid_until"], nurse["status"]) == ("2029-05-01", "registered")
    assert found["201911000003"]["status"] == "cancelled"
    by_pinyin = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?q=lihong")).json()
    assert len(by_pinyin["items"]) == 2
    events = await world.events("registration-changed")
    assert len(events) == 3
    assert not any(event["business_completed"] for event in events)


async def test_a_dry_run_checks_everything_and_records_nothing(world, b):
    content = sheet([line(1), line(1), line(2, 科室="厨房")])
    one = await imported(world, content, dry_run="true")
    assert counts(one) == ("done", 1, 0, 2)
    assert await rejects(world, one) == [
        ("id_number", "import_repeated"),
        ("department", "import_code_unknown"),
    ]
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?list=all")).json()
    assert page["total"] == 0


async def test_sending_a_file_again_changes_nothing(world, b):
    content = sheet([line(n) for n in range(5)])
    assert counts(await imported(world, content)) == ("done", 5, 0, 0)
    assert counts(await imported(world, content)) == ("done", 0, 5, 0)
    differing = sheet([line(0, 技术职称="护师", 有效期截止日期="2030-01-01")])
    one = await imported(world, differing)
    assert await rejects(world, one) == [
        ("valid_until", "import_differs"),
        ("title", "import_differs"),
    ]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"姓名": ""}, [("name", "import_cell_missing")]),
        ({"身份证号": "110101198501010000"}, [("id_number", "id_number_check_digit")]),
        ({"护士证号": "2019110000O1"}, [("certificate_number", "certificate_letter_o")]),
        ({"有效期截止日期": "2029-13-01"}, [("valid_until", "import_date")]),
        ({"有效期截止日期": "1970-01-01"}, [("registered_on", "import_date_order")]),
        ({"首次注册日期": "2027-01-01"}, [("registered_on", "import_date_order")]),
        ({"执业状态": "注销"}, [("cancelled_on", "import_cancelled_how")]),
        ({"注销理由": "死亡"}, [("cancelled_on", "import_cancelled_how")]),
        ({"执业状态": "休假"}, [("status", "import_code_unknown")]),
        ({"学历": "博士后"}, [("education", "import_code_unknown")]),
        ({"毕业学校": "=1+1"}, [("school", "import_formula")]),
        ({"毕业学校": "长" * 101}, [("school", "import_too_long")]),
    ],
)
async def test_every_reject_names_column_and_reason(world, b, changes, reasons):
    one = await imported(world, sheet([line(1, **changes), line(2)]))
    assert counts(one) == ("done", 1, 0, 1)
    assert await rejects(world, one) == reasons


async def test_who_is_registered_elsewhere_is_not_brought_in_and_nobody_learns_where(world, b):
    await b.nurse(TODAY + timedelta(days=100), institution_id="HOSPITAL2")
    other = line(1, 身份证号=world.id_number(101))
    one = await imported(world, sheet([other]))
    assert await rejects(world, one) == [("id_number", "import_registered_elsewhere")]
    answer = await world.call(world.XICHENG, "GET", f"{PATH}/{one['id']}/rejects")
    assert "另一" not in answer.text


async def test_a_certificate_of_somebody_else_and_a_name_that_is_not_the_exam_s(world, b):
    other = await b.registration(await b.nurse())
    await world.nurse(700)
    content = sheet(
        [line(1, 护士证号=b.number(other)), line(2, 身份证号=world.id_number(700), 姓名="张三")]
    )
    one = await imported(world, content)
    assert await rejects(world, one) == [
        ("certificate_number", "import_certificate_taken"),
        ("name", "import_name_differs"),
    ]


async def test_certificates_given_out_later_have_higher_serials(world, b):
    year = TODAY.year
    await imported(world, sheet([line(1, 护士证号=f"{year}11004711")]))
    done = await world.registered(await world.nurse())
    assert done["state"] == "approved"
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster")).json()
    numbers = {item["certificate_number"] for item in page["items"]}
    assert f"{year}11004712" in numbers


async def test_a_workbook_does_as_well_as_a_csv_file(world, b):
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append([line(1)[name] for name in HEAD])
    file = io.BytesIO()
    book.save(file)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    taken = await upload(world, world.XICHENG, file.getvalue(), kind=kind)
    assert taken.status_code == 202, taken.text
    assert await importer(world.kit).work()
    found = (await world.call(world.XICHENG, "GET", taken.headers["Location"])).json()
    assert counts(found) == ("done", 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "sheet_empty"),
        ("姓名,身份证号\n".encode(), 422, "column_missing"),
        ("姓名,身份证号,护士证号,有效期截止日期,体重\n".encode(), 422, "column_unknown"),
    ],
)
async def test_a_file_that_is_none_is_refused_at_once(world, b, content, status, code):
    answer = await upload(world, world.XICHENG, content)
    assert answer.status_code == status, answer.text
    assert code in world.codes(answer)


async def test_only_the_authority_over_the_institution_brings_its_nurses_in(world, b):
    content = sheet([line(1)])
    assert (await upload(world, world.HEBEI, content)).status_code == 404
    assert (await upload(world, world.BEIJING, content)).status_code == 202
    assert (await upload(world, world.OPERATOR, content)).status_code == 202
    assert (await upload(world, world.XICHENG, content, "NOWHERE")).status_code == 404
    refused = await upload(world, world.HOSPITAL, content)
    assert (refused.status_code, world.codes(refused)) == (403, ["role_forbidden"])


async def test_an_institution_reads_what_was_brought_in_about_it_and_no_more(world, b):
    one = await imported(world, sheet([line(1)]))
    path = f"{PATH}/{one['id']}"
    assert (await world.call(world.HOSPITAL, "GET", path)).status_code == 200
    assert (await world.call(world.HOSPITAL, "GET", f"{path}/rejects")).status_code == 200
    for who in (world.OTHER_HOSPITAL, world.HEBEI):
        for rest in ("", "/rejects"):
            assert (await world.call(who, "GET", path + rest)).status_code == 404
    assert (await world.call(world.OTHER_HOSPITAL, "GET", PATH)).json()["items"] == []
    answer = await world.call(world.HEBEI, "POST", f"{path}/cancellation")
    assert answer.status_code == 404


async def test_what_is_over_is_not_cancelled(world, b):
    one = await imported(world, sheet([line(1)]))
    answer = await world.call(world.XICHENG, "POST", f"{PATH}/{one['id']}/cancellation")
    assert (answer.status_code, world.codes(answer)) == (409, ["import_over"])


async def test_an_import_goes_on_where_a_crash_ended_it(world, b):
    content = sheet([line(n) for n in range(25)])
    taken = await upload(world, world.XICHENG, content)
    killed = asyncio.create_task(importer(world.kit, 4).work())
    path = taken.headers["Location"]
    async with asyncio.timeout(20):
        while (await world.call(world.XICHENG, "GET", path)).json()["recorded"] < 4:  # noqa: ASYNC110
            await asyncio.sleep(0)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    world.clock.instant += timedelta(seconds=61)
    assert await importer(world.kit, 7).work()
    found = (await world.call(world.XICHENG, "GET", path)).json()
    assert counts(found) == ("done", 25, 0, 0)
    async with world.kit.database.reading() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM registration"))
        history = await connection.scalar(text("SELECT count(*) FROM registration_history"))
    assert (rows, history) == (25, 25)


async def test_two_imports_of_one_file_at_once_record_everybody_once(world, b):
    content = sheet([line(n) for n in range(40)])
    for _ in range(2):
        assert (await upload(world, world.XICHENG, content)).status_code == 202
    await asyncio.gather(importer(world.kit, 10).work(), importer(world.kit, 10).work())
    items = (await world.call(world.XICHENG, "GET", PATH)).json()["items"]
    assert sum(item["recorded"] for item in items) == 40
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM registration")) == 40


async def test_two_thousand_nurses_come_in_within_seconds(world, b):
    content = sheet([line(n) for n in range(2_000)])
    began = time.monotonic()
    assert counts(await imported(world, content)) == ("done", 2_000, 0, 0)
    assert time.monotonic() - began < 30
