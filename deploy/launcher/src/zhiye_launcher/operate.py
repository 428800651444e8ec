"""What an operator does with dead letters, at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import typer

from zhiye_chassis.bus import dead_letters
from zhiye_chassis.database import Database
from zhiye_launcher.language import say


def _database(url: str) -> Database:
    return Database(url, "operator", pooled=False)


def _missing() -> typer.Exit:
    typer.echo(say("没有这封死信。", "There is no such dead letter."), err=True)
    typer.echo(say("→ 用 list 查看编号。", "→ See the ids with `list`."), err=True)
    return typer.Exit(1)


async def list_dead(url: str) -> None:
    rows = await dead_letters.list_dead(_database(url))
    for row in rows:
        typer.echo(
            f"{row['id']}  {row['type']}  {row['error']}  ×{row['attempts']}"
            f"  {row['first_failed_at']:%Y-%m-%d %H:%M:%S} – {row['last_failed_at']:%H:%M:%S}"
        )
    typer.echo(say(f"共 {len(rows)} 封死信。", f"{len(rows)} dead letters."))


async def show(url: str, event_id: str) -> None:
    row = await dead_letters.show(_database(url), event_id)
    if row is None:
        raise _missing()
    for name in ("id", "type", "state", "error", "attempts", "first_failed_at", "last_failed_at"):
        typer.echo(f"{name}: {row[name]}")
    try:
        typer.echo(orjson.dumps(orjson.loads(row["event"]), option=orjson.OPT_INDENT_2).decode())
    except orjson.JSONDecodeError:
        typer.echo(repr(row["event"][:2000]))


async def replay(url: str, event_id: str | None) -> None:
    count = await dead_letters.replay(_database(url), event_id, datetime.now(UTC))
    if count == 0 and event_id is not None:
        raise _missing()
    typer.echo(say(f"已安排重试 {count} 个事件。", f"{count} events will be tried again."))


async def drop(url: str, event_id: str) -> None:
    if not await dead_letters.drop(_database(url), event_id):
        raise _missing()
    typer.echo(say("已删除。", "Deleted."))
