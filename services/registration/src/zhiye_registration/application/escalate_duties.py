"""What an institution has not done in time becomes its authority's to do (Q50)."""

from __future__ import annotations

import time

from zhiye_chassis.telemetry import log
from zhiye_registration.adapters import duties as store
from zhiye_registration.adapters import registrations
from zhiye_registration.application.duties import write
from zhiye_registration.domain.duty import escalated
from zhiye_registration.kit import Kit

AT_ONCE = 200
"""Duties in one transaction."""
SECONDS = 2.0
"""How long one turn takes, but for its last page."""


class Escalation:
    """The periodic job. Several processes take different duties, and each is told once."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def run(self) -> None:
        """One turn."""
        until = time.monotonic() + SECONDS
        while await escalate_due_duties(self._kit) == AT_ONCE and time.monotonic() < until:
            pass


async def escalate_due_duties(kit: Kit) -> int:
    """Those whose last day is over, the longest overdue first; how many these were."""
    today, now = kit.clock.today(), kit.clock.now()
    async with kit.database.transaction() as tx:
        found = await store.lock_overdue(tx, today, AT_ONCE)
        for one in found:
            held = await registrations.find(tx.connection, one.registration_id)
            await write(tx, escalated(one, now, today), "escalated", held.name if held else "")
    if found:
        log.info("duties_escalated", count=len(found))
    return len(found)
