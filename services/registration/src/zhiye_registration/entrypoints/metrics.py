"""How many applications there are, by state and business type."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from prometheus_client import Gauge

from zhiye_registration.application.queries import count_by_state
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import STATES
from zhiye_registration.kit import Kit

APPLICATIONS = Gauge("applications", "Applications by state", ["state", "business_type"])
_SHARE = 100
"""Counting takes at most one hundredth of the time: it grows with the table."""


def count_applications(kit: Kit) -> Callable[[], Awaitable[None]]:
    """The periodic job that refreshes the gauge."""
    not_before = 0.0

    async def refresh() -> None:
        nonlocal not_before
        started = time.monotonic()
        if started < not_before:
            return
        async with kit.database.reading() as connection:
            rows = await count_by_state(connection)
        counts = {(row.state, row.business_type): row.count for row in rows}
        for slug in BUSINESS_TYPES:
            for state in STATES:
                APPLICATIONS.labels(state, slug).set(counts.get((state, slug), 0))
        finished = time.monotonic()
        not_before = finished + _SHARE * (finished - started)

    return refresh
