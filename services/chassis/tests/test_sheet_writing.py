"""Tables that people take away: what is in them, and what spreadsheet programs make of it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from zhiye_chassis.sheets import open_sheet
from zhiye_chassis.sheets.writing import Row, csv_rows, download, neutral, xlsx_file

HEAD = ("姓名", "证书编号", "截止日期", "剩余天数")


async def given(*rows: Row) -> AsyncIterator[Row]:
    for row in rows:
        yield row


async def as_csv(*rows: Row, head: Any = HEAD) -> bytes:
    return b"".join([piece async for piece in csv_rows(head, given(*rows))])


async def as_xlsx(*rows: Row, head: Any = HEAD) -> Any:
    with await xlsx_file(head, given(*rows)) as file:
        return load_workbook(io.BytesIO(file.read()))


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


ROW: Row = ("王芳", "202611000017", date(2026, 12, 31), -3)


async def test_a_csv_begins_with_a_byte_order_mark_and_its_head() -> None:
    content = await as_csv(ROW)
    assert content.startswith(b"\xef\xbb\xbf")
    assert cells(content) == [list(HEAD), ["王芳", "202611000017", "2026-12-31", "-3"]]


async def test_a_workbook_keeps_dates_and_numbers_and_the_digits_of_identifiers() -> None:
    book = await as_xlsx(ROW)
    (head, row) = book.active.iter_rows(values_only=True)
    assert head == HEAD
    assert row == ("王芳", "202611000017", datetime.fromisoformat("2026-12-31"), -3)
    assert book.active.freeze_panes == "A2"


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+86", "-1+1", "@SUM(A1)", "\t=1+1", "\r\n=1+1", " =1+1", "\x00=1+1", "＝1+1", "＠x"],
)
async def test_what_was_typed_is_never_a_formula(typed: str) -> None:
    assert neutral(typed).startswith("'")
    (_, row) = cells(await as_csv((typed, "", None, 0)))
    assert row[0].startswith("'")
    book = await as_xlsx((typed, "", None, 0))
    cell = book.active["A2"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")


async def test_control_characters_and_broken_lines_stay_out_of_both() -> None:
    row = ("一\x07行\r\n两行", "a\x00b", None, 1)
    assert cells(await as_csv(row))[1] == ["一 行 两行", "a b", "", "1"]
    assert (await as_xlsx(row)).active["A2"].value == "一 行 两行"


async def test_instants_are_told_in_the_time_of_china() -> None:
    row = (datetime(2026, 11, 23, 18, 30, tzinfo=UTC), "", None, 0)
    assert cells(await as_csv(row))[1][0] == "2026-11-24 02:30:00"
    assert (await as_xlsx(row)).active["A2"].value == datetime.fromisoformat("2026-11-24T02:30")


async def test_what_is_written_can_be_read_again() -> None:
    columns = {
        "name": ("姓名",),
        "number": ("证书编号",),
        "until": ("截止日期",),
        "left": (HEAD[3],),
    }
    content = await as_csv(*[ROW] * 450)
    with await xlsx_file(HEAD, given(*[ROW] * 450)) as file:
        book = file.read()
    for data, kind in ((content, "csv"), (book, "xlsx")):
        sheet = open_sheet(io.BytesIO(data), kind, len(data), columns, ["name"])  # type: ignore[arg-type]
        lines = list(sheet.lines(0, 0))
        assert len(lines) == 450
        assert lines[-1].cells == {
            "name": "王芳",
            "number": "202611000017",
            "until": "2026-12-31",
            "left": "-3",
        }


async def test_an_empty_list_is_a_head() -> None:
    assert cells(await as_csv()) == [list(HEAD)]
    assert (await as_xlsx()).active.max_row == 1


async def test_a_download_is_named_in_chinese_and_not_kept() -> None:
    answer = await download("csv", "本院护士-2026", HEAD, given(ROW))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"-2026.csv\"; filename*=UTF-8''"
        "%E6%9C%AC%E9%99%A2%E6%8A%A4%E5%A3%AB-2026.csv"
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_fails_at_once_is_not_half_a_file(kind: Any) -> None:
    async def failing() -> AsyncIterator[Row]:
        if kind:
            raise ZeroDivisionError
        yield ROW

    with pytest.raises(ZeroDivisionError):
        await download(kind, "x", HEAD, failing())
