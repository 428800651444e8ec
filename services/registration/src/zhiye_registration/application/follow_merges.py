"""``InstitutionMerged``: people and open applications follow, and come back when it is undone
(Q20.4.2, Q41.4.2). Nobody is lost.

Filings of physicians at further institutions follow too. One that comes to be at its own main
institution, or outside the location of its registration, ends; an undo opens it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest
from zhiye_contracts.events import InstitutionMerged
from zhiye_registration.adapters import filing_merges, merges
from zhiye_registration.adapters.events import application_changed, registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.merge_tables import institution_merge
from zhiye_registration.adapters.merges import Moved
from zhiye_registration.application.duties import follow_registrations
from zhiye_registration.application.end_filings import end
from zhiye_registration.kit import Kit


async def follow_merges(kit: Kit, tx: Transaction, events: Sequence[InstitutionMerged]) -> None:
    """Bring everything to where the newest event of each institution says.

    An undo may come before its merge, or a later merge before the undo of an earlier one: what the
    merge before had moved goes back first, then everything at the institution goes on.
    """
    newest = {
        event.aggregate_id: event for event in sorted(events, key=lambda event: event.version)
    }
    for source_id in sorted(newest):
        await _follow(kit, tx, newest[source_id])


async def _follow(kit: Kit, tx: Transaction, event: InstitutionMerged) -> None:
    source_id = event.aggregate_id
    known = await merges.newest(tx, source_id)
    if known is not None:
        await merges.hold_moved(tx, known["merge_id"])
    await merges.hold(tx, source_id)
    before = await merges.newest(tx, source_id)
    changed = await keep_newest(
        tx,
        institution_merge,
        [
            {
                "source_id": source_id,
                "version": event.version,
                "merge_id": event.merge_id,
                "source_name": event.name,
                "into_id": event.into_id,
                "into_name": event.into_name,
                "into_region": event.into_region,
                "undone": event.undone,
            }
        ],
        key="source_id",
    )
    if not changed:
        return
    if before is not None and not before["undone"]:
        back = await merges.move_back(tx, before, kit.clock.now())
        await _end_unfit(kit, tx, None, back)
        await filing_merges.reopen(tx, before["merge_id"], kit.clock.now(), kit.clock.today())
        await _tell(kit.clock.now(), tx, source_id, back, "merge_undone")
    await _settle(kit, tx, source_id)


async def _settle(kit: Kit, tx: Transaction, source_id: str) -> None:
    """Have everything at an institution follow its merge, and the merge of where it went to."""
    seen: set[str] = set()
    while (merge := await merges.in_force(tx, source_id)) is not None:
        seen.add(source_id)
        if merge["into_id"] in seen:
            break
        # As for whatever comes to an institution: its own merge is seen here, or sees what came.
        await merges.hold_shared(tx, merge["into_id"])
        moved = await merges.move(tx, merge, kit.clock.now(), kit.clock.today())
        await _end_unfit(kit, tx, merge["merge_id"], moved)
        await _tell(kit.clock.now(), tx, merge["into_id"], moved, "institution_merged")
        source_id = merge["into_id"]


async def _end_unfit(kit: Kit, tx: Transaction, merge_id: str | None, moved: Moved) -> None:
    """End filings that cannot be where they came to be; who is concerned is told."""
    registrations = [one.id for one in moved.registrations]
    found = await filing_merges.unfit(tx, moved.filings, registrations, kit.clock.today())
    for one, became_main in found:
        await end(tx, kit, one, "became_main" if became_main else "registration_moved")
    if merge_id is not None:
        await filing_merges.note_ended(tx, merge_id, [one for one, _ in found])


async def _tell(
    now: datetime, tx: Transaction, institution_id: str, moved: Moved, change: str
) -> None:
    await follow_registrations(tx, [one.id for one in moved.registrations], now)
    online = await is_online(tx.connection, institution_id)
    tx.emit(*(registration_changed(one, region_online=online) for one in moved.registrations))
    tx.emit(*(application_changed(one, change) for one in moved.applications))
