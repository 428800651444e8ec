"""Who was stated to have obtained a title has it on the registrations in force (职称晋升, Q58)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import (
    information_changes,
    own_records,
    penalties,
    registrations,
)
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.application.settle_information_changes import settle_pending
from zhiye_registration.domain.own_records import title_after
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

CHANGE = "title-promoted"

_Person = tuple[str, str]
"""Blind index of the ID number, and profession."""


async def apply_promotions(
    tx: Transaction,
    kit: Kit,
    changed: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any]]],
) -> None:
    """Records of promotions as they were, and as they are now and written already. Registrations
    get the title that follows; whoever has it keeps it, and nothing is told twice."""
    taken_back: defaultdict[_Person, set[str]] = defaultdict(set)
    for before, after in changed:
        taken_back[after["person_key"], after["profession"]]
        if before is not None:
            taken_back[before["person_key"], before["profession"]].add(before["data"]["title"])
    # Rows before people, people in one order, as everywhere.
    for person_key, profession in sorted(taken_back):
        await registrations.lock_all_of(tx, person_key, profession)
    for person_key, profession in sorted(taken_back):
        await penalties.hold_person(tx, person_key)
        promotions = await own_records.promotions_of(tx.connection, person_key, profession)
        for held in await registrations.lock_all_of(tx, person_key, profession):
            if held.status != "registered":
                continue
            back = taken_back[person_key, profession]
            earlier = None
            if held.title in back:
                earlier = await own_records.title_before(tx, held.id, held.title or "")
            title = title_after(profession, held.title, promotions, back, earlier)
            if title != held.title:
                await _give(tx, kit, held, title)


async def titled(tx: Transaction, one: Registration) -> Registration:
    """A registration that comes into force, with what was stated before there was one; what is
    being stated at this moment waits for it."""
    await penalties.hold_person(tx, one.person_key)
    promotions = await own_records.promotions_of(tx.connection, one.person_key, one.profession)
    return replace(one, title=title_after(one.profession, one.title, promotions))


async def _give(tx: Transaction, kit: Kit, held: Registration, title: str | None) -> None:
    after = replace(held, title=title, version=held.version + 1, updated_at=kit.clock.now())
    await registrations.save(tx, after)
    place = await information_changes.name_of(tx.connection, after.institution_id)
    values = {"title": {"before": held.title, "after": title}}
    await registrations.add_history(tx, after, CHANGE, place, values=values)
    online = await is_online(tx.connection, after.institution_id)
    tx.emit(registration_changed(after, region_online=online))
    await settle_pending(tx, kit, held, after)
