"""A nurse uploads her photo; of one who is registered the institution reviews it (deck 2.3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_registration.adapters import information_changes, registrations
from zhiye_registration.adapters.images import Photo
from zhiye_registration.adapters.photos import digest_of
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.application.request_information_change import PROFESSION, new_request
from zhiye_registration.domain.information import PHOTO, SIDES
from zhiye_registration.domain.information_change import (
    InformationChange,
    check_same,
    fingerprint,
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


async def replace_photo(kit: Kit, caller: Principal, photo: Photo) -> Upload:
    """Keep a photo that was examined; the last upload wins.

    Raises ``Refused``: 404, 409 ``same_request_pending``, 422 ``nothing_changes``.
    """
    if caller.person_key is None:
        raise not_found()
    async with kit.database.transaction() as tx:
        held = await registrations.lock_of_person(tx, caller.person_key, PROFESSION)
        if held is None or held.status != "registered":
            await kit.photos.put(caller.person_key, photo.content)
            return Upload()
        done = await _request(tx, kit, caller, held, photo)
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
    tx: Transaction, kit: Kit, caller: Principal, held: Registration, photo: Photo
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
