"""The carrier over RabbitMQ: one topic exchange of ours, one durable quorum queue per service; one
more of each for whoever feeds us from outside.

Debian's 3.10 and RabbitMQ 4 are both supported: quorum queues, no feature that 4 removed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aio_pika
from aio_pika.abc import (
    AbstractIncomingMessage,
    AbstractRobustChannel,
    AbstractRobustConnection,
    AbstractRobustExchange,
)

from zhiye_chassis import telemetry
from zhiye_chassis.bus.cloudevents import BATCH, join
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.subscriptions import EXCHANGE, Outlet, Subscriptions
from zhiye_chassis.ids import new_id
from zhiye_chassis.tasks import stop
from zhiye_chassis.telemetry import log

PREFETCH = 50
"""Messages on their way to one consumer."""
PREFETCH_OUTSIDE = 10
"""The same of messages from outside, which may be as large as the broker allows."""
MOST_OUTSIDE = 2_000_000_000
"""Bytes that may wait from or for somebody outside; a publisher is refused more, and of what
nobody fetches the oldest goes."""
GATHER = 4_000_000
"""Bytes of waiting messages that one transaction takes together."""
DELIVERY_LIMIT = 20
"""Deliveries of one message, after which it kills no further process (quorum queues)."""


class RabbitCarrier:
    """Publishes with confirms and ``mandatory``; consumes with ack after commit."""

    def __init__(self, connection: AbstractRobustConnection) -> None:
        self._connection = connection
        self._channels: list[AbstractRobustChannel] = []
        self._attached: dict[str, tuple[AbstractRobustChannel, list[asyncio.Task[None]]]] = {}
        self._exchanges: dict[str, AbstractRobustExchange] = {}
        self._publishing: AbstractRobustChannel | None = None

    @classmethod
    async def connect(cls, url: str, name: str = "zhiye") -> RabbitCarrier:
        """``url`` is ``amqp://user:password@host:port/vhost``; reconnects by itself."""
        connection = await aio_pika.connect_robust(
            url, client_properties={"connection_name": name}, reconnect_interval=1
        )
        carrier = cls(connection)
        carrier._publishing = await carrier._channel(publisher_confirms=True)
        await carrier._to(EXCHANGE)
        return carrier

    async def _to(self, name: str) -> AbstractRobustExchange:
        """An exchange to publish to."""
        if self._publishing is None:
            raise ConnectionError("not connected")
        if name not in self._exchanges:
            self._exchanges[name] = await self._publishing.declare_exchange(
                name, aio_pika.ExchangeType.TOPIC, durable=True
            )
        return self._exchanges[name]

    async def _channel(self, *, publisher_confirms: bool = False) -> AbstractRobustChannel:
        channel = await self._connection.channel(
            publisher_confirms=publisher_confirms, on_return_raises=publisher_confirms
        )
        self._channels.append(channel)
        return channel

    async def declare(self, subscriptions: Subscriptions) -> None:
        """Create the service's queue, its bindings and its dead-letter queue; idempotent."""
        channel = await self._connection.channel()
        try:
            exchange = await channel.declare_exchange(
                subscriptions.exchange, aio_pika.ExchangeType.TOPIC, durable=True
            )
            bounds = {"x-max-length-bytes": MOST_OUTSIDE} if subscriptions.outside else {}
            dead = f"{subscriptions.queue}.dead"
            await channel.declare_queue(dead, durable=True, arguments={"x-queue-type": "quorum"})
            queue = await channel.declare_queue(
                subscriptions.queue,
                durable=True,
                arguments={
                    "x-queue-type": "quorum",
                    "x-delivery-limit": DELIVERY_LIMIT,
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": dead,
                    "x-dead-letter-strategy": "at-least-once",
                    "x-overflow": "reject-publish",
                    **bounds,
                },
            )
            for type_ in subscriptions.types:
                await queue.bind(exchange, routing_key=type_)
        finally:
            await channel.close()

    async def open(self, outlet: Outlet) -> None:
        """Create the queue from which somebody outside fetches events of ours; idempotent."""
        channel = await self._connection.channel()
        try:
            exchange = await channel.declare_exchange(
                EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
            )
            queue = await channel.declare_queue(
                outlet.queue,
                durable=True,
                arguments={"x-queue-type": "quorum", "x-max-length-bytes": MOST_OUTSIDE},
            )
            for type_ in outlet.types:
                await queue.bind(exchange, routing_key=type_)
        finally:
            await channel.close()

    async def publish(
        self, messages: Mapping[str, Sequence[list[bytes]]], exchange: str = EXCHANGE
    ) -> Mapping[str, str]:
        target = await self._to(exchange)
        types = [type_ for type_, batches in messages.items() for _ in batches]
        sending = [
            target.publish(
                aio_pika.Message(
                    join(batch),
                    content_type=BATCH,
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                ),
                routing_key=type_,
                mandatory=True,
                timeout=30,
            )
            for type_, batches in messages.items()
            for batch in batches
        ]
        results = await asyncio.gather(*sending, return_exceptions=True)
        return {
            type_: type(result).__name__
            for type_, result in zip(types, results, strict=True)
            if isinstance(result, BaseException)
        }

    async def attach(self, consumer: Consumer) -> None:
        """Deliver to a consumer: everything that waits goes into one transaction, then the ack."""
        await self.declare(consumer.subscriptions)
        channel = await self._connection.channel(publisher_confirms=False)
        outside = consumer.subscriptions.outside
        await channel.set_qos(prefetch_count=PREFETCH_OUTSIDE if outside else PREFETCH)
        tasks = []
        service, name = consumer.subscriptions.service, consumer.subscriptions.queue
        for queue_name, apply in ((name, consumer.consume), (f"{name}.dead", consumer.park)):
            waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
            queue = await channel.get_queue(queue_name)
            await queue.consume(waiting.put)
            deliver = self._deliver(service, apply, waiting)
            tasks.append(asyncio.create_task(deliver, name=queue_name))
        self._attached[name] = (channel, tasks)

    async def detach(self, consumer: Consumer) -> None:
        """Stop delivering; what was not acknowledged goes back to the queue."""
        if attached := self._attached.pop(consumer.subscriptions.queue, None):
            channel, tasks = attached
            await stop(tasks)
            await channel.close()

    @staticmethod
    async def _deliver(
        service: str,
        apply: Callable[[Sequence[bytes]], Awaitable[None]],
        waiting: asyncio.Queue[AbstractIncomingMessage],
    ) -> None:
        pause = 0.1
        while True:
            messages = [await waiting.get()]
            size = len(messages[0].body)
            while size < GATHER and not waiting.empty():
                messages.append(waiting.get_nowait())
                size += len(messages[-1].body)
            while True:
                try:
                    await apply([message.body for message in messages])
                    pause = 0.1
                    break
                except Exception as error:
                    log.warning("consumer_waits", service=service, error=type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5.0)
            for message in messages:
                # A connection lost meanwhile means another delivery; the inbox drops it.
                with contextlib.suppress(Exception):
                    await message.ack()

    async def listen(
        self,
        types: Sequence[str],
        listener: Callable[[bytes], None],
        missed: Callable[[], None] = lambda: None,
    ) -> None:
        """Tell a listener of events as they pass: an exclusive queue that goes with us.

        ``missed`` is called after the connection was lost and is back: events passed meanwhile.
        """
        channel = await self._channel()
        exchange = await channel.declare_exchange(
            EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
        )
        # A name of our own: one that the broker made up cannot be declared again.
        queue = await channel.declare_queue(
            f"zhiye.live.{new_id()}",
            exclusive=True,
            auto_delete=True,
            arguments={"x-max-length": 10_000},
        )
        for type_ in types:
            await queue.bind(exchange, routing_key=type_)

        async def tell(message: AbstractIncomingMessage) -> None:
            listener(message.body)

        await queue.consume(tell, no_ack=True)
        self._connection.reconnect_callbacks.add(lambda *_: missed())

    async def measure(self, queue: str) -> int:
        """Messages ready in a queue; also told as a metric."""
        channel = await self._connection.channel()
        try:
            declared = await channel.declare_queue(queue, passive=True)
        finally:
            await channel.close()
        count = declared.declaration_result.message_count or 0
        telemetry.QUEUE_MESSAGES.labels(queue).set(count)
        return count

    async def close(self) -> None:
        await stop(task for _, tasks in self._attached.values() for task in tasks)
        self._attached.clear()
        await self._connection.close()
