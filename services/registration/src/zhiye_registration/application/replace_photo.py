"""Somebody uploads her photo; of one who is registered the institution reviews it (deck 2.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_registration.adapters import information_changes
from zhiye_registration.adapters.images import Photo
from zhiye_registration.adapters.photos import digest_of
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.application.named_registration import named_registration
from zhiye_registration.application.request_information_change import new_request
from zhiye_registration.domain.information import PHOTO, SIDES
from zhiye_registration.domain.information_change import (
    InformationChange,
    check_pending,
    check_same,
    fingerprint,
    in_force,
    nothing_changes,
)
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an upload: ``request`` waits for the institution, and has replaced the photo
    of the digest ``replaced``; without one the photo is the present one."""

    request: InformationChange | None = None
    replaced: str | None = None


async def replace_photo(
    kit: Kit, caller: Principal, photo: Photo, registration_id: str | None = None
) -> Upload:
    """Keep a photo that was examined; the last upload wins. Somebody has one photo, whatever the
    registrations: who has several in force names the one whose institution is to review it.

    Raises ``Refused``: 404, 409 ``same_request_pending``, ``field_change_pending``, 422
    ``nothing_changes``, ``registration_not_yours``, ``registration_unclear``.
    """
    if caller.person_key is None:
        raise not_found()
    async with kit.database.transaction() as tx:
        named = await named_registration(tx, caller.person_key, registration_id)
        if named.one is None or all(
            one.status != "registered" for one in (named.one, *named.others)
        ):
            await kit.photos.put(caller.person_key, photo.content)
            return Upload()
        done = await _request(tx, kit, caller, in_force(named.one), named.others, photo)
    if done.request is not None and done.replaced is not None:
        await _drop(kit, done.request.id, done.replaced)
    return done


async def _drop(kit: Kit, key: str, digest: str) -> None:
    """Forget a photo that was uploaded over: after the commit, and unless it is back by now."""
    async with kit.database.transaction() as tx:
        one = await information_changes.lock(tx, key)
        if one is not None and digest not in (one.changes[PHOTO][side] for side in SIDES):
            await kit.photos.drop(key, digest)


async def _request(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    held: Registration,
    others: Sequence[Registration],
    photo: Photo,
) -> Upload:
    present = await kit.photos.get(held.person_key)
    before = digest_of(present.content) if present else None
    change = {
        "before": before,
        "after": digest_of(photo.content),
        "warnings": [warning.code for warning in photo.warnings],
    }
    if change["after"] == before:
        raise nothing_changes([PHOTO])
    changes = {PHOTO: change}
    elsewhere = [
        one
        for other in others
        for one in await information_changes.lock_pending(tx, other.id)
        if PHOTO in one.changes
    ]
    check_pending(changes, elsewhere)
    pending = await information_changes.lock_pending(tx, held.id)
    waiting = next((one for one in pending if PHOTO in one.changes), None)
    if waiting is None:
        one = await new_request(tx, kit, caller, held, changes, new_id())
    else:
        check_same(changes, waiting)
        one = replace(
            waiting,
            version=waiting.version + 1,
            account_id=caller.account_id,
            changes=changes,
            fingerprint=fingerprint(changes),
            updated_at=kit.clock.now(),
        )
    if present is not None:
        await kit.photos.keep(one.id, present.content)
    await kit.photos.keep(one.id, photo.content)
    await record(tx, one, "replaced" if waiting else "requested", actor_of(caller))
    return Upload(one, waiting.changes[PHOTO]["after"] if waiting else None)
