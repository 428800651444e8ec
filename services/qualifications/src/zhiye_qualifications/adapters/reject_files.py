"""Rejected records as files."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence

import orjson
from sqlalchemy import RowMapping

from zhiye_contracts.reasons import Language, Text, read_source

Pages = AsyncIterable[Sequence[RowMapping]]

_COLUMNS = (
    Text("行号", "line"),
    Text("证书编号", "certificate number"),
    Text("准考证号", "admission number"),
    Text("字段", "field"),
    Text("代码", "code"),
    Text("原因", "reason"),
    Text("处理办法", "next step"),
    Text("依据", "source"),
)


async def as_ndjson(pages: Pages) -> AsyncIterator[bytes]:
    """One JSON object a record, with every reason in both languages."""
    async for page in pages:
        yield b"".join(
            orjson.dumps(
                {
                    "line": row["line"],
                    "event_id": row["event_id"],
                    "certificate_number": row["certificate"] or None,
                    "admission_number": row["admission"] or None,
                    "reasons": row["reasons"],
                }
            )
            + b"\n"
            for row in page
        )


async def as_csv(pages: Pages, language: Language) -> AsyncIterator[bytes]:
    """One line a reason, with a byte order mark, so that Excel reads it as UTF-8."""
    yield b"\xef\xbb\xbf" + _lines([[column.read(language) for column in _COLUMNS]])
    async for page in pages:
        yield _lines(
            [
                str(row["line"]),
                row["certificate"],
                row["admission"],
                reason["field"] or "",
                reason["code"],
                reason["reason"][language],
                reason["next_step"][language],
                read_source(reason["source"], language) if reason["source"] else "",
            ]
            for row in page
            for reason in row["reasons"]
        )


def _lines(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _plain(cell: str) -> str:
    """The cell, so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
