"""Files of an institution's nurses for tests: made, uploaded, imported, their rejects read."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.application.import_registrations import importer

PATH = "/api/v1/registration-imports"
HEAD = ("姓名", "身份证号", "护士证号", "有效期截止日期")
MORE = ("科室", "技术职称", "学历", "毕业学校", "执业状态", "注销日期", "注销理由", "首次注册日期")


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


async def rejected(world: Any, *lines: Mapping[str, str], head: Iterable[str] = ()) -> Any:
    """Column and code of each reject of a file with these lines."""
    columns = head or dict.fromkeys(name for one in lines for name in one)
    return await rejects(world, await imported(world, sheet(lines, columns)))


async def registrations(world: Any) -> list[Any]:
    """Everybody on record, by certificate."""
    async with world.kit.database.reading() as connection:
        query = text("SELECT * FROM registration ORDER BY name_pinyin, birth_date, person_key")
        return list(await connection.execute(query))


async def until_recorded(world: Any, path: str, count: int) -> None:
    """Wait until an import has come so far."""
    async with asyncio.timeout(20):
        while (await world.call(world.XICHENG, "GET", path)).json()["recorded"] < count:  # noqa: ASYNC110
            await asyncio.sleep(0)
