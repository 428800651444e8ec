"""Filings at further institutions (多执业机构备案), and certificates for life, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.physician_tables import physician_certificate, practice_filing
from zhiye_registration.domain.filing import Filing

_f = practice_filing.c
_NAMES = [field.name for field in fields(Filing)]
_COLUMNS = [_f[name] for name in _NAMES]
_OF_PERSON = (
    select(*_COLUMNS).where(_f.person_key == bindparam("person_key")).order_by(_f.id.desc())
)
_IN_FORCE_OF = (
    select(*_COLUMNS)
    .where(_f.registration_id == bindparam("registration"), _f.status == "in_force")
    .order_by(_f.id)
    .with_for_update()
)
_BY_ID = select(*_COLUMNS).where(_f.id == bindparam("key"))
_LOCK = _BY_ID.with_for_update()
_SAVE = (
    update(practice_filing)
    .where(_f.id == bindparam("key"), _f.version == bindparam("before"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)
_GIVE = (
    pg_insert(physician_certificate)
    .values(
        certificate_key=bindparam("certificate_key"),
        person_key=bindparam("person_key"),
        sealed_certificate_number=bindparam("sealed"),
    )
    .on_conflict_do_nothing()
    .returning(physician_certificate.c.certificate_key)
)
_CERTIFICATE = select(physician_certificate).where(
    physician_certificate.c.person_key == bindparam("person_key")
)


async def of_person(connection: AsyncConnection, person_key: str) -> list[Filing]:
    """All of a person's, the newest first; those that ran out too."""
    rows = (await connection.execute(_OF_PERSON, {"person_key": person_key})).mappings()
    return [Filing(**row) for row in rows]


async def lock_in_force_of(tx: Transaction, registration_id: str) -> list[Filing]:
    """Those under a registration that nobody ended, kept from others."""
    rows = (await tx.execute(_IN_FORCE_OF, {"registration": registration_id})).mappings()
    return [Filing(**row) for row in rows]


async def find(connection: AsyncConnection, key: str) -> Filing | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return Filing(**row) if row else None


async def lock(tx: Transaction, key: str) -> Filing | None:
    row = (await tx.execute(_LOCK, {"key": key})).mappings().first()
    return Filing(**row) if row else None


async def add(tx: Transaction, one: Filing) -> None:
    await tx.execute(insert(practice_filing), {name: getattr(one, name) for name in _NAMES})


async def save(tx: Transaction, one: Filing) -> bool:
    """Write a filing that was locked; ``False`` if somebody wrote it in between."""
    values = {name: getattr(one, name) for name in _NAMES}
    result = await tx.execute(_SAVE, values | {"key": one.id, "before": one.version - 1})
    return bool(result.rowcount == 1)


async def certificate_of(tx: Transaction, person_key: str) -> Row[Any] | None:
    """The number that a physician has for life: its blind index, and sealed."""
    found: Row[Any] | None = (await tx.execute(_CERTIFICATE, {"person_key": person_key})).first()
    return found


async def give_certificate(
    tx: Transaction, person_key: str, certificate_key: str, sealed: str
) -> bool:
    """``False`` if somebody else has the number, or the person has another."""
    parameters = {"certificate_key": certificate_key, "person_key": person_key, "sealed": sealed}
    return (await tx.execute(_GIVE, parameters)).first() is not None


async def taken(tx: Transaction, certificate_keys: Sequence[str]) -> set[str]:
    """Which of these numbers a physician has."""
    column = physician_certificate.c.certificate_key
    return set((await tx.execute(select(column).where(column.in_(certificate_keys)))).scalars())


def in_force(filings: Sequence[Filing], today: date) -> list[Filing]:
    """Those that are not over."""
    return [one for one in filings if one.status == "in_force" and one.until_on >= today]
