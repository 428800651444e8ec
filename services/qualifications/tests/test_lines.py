"""A streamed body as lines, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.adapters.lines import (
    CsvSource,
    Header,
    csv_cells,
    encoding_of,
    json_fields,
    lines,
)
from zhiye_qualifications.domain.columns import CHINESE, FIELDS

HEADER = ",".join(FIELDS).encode()


async def pieces(data: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    at = 0
    for cut in sorted({min(cut, len(data)) for cut in cuts}):
        yield data[at:cut]
        at = cut
    yield data[at:]


async def read(data: bytes, cuts: list[int], longest: int = 20) -> list[tuple[int, bytes | None]]:
    return [line async for line in lines(pieces(data, cuts), longest)]


@given(
    st.lists(st.text("ab\r ,", max_size=30).map(str.encode), max_size=8),
    st.lists(st.integers(0, 200), max_size=10),
)
async def test_lines_are_the_same_however_the_body_is_cut(
    parts: list[bytes], cuts: list[int]
) -> None:
    expected = [
        (number, part.strip() if len(part) <= 20 else None)
        for number, part in enumerate(parts, 1)
        if part.strip() or len(part) > 20
    ]
    assert await read(b"\n".join(parts), cuts) == expected


@pytest.mark.parametrize("cuts", [[], [1], [2], [1, 2, 3]])
async def test_a_byte_order_mark_is_tolerated_wherever_it_is_cut(cuts: list[int]) -> None:
    assert await read(b"\xef\xbb\xbfone\ntwo", cuts) == [(1, b"one"), (2, b"two")]


async def test_a_line_too_long_is_told_once_and_the_rest_goes_on() -> None:
    assert await read(b"a\n" + b"x" * 1000 + b"\nb", list(range(0, 1000, 7))) == [
        (1, b"a"),
        (2, None),
        (3, b"b"),
    ]


async def test_a_line_too_long_at_the_end_is_told() -> None:
    assert await read(b"a\n" + b"x" * 1000, [500]) == [(1, b"a"), (2, None)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"name": "\xff"}', "utf8_invalid"),
        (b'{"name": ', "json_invalid"),
        (b'{"name": "\\ud800"}', "json_invalid"),
        (b"[" * 5000, "json_invalid"),
        (b"[1]", "record_not_object"),
        (b"null", "record_not_object"),
    ],
)
def test_a_line_that_is_no_json_object_has_its_reason(line: bytes, code: str) -> None:
    found = json_fields(line)
    assert isinstance(found, Reason)
    assert found.code == code


async def csv_records(data: bytes, charset: str | None = None, before: int = 0) -> list[Any]:
    source = CsvSource(pieces(data, [3, 50, 1000]), charset)
    return [item async for item in source.records(before)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\xff" + b"," * 17, "utf8_invalid"),
        (b'"open' + b"," * 17, "csv_quotes"),
        (b'"a"b' + b"," * 17, "csv_quotes"),
        (b"one,two", "csv_cells"),
        (b"," * 18, "csv_cells"),
    ],
)
async def test_a_line_that_is_no_csv_record_has_its_reason(line: bytes, code: str) -> None:
    ((number, found),) = await csv_records(HEADER + b"\n" + line)
    assert number == 2
    assert isinstance(found, Reason)
    assert found.code == code


async def test_csv_columns_come_in_any_order_and_cells_may_be_quoted() -> None:
    header = ",".join(reversed(FIELDS)).encode()
    line = b'1,exam,"a,b","say ""x""",' + b"," * 13
    ((_, fields),) = await csv_records(header + b"\n" + line)
    assert isinstance(fields, dict)
    assert fields["version"] == "1"
    assert fields["admission_number"] == "a,b"
    assert fields["province"] == 'say "x"'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_columns_may_have_chinese_names_in_either_encoding(encoding: str) -> None:
    header = ",".join(CHINESE[name] for name in FIELDS)
    cells = ",".join(f"值{place}" for place in range(len(FIELDS)))
    ((_, fields),) = await csv_records(f"{header}\r\n{cells}\r\n".encode(encoding))
    assert fields == {name: f"值{place}" for place, name in enumerate(FIELDS)}


async def test_the_lines_of_a_continued_table_go_on_counting() -> None:
    data = HEADER + b"\n" + b"," * 17 + b"\n" + b"," * 17
    assert [number for number, _ in await csv_records(data, before=40)] == [41, 42]
    assert [number for number, _ in await csv_records(data, before=0)] == [2, 3]


@pytest.mark.parametrize(
    ("lines", "encoding"),
    [
        ([], "utf-8"),
        ([b"plain"], "utf-8"),
        (["王芳".encode()], "utf-8"),
        (["王芳".encode("gb18030")], "gb18030"),
        (["王芳".encode("gb18030"), "李娜".encode("gbk"), "张敏".encode()], "gb18030"),
        (["王芳".encode(), "李娜".encode(), "张敏".encode("gbk")], "utf-8"),
        ([b"\xff\xfe\x00"], "utf-8"),
        (["㐀𠀀".encode("gb18030")], "gb18030"),
        (["联通".encode("gb18030"), "王芳".encode("gb18030")], "gb18030"),
        (["René".encode()], "utf-8"),
    ],
)
def test_a_file_is_in_the_encoding_of_most_of_its_first_lines(
    lines: list[bytes], encoding: str
) -> None:
    assert encoding_of(lines) == encoding


def test_a_line_broken_in_gb18030_has_its_own_reason() -> None:
    found = csv_cells("王芳".encode("gb18030")[:-1], "gb18030")
    assert isinstance(found, Reason)
    assert found.code == "gb18030_invalid"


def columns_refused(header: str) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        Header(header.split(","))
    return {(reason.code, reason.field) for reason in refused.value.reasons}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c.replace("gender,", ""), {("csv_column_missing", "gender")}),
        (lambda c: c + ",shoe size", {("csv_column_unknown", "shoe size")}),
        (lambda c: c + ",gender", {("csv_column_repeated", "gender")}),
        (lambda c: c + ",性别", {("csv_column_repeated", "gender")}),
        (lambda c: c + ",身份证号,证件号码", {("csv_column_repeated", "id_number")}),
        (
            lambda c: c.replace("gender", "sex"),
            {("csv_column_missing", "gender"), ("csv_column_unknown", "sex")},
        ),
    ],
)
def test_a_faulty_header_is_refused_naming_every_column(
    change: Callable[[str], str], expected: set[tuple[str, str]]
) -> None:
    assert columns_refused(change(",".join(FIELDS))) == expected


def test_a_file_without_its_header_does_not_have_its_values_repeated(
    record: Callable[..., dict[str, Any]],
) -> None:
    values = record()
    told = columns_refused(",".join(str(value) for value in values.values()))
    fields = {field for _, field in told}
    assert fields.isdisjoint({values["id_number"], values["name"], values["school"]})
    assert "column 6" in fields


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
async def test_a_header_in_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(Refused) as refused:
        await csv_records("证书编号,姓名\n1,2".encode(encoding))
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("utf8_invalid", "header")
    ]
