"""Files as offices have them: CSV from old programs, workbooks, Chinese column names and labels."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from zhiye_contracts.identifiers import make_id_number, physician_qualification_certificate
from zhiye_qualifications.domain.columns import CHINESE, FIELDS

Make = Callable[..., dict[str, Any]]
FEED = "/api/v1/qualification-batches"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {
    "gender": "女",
    "id_type": "居民身份证",
    "profession": "护士",
    "category": "护士",
    "level": "护士",
    "education": "中专",
    "province": "北京",
    "route": "考试",
}


def workbook(rows: list[list[Any]], header: list[str] | None = None) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [header or list(CHINESE.values()), *rows]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(record: dict[str, Any], **changes: Any) -> list[Any]:
    return list(({name: record[name] for name in FIELDS} | changes).values())


def codes(batch: dict[str, Any]) -> list[tuple[int, list[tuple[str, str | None]]]]:
    return [
        (reject["line"], [(r["code"], r["field"]) for r in reject["reasons"]])
        for reject in batch["rejects"]
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("declared", [False, True])
async def test_a_csv_file_is_read_in_the_encoding_it_is_written_in_which_is_told(
    world: Any, record: Make, encoding: str, declared: bool
) -> None:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(CHINESE.values())
    table.writerows(cells(record(n), **LABELS) for n in range(1, 700))
    charset = f"; charset={encoding.removesuffix('-sig')}" if declared else ""
    response = await world.send(out.getvalue().encode(encoding), f"text/csv{charset}")
    assert response.status_code == 201, response.text
    batch = response.json()
    assert batch["counts"]["recorded"] == 699
    assert batch["encoding"] == ("gb18030" if encoding.startswith("gb") else "utf-8")
    (row,) = await world.rows("SELECT DISTINCT name, school, education FROM qualification")
    assert row == {"name": "王芳", "school": "北京护士学校", "education": "40"}


async def test_a_line_that_is_broken_in_the_files_encoding_is_rejected_with_its_number(
    world: Any, record: Make, csv_of: Callable[..., bytes]
) -> None:
    lines = csv_of([record(n) for n in range(1, 6)]).decode().encode("gb18030").split(b"\r\n")
    lines[3] = lines[3].replace("王芳".encode("gb18030"), b"\xff\xff")
    lines[4] = lines[4].replace("王芳".encode("gb18030"), "王芳".encode())  # is other characters
    batch = (await world.send(b"\r\n".join(lines), "text/csv")).json()
    assert batch["encoding"] == "gb18030"
    (first, *rest) = codes(batch)
    assert first == (4, [("gb18030_invalid", None)])
    assert batch["counts"]["recorded"] == 4 - len(rest)


async def test_formulas_in_a_csv_file_are_rejected_for_their_field(
    world: Any, record: Make, csv_of: Callable[..., bytes]
) -> None:
    records = [
        record(1, school='=HYPERLINK("http://x","y")'),
        record(2, major="@SUM(A1:A9)"),
        record(3, name="+王芳"),
        record(4),
    ]
    batch = (await world.send(csv_of(records), "text/csv")).json()
    assert codes(batch) == [
        (2, [("formula_not_allowed", "school")]),
        (3, [("formula_not_allowed", "major")]),
        (4, [("formula_not_allowed", "name")]),
    ]
    assert batch["counts"]["recorded"] == 1


async def test_numbers_that_a_spreadsheet_shortened_are_rejected_and_the_reason_is_told(
    world: Any, record: Make, csv_of: Callable[..., bytes]
) -> None:
    batch = (await world.send(csv_of([record(1, id_number="1.10105E+17")]), "text/csv")).json()
    assert codes(batch) == [(2, [("digits_lost", "id_number")])]


async def test_a_workbook_is_read_with_real_dates_labels_and_numbers(
    world: Any, record: Make
) -> None:
    rows = [
        cells(
            record(n),
            **LABELS,
            birth_date=date.fromisoformat(record(n)["birth_date"]),
            passed_on=datetime(2026, 6, 15),  # noqa: DTZ001 - as a workbook has it
            exam_year=2026.0,
            version=1,
            certificate_number=int(record(n)["certificate_number"]),
        )
        for n in range(1, 1203)
    ]
    rows[4] = [None] * len(FIELDS)
    response = await world.send(workbook(rows), XLSX)
    assert response.status_code == 201, response.text
    batch = response.json()
    assert batch["counts"]["recorded"] == 1201
    assert (batch["format"], batch["encoding"], batch["lines"]) == ("xlsx", None, 1203)
    assert batch["bytes_read"] == batch["bytes_expected"]
    (row,) = await world.rows("SELECT DISTINCT passed_on, exam_year FROM qualification")
    assert row == {"passed_on": date(2026, 6, 15), "exam_year": 2026}


async def test_a_workbook_may_be_compressed_and_have_english_columns(
    world: Any, record: Make
) -> None:
    content = gzip.compress(workbook([cells(record(1))], list(FIELDS)))
    headers = {"Content-Type": XLSX, "Content-Encoding": "gzip"}
    client = world.client("exam_centre", account_id="exam-centre")
    response = await client.post(FEED, content=content, headers=headers)
    assert response.json()["counts"]["recorded"] == 1


async def test_formulas_and_lost_digits_in_a_workbook_are_rejected_for_their_field(
    world: Any, record: Make
) -> None:
    rows = [
        cells(record(1), school='=CONCATENATE("北京","护士学校")'),
        cells(record(2), exam_year="=2000+26"),
        cells(record(3), id_number=int(record(3)["id_number"][:17]) * 10),
        cells(record(4)),
    ]
    batch = (await world.send(workbook(rows), XLSX)).json()
    assert codes(batch) == [
        (2, [("formula_not_allowed", "school")]),
        (3, [("formula_not_allowed", "exam_year")]),
        (4, [("digits_lost", "id_number")]),
    ]
    assert batch["counts"]["recorded"] == 1


async def test_a_faulty_header_of_a_workbook_is_told_as_that_of_a_csv_file(
    world: Any, record: Make
) -> None:
    header = list(CHINESE.values())
    header[2], header[5] = "姓名", "身分证号码"
    response = await world.send(workbook([cells(record(1))], header), XLSX)
    assert response.status_code == 422
    told = {(reason["code"], reason["field"]) for reason in response.json()["reasons"]}
    assert told == {
        ("csv_column_repeated", "name"),
        ("csv_column_missing", "gender"),
        ("csv_column_missing", "id_number"),
        ("csv_column_unknown", "column 6"),
    }
    assert await world.rows("SELECT 1 FROM batch") == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "body_empty"),
        (b"PK\x03\x04 no workbook", 422, "sheet_unreadable"),
        (b"name,gender", 422, "sheet_unreadable"),
    ],
)
async def test_what_is_no_workbook_is_refused(
    world: Any, content: bytes, status: int, code: str
) -> None:
    response = await world.send(content, XLSX)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_a_workbook_without_any_record_is_empty(world: Any) -> None:
    response = await world.send(workbook([]), XLSX)
    assert (response.status_code, response.json()["code"]) == (422, "body_empty")


async def test_a_workbook_beyond_the_limit_is_refused_before_it_is_all_taken(world: Any) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(2000):
            sent += 100_000
            yield b"x" * 100_000

    tracemalloc.start()
    response = await world.send(endless(), XLSX)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (response.status_code, response.json()["code"]) == (413, "workbook_too_big")
    assert sent < 70_000_000
    assert peak < 5_000_000


async def test_a_workbook_that_breaks_off_leaves_no_batch(world: Any, record: Make) -> None:
    content = workbook([cells(record(1))])
    client = world.client("exam_centre", account_id="exam-centre")
    headers = {"Content-Type": XLSX, "Content-Length": str(len(content) + 10)}
    response = await client.post(FEED, content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "body_truncated")
    assert await world.rows("SELECT 1 FROM batch") == []


@pytest.mark.parametrize("old", [False, True], ids=["27 characters", "24 characters"])
@pytest.mark.parametrize("route", ["考试", "认定"])
async def test_physicians_come_in_a_file_by_either_route_and_with_either_certificate(
    world: Any, record: Make, old: bool, route: str
) -> None:
    born = date(1970, 1, 2)
    person = make_id_number("110105", born, 2)
    fifteen = person[:6] + person[8:17]
    number = fifteen if old else person
    fields = cells(
        record(),
        **(LABELS | {"profession": "医师", "category": "临床", "level": "执业医师"}),
        id_number=number,
        birth_date="1970年1月2日",
        certificate_number=physician_qualification_certificate(1999, "11", "1", "10", number),
        exam_year=1999,
        passed_on="1999/12/1",
    )
    fields[list(FIELDS).index("route")] = route
    fields[list(FIELDS).index("admission_number")] = "" if route == "认定" else "19991100001"
    batch = (await world.send(workbook([fields]), XLSX)).json()
    assert batch["counts"]["recorded"] == 1, batch["rejects"]
    (row,) = await world.rows("SELECT profession, category, level, route FROM qualification")
    assert row == {
        "profession": "physician",
        "category": "1",
        "level": "1",
        "route": "recognition" if route == "认定" else "exam",
    }
    again = (await world.send(workbook([fields]), XLSX)).json()
    assert again["counts"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("language", "first"), [("zh", "行号"), ("en", "line")], ids=["chinese", "english"]
)
async def test_rejects_come_as_a_table_in_the_readers_language(
    world: Any, record: Make, language: str, first: str
) -> None:
    bad = [record(n, gender="1", education="99") for n in range(1, 3)]
    fed = await world.feed(*bad, record(3))
    client = world.client("exam_centre", language, account_id="exam-centre")
    response = await client.get(fed["rejects_url"], params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].endswith('.csv"')
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert header[0] == first
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("1", "gender", "gender_differs"),
        ("1", "education", "code_unknown"),
        ("2", "gender", "gender_differs"),
        ("2", "education", "code_unknown"),
    ]
    assert rows[0][1] == "2026*********01"
    chinese = "性别与身份证号" in rows[0][5]
    assert chinese == (language == "zh")


async def test_no_cell_of_the_table_of_rejects_is_a_formula(world: Any, record: Make) -> None:
    evil = record(1) | {"certificate_number": "-2+3-cmd", "=1+1": "x", "admission_number": "+1234"}
    fed = await world.feed(evil)
    client = world.client("exam_centre", account_id="exam-centre")
    response = await client.get(fed["rejects_url"], params={"format": "csv"})
    _, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert rows
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
