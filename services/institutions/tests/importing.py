"""Short ways to import files in tests."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from sqlalchemy import text

from zhiye_contracts.identifiers import institution_number
from zhiye_institutions.application.import_institutions import importer

if TYPE_CHECKING:
    import httpx
    from conftest import World

PATH = "/api/v1/institution-imports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ("机构名称", "登记号", "行政区划")


def number(index: int, region: str = "110102", category: str = "A100") -> str:
    return institution_number(f"{40_000_000 + index}", region, "11", category, "1")


def rows(count: int, first: int = 1) -> list[tuple[str, ...]]:
    return [(f"第{n}示例医院", number(n), "110102") for n in range(first, first + count)]


def table(*lines: Any, header: Any = HEADER, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *lines])
    return out.getvalue().encode(encoding)


def workbook(*lines: Any, header: Any = HEADER) -> bytes:
    book = Workbook()
    for line in (header, *lines):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def officer(world: World, region: str = "110000", **more: Any) -> httpx.AsyncClient:
    return world.client("authority", region=region, name="李科长", **more)


async def upload(
    client: httpx.AsyncClient, content: bytes, kind: str = "text/csv", **query: Any
) -> httpx.Response:
    return await client.post(PATH, content=content, headers={"Content-Type": kind}, params=query)


async def imported(
    world: World,
    content: bytes,
    *,
    client: httpx.AsyncClient | None = None,
    kind: str = "text/csv",
    chunk: int = 100,
    **query: Any,
) -> Any:
    """Upload a file and import it whole; what is told of the import then."""
    client = client or officer(world)
    answer = await upload(client, content, kind, **query)
    assert answer.status_code == 202, answer.text
    assert await importer(world.kit, chunk).work()
    return (await client.get(answer.headers["location"])).json()


async def rejects(client: httpx.AsyncClient, import_id: str) -> list[list[str]]:
    """Line, column and code of each reason."""
    answer = await client.get(f"{PATH}/{import_id}/rejects")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return [line[:3] for line in csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))][1:]


async def rejected(world: World, *lines: Any, header: Any = HEADER, **more: Any) -> Any:
    """Why lines were rejected: (line, column, code)."""
    client = more.pop("client", None) or officer(world)
    told = await imported(world, table(*lines, header=header), client=client, **more)
    return [tuple(one) for one in await rejects(client, told["id"])]


def counts(told: Any) -> tuple[int, int, int]:
    return told["recorded"], told["unchanged"], told["rejected"]


async def until_lines(world: World, lines: int) -> None:
    """Wait until an import has come so far."""
    while True:
        async with world.kit.database.reading() as connection:
            done = await connection.scalar(text("SELECT max(lines_done) FROM institution_import"))
        if done >= lines:
            return
        await asyncio.sleep(0.001)


async def on_record(world: World) -> list[tuple[str, int]]:
    """Name and version of everything that is on record."""
    async with world.kit.database.reading() as connection:
        found = await connection.execute(
            text("SELECT name, version FROM institution ORDER BY registration_number, name")
        )
        return [tuple(row) for row in found]
