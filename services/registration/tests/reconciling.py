"""Staff lists, as hospitals have them, and people to compare them with."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.registration.tests.rostering import certificate, enrol, id_number

PATH = "/api/v1/reconciliations"
HEAD = ("姓名", "身份证号")
OLD_NAME = "北京示例医院（老院）"


async def old_name(world: Any) -> None:
    """A record of the hospital under a name that is not the standard one, in the same county."""
    await world.tell(world.institution_event("OLD", name=OLD_NAME, region="110102"))


async def at(world: Any, serial: int, institution: str, **columns: Any) -> str:
    """Somebody registered at any institution."""
    return await enrol(world, serial, institution_id=institution, **columns)


def csv(*lines: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return "\n".join(",".join(map(str, line)) for line in (head, *lines)).encode()


def nurse(serial: int, name: str = "王芳", *more: Any) -> tuple[Any, ...]:
    return (name, id_number(serial), *more)


async def send(world: Any, content: bytes, who: Any = None, media_type: str = "text/csv") -> Any:
    return await world.http.post(
        PATH,
        content=content,
        headers={
            "Authorization": world._token_for(who or world.HOSPITAL),
            "Content-Type": media_type,
        },
    )


async def compared(world: Any, *lines: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> Any:
    answer = await send(world, csv(*lines, head=head))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def lines(world: Any, one: Any, **query: Any) -> list[Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await world.call(world.HOSPITAL, "GET", f"{PATH}/{one['id']}/lines?limit=200&{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def only(world: Any, one: Any, finding: str) -> Any:
    (line,) = await lines(world, one, finding=finding)
    return line


async def step(world: Any, one: Any, line: int, who: Any = None, **body: Any) -> Any:
    path = f"{PATH}/{one['id']}/lines/{line}/step"
    return await world.call(who or world.HOSPITAL, "POST", path, body)


def counts(one: Any) -> dict[str, int]:
    return {found["finding"]: found["count"] for found in one["findings"]}


def steps(one: Any, finding: str) -> dict[str, int]:
    (found,) = [f for f in one["findings"] if f["finding"] == finding]
    return {state: n for state, n in found["steps"].items() if n}


__all__ = ["certificate", "date", "enrol", "id_number"]
