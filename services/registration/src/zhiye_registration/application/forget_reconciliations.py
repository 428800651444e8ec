"""Staff lists are personal data: they are kept for the days of the setting, then forgotten. What
they started (applications, requests, who was looked up) stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from zhiye_chassis.telemetry import log
from zhiye_registration.adapters.record_tables import reconciliation, reconciliation_line
from zhiye_registration.kit import Kit

_AT_ONCE = 10
_p, _l = reconciliation.c, reconciliation_line.c


class Forgetting:
    """The periodic job: the oldest few at a time."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def run(self) -> None:
        kit = self._kit
        before = kit.clock.now() - timedelta(days=kit.own.reconciliation_days)
        async with kit.database.transaction() as tx:
            found = await tx.execute(
                select(_p.id)
                .where(_p.created_at < before)
                .order_by(_p.created_at)
                .limit(_AT_ONCE)
                # A second process takes others.
                .with_for_update(skip_locked=True)
            )
            ids = list(found.scalars())
            if not ids:
                return
            await tx.execute(delete(reconciliation_line).where(_l.reconciliation_id.in_(ids)))
            await tx.execute(delete(reconciliation).where(_p.id.in_(ids)))
        log.info("reconciliations_forgotten", count=len(ids))
