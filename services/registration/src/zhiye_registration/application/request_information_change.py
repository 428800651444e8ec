"""A nurse asks to change information about herself (信息修改, deck 2.3.1; Q6.1, Q30.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import information_changes, registrations
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.application.read_own_registrations import exam_of
from zhiye_registration.domain.information import on_record
from zhiye_registration.domain.information_change import (
    NOTHING_GIVEN,
    Changes,
    InformationChange,
    check_dates,
    check_identity,
    check_pending,
    fingerprint,
    in_force,
    nothing_changes,
)
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

PROFESSION = "nurse"


async def request_information_change(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    values: Mapping[str, Any],
    identity: Sequence[str],
) -> InformationChange:
    """The new request. It asks for those of ``values`` that differ from what is on record;
    ``identity`` are fields that were asked for although nobody changes them about herself.

    Raises ``Refused``: 404, 409 ``never_registered``, ``registration_not_in_force``,
    ``same_request_pending``, ``field_change_pending``, 422 ``not_changed_by_the_person``,
    ``date_impossible``, ``nothing_given``, ``nothing_changes``.
    """
    if caller.person_key is None:
        raise not_found()
    held = in_force(await registrations.lock_of_person(tx, caller.person_key, PROFESSION))
    faults = check_identity(identity)
    faults += check_dates(values, held.birth_date, kit.clock.today())
    if not faults and not values:
        faults.append(NOTHING_GIVEN)
    if faults:
        raise Refused(*faults)
    record_now = on_record(held, await exam_of(tx.connection, held.person_key, PROFESSION))
    changes = {
        name: {"before": record_now[name], "after": value}
        for name, value in values.items()
        if value != record_now[name]
    }
    if not changes:
        raise nothing_changes(list(values))
    check_pending(changes, await information_changes.lock_pending(tx, held.id))
    one = await new_request(tx, kit, caller, held, changes)
    await record(tx, one, "requested", actor_of(caller))
    return one


async def new_request(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    held: Registration,
    changes: Changes,
    key: str | None = None,
) -> InformationChange:
    """A request that waits for the institution where the person is registered."""
    now = kit.clock.now()
    return InformationChange(
        id=key or new_id(),
        version=1,
        registration_id=held.id,
        account_id=caller.account_id,
        institution_id=held.institution_id,
        institution_name=await information_changes.name_of(tx.connection, held.institution_id),
        state="pending",
        changes=changes,
        fingerprint=fingerprint(changes),
        reasons=(),
        created_at=now,
        updated_at=now,
    )
