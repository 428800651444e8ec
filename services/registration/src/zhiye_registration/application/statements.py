"""What systems outside state over the broker: each statement is read, those that can be taken are
recorded together, and each is answered. The delivery's transaction holds it all.

Used by every feed of an exchange of its own (``record-feeds``, ``supervision``): a feed brings how
a statement is read and how readings are recorded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from zhiye_chassis.bus.consumer import Work
from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.events import Outcome, ResultReason, StatementResult

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Reading(Generic[S]):
    """What a statement says, with notes on it; or every reason why it cannot be taken."""

    says: S | None
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True)
class Taken(Generic[S]):
    """A statement that reads well. ``system`` is the source of its CloudEvent, at most 300
    characters: who keeps the record that it is about."""

    system: str
    says: S


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one statement."""

    outcome: Outcome
    reasons: Sequence[Reason] = ()


Fields = Mapping[str, Any]
Read = Callable[[Fields], Reading[S]]
Record = Callable[[Transaction, Sequence[Taken[S]]], Awaitable[Sequence[Settled]]]
"""Records statements, in the order in which they came; what became of each, in the same order."""


async def take_statements(
    clock: Clock,
    result: type[StatementResult],
    read: Read[S],
    record: Record[S],
    tx: Transaction,
    work: Sequence[Work],
) -> None:
    """A subscription's handler, with ``batch`` and ``enveloped``, once the first four are given.

    Every statement is answered by a ``result``, with its notes or with every reason (Q59.9).
    """
    readings = [read(_fields(one)) for one in work]
    taken = [
        Taken(_system(one), reading.says)
        for one, reading in zip(work, readings, strict=True)
        if reading.says is not None
    ]
    settled = iter(await record(tx, taken) if taken else ())
    now = clock.now()
    for one, reading in zip(work, readings, strict=True):
        done = Settled("refused") if reading.says is None else next(settled)
        tx.emit(_answer(result, now, one, done.outcome, (*reading.reasons, *done.reasons)))


def _fields(work: Work) -> Fields:
    data = work.envelope.data
    return data if isinstance(data, dict) else {}


def _system(work: Work) -> str:
    """As it was sent: the envelope's own source is told apart by the exchange."""
    return str(work.envelope.attributes["source"])


def _answer(
    result: type[StatementResult],
    now: datetime,
    work: Work,
    outcome: Outcome,
    reasons: Sequence[Reason],
) -> StatementResult:
    return result(
        aggregate_id=new_id(),
        version=1,
        occurred_at=now,
        event_id=work.envelope.id,
        event_source=_system(work),
        outcome=outcome,
        reasons=[ResultReason.of(reason) for reason in reasons],
    )
