"""Working off orders of many reviews in the background, some applications in one transaction.

An item is marked in the transaction in which its application is reviewed, so a crash anywhere does
nothing twice and loses nothing; several workers, of one process or of many, take different items.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy import RowMapping
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.database import Database, Transaction, is_transient
from zhiye_chassis.in_step import OneByOne, in_step
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Reason, Refused
from zhiye_registration.adapters import bulk
from zhiye_registration.application.decide_application import decide_application
from zhiye_registration.application.review_application import review_application
from zhiye_registration.domain import bulk as why
from zhiye_registration.domain.bulk import Decision, Item, Outcome
from zhiye_registration.kit import Kit

CHUNK = 100
"""Applications in one transaction: they stay locked until it ends."""
WORKERS = 2
"""In one process: while one waits for the database, the other works."""
IDLE_SECONDS = 1.0

_Result = tuple[int, Outcome, list[dict[str, object]] | None]


class _Stopped(Exception):  # noqa: N818
    """The order was stopped while items were worked on: roll back."""


class BulkReviews:
    """Works on orders as long as the service runs; each gets its turn."""

    def __init__(self, kit: Kit, chunk: int = CHUNK) -> None:
        self._kit = kit
        self._chunk = chunk

    async def run(self) -> None:
        # Connections of its own: long orders do not hold up requests.
        database = self._kit.database.companion(WORKERS)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(WORKERS):
                    group.create_task(self._keep_working(database))
        finally:
            await database.close()

    async def _keep_working(self, database: Database) -> None:
        while True:
            if not await self.work(database):
                await asyncio.sleep(IDLE_SECONDS)

    async def work(self, database: Database | None = None) -> bool:
        """Work on some items of the order that waited longest; whether there were any."""
        database = database or self._kit.database
        async with database.reading() as connection:
            jobs = await bulk.under_way(connection)
        for job in jobs:
            if await self._go_on(database, job):
                return True
        return False

    async def _go_on(self, database: Database, job: RowMapping) -> bool:
        """Whether anything of this order was left that nobody else works on."""
        job_id = job["id"]
        try:
            async with database.transaction() as tx:
                if job["account_status"] == "revoked":
                    await bulk.stop(tx, job_id, self._kit.clock.now(), "account_revoked")
                    log.warning("bulk_review_stopped", bulk_review=job_id, code="account_revoked")
                    return False
                items = await bulk.claim(tx, job_id, self._chunk)
                if items:
                    await self._work_off(tx, job_id, items)
        except _Stopped:
            log.info("bulk_review_stopped", bulk_review=job_id, code="cancellation")
            return False
        except DBAPIError as error:
            if not is_transient(error):
                raise
            log.info("bulk_review_again", bulk_review=job_id, error=type(error).__name__)
            await asyncio.sleep(0.05)  # a deadlock, or the database is away: it is still waiting
            return True
        return bool(items)

    async def _work_off(self, tx: Transaction, job_id: str, items: Sequence[Item]) -> None:
        job = await bulk.read(tx, job_id)
        # Everybody locks in the order of ids.
        ordered = sorted(items, key=lambda item: item.application_id)
        results = await _Chunk(self._kit, job).review(tx, ordered)
        now = self._kit.clock.now()
        await bulk.mark(tx, job_id, now, results)
        good = sum(outcome == "done" for _, outcome, _ in results)
        state = await bulk.advance(tx, job_id, now, more=len(results), good=good)
        if state is None:
            raise _Stopped
        if state == "done":
            log.info("bulk_review_done", bulk_review=job_id, total=job["total"])


class _Chunk:
    """Some applications of one order, reviewed as if each were by itself."""

    def __init__(self, kit: Kit, job: RowMapping) -> None:
        self._kit = kit
        self._caller = Principal(**job["principal"])
        self._decision: Decision = job["decision"]
        self._reasons = [(code, note) for code, note in job["reasons"]]

    async def review(self, tx: Transaction, items: Sequence[Item]) -> list[_Result]:
        again = await bulk.of_same_people(tx, [item.application_id for item in items])
        at_once = [item for item in items if item.application_id not in again]
        # A physician may have several: the next one has to see what the one before did.
        after = [item for item in items if item.application_id in again]
        results = await self._in_step(tx, at_once)
        return results + [await self._apart(tx, item) for item in after]

    async def _in_step(self, tx: Transaction, items: Sequence[Item]) -> list[_Result]:
        try:
            answers = await in_step(tx, [partial(self._review, item=item) for item in items])
        except OneByOne as reason:
            log.info("bulk_one_by_one", error=type(reason.__cause__).__name__)
            return [await self._apart(tx, item) for item in items]
        return [
            _refused(item, answer.reasons) if isinstance(answer, Refused) else _done(item)
            for item, answer in zip(items, answers, strict=True)
        ]

    async def _apart(self, tx: Transaction, item: Item) -> _Result:
        """One by itself: its refusal leaves the others as they are."""
        mark, savepoint = tx.mark, await tx.connection.begin_nested()
        try:
            await self._review(tx, item)
        except Exception as error:
            if is_transient(error):
                raise
            await savepoint.rollback()
            tx.forget(mark)
            if isinstance(error, Refused):
                return _refused(item, error.reasons)
            name = type(error).__name__
            log.error("bulk_item_failed", application=item.application_id, error=name)
            return _refused(item, [why.INTERNAL])
        await savepoint.commit()
        return _done(item)

    async def _review(self, tx: Transaction, item: Item) -> None:
        """The very same use case as a single review."""
        review = review_application if self._caller.role == "institution" else decide_application
        await review(
            tx,
            self._kit,
            self._caller,
            item.application_id,
            item.version,
            self._decision,
            self._reasons,
        )


def _done(item: Item) -> _Result:
    return item.place, "done", None


def _refused(item: Item, reasons: Sequence[Reason]) -> _Result:
    return item.place, "refused", why.kept(reasons)
