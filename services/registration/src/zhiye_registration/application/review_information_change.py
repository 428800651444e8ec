"""An institution reviews what one of its people asks to change (deck 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import told
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import information_changes, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.photos import digest_of
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.application.settle_information_changes import settle_pending
from zhiye_registration.domain.information import (
    OF_POST,
    PHOTO,
    differences,
    value_of,
    with_values,
)
from zhiye_registration.domain.information_change import (
    PHOTO_LOST,
    WOULD_CHANGE_NOTHING,
    Changes,
    InformationChange,
    in_force,
    take_step,
)
from zhiye_registration.domain.information_reasons import INFORMATION_REASONS
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

Decision = Literal["approve", "refuse"]


async def review_information_change(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    decision: Decision,
    reasons: Sequence[tuple[str, str]],
) -> InformationChange:
    """The request after the review. An approval changes the registration in the same transaction,
    and its history keeps what was there before, for ever (Q6.1, Q30.1).

    Raises ``Refused``: 404, 409 ``information_change_<state>``, ``registration_not_in_force``,
    ``would_change_nothing``, ``photo_not_kept``, 412, 422 ``reasons_required``.
    """
    row = await information_changes.find(tx.connection, key)
    if row is not None and row["profession"] == "physician":
        # All are written below: locked in one order, so that no two reviews wait for each other.
        await registrations.lock_all_of(tx, row["person_key"], row["profession"])
    found = row and await information_changes.lock_registration(tx, row["registration_id"])
    # Whoever the person is registered at now: she may have moved since she asked.
    if not found or found[0].institution_id != caller.institution_id:
        raise not_found()
    held, place = found
    before = await information_changes.lock(tx, key)
    if before is None:
        raise not_found()
    given = told(INFORMATION_REASONS, reasons, required=decision == "refuse")
    after = replace(
        take_step(before, decision, kit.clock.now(), given),
        institution_id=held.institution_id,
        institution_name=place,
    )
    if before.version != version:
        raise stale_version()
    if decision == "refuse":
        await record(tx, after, "refused", actor_of(caller, place))
        return after
    after = replace(after, changes=await _changes_now(kit, before, in_force(held)))
    await record(tx, after, "approved", actor_of(caller, place))
    await _apply(tx, kit, after, held, place)
    await _take_over(tx, kit, after, held)
    return after


async def _changes_now(
    kit: Kit, one: InformationChange, held: Registration
) -> dict[str, dict[str, Any]]:
    """What is asked for, with what is on record at this moment."""
    changes = {name: dict(change) for name, change in one.changes.items()}
    for name, change in changes.items():
        if name == PHOTO:
            present = await kit.photos.get(held.person_key)
            change["before"] = digest_of(present.content) if present else None
        elif (value := value_of(held, name)) is not None:
            change["before"] = value
    if all(change["before"] == change["after"] for change in changes.values()):
        raise Refused(WOULD_CHANGE_NOTHING, status=409)
    return changes


async def _apply(
    tx: Transaction, kit: Kit, one: InformationChange, held: Registration, place: str
) -> None:
    values = {name: change["after"] for name, change in one.changes.items() if name != PHOTO}
    after = replace(with_values(held, values), version=held.version + 1, updated_at=kit.clock.now())
    different = {
        name: {"before": change["before"], "after": change["after"]}
        for name, change in one.changes.items()
        if change["before"] != change["after"]
    }
    await _write(tx, after, place, different)
    if PHOTO in different:
        await _replace_photo(kit, one, held.person_key)


async def _take_over(tx: Transaction, kit: Kit, one: InformationChange, held: Registration) -> None:
    """A physician's other registrations say the same about the person; those that were cancelled
    stay as they were."""
    if held.profession != "physician":
        return
    about = {
        name: change["after"]
        for name, change in one.changes.items()
        if name != PHOTO and name not in OF_POST
    }
    for other in await registrations.lock_all_of(tx, held.person_key, held.profession):
        different = differences(other, about)
        if other.id == held.id or other.status == "cancelled" or not different:
            continue
        after = replace(
            with_values(other, about), version=other.version + 1, updated_at=kit.clock.now()
        )
        place = await information_changes.name_of(tx.connection, other.institution_id)
        await _write(tx, after, place, different)
        await settle_pending(tx, kit, other, after)


async def _write(tx: Transaction, after: Registration, place: str, different: Changes) -> None:
    """The registration, its history with what was there before, the event."""
    await registrations.save(tx, after)
    await registrations.add_history(tx, after, "information-changed", place, values=different)
    online = await is_online(tx.connection, after.institution_id)
    tx.emit(registration_changed(after, region_online=online))


async def _replace_photo(kit: Kit, one: InformationChange, person_key: str) -> None:
    """The file store knows no transactions: last of all, and again if the commit fails."""
    asked = await kit.photos.kept(one.id, one.changes[PHOTO]["after"])
    if asked is None:
        raise Refused(PHOTO_LOST, status=409)
    present = await kit.photos.get(person_key)
    if present is not None:
        await kit.photos.keep(one.id, present.content)
    await kit.photos.put(person_key, asked.content)
