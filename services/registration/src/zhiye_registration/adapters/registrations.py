"""Registrations, their history and the serials of certificates in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.adapters.tables import OF_NURSES, certificate_serial, registration
from zhiye_registration.domain.registration import Registration

_NAMES = [field.name for field in fields(Registration)]
HIGHEST_RESERVED = 900_000
"""Of 999,999; all provinces together register fewer nurses in a year."""

_GIVEN = pg_insert(certificate_serial).values(
    year=bindparam("year"), province=bindparam("province"), last=bindparam("last")
)
_NEXT_SERIAL = _GIVEN.on_conflict_do_update(
    index_elements=["year", "province"], set_={"last": certificate_serial.c.last + 1}
).returning(certificate_serial.c.last)
_RESERVE = _GIVEN.on_conflict_do_update(
    index_elements=["year", "province"],
    set_={"last": func.greatest(certificate_serial.c.last, _GIVEN.excluded.last)},
)
_SET_SERIAL = (
    update(certificate_serial)
    .where(
        certificate_serial.c.year == bindparam("of_year"),
        certificate_serial.c.province == bindparam("of_province"),
    )
    .values(last=bindparam("serial"))
)
_HOLDER = select(registration.c.id).where(
    OF_NURSES, registration.c.certificate_key == bindparam("certificate_key")
)
_ADD = (
    pg_insert(registration)
    .values({name: bindparam(name) for name in _NAMES})
    .on_conflict_do_nothing()
    .returning(registration.c.id)
)
_BY_ID = select(*(registration.c[name] for name in _NAMES)).where(
    registration.c.id == bindparam("key")
)
_LOCK_OF_PERSON = (
    select(*(registration.c[name] for name in _NAMES))
    .where(
        registration.c.person_key == bindparam("person_key"),
        registration.c.profession == bindparam("profession"),
    )
    .order_by((registration.c.status == "registered").desc(), registration.c.id.desc())
    .limit(1)
    .with_for_update()
)
_SAVE = (
    update(registration)
    .where(registration.c.id == bindparam("key"), registration.c.version == bindparam("before"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)
_ALL_OF_PERSON = (
    select(*(registration.c[name] for name in _NAMES), institution.c.name.label("institution_name"))
    .select_from(
        registration.outerjoin(institution, institution.c.id == registration.c.institution_id)
    )
    .where(
        registration.c.person_key == bindparam("person_key"),
        registration.c.profession == bindparam("profession"),
    )
    # One in force goes before all others, whatever is newer.
    .order_by((registration.c.status == "registered").desc(), registration.c.id.desc())
)
_NEWEST_OF_PERSON = _ALL_OF_PERSON.limit(1)
_LOCK_ALL = (
    select(*(registration.c[name] for name in _NAMES))
    .where(
        registration.c.person_key == bindparam("person_key"),
        registration.c.profession == bindparam("profession"),
    )
    .order_by(registration.c.id)
    .with_for_update()
)
_LOCK = _BY_ID.with_for_update()
_HISTORY = (
    select(registration_history)
    .select_from(
        registration_history.join(
            registration, registration.c.id == registration_history.c.registration_id
        )
    )
    .where(
        registration.c.person_key == bindparam("person_key"),
        registration.c.profession == bindparam("profession"),
    )
    .order_by(registration_history.c.at, registration_history.c.id)
)
_OF_APPLICATION = select(registration_history).where(
    registration_history.c.application_id == bindparam("application")
)
LOOKED_UP = (
    registration.c.id,
    registration.c.name,
    registration.c.sealed_id_number,
    registration.c.gender,
    registration.c.birth_date,
    registration.c.profession,
    registration.c.status,
    registration.c.institution_id,
    institution.c.name.label("institution_name"),
    registration.c.region,
    registration.c.authority_name,
    registration.c.registered_on,
    registration.c.valid_from,
    registration.c.valid_until,
    registration.c.department,
    registration.c.work_category,
)
"""What a look-up by certificate number reads of a registration."""
_LOOKUP = (
    select(*LOOKED_UP)
    .select_from(
        registration.outerjoin(institution, institution.c.id == registration.c.institution_id)
    )
    .where(OF_NURSES, registration.c.certificate_key == bindparam("certificate_key"))
)
LOOKUP = str(_LOOKUP.compile(dialect=asyncpg.dialect()))  # type: ignore[no-untyped-call]
"""The hot read: one row by the blind index of the certificate number, in one round trip. Compiled
once: for the driver, ``$1`` is the blind index."""


async def next_serial(tx: Transaction, year: int, province: str) -> int:
    """The next serial of a province's certificates in a year. The row stays locked until the
    transaction ends, so a serial is neither given twice nor lost: take it late."""
    parameters = {"year": year, "province": province, "last": 1}
    serial: int = (await tx.execute(_NEXT_SERIAL, parameters)).scalar_one()
    return serial


async def reserve_serial(tx: Transaction, year: int, province: str, serial: int) -> None:
    """Have the next serials be higher than one that is in use already; unless it is higher than
    any province comes in a year: one that was mistyped must not use up all that are left."""
    if serial > HIGHEST_RESERVED:
        return
    await tx.execute(_RESERVE, {"year": year, "province": province, "last": serial})


async def set_serial(tx: Transaction, year: int, province: str, serial: int) -> None:
    """Have the next serial be the one after this; the row is locked already."""
    await tx.execute(_SET_SERIAL, {"of_year": year, "of_province": province, "serial": serial})


async def is_taken(tx: Transaction, certificate_key: str) -> bool:
    """Whether a nurse's certificate number, as its blind index, is on record."""
    return (await tx.execute(_HOLDER, {"certificate_key": certificate_key})).first() is not None


async def taken(tx: Transaction, certificate_keys: Sequence[str]) -> set[str]:
    """Which of these are."""
    column = registration.c.certificate_key
    found = await tx.execute(select(column).where(OF_NURSES, column.in_(certificate_keys)))
    return set(found.scalars())


async def add(tx: Transaction, one: Registration) -> bool:
    """Insert; ``False`` if the person has a registration in force or the number is taken."""
    values = {name: getattr(one, name) for name in _NAMES}
    return (await tx.execute(_ADD, values)).first() is not None


async def lock_of_person(tx: Transaction, person_key: str, profession: str) -> Registration | None:
    """The person's registration, kept from others until the transaction ends: the one in force,
    else the newest."""
    parameters = {"person_key": person_key, "profession": profession}
    row = (await tx.execute(_LOCK_OF_PERSON, parameters)).mappings().first()
    return Registration(**row) if row else None


async def lock(tx: Transaction, key: str) -> Registration | None:
    """A registration, kept from others until the transaction ends."""
    row = (await tx.execute(_LOCK, {"key": key})).mappings().first()
    return Registration(**row) if row else None


async def lock_all_of(tx: Transaction, person_key: str, profession: str) -> list[Registration]:
    """All that a person has in the profession, kept from others; the oldest first."""
    parameters = {"person_key": person_key, "profession": profession}
    return [Registration(**row) for row in (await tx.execute(_LOCK_ALL, parameters)).mappings()]


async def find(connection: AsyncConnection, key: str) -> Registration | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return Registration(**row) if row else None


async def save(tx: Transaction, one: Registration) -> bool:
    """Write a registration that was locked; ``False`` if somebody wrote it in between."""
    values = {name: getattr(one, name) for name in _NAMES}
    result = await tx.execute(_SAVE, values | {"key": one.id, "before": one.version - 1})
    return bool(result.rowcount == 1)


async def newest_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> RowMapping | None:
    """The person's registration in the profession with its institution's name: the one in force,
    else the newest."""
    parameters = {"person_key": person_key, "profession": profession}
    return (await connection.execute(_NEWEST_OF_PERSON, parameters)).mappings().first()


async def all_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> Sequence[RowMapping]:
    """All that a person has in the profession, each with its institution's name: those in force
    first, then the newest."""
    parameters = {"person_key": person_key, "profession": profession}
    return (await connection.execute(_ALL_OF_PERSON, parameters)).mappings().all()


async def history_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> Sequence[RowMapping]:
    parameters = {"person_key": person_key, "profession": profession}
    return (await connection.execute(_HISTORY, parameters)).mappings().all()


async def effect_of(connection: AsyncConnection, application_id: str) -> RowMapping | None:
    """The entry that the approval of an application made, if it made one."""
    found = await connection.execute(_OF_APPLICATION, {"application": application_id})
    return found.mappings().first()


async def add_history(
    tx: Transaction,
    one: Registration,
    change: str,
    institution_name: str,
    application_id: str | None = None,
    application_number: str | None = None,
    *,
    moved_from: Registration | None = None,
    moved_from_name: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Append what became of a registration; it is never changed afterwards (历史沿革).

    ``moved_from`` is the registration as it was at another institution, ``values`` what else
    changed: field → ``before`` and ``after``.
    """
    await tx.execute(
        insert(registration_history),
        {
            "registration_id": one.id,
            "version": one.version,
            "at": one.updated_at,
            "change": change,
            "application_id": application_id,
            "application_number": application_number,
            "status": one.status,
            "institution_id": one.institution_id,
            "institution_name": institution_name,
            "authority_name": one.authority_name,
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "region": one.region,
            "from_institution_id": moved_from and moved_from.institution_id,
            "from_institution_name": moved_from_name,
            "from_region": moved_from and moved_from.region,
            "values": values,
        },
    )
