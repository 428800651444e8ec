"""Verification of one person nationwide, by the full ID number (执业信息验证, deck 5.2; Q4, Q20,
Q41).

Every look-up is kept, and the person can see by whom. An organisation has so many a minute and so
many a day, and fewer of ID numbers that nobody is recorded under: numbers cannot be walked through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, bindparam, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import filings, reconciliations, registrations
from zhiye_registration.adapters.facts import qualifications_of
from zhiye_registration.adapters.projection_tables import authority, institution
from zhiye_registration.adapters.record_tables import verification
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.reconciliation import Place
from zhiye_registration.domain.verification import Outcome
from zhiye_registration.kit import Kit

_SOURCE = "deck 5.2; Q41"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)

_v = verification.c
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:organisation, 2))")
_COUNT = select(
    func.count(),
    func.count().filter(_v.at > bindparam("minute")),
    func.count().filter(~_v.found),
    func.min(_v.at),
    func.min(_v.at).filter(~_v.found),
    func.min(_v.at).filter(_v.at > bindparam("minute")),
).where(
    _v.organisation_id == bindparam("organisation"),
    _v.at > bindparam("day"),
    _v.purpose == "verification",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found, and the ID number as it was read: a nurse's registration, or a physician's,
    those in force first, with the filings under them. ``place`` is the institution that asks, as
    far as it is known here."""

    outcome: Outcome
    id_number: str
    registrations: Sequence[RowMapping]
    filings: Sequence[Filing]
    institution_id: str | None
    place: Place | None


def organisation_of(caller: Principal) -> str:
    """The institution or authority that looks somebody up."""
    organisation = caller.institution_id or caller.authority_id
    if organisation is None:
        raise not_found()
    return organisation


async def verify_registration(
    tx: Transaction, kit: Kit, caller: Principal, id_number: str, profession: str
) -> Verified:
    """Raises ``Refused``: 422 for a number that cannot be right (it is not counted), 429
    ``verifications_too_fast``, ``verifications_used_up``, ``verification_misses_used_up``."""
    try:
        person = parse_id_number(id_number, kit.clock.today())
    except IdentifierError as error:
        raise Refused(error.about("id_number")) from error
    key = kit.person_key(person.value)
    organisation = organisation_of(caller)
    await _check_budget(tx, kit, organisation)
    held = await registrations.all_of(tx.connection, key, profession)
    outcome: Outcome = "found"
    if not held:
        known = await qualifications_of(tx.connection, key, profession)
        outcome = "never_registered" if known else "not_on_record"
    await tx.execute(
        insert(verification),
        {
            "at": kit.clock.now(),
            "account_id": caller.account_id,
            "organisation_id": organisation,
            "person_key": key,
            "found": outcome != "not_on_record",
            "purpose": "verification",
        },
    )
    physician = profession == "physician"
    return Verified(
        outcome,
        person.value,
        held if physician else held[:1],
        await filings.of_person(tx.connection, key) if physician and held else (),
        caller.institution_id,
        await _place_of(tx.connection, caller),
    )


async def _place_of(connection: AsyncConnection, caller: Principal) -> Place | None:
    if caller.institution_id is None:
        return None
    row = await reconciliations.place_of(connection, caller.institution_id)
    return Place(row["id"], row["name"], row["region"]) if row else None


async def _check_budget(tx: Transaction, kit: Kit, organisation: str) -> None:
    """Those of one organisation wait for each other: none slips through beside another."""
    await tx.execute(_HOLD, {"organisation": organisation})
    now, own = kit.clock.now(), kit.own
    given = {"organisation": organisation, "minute": now - _MINUTE, "day": now - _DAY}
    of_day, of_minute, misses, first, first_miss, first_of_minute = (
        await tx.execute(_COUNT, given)
    ).one()
    if of_minute >= own.verifications_per_minute:
        raise _too_many(_TOO_FAST, first_of_minute + _MINUTE, now)
    if of_day >= own.verifications_per_day:
        raise _too_many(_USED_UP, first + _DAY, now)
    if misses >= own.verification_misses_per_day:
        raise _too_many(_MISSES, first_miss + _DAY, now)


def _too_many(reason: Reason, again: datetime, now: datetime) -> Refused:
    seconds = max(1, int((again - now).total_seconds()))
    return Refused(reason, status=429, retry_after=seconds)


_TOO_FAST = Reason(
    "verifications_too_fast",
    Text("查询过于频繁。", "There were too many verifications within a minute."),
    Text("请稍后再试。", "Try again in a while."),
    source=_SOURCE,
)
_USED_UP = Reason(
    "verifications_used_up",
    Text("本单位24小时内的验证次数已用完。", "The verifications of 24 hours are used up."),
    Text(
        "核对大量人员请上传名单进行核对；仍不够用的，请联系系统运行管理方。",
        "To check many people, upload a staff list; if that does not do, ask the operator.",
    ),
    source=_SOURCE,
)
_MISSES = Reason(
    "verification_misses_used_up",
    Text(
        "24小时内查询了过多没有任何记录的身份证号。",
        "Too many ID numbers within 24 hours had nobody on record.",
    ),
    Text(
        "请核对身份证号来源；确有需要的，请联系系统运行管理方。",
        "Check where the numbers come from; if it is needed, ask the operator.",
    ),
    source=_SOURCE,
)


async def list_verifications(
    connection: AsyncConnection, whose: ColumnElement[bool], before: int | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first, with the organisation's name as far as it is known here."""
    name = func.coalesce(institution.c.name, authority.c.name).label("organisation_name")
    query = (
        select(verification, name)
        .select_from(
            verification.outerjoin(institution, institution.c.id == _v.organisation_id).outerjoin(
                authority, authority.c.id == _v.organisation_id
            )
        )
        .where(whose)
        .order_by(_v.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(_v.id < before)
    return (await connection.execute(query)).mappings().all()


def by_organisation(caller: Principal) -> ColumnElement[bool]:
    return _v.organisation_id == organisation_of(caller)


def about(caller: Principal) -> ColumnElement[bool]:
    if caller.person_key is None:
        raise not_found()
    return _v.person_key == caller.person_key
