"""Uploaded tables: what is read of them, and what is refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from zhiye_chassis.sheets import Format, Line, format_of, open_sheet
from zhiye_contracts.reasons import Refused

COLUMNS = {"name": ("名称", "机构名称"), "number": ("登记号",), "beds": ("床位数",)}
HEADER = "名称,登记号,床位数\n"


def read(content: bytes, file_format: Format = "csv", after: tuple[int, int] = (0, 0)) -> Any:
    sheet = open_sheet(io.BytesIO(content), file_format, len(content), COLUMNS, ["name", "number"])
    return list(sheet.lines(*after))


def faults(content: bytes, file_format: Format = "csv") -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as caught:
        read(content, file_format)
    for reason in caught.value.reasons:
        assert reason.next_step.zh
        assert reason.next_step.en.isascii()
    return [(reason.code, reason.field) for reason in caught.value.reasons]


def codes(line: Line) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in line.reasons]


def workbook(*rows: Any, **sheets: Any) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title in sheets:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, part: str, replace: Any) -> bytes:
    """A workbook with one part written anew, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in {*old.namelist(), part}:
            inside = old.read(name) if name in old.namelist() else b""
            new.writestr(name, replace(inside) if name == part else inside)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_csv_is_read_in_the_encodings_that_spreadsheet_programs_write(encoding: str) -> None:
    (line,) = read((HEADER + " 医院 ,A1,20\n").encode(encoding))
    assert line.cells == {"name": "医院", "number": "A1", "beds": "20"}
    assert (line.number, line.end) == (2, len((HEADER + " 医院 ,A1,20\n").encode(encoding)))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_under_an_english_header_the_lines_tell_the_encoding(encoding: str) -> None:
    """Although 医院 in GB18030 is two letters in UTF-8."""
    (line,) = read("Name,NUMBER\n医院,A1\n".encode(encoding))
    assert line.cells == {"name": "医院", "number": "A1"}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_separate_cells_too(delimiter: str) -> None:
    (line,) = read((HEADER + "医院,A1,20\n").replace(",", delimiter).encode())
    assert line.cells["number"] == "A1"


def test_columns_are_known_whatever_their_order_case_width_and_marks() -> None:
    (line,) = read(b"Beds*,\xe5\x90\x8d \xe7\xa7\xb0,\xef\xbc\xae\xef\xbc\xb5MBER,,\n1,a,b,,\n")
    assert line.cells == {"beds": "1", "name": "a", "number": "b"}


def test_quoted_cells_blank_lines_and_windows_line_ends_are_read() -> None:
    lines = read((HEADER + '"甲,乙 ""丙""",A1,\r\n\r\n,,\r\n丁,A2,3').encode())
    assert [(one.number, one.cells["name"]) for one in lines] == [(2, '甲,乙 "丙"'), (5, "丁")]


def test_every_fault_of_a_header_is_told_at_once() -> None:
    assert faults("名称,机构名称,颜色,床位数\n".encode()) == [
        ("column_repeated", "name"),
        ("column_unknown", "column 3"),
        ("column_missing", "number"),
    ]


def test_a_name_that_may_be_a_value_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(Refused) as caught:
        read("王明,13800138000\n".encode())
    assert not any("王明" in str(reason) or "138" in str(reason) for reason in caught.value.reasons)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (b"\xef\xbb\xbf\r\n", "sheet_empty"),
        (b",,,\n", "sheet_empty"),
        (HEADER.encode("utf-16"), "sheet_encoding"),
        (HEADER.encode("utf-16-le"), "sheet_encoding"),
        (b"\x89\xff\xff\xff,\xff\n", "sheet_encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "sheet_old_format"),
    ],
    ids=["nothing", "a mark", "commas", "utf-16", "utf-16-le", "noise", "xls"],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, code: str) -> None:
    assert faults(content)[0][0] == code


def test_broken_bytes_are_named_by_their_line_and_the_others_are_read() -> None:
    lines = read(HEADER.encode() + b"\xe5\x8c,A1,1\n" + "医院,A2,2\n".encode())
    assert [(one.number, codes(one)) for one in lines] == [
        (2, [("line_bytes", None)]),
        (3, []),
    ]


def test_lines_that_cannot_be_read_are_told_one_by_one() -> None:
    long = "长" * 2_001
    text = HEADER + f'"甲,A1,1\n乙,A2\n丙,A3,1,2\n{long},A4,1\n丁\x07,A5,1\n戊,A6,1\n'
    assert [(one.number, codes(one)) for one in read(text.encode())] == [
        (2, [("line_quotes", None)]),
        (3, [("line_cells", None)]),
        (4, [("line_cells", None)]),
        (5, [("cell_too_long", "name")]),
        (6, [("cell_characters", "name")]),
        (7, []),
    ]


def test_a_giant_line_is_told_and_never_held_in_memory() -> None:
    content = HEADER.encode() + b"x" * 20_000_000 + b"\n" + "医院,A1,1\n".encode()
    file = io.BytesIO(content)
    sheet = open_sheet(file, "csv", len(content), COLUMNS, ["name"])
    tracemalloc.start()
    lines = list(sheet.lines(0, 0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [codes(one) for one in lines] == [[("line_too_long", None)], []]
    assert lines[1].end == len(content)
    assert peak < 2_000_000


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_reading_goes_on_after_any_line(file_format: Format) -> None:
    rows = [("名称", "登记号"), ("甲", "A1"), (None, None), ("乙", "A2"), ("丙", "A3")]
    content = (
        workbook(*rows)
        if file_format == "xlsx"
        else "\n".join(",".join(cell or "" for cell in row) for row in rows).encode("gb18030")
    )
    whole = read(content, file_format)
    assert [one.number for one in whole] == [2, 4, 5]
    for place, line in enumerate(whole, 1):
        assert read(content, file_format, (line.number, line.end)) == whole[place:]


def test_a_workbook_is_read_as_its_cells_are_shown() -> None:
    content = workbook(
        ["名称", "登记号", "床位数", None],
        ["医院", 110102, 20.0],
        [datetime(2026, 1, 2), True, 1.5],  # noqa: DTZ001 - as workbooks have them
        [date(2026, 1, 2), "  A1 ", None],
    )
    assert [list(one.cells.values()) for one in read(content, "xlsx")] == [
        ["医院", "110102", "20"],
        ["2026-01-02", "True", "1.5"],
        ["2026-01-02", "A1", ""],
    ]
    assert format_of(content) == "xlsx"
    assert format_of(b"a,b") == "csv"


def test_of_a_formula_the_saved_value_is_read_and_nothing_is_computed() -> None:
    content = workbook(["名称", "登记号"], ["=1+1", "A1"])
    assert read(content, "xlsx")[0].cells["name"] == ""
    saved = repacked(
        content,
        SHEET,
        lambda xml: (
            xml.replace(b"<v></v>", b"<v>7</v>")
            .replace(b"<v />", b"<v>7</v>")
            .replace(b"<v/>", b"<v>7</v>")
        ),
    )
    assert read(saved, "xlsx")[0].cells["name"] == "7"


def test_the_first_sheet_of_a_workbook_is_read_whatever_size_it_claims() -> None:
    content = workbook(["名称", "登记号"], ["甲", "A1"], ["乙", "A2"], another=1)
    lying = repacked(content, SHEET, lambda xml: xml.replace(b"A1:B3", b"A1:A1"))
    assert [one.cells["number"] for one in read(lying, "xlsx")] == ["A1", "A2"]
    beyond = repacked(content, SHEET, lambda xml: xml.replace(b"A1:B3", b"A1:XFD1048576"))
    assert [one.cells["number"] for one in read(beyond, "xlsx")] == ["A1", "A2"]


def test_the_header_of_a_workbook_is_checked_like_any_other() -> None:
    assert faults(workbook(["名称", "颜色"]), "xlsx") == [
        ("column_unknown", "column 2"),
        ("column_missing", "number"),
    ]
    assert faults(workbook(), "xlsx") == [("sheet_empty", None)]
    assert faults(workbook([f"c{n}" for n in range(100)]), "xlsx") == [("column_unknown", None)]


def _entities(xml: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return bomb + xml


GOOD = workbook(["名称", "登记号"], ["甲", "A1"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 no archive at all", "sheet_unreadable"),
        (GOOD[: len(GOOD) // 2], "sheet_unreadable"),
        (repacked(GOOD, "[Content_Types].xml", lambda _: b"<"), "sheet_unreadable"),
        (repacked(GOOD, "xl/workbook.xml", lambda _: b"<workbook/>"), "sheet_unreadable"),
        (repacked(GOOD, SHEET, _entities), "sheet_unreadable"),
        (repacked(GOOD, SHEET, lambda _: b"<x>" + b"9" * 500_000_000), "sheet_too_big"),
        (repacked(GOOD, "xl/sharedStrings.xml", lambda _: b"<a/>" * 20_000_000), "sheet_too_big"),
        (
            repacked(GOOD, SHEET, lambda xml: xml.replace(b"A1<", b"9" * 300_000 + b"<")),
            "sheet_too_big",
        ),
    ],
    ids=[
        *("noise", "half", "no manifest", "no sheet", "entities"),
        *("bomb", "many strings", "a huge cell"),
    ],
)
def test_a_workbook_that_is_broken_or_would_burst_is_refused(content: bytes, code: str) -> None:
    assert faults(content, "xlsx") == [(code, None)]


def test_a_workbook_that_breaks_further_down_is_refused_there() -> None:
    content = workbook(["名称", "登记号"], *(["甲", f"A{n}"] for n in range(5_000)))
    broken = repacked(content, SHEET, lambda xml: xml[: xml.index(b"<row", len(xml) // 2)])
    sheet = open_sheet(io.BytesIO(broken), "xlsx", len(broken), COLUMNS, ["name"])
    lines = sheet.lines(0, 0)
    assert next(lines).cells["number"] == "A0"
    with pytest.raises(Refused) as caught:
        list(lines)
    assert caught.value.reasons[0].code == "sheet_unreadable"


def test_a_row_far_below_the_last_that_there_can_be_is_refused() -> None:
    far = repacked(GOOD, SHEET, lambda xml: xml.replace(b'<row r="2">', b'<row r="99999999999">'))
    assert far != GOOD
    with pytest.raises(Refused) as caught:
        read(far, "xlsx")
    assert caught.value.reasons[0].code == "sheet_too_big"
