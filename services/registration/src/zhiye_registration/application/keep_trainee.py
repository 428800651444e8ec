"""A trainee who stays where the training was is recorded anew as staff (重新核实录入, Q52)."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_registration.adapters import duties, penalties, registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.information_changes import name_of
from zhiye_registration.application.access import not_found
from zhiye_registration.application.duties import write
from zhiye_registration.domain.duty import OPEN, Duty, closed
from zhiye_registration.kit import Kit

CHANGE = "staff-confirmed"


async def keep_trainee(
    tx: Transaction, kit: Kit, caller: Principal, key: str, version: int
) -> Duty:
    """The duty to file somebody off post whose training ended, done: the institution confirms that
    the person is on its staff. The registration stays, its history says so.

    Raises ``Refused``: 404, 409 ``not_of_a_trainee`` or ``duty_over``, 412.
    """
    seen = await duties.find(tx.connection, key)
    if seen is None or seen.institution_id != caller.institution_id:
        raise not_found()
    if seen.cause != "trainee":
        raise refused(
            "not_of_a_trainee",
            ("此项职责不是因规范化培训结束而产生的。", "It is not about a trainee."),
            ("请按职责所列业务办理。", "Do it by the business that it names."),
            source="Q52",
            status=409,
        )
    held = await registrations.lock(tx, seen.registration_id)
    await penalties.hold_person(tx, seen.person_key)
    open_now = {one.id: one for one in await duties.lock_open_of(tx, seen.registration_id)}
    duty = open_now.get(key)
    if duty is None or held is None or duty.state not in OPEN:
        raise refused(
            "duty_over",
            ("此项职责已办结。", "It is done already."),
            ("无需再办理。", "There is nothing left to do."),
            source="Q52",
            status=409,
        )
    if duty.institution_id != caller.institution_id:
        raise not_found()
    if duty.version != version:
        raise stale_version()
    now = kit.clock.now()
    after = replace(held, version=held.version + 1, updated_at=now)
    place = await name_of(tx.connection, held.institution_id)
    await registrations.save(tx, after)
    await registrations.add_history(tx, after, CHANGE, place)
    online = await is_online(tx.connection, after.institution_id)
    tx.emit(registration_changed(after, region_online=online))
    done = closed(duty, "done", now, kit.clock.today())
    await write(tx, done, "done", after.name)
    return done
