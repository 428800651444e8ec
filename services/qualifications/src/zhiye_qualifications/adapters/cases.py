"""Cases and their steps in the database; what a case asks for is sealed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import orjson
from sqlalchemy import RowMapping, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.crypto import FieldCipher
from zhiye_chassis.database import Transaction
from zhiye_chassis.evidence.keeping import EvidenceStore
from zhiye_chassis.timeline import Timeline
from zhiye_contracts import purposes
from zhiye_qualifications.adapters.case_tables import (
    IS_OPEN,
    case_number,
    case_step,
    evidence,
    qualification_case,
)
from zhiye_qualifications.domain.cases import Case, Values

_SEALED = {"asked": "sealed_asked", "recorded": "sealed_recorded"}
_COLUMNS = [qualification_case.c[_SEALED.get(field.name, field.name)] for field in fields(Case)]
SELECT = select(*_COLUMNS)
"""Rows for ``read``."""
STEPS = Timeline(case_step, "case_id")
EVIDENCE = EvidenceStore(evidence, "case_id", "evidence")
_BY_ID = SELECT.where(qualification_case.c.id == bindparam("key"))
_LOCK = _BY_ID.with_for_update()
_SAVE = (
    update(qualification_case)
    .where(qualification_case.c.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in _COLUMNS if column.name != "id"})
)


def seal(cipher: FieldCipher, values: Values) -> str:
    return cipher.seal(orjson.dumps(dict(values)).decode(), purposes.CASE)


def read(cipher: FieldCipher, row: RowMapping) -> Case:
    given = dict(row)
    for name, column in _SEALED.items():
        given[name] = orjson.loads(cipher.open(given.pop(column), purposes.CASE))
    return Case(**given)


def _row(cipher: FieldCipher, one: Case) -> dict[str, Any]:
    row = {field.name: getattr(one, field.name) for field in fields(Case)}
    for name, column in _SEALED.items():
        row[column] = seal(cipher, row.pop(name))
    return row


async def find(connection: AsyncConnection, cipher: FieldCipher, key: str) -> Case | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return read(cipher, row) if row else None


async def lock(tx: Transaction, cipher: FieldCipher, key: str) -> Case | None:
    """The case, kept from others until the transaction ends."""
    row = (await tx.execute(_LOCK, {"key": key})).mappings().first()
    return read(cipher, row) if row else None


async def newest_of(tx: Transaction, cipher: FieldCipher, fingerprint: str) -> Case | None:
    """The last case that asked for the same."""
    rows = await tx.execute(
        SELECT.where(qualification_case.c.fingerprint == fingerprint)
        .order_by(qualification_case.c.id.desc())
        .limit(1)
    )
    row = rows.mappings().first()
    return read(cipher, row) if row else None


async def count_open(tx: Transaction, account_id: str) -> int:
    found = await tx.execute(
        select(func.count()).where(qualification_case.c.account_id == account_id, text(IS_OPEN))
    )
    return int(found.scalar_one())


async def next_number(tx: Transaction, today: date) -> str:
    """``Z``, the date, and seven digits that rise (they do not start again each day)."""
    serial = await tx.connection.scalar(select(func.nextval(case_number.name)))
    return f"Z{today:%Y%m%d}{serial:07d}"


async def add(tx: Transaction, cipher: FieldCipher, one: Case) -> bool:
    """Insert a new case; ``False`` if one that asks for the same is open."""
    statement = (
        pg_insert(qualification_case)
        .values(_row(cipher, one))
        .on_conflict_do_nothing(
            index_elements=["fingerprint"],
            # Literal: PostgreSQL cannot match a partial index by parameters in a generic plan.
            index_where=text(IS_OPEN),
        )
    )
    result = await tx.execute(statement.returning(qualification_case.c.id))
    return result.first() is not None


async def save(tx: Transaction, cipher: FieldCipher, one: Case) -> None:
    """Write a case that ``lock`` gave."""
    await tx.execute(_SAVE, _row(cipher, one) | {"key": one.id})
