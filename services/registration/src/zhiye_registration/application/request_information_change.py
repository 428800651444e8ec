"""A nurse or a physician asks to change information about herself (信息修改, deck 2.3.1; Q6.1,
Q30.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import information_changes
from zhiye_registration.application.access import not_found
from zhiye_registration.application.information_recording import record
from zhiye_registration.application.named_registration import named_registration
from zhiye_registration.application.read_own_registrations import exam_of
from zhiye_registration.domain.information import OF_POST, on_record
from zhiye_registration.domain.information_change import (
    NOTHING_GIVEN,
    Changes,
    InformationChange,
    check_dates,
    check_identity,
    check_pending,
    check_profession,
    fingerprint,
    in_force,
    nothing_changes,
)
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit


async def request_information_change(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    values: Mapping[str, Any],
    identity: Sequence[str],
    registration_id: str | None = None,
) -> InformationChange:
    """The new request. It asks for those of ``values`` that differ from what is on record;
    ``identity`` are fields that were asked for although nobody changes them about herself. Who has
    several registrations in force names the one whose institution is to review it.

    Raises ``Refused``: 404, 409 ``never_registered``, ``registration_not_in_force``,
    ``same_request_pending``, ``field_change_pending``, 422 ``registration_not_yours``,
    ``registration_unclear``, ``not_changed_by_the_person``, ``not_of_this_profession``,
    ``date_impossible``, ``nothing_given``, ``nothing_changes``.
    """
    if caller.person_key is None:
        raise not_found()
    named = await named_registration(tx, caller.person_key, registration_id)
    held = in_force(named.one)
    faults = check_identity(identity)
    faults += check_profession(values, held.profession)
    faults += check_dates(values, held.birth_date, kit.clock.today())
    if not faults and not values:
        faults.append(NOTHING_GIVEN)
    if faults:
        raise Refused(*faults)
    exam = await exam_of(tx.connection, held.person_key, held.profession, held.qualification_id)
    record_now = on_record(held, exam)
    changes = {
        name: {"before": record_now[name], "after": value}
        for name, value in values.items()
        if value != record_now[name]
    }
    if not changes:
        raise nothing_changes(list(values))
    check_pending(changes, await _pending(tx, held, named.of_profession))
    one = await new_request(tx, kit, caller, held, changes)
    await record(tx, one, "requested", actor_of(caller))
    return one


async def _pending(
    tx: Transaction, held: Registration, others: Sequence[Registration]
) -> list[InformationChange]:
    """What waits about the registration, and about the person with the others."""
    found = await information_changes.lock_pending(tx, held.id)
    for other in others:
        for one in await information_changes.lock_pending(tx, other.id):
            about = {name: change for name, change in one.changes.items() if name not in OF_POST}
            if about:
                found.append(replace(one, changes=about))
    return found


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
