"""The wiring of one service: which events it reads, and what it does with each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import Event

Handler = Callable[[Transaction, Any], Awaitable[None]]
"""Takes the unit of work and one event; with ``batch``, a non-empty list of events."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One row of a service's wiring table.

    The handler runs inside the delivery's transaction, may run again for the same event after a
    crash before the commit, and may see events in another order than they happened: it compares
    versions. ``batch`` handlers take all events of one type in a delivery at once.
    """

    event: type[Event]
    handler: Handler
    batch: bool = False


@dataclass(frozen=True)
class Subscriptions:
    """Everything one service consumes. The queue's name is a contract: do not rename it."""

    service: str
    table: Sequence[Subscription]

    @property
    def queue(self) -> str:
        return f"zhiye.{self.service}"

    @property
    def types(self) -> list[str]:
        return sorted({row.event.type for row in self.table})
