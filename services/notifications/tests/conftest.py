"""The notifications service on a database of its own, with providers that only remember."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import RowMapping, select

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_contracts import purposes
from zhiye_contracts.events import AccountChanged, ApplicationChanged, Event, MessageRequested
from zhiye_notifications.adapters.tables import metadata, outgoing
from zhiye_notifications.application.send_due import Sender
from zhiye_notifications.domain.delivery import Channel, Message, Provider
from zhiye_notifications.kit import Kit
from zhiye_notifications.service import build
from zhiye_notifications.settings import NotificationsSettings

PHONE, EMAIL = "13800138000", "wang.fang@example.cn"


@dataclass
class Remembering:
    """A provider that keeps what it is given, and answers as it is told to."""

    name: str = "remembering"
    sent: list[Message] = field(default_factory=list)
    answers: list[Exception] = field(default_factory=list)
    hang: bool = False
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Message) -> str | None:
        self.sent.append(message)
        self.called.set()
        if self.hang:
            await asyncio.Event().wait()
        if self.answers:
            raise self.answers.pop(0)
        return f"reference-{len(self.sent)}"

    async def close(self) -> None:
        pass


@dataclass
class World:
    """The service, its sender, and events as others would publish them."""

    service: Service
    kit: Kit
    clock: FixedClock
    sms: Remembering
    email: Remembering
    client: Callable[..., httpx.AsyncClient]

    def sender(self, **providers: Provider) -> Sender:
        """A sender with these providers instead of the remembering ones."""
        chosen: dict[Channel, Provider] = {
            name: providers[name] for name in ("sms", "email") if name in providers
        }
        kit = Kit(self.kit.settings, self.clock, self.kit.database, chosen or self.kit.providers)
        return Sender(kit, asyncio.Event())

    async def deliver(self, *events: Event) -> None:
        """As the bus would: one delivery, each event with an id of its own."""
        consumer = Consumer(self.service.database, self.service.subscriptions, self.clock)
        await consumer.consume([to_cloudevent(event, "/test") for event in events])

    async def queued(self) -> list[RowMapping]:
        async with self.kit.database.reading() as connection:
            found = await connection.execute(select(outgoing).order_by(outgoing.c.created_at))
            return list(found.mappings())

    def seal(self, value: str, purpose: str) -> str:
        return self.kit.settings.cipher.seal(value, purpose)

    def code(self, code: str = "482913", **more: Any) -> MessageRequested:
        """A verification code by SMS, valid for ten minutes."""
        parameters = orjson.dumps({"code": code, "minutes": "10"}).decode()
        return MessageRequested(
            **{
                "aggregate_id": new_id(),
                "version": 1,
                "occurred_at": self.clock.now(),
                "channel": "sms",
                "template": "verification_code",
                "sealed_address": self.seal(PHONE, purposes.PHONE),
                "sealed_parameters": self.seal(parameters, purposes.MESSAGE),
                "expires_at": self.clock.now() + timedelta(minutes=10),
            }
            | more
        )

    def account(self, account_id: str = "account-1", version: int = 1, **more: Any) -> Event:
        """An account with a verified phone and an email."""
        return AccountChanged.model_validate(
            AccountChanged.example
            | {
                "aggregate_id": account_id,
                "version": version,
                "sealed_phone": self.seal(PHONE, purposes.PHONE),
                "sealed_email": self.seal(EMAIL, purposes.EMAIL),
                "phone_verified": True,
            }
            | more
        )

    def step(self, version: int = 1, **more: Any) -> Event:
        """A step of an application of account-1, taken now."""
        return ApplicationChanged.model_validate(
            ApplicationChanged.example
            | {
                "version": version,
                "occurred_at": self.clock.now().isoformat(),
                "account_id": "account-1",
                "deadline": None,
            }
            | more
        )


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Any]],
    settings_for: Callable[..., Any],
    token_for: Callable[[Principal], str],
    client_for: Callable[..., httpx.AsyncClient],
    clock: FixedClock,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="notifications")
    settings = settings_for(database.url)
    service = build(settings, clock, NotificationsSettings())
    sms, email = Remembering(), Remembering()
    kit = Kit(settings, clock, service.database, {"sms": sms, "email": email})

    def client(role: str | None = None, language: str = "", **who: Any) -> httpx.AsyncClient:
        principal = Principal(**{"account_id": "account-1", "role": role} | who) if role else None
        return client_for(service, token_for(principal) if principal else "", language)

    yield World(service, kit, clock, sms, email, client)
    await service.database.close()
