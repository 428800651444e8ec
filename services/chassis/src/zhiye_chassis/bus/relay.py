"""Carries the outbox out: at least once, confirmed before it is deleted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import text

from zhiye_chassis import telemetry
from zhiye_chassis.database import Database
from zhiye_chassis.telemetry import log

MAX_EVENTS = 500
"""Events in one message."""
MAX_BYTES = 500_000
"""Bytes in one message: well under the broker's limit and cheap to hold."""
TAKE = 2_000
"""Outbox rows in one round of the relay."""
SWEEP_SECONDS = 1.0
"""How long the relay sleeps at most: it finds what another process left behind."""

TAKE_BYTES = 4_000_000
"""Bytes of events in one round, unless a single one has more."""

_TAKE = text(
    "WITH taken AS MATERIALIZED (SELECT id, type, event FROM outbox"
    " WHERE type <> ALL(CAST(:stuck AS text[])) ORDER BY id LIMIT :take FOR UPDATE SKIP LOCKED)"
    " SELECT id, type, event FROM (SELECT *, sum(octet_length(event)) OVER (ORDER BY id"
    " ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before FROM taken) AS measured"
    " WHERE before < :bytes ORDER BY id"
)
_DONE = text("DELETE FROM outbox WHERE id = ANY(:ids)")


class Carrier(Protocol):
    """Takes messages to every queue that is bound to their type."""

    async def publish(self, messages: Mapping[str, Sequence[list[bytes]]]) -> Mapping[str, str]:
        """Hand over messages, by type: each a list of serialised CloudEvents.

        Returns the types that are not safe with every bound queue, each with the reason in a
        word. They are offered again: duplicates are possible, loss is not.
        """
        ...


def group(rows: Sequence[tuple[int, str, str]]) -> dict[str, list[list[bytes]]]:
    """Rows of the outbox as messages by type, bounded in count and bytes, in order."""
    messages: dict[str, list[list[bytes]]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for _, type_, event in rows:
        data = event.encode()
        current = messages[type_]
        if not current or len(current[-1]) >= MAX_EVENTS or sizes[type_] + len(data) > MAX_BYTES:
            current.append([])
            sizes[type_] = 0
        current[-1].append(data)
        sizes[type_] += len(data)
    return messages


class Relay:
    """Moves a service's outbox to a carrier. Several may run; each row goes with one of them."""

    def __init__(self, database: Database, carrier: Carrier) -> None:
        self._database = database
        self._carrier = carrier
        self._stuck: dict[str, float] = {}

    async def carry(self) -> int:
        """One round: take, publish, delete what is safe, commit; how many events were carried.

        A type that cannot be handed over waits a moment; the others go on past it.
        """
        now = time.monotonic()
        self._stuck = {type_: until for type_, until in self._stuck.items() if until > now}
        async with self._database.engine.begin() as connection:
            taken = await connection.execute(
                _TAKE, {"take": TAKE, "bytes": TAKE_BYTES, "stuck": list(self._stuck)}
            )
            rows = taken.all()
            if not rows:
                return 0
            failed = await self._carrier.publish(group([tuple(row) for row in rows]))
            carried = [row for row in rows if row.type not in failed]
            await connection.execute(_DONE, {"ids": [row.id for row in carried]})
        for type_, count in Counter(row.type for row in carried).items():
            telemetry.PUBLISHED.labels(self._database.service, type_).inc(count)
        for type_, why in failed.items():
            self._stuck[type_] = time.monotonic() + SWEEP_SECONDS
            log.warning("event_waits", service=self._database.service, type=type_, error=why)
        return len(rows)

    async def run(self) -> None:
        """Carry for ever; woken by commits, and by a sweep now and then."""
        filled = self._database.outbox_filled
        pause = 0.1
        while True:
            try:
                filled.clear()
                while await self.carry():
                    pause = 0.1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await filled.wait()
            except Exception as error:
                log.warning(
                    "relay_waits", service=self._database.service, error=type(error).__name__
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
