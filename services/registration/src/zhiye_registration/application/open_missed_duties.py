"""A registration that came onto the register otherwise than by an approval (taken over, corrected)
may be one that a penalty on record calls to cancel: once a day that is looked for (Q50)."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy import text

from zhiye_chassis.database import Transaction
from zhiye_chassis.telemetry import log
from zhiye_registration.adapters import penalties
from zhiye_registration.adapters.penalty_tables import IS_OPEN
from zhiye_registration.application.duties import demand_cancellation, registrations_of
from zhiye_registration.kit import Kit

AT_ONCE = 200
"""Penalties looked at in one transaction."""
SECONDS = 2.0
"""How long one turn takes, but for its last page; the next one goes on where it stopped."""

Place = tuple[str, str]
"""Person and id of a penalty. By people, so that two processes hold them in one order."""

_UNANSWERED = text(
    "SELECT p.person_key, p.id FROM penalty p"  # noqa: S608
    " WHERE p.kind IN ('revocation', 'ban', 'criminal') AND p.rescinded_on IS NULL"
    " AND (p.person_key, p.id) > (:person, :id)"
    " AND EXISTS (SELECT FROM registration r WHERE r.person_key = p.person_key"
    " AND r.profession = p.profession AND r.status IN ('registered', 'filed')"
    " AND NOT EXISTS (SELECT FROM duty d WHERE d.registration_id = r.id"
    f" AND d.kind = 'cancel' AND d.{IS_OPEN}))"
    " ORDER BY p.person_key, p.id LIMIT :most"
)


class MissedDuties:
    """The periodic job: once a day it goes through all penalties that may call for it. A second
    process finds nothing more to open."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._day: date | None = None
        self._after: Place | None = None

    async def run(self) -> None:
        """One turn."""
        kit = self._kit
        if self._day != kit.clock.today():
            self._day, self._after = kit.clock.today(), ("", "")
        until = time.monotonic() + SECONDS
        while self._after is not None:
            async with kit.database.transaction() as tx:
                self._after = await open_missed_duties(tx, kit, self._after)
            if time.monotonic() >= until:
                return


async def open_missed_duties(tx: Transaction, kit: Kit, after: Place) -> Place | None:
    """Open what the next penalties call for; after which to go on, ``None`` at the end."""
    given = {"person": after[0], "id": after[1], "most": AT_ONCE}
    found = [(row.person_key, row.id) for row in await tx.execute(_UNANSWERED, given)]
    before = tx.mark
    for person_key, key in found:
        await penalties.hold_person(tx, person_key)
        one = await penalties.find(tx.connection, key)
        if one is not None and one.person_key == person_key:
            held = await registrations_of(tx.connection, person_key, one.profession)
            await demand_cancellation(tx, kit, one, held)
    if tx.mark > before:
        log.info("missed_duties_opened", count=tx.mark - before)
    return found[-1] if len(found) == AT_ONCE else None
