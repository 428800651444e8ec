"""The development sink: shown instead of sent, and not there otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from zhiye_contracts import purposes
from zhiye_notifications.adapters import development
from zhiye_notifications.adapters.development import DevelopmentSink
from zhiye_notifications.adapters.tables import development_message, metadata
from zhiye_notifications.domain.delivery import Message
from zhiye_notifications.service import build

if TYPE_CHECKING:
    import pytest
    from conftest import World

PHONE, EMAIL = "13800138000", "wang.fang@example.cn"


async def show(world: World, *events: Any) -> None:
    sink = DevelopmentSink(world.kit.database, world.clock)
    await world.deliver(*events)
    await world.sender(sms=sink, email=sink).send_due()


async def test_codes_can_be_read_by_address_and_channel(world: World) -> None:
    email = world.code("222222", channel="email", sealed_address=world.seal(EMAIL, purposes.EMAIL))
    await show(world, world.code("111111"), email)
    client = world.client()

    async def codes(**query: Any) -> list[str]:
        answer = await client.get("/api/v1/development/messages", params=query)
        return [item["parameters"]["code"] for item in answer.json()["items"]]

    assert sorted(await codes()) == ["111111", "222222"]
    assert await codes(address=PHONE) == ["111111"]
    assert await codes(address=EMAIL.upper()) == ["222222"]
    assert await codes(channel="email") == ["222222"]
    assert await codes(address="13900000000") == []
    assert len(await codes(limit=1)) == 1
    (item,) = (await client.get("/api/v1/development/messages", params={"address": PHONE})).json()[
        "items"
    ]
    assert item["template"] == "verification_code"
    assert item["text"].startswith("【执业注册】验证码 111111")
    assert item["sent_at"] == "2026-11-23T02:00:00Z"


async def test_the_page_shows_messages_and_escapes_what_is_in_them(world: World) -> None:
    empty = await world.client().get("/development/messages")
    assert "还没有消息" in empty.text
    await show(world, world.code('<script>alert("x")</script>'))
    page = await world.client().get("/development/messages")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "&lt;script&gt;alert(&quot;x&quot;)" in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "href=" not in page.text
    assert 'http-equiv="refresh"' in page.text
    assert "短信 · 13800138000 · 2026-11-23 10:00:00" in page.text


async def test_only_the_last_messages_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development, "KEPT", 5)
    sink = DevelopmentSink(world.kit.database, world.clock)
    for n in range(12):
        await sink.send(
            Message(str(n), "sms", PHONE, "", f"text {n}", "verification_code", {}, "zh")
        )
    async with world.kit.database.reading() as connection:
        kept = await connection.execute(
            select(func.count(), func.min(development_message.c.text)).select_from(
                development_message
            )
        )
        assert tuple(kept.one()) == (5, "text 10")


async def test_outside_development_the_routes_do_not_exist(
    make_database: Callable[..., Awaitable[Any]],
    settings_for: Callable[..., Any],
    client_for: Callable[..., Any],
) -> None:
    database = await make_database(metadata, service="notifications")
    service = build(settings_for(database.url, development=False))
    for path in ("/api/v1/development/messages", "/development/messages"):
        answer = await client_for(service).get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    paths = {route.path for routes in service.routes for route in routes.routes}  # type: ignore[attr-defined]
    assert not [path for path in paths if "development" in path]
    await service.database.close()
