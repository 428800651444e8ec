"""The service as a whole: from the event to the message, and its history of tables."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from zhiye_chassis import migrate
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.service import running
from zhiye_notifications.adapters.tables import metadata
from zhiye_notifications.service import build, providers_of
from zhiye_notifications.settings import NotificationsSettings

if TYPE_CHECKING:
    import pytest
    from conftest import World


async def test_a_code_is_shown_moments_after_its_event(world: World) -> None:
    client = world.client()

    async def shown() -> list[Any]:
        items: list[Any] = (await client.get("/api/v1/development/messages")).json()["items"]
        return items

    async with running(world.service, InProcessCarrier()):
        await asyncio.sleep(0.3)  # the sender has had its first look and waits
        delivered = time.monotonic()
        await world.deliver(world.code("314159"))
        while not await shown():
            assert time.monotonic() - delivered < 5
            await asyncio.sleep(0.005)
        took = time.monotonic() - delivered
        assert (await shown())[0]["parameters"]["code"] == "314159"
        assert took < 0.8, "the sender was not woken, it found the message by its own look"


async def test_providers_follow_the_settings(
    settings_for: Callable[..., Any], world: World
) -> None:
    def names(development: bool, **own: Any) -> dict[str, str]:
        found = providers_of(
            settings_for(development=development),
            NotificationsSettings(**own),
            world.kit.database,
            world.clock,
        )
        return {channel: provider.name for channel, provider in found.items()}

    sms, smtp = {"sms_url": "https://sms.example"}, {"smtp_host": "mail.example"}
    assert names(True, **sms) == {"sms": "development", "email": "development"}
    assert names(False) == {}
    assert names(False, **sms) == {"sms": "http-sms"}
    assert names(False, **sms, **smtp) == {"sms": "http-sms", "email": "smtp"}


async def test_nothing_secret_is_logged_on_the_way(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.sms.answers = [RuntimeError("13800138000 482913")]
    await world.deliver(world.code("482913"), world.code(template="nothing"))
    await world.sender().send_due()
    printed = "".join(capfd.readouterr())
    assert "message_not_sent" in printed
    assert "482913" not in printed
    assert "13800138000" not in printed


async def test_the_migrations_make_what_the_code_declares(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None)
    await migrate.upgrade(database.url, "zhiye_notifications.migrations")
    assert await migrate.differences(database.url, metadata) == []


async def test_a_service_can_be_built_without_a_database_or_a_running_loop(
    settings_for: Callable[..., Any],
) -> None:
    service = await asyncio.to_thread(build, settings_for("postgresql+asyncpg://nobody@x/none"))
    assert service.subscriptions.queue == "zhiye.notifications"
    assert len(service.background) == 2
