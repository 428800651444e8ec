"""The wiring of one service: which events it reads, and what it does with each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from zhiye_chassis.crypto import FieldCipher
from zhiye_chassis.database import Transaction
from zhiye_contracts.events.base import CloudEventData

EXCHANGE = "zhiye.events"
"""Where services publish. Nobody outside may write to it."""

Handler = Callable[[Transaction, Any], Awaitable[None]]
"""Takes the unit of work and one event; with ``batch``, a non-empty list of events; with
``enveloped``, each event with the CloudEvent it came in."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One row of a service's wiring table.

    The handler runs inside the delivery's transaction, may run again for the same event after a
    crash before the commit, and may see events in another order than they happened: it compares
    versions. ``batch`` handlers take all events of one type in a delivery at once.
    """

    event: type[CloudEventData]
    handler: Handler
    batch: bool = False
    enveloped: bool = False


@dataclass(frozen=True)
class Subscriptions:
    """Everything one service consumes from one exchange. The queue's name is a contract: do not
    rename it.

    Another exchange than ours is written to by somebody outside. Of what comes from there only
    the types of the table are taken, and its ids and sources are told apart from ours.
    """

    service: str
    table: Sequence[Subscription]
    exchange: str = EXCHANGE
    cipher: FieldCipher | None = None
    """Seals what is kept of events that failed, when they carry what ours never do in the clear."""

    @property
    def queue(self) -> str:
        own = f"zhiye.{self.service}"
        return f"{own}.{self.exchange}" if self.outside else own

    @property
    def outside(self) -> bool:
        return self.exchange != EXCHANGE

    @property
    def types(self) -> list[str]:
        return sorted({row.event.type for row in self.table})


@dataclass(frozen=True)
class Outlet:
    """A queue in which somebody outside finds events of ours; nothing else of the bus is theirs."""

    reader: str
    queue: str
    types: Sequence[str]
