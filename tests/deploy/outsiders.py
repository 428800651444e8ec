"""What nobody outside may do on the broker, whatever they feed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel

from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_launcher.registry import detached

NoEntry = dict[str, Callable[[AbstractChannel], Awaitable[Any]]]


@contextlib.asynccontextmanager
async def topology(amqp_url: str) -> AsyncIterator[None]:
    """Every exchange and queue of the system, as `zhiye topology` makes them."""
    bus = await RabbitCarrier.connect(amqp_url)
    services = detached()
    for service in services.values():
        await service.declare(bus)
    yield
    await bus.close()
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for service in services.values():
            for queue in (service.subscriptions, *service.outside):
                await channel.queue_delete(queue.queue)
                await channel.queue_delete(f"{queue.queue}.dead")
            for outlet in service.outlets:
                await channel.queue_delete(outlet.queue)
            for outside in service.outside:
                await channel.exchange_delete(outside.exchange)


def message() -> aio_pika.Message:
    return aio_pika.Message(b"{}", content_type="application/cloudevents+json")


async def publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(message(), routing_key=key)


def no_entry(exchange: str, own: str, inbox: str, queue: str) -> NoEntry:
    """Everything that is not theirs who state events of the type ``own`` at an exchange, which
    arrive in ``queue``, and fetch answers from an inbox."""
    return {
        "publishing as one of our services": lambda c: publish(
            c, "zhiye.events", "zhiye.qualifications.qualification-recorded.v1"
        ),
        "publishing another type": lambda c: publish(
            c, exchange, "zhiye.registration.qualifications-kept.v1"
        ),
        "publishing to a queue directly": lambda c: c.default_exchange.publish(
            message(), routing_key="zhiye.accounts"
        ),
        "publishing to another exchange": lambda c: publish(c, "amq.topic", own),
        "reading a queue of ours": lambda c: fetch(c, "zhiye.qualifications"),
        "reading what it sent itself": lambda c: fetch(c, queue),
        "declaring a queue": lambda c: c.declare_queue("mine"),
        "declaring a queue for itself alone": lambda c: c.declare_queue(exclusive=True),
        "declaring an exchange": lambda c: c.declare_exchange("mine"),
        "deleting its inbox": lambda c: c.queue_delete(inbox),
        "deleting its exchange": lambda c: c.exchange_delete(exchange),
        "binding its inbox to everything": lambda c: _bind(c, inbox, "zhiye.events"),
        "purging a queue of ours": lambda c: _purge(c, "zhiye.accounts"),
    }


async def fetch(channel: AbstractChannel, name: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.get(fail=False)


async def _bind(channel: AbstractChannel, name: str, exchange: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.bind(exchange, routing_key="#")


async def _purge(channel: AbstractChannel, name: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.purge()
