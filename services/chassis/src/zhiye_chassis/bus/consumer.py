"""Inbox and effects of a delivery in one transaction; retries and dead letters.

A delivery is whatever the carrier has ready. Events seen before are dropped by the inbox; the
rest run together inside one savepoint, and if that fails, one by one, so that a failing event
does not sink its neighbours. A failed event is kept in ``failed_event`` in the same transaction
and tried again in tiers, then given up on as a dead letter that an operator can read and replay.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis import telemetry
from zhiye_chassis.bus.cloudevents import Envelope, parse
from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database, Transaction, is_transient
from zhiye_chassis.telemetry import log
from zhiye_contracts.events.base import CloudEventData

RETRY_TIERS = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds until the next try; after the last one the event is a dead letter."""

_KEPT = "failed_event"
"""Purpose of a failed event that is kept sealed."""

_RECEIVE = text(
    "INSERT INTO inbox (source, event_id)"
    " SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]))"
    " ON CONFLICT DO NOTHING RETURNING source, event_id"
)
_KEEP = text(
    "INSERT INTO failed_event (id, type, event, state, attempts, error, next_attempt_at,"
    " first_failed_at, last_failed_at) VALUES (:id, :type, :event, :state, :attempts, :error,"
    " :next, :now, :now) ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
    " attempts = excluded.attempts, error = excluded.error,"
    " next_attempt_at = excluded.next_attempt_at, last_failed_at = excluded.last_failed_at"
)
_DUE = text(
    "SELECT id, type, event, attempts FROM failed_event"
    " WHERE state = 'retry' AND next_attempt_at <= :now"
    " AND (type = ANY(CAST(:types AS text[]))) = :outside"
    " ORDER BY next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED"
)
_FORGET = text("DELETE FROM failed_event WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Work:
    """An event with the handlers that want it."""

    envelope: Envelope
    event: CloudEventData
    rows: tuple[Subscription, ...]


class Unreadable(Exception):  # noqa: N818
    """An event of a type that nothing here handles."""


def _error_name(error: BaseException) -> str:
    """Class and code of an error: never its text, which may hold values."""
    if isinstance(error, ValidationError):
        fields = sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
        return f"invalid data: {', '.join(fields)}"[:500].replace("\0", "")
    code = getattr(error, "code", "") if not isinstance(error, DBAPIError) else ""
    if isinstance(error, Unreadable):
        return str(error)
    return f"{type(error).__name__} {code}".strip()


class Consumer:
    """Applies deliveries to one service's database, each event exactly once in effect."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        clock: Clock | None = None,
        tiers: Sequence[float] = RETRY_TIERS,
        left_out: Sequence[str] = (),
    ) -> None:
        """``left_out`` are types that another consumer of the same database takes from outside."""
        self.database = database
        self.subscriptions = subscriptions
        self._clock = clock or SystemClock()
        self._tiers = tiers
        self._left_out = list(left_out)
        self._rows: dict[str, tuple[Subscription, ...]] = {}
        for row in subscriptions.table:
            self._rows[row.event.type] = (*self._rows.get(row.event.type, ()), row)

    async def consume(self, bodies: Sequence[bytes]) -> None:
        """Apply the events of these messages; when it returns, they may be acknowledged.

        Raises only when the database cannot be worked with: then nothing was done.
        """
        envelopes: list[Envelope] = []
        broken: list[tuple[bytes, str]] = []
        for body in bodies:
            for item in self._parse(body):
                if isinstance(item, Envelope):
                    envelopes.append(item)
                else:
                    broken.append(item)
        async with self.database.transaction() as transaction:
            fresh = await self._receive(transaction, envelopes)
            await self._apply(transaction, fresh, attempts=0)
            for raw, why in broken:
                await self._give_up_on_bytes(transaction, raw, why)

    async def park(self, bodies: Sequence[bytes]) -> None:
        """Keep messages that the broker gave up on as dead letters, untried."""
        why = "gave up after repeated deliveries"
        items = [item for body in bodies for item in self._parse(body)]
        async with self.database.transaction() as transaction:
            # Some may have taken effect although the message was never acknowledged.
            known = [item for item in items if isinstance(item, Envelope)]
            for fresh in await self._receive(transaction, known):
                await self._keep(transaction, fresh, len(self._tiers), why, dead=True)
            for item in items:
                if not isinstance(item, Envelope):
                    await self._give_up_on_bytes(transaction, item[0], why)

    async def retry_due(self) -> int:
        """Try again what is due; how many were tried."""
        now = self._clock.now()
        async with self.database.transaction() as transaction:
            outside = self.subscriptions.outside
            types = self.subscriptions.types if outside else self._left_out
            mine = {"now": now, "types": types, "outside": outside}
            due = (await transaction.execute(_DUE, mine)).all()
            for row in due:
                (item,) = self._parse(self._opened(row.event))
                if isinstance(item, Envelope) and await self._apply(
                    transaction, [item], attempts=row.attempts
                ):
                    await transaction.execute(_FORGET, {"id": row.id})
            return len(due)

    async def run_retries(self) -> None:
        """Retry what is due, for ever, a look each half second."""
        while True:
            await asyncio.sleep(0.5)
            try:
                await self.retry_due()
            except Exception as error:
                log.warning("retry_failed", service=self._name, error=type(error).__name__)
                await asyncio.sleep(2)

    @property
    def _name(self) -> str:
        return self.subscriptions.service

    def _parse(self, body: bytes) -> list[Envelope | tuple[bytes, str]]:
        """The events of a message; from outside none that could pass for one of ours, neither by
        its type nor, in the inbox, by its source."""
        items = parse(body)
        if not self.subscriptions.outside:
            return items
        return [self._from_outside(item) if isinstance(item, Envelope) else item for item in items]

    def _from_outside(self, item: Envelope) -> Envelope | tuple[bytes, str]:
        if item.type not in self._rows:
            return item.raw, "type not taken from outside"
        return replace(item, source=f"{self.subscriptions.exchange}:{item.source}")

    def _kept(self, raw: bytes) -> bytes:
        cipher = self.subscriptions.cipher
        return raw if cipher is None else cipher.seal(raw.decode("latin-1"), _KEPT).encode()

    def _opened(self, kept: bytes) -> bytes:
        cipher = self.subscriptions.cipher
        return kept if cipher is None else cipher.open(kept.decode(), _KEPT).encode("latin-1")

    async def _receive(self, transaction: Transaction, envelopes: list[Envelope]) -> list[Envelope]:
        """The envelopes not seen before, in order, each once."""
        unique: dict[tuple[str, str], Envelope] = {}
        for item in envelopes:
            unique.setdefault((item.source, item.id), item)
        if not unique:
            return []
        keys = sorted(unique)  # one order for all, so that two consumers cannot deadlock
        result = await transaction.execute(
            _RECEIVE, {"sources": [k[0] for k in keys], "ids": [k[1] for k in keys]}
        )
        new = {tuple(row) for row in result}
        fresh = [item for key, item in unique.items() if key in new]
        if len(envelopes) > len(fresh):
            telemetry.CONSUMED.labels(self._name, "any", "duplicate").inc(
                len(envelopes) - len(fresh)
            )
        return fresh

    async def _apply(
        self, transaction: Transaction, envelopes: list[Envelope], attempts: int
    ) -> bool:
        """Have the handlers run; whether every event had its effect. What failed is kept."""
        work: list[Work] = []
        for item in envelopes:
            try:
                work.append(self._read(item))
            except ValidationError as error:
                await self._keep(transaction, item, attempts, _error_name(error), dead=True)
            except Unreadable as error:
                # Tried again like a failure: while a release rolls out, the queue gets types that
                # a process of the release before does not know yet.
                await self._keep(transaction, item, attempts + 1, _error_name(error))
        if not work:
            return not envelopes
        failure = await self._attempt(transaction, work)
        if failure is None:
            self._count(work)
            return len(work) == len(envelopes)
        for one in work:
            if len(work) > 1:
                failure = await self._attempt(transaction, [one])
            if failure is None:
                self._count([one])
            else:
                await self._keep(transaction, one.envelope, attempts + 1, _error_name(failure))
        return False

    def _read(self, item: Envelope) -> Work:
        rows = self._rows.get(item.type)
        if rows is None:
            raise Unreadable("unknown event type or version")
        return Work(item, rows[0].event.model_validate(item.data), rows)

    async def _attempt(self, transaction: Transaction, work: list[Work]) -> Exception | None:
        """Run the handlers inside one savepoint; the error if it failed and was rolled back."""
        mark = transaction.mark
        savepoint = await transaction.connection.begin_nested()
        try:
            for event_type, group in groupby(
                sorted(work, key=lambda w: w.event.type), key=lambda w: w.event.type
            ):
                await self._handle(transaction, list(group), self._rows[event_type])
            await savepoint.commit()
        except Exception as error:
            if is_transient(error):
                raise
            await savepoint.rollback()  # raises when the connection is gone
            transaction.forget(mark)
            return error
        return None

    @staticmethod
    async def _handle(
        transaction: Transaction, work: list[Work], rows: tuple[Subscription, ...]
    ) -> None:
        for row in rows:
            if row.batch:
                first = work[0].envelope
                with telemetry.trace(first.request_id, first.traceparent):
                    given = work if row.enveloped else [one.event for one in work]
                    await row.handler(transaction, given)
                continue
            for one in work:
                with telemetry.trace(one.envelope.request_id, one.envelope.traceparent):
                    await row.handler(transaction, one if row.enveloped else one.event)

    def _count(self, work: list[Work]) -> None:
        now = self._clock.now()
        lag = telemetry.EVENT_LAG.labels(self._name)
        for one in work:
            if one.envelope.time is not None:
                lag.observe(max(0.0, (now - one.envelope.time).total_seconds()))
        for event_type, group in groupby(sorted(one.event.type for one in work)):
            telemetry.CONSUMED.labels(self._name, event_type, "done").inc(len(list(group)))

    async def _keep(
        self,
        transaction: Transaction,
        item: Envelope,
        attempts: int,
        error: str,
        *,
        dead: bool = False,
    ) -> None:
        dead = dead or attempts > len(self._tiers)
        now = self._clock.now()
        await transaction.execute(
            _KEEP,
            {
                "id": f"{item.source}#{item.id}",
                "type": item.type,
                "event": self._kept(item.raw),
                "state": "dead" if dead else "retry",
                "attempts": attempts,
                "error": error,
                "next": None if dead else now + timedelta(seconds=self._tiers[attempts - 1]),
                "now": now,
            },
        )
        result = "dead" if dead else "retry"
        known = item.type if item.type in self._rows else "unknown"
        telemetry.CONSUMED.labels(self._name, known, result).inc()
        log.warning(
            "event_failed",
            service=self._name,
            event_id=item.id,
            type=known,
            attempts=attempts,
            result=result,
            error=error,
        )

    async def _give_up_on_bytes(self, transaction: Transaction, raw: bytes, why: str) -> None:
        digest = hashlib.sha256(raw).hexdigest()
        now = self._clock.now()
        await transaction.execute(
            _KEEP,
            {
                "id": f"unreadable#{digest[:32]}",
                "type": "unreadable",
                "event": self._kept(raw),
                "state": "dead",
                "attempts": 0,
                "error": f"not a CloudEvent: {why}",
                "next": None,
                "now": now,
            },
        )
        telemetry.CONSUMED.labels(self._name, "unreadable", "dead").inc()
        log.warning("message_unreadable", service=self._name, error=why, size=len(raw))
