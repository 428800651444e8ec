"""The carrier of the embedded profile: hands events to consumers of the same process.

The outbox stays the truth: an event leaves it only when every consumer bound to it has
committed, so that a crash in between means another delivery and not a loss.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from zhiye_chassis.bus.cloudevents import join
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.bus.subscriptions import EXCHANGE, Outlet, Subscriptions

Listener = Callable[[bytes], None]


class InProcessCarrier:
    def __init__(self) -> None:
        self._bindings: dict[tuple[str, str], set[str]] = {}
        self._consumers: dict[str, Consumer] = {}
        self._listeners: dict[Listener, frozenset[str]] = {}

    async def declare(self, subscriptions: Subscriptions) -> None:
        """Make events for this service wait from now on, whether it runs or not."""
        for type_ in subscriptions.types:
            queues = self._bindings.setdefault((subscriptions.exchange, type_), set())
            queues.add(subscriptions.queue)

    async def open(self, outlet: Outlet) -> None:
        """Nothing: within one process nobody outside reads."""

    async def attach(self, consumer: Consumer) -> None:
        """Begin to deliver to a consumer."""
        await self.declare(consumer.subscriptions)
        self._consumers[consumer.subscriptions.queue] = consumer

    async def detach(self, consumer: Consumer) -> None:
        self._consumers.pop(consumer.subscriptions.queue, None)

    async def listen(
        self, types: Sequence[str], listener: Listener, missed: Callable[[], None] = lambda: None
    ) -> None:
        """Tell a listener of events as they pass, without any promise: live updates.

        ``missed`` is never called: nothing passes unseen inside one process.
        """
        self._listeners[listener] = frozenset(types)

    async def publish(
        self, messages: Mapping[str, Sequence[list[bytes]]], exchange: str = EXCHANGE
    ) -> Mapping[str, str]:
        waits: dict[str, str] = {}
        by_queue: dict[str, list[str]] = {}
        for type_ in messages:
            for queue in self._bindings.get((exchange, type_), ()):
                if queue in self._consumers:
                    by_queue.setdefault(queue, []).append(type_)
                else:
                    waits[type_] = f"{queue} is not running"
        joined = {type_: [join(batch) for batch in batches] for type_, batches in messages.items()}
        results = await asyncio.gather(
            *(
                self._consumers[queue].consume([body for type_ in types for body in joined[type_]])
                for queue, types in by_queue.items()
            ),
            return_exceptions=True,
        )
        for types, result in zip(by_queue.values(), results, strict=True):
            if isinstance(result, BaseException):
                waits |= dict.fromkeys(types, type(result).__name__)
        if exchange != EXCHANGE:
            return waits
        for type_ in joined.keys() - waits.keys():
            for listener, wanted in self._listeners.items():
                if type_ in wanted:
                    for body in joined[type_]:
                        listener(body)
        return waits

    async def measure(self, queue: str) -> int:
        """None: what is not delivered yet is in the outbox, and measured there."""
        return 0

    async def close(self) -> None:
        self._consumers.clear()
        self._listeners.clear()
