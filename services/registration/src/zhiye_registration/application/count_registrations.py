"""Nurses and physicians are counted by region, for the statistics of authorities, a province at a
time."""

from __future__ import annotations

import time

from zhiye_registration.adapters import statistics
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.kit import Kit

SHARE = 100
"""Counting takes at most one hundredth of the time: it grows with the table."""
SECONDS = 1.0
"""How long one turn takes, but for its last province."""


class RegistrationCounts:
    """The periodic job. It goes round all provinces; of several processes one counts at a time."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._not_before = 0.0
        self._province = ""
        self._seen: set[str] = set()

    async def run(self) -> None:
        """One turn."""
        started = time.monotonic()
        if started < self._not_before:
            return
        while await self._count_next() and time.monotonic() - started < SECONDS:
            pass
        finished = time.monotonic()
        self._not_before = finished + SHARE * (finished - started)

    async def _count_next(self) -> bool:
        """Count one province more; ``False`` at the end of a round, or if somebody else counts."""
        kit = self._kit
        async with kit.database.transaction() as tx:
            province = await statistics.next_province(tx.connection, self._province)
            if province is None:
                await statistics.forget_others(tx, self._seen)
                self._province, self._seen = "", set()
                return False
            counted = await statistics.keep_province(
                tx, province, kit.clock.today(), kit.clock.now(), retirement_of(kit)
            )
        if counted:
            self._province = province
            self._seen.add(province)
        return counted
