"""Interruptions of practice are recorded, ended and listed by the nurse's institution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.interruption import (
    ENDED,
    NURSES_ONLY,
    STATE_FAULTS,
    Period,
    date_faults,
    objections,
)
from zhiye_registration.kit import Kit

Listed = Literal["open", "ended", "all"]

_i, _r = practice_interruption.c, registration.c
_SHOWN = select(
    *practice_interruption.columns,
    _r.name,
    _r.sealed_id_number,
    _r.department,
    _r.registered_on,
    _r.institution_id.label("employer_id"),
).select_from(practice_interruption.join(registration, _r.id == _i.registration_id))


async def record_interruption(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    registration_id: str,
    period: Period,
    ground: str,
    note: str,
) -> RowMapping:
    """Raises ``Refused``: 404 for whoever is not one of the own people; every fault at once, 409
    when it is the records that stand against it (``interruption_open`` says since when), or the
    person is no nurse (``nurses_only``)."""
    person = await _lock_person(tx, caller, registration_id)
    if person.profession != "nurse":
        raise Refused(NURSES_ONLY, status=409)
    known = await tx.execute(
        select(_i.began_on, _i.ended_on).where(_i.registration_id == registration_id)
    )
    reasons = objections(
        period,
        registered=person.status == "registered",
        registered_on=person.registered_on,
        known=[Period(*one) for one in known],
        note_missing=ground == "other" and not note,
        today=kit.clock.today(),
    )
    if reasons:
        conflict = all(reason.code in STATE_FAULTS for reason in reasons)
        raise Refused(*reasons, status=409 if conflict else 422)
    key, now = new_id(), kit.clock.now()
    await tx.execute(
        insert(practice_interruption),
        {
            "id": key,
            "version": 1,
            "registration_id": registration_id,
            "person_key": person.person_key,
            "institution_id": person.institution_id,
            "began_on": period.began_on,
            "ended_on": period.ended_on,
            "ground": ground,
            "note": note,
            "recorded_by": caller.account_id,
            "recorded_by_name": caller.name,
            "created_at": now,
            "updated_at": now,
        },
    )
    return await _shown(tx.connection, key)


async def end_interruption(
    tx: Transaction, kit: Kit, caller: Principal, key: str, version: int, ended_on: date
) -> RowMapping:
    """The nurse practises again; ``ended_on`` is the last day without. By the institution where
    she is now. ``Refused``: 404, 409 ``interruption_ended``, 412, 422."""
    registration_id = await tx.connection.scalar(select(_i.registration_id).where(_i.id == key))
    if registration_id is None:
        raise not_found()
    await _lock_person(tx, caller, registration_id)
    one = await _shown(tx.connection, key)
    if one["ended_on"] is not None:
        raise Refused(ENDED, status=409)
    if one["version"] != version:
        raise stale_version()
    faults = date_faults(Period(one["began_on"], ended_on), one["registered_on"], kit.clock.today())
    if faults:
        raise Refused(*faults)
    await tx.execute(
        update(practice_interruption)
        .where(_i.id == key)
        .values(ended_on=ended_on, version=version + 1, updated_at=kit.clock.now())
    )
    return await _shown(tx.connection, key)


async def list_interruptions(
    connection: AsyncConnection,
    caller: Principal,
    listed: Listed,
    *,
    before: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """What the institution has recorded about those who are still its people, the newest first."""
    statement = _SHOWN.where(
        _i.institution_id == caller.institution_id, _r.institution_id == caller.institution_id
    )
    if listed == "open":
        statement = statement.where(_i.ended_on.is_(None))
    elif listed == "ended":
        statement = statement.where(_i.ended_on.is_not(None))
    if before is not None:
        statement = statement.where(_i.id < before)
    rows = await connection.execute(statement.order_by(_i.id.desc()).limit(limit))
    return rows.mappings().all()


async def _lock_person(tx: Transaction, caller: Principal, registration_id: str) -> RowMapping:
    """One of the own people, whose interruptions nobody else changes until the end."""
    found = await tx.execute(
        select(_r.person_key, _r.profession, _r.institution_id, _r.status, _r.registered_on)
        .where(_r.id == registration_id)
        .with_for_update()
    )
    person: RowMapping | None = found.first()
    if person is None or person.institution_id != caller.institution_id:
        raise not_found()
    return person


async def _shown(connection: AsyncConnection, key: str) -> RowMapping:
    return (await connection.execute(_SHOWN.where(_i.id == key))).mappings().one()
