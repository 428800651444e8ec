"""A streamed body as lines, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiye_contracts.reasons import Reason, Refused
from zhiye_qualifications.adapters.lines import CsvReader, NdjsonReader, lines
from zhiye_qualifications.domain.columns import FIELDS

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
    found = NdjsonReader().fields(line)
    assert isinstance(found, Reason)
    assert found.code == code


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
def test_a_line_that_is_no_csv_record_has_its_reason(line: bytes, code: str) -> None:
    found = CsvReader(HEADER).fields(line)
    assert isinstance(found, Reason)
    assert found.code == code


def test_csv_columns_come_in_any_order_and_cells_may_be_quoted() -> None:
    reader = CsvReader(",".join(reversed(FIELDS)).encode())
    fields = reader.fields(b'1,exam,"a,b","say ""x""",' + b"," * 13)
    assert isinstance(fields, dict)
    assert fields["version"] == "1"
    assert fields["admission_number"] == "a,b"
    assert fields["province"] == 'say "x"'


def columns_refused(header: str) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        CsvReader(header.encode())
    return {(reason.code, reason.field) for reason in refused.value.reasons}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c.replace("gender,", ""), {("csv_column_missing", "gender")}),
        (lambda c: c + ",shoe size", {("csv_column_unknown", "shoe size")}),
        (lambda c: c + ",gender", {("csv_column_repeated", "gender")}),
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


def test_a_header_in_another_encoding_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        CsvReader("证书编号,姓名".encode("gb18030"))
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("utf8_invalid", "header")
    ]
