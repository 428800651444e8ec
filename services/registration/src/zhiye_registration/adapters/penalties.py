"""Penalties in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, bindparam, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.penalty_tables import penalty
from zhiye_registration.domain.penalty import Penalty
from zhiye_registration.domain.registration import Registration

_p = penalty.c
_NAMES = [field.name for field in fields(Penalty)]
COLUMNS = [_p[name] for name in _NAMES]
"""What ``read`` reads."""
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:person_key, 5))")
_BY_ID = select(*COLUMNS).where(_p.id == bindparam("key"))
_OF_PERSON = (
    select(*COLUMNS)
    .where(_p.person_key == bindparam("person_key"), _p.profession == bindparam("profession"))
    .order_by(_p.decided_on, _p.id)
)
_SAME = (
    select(*COLUMNS)
    .where(
        _p.person_key == bindparam("person_key"),
        _p.profession == bindparam("profession"),
        _p.kind == bindparam("kind"),
        _p.document_key == bindparam("document_key"),
    )
    .order_by(_p.rescinded_on.is_(None).desc(), _p.id.desc())
)
_ADD = insert(penalty).values({name: bindparam(name) for name in _NAMES})
_SAVE = (
    update(penalty)
    .where(_p.id == bindparam("key"), _p.version == bindparam("before"))
    .values({name: bindparam(name) for name in _NAMES if name != "id"})
)


def read(row: RowMapping) -> Penalty:
    return Penalty(**{name: row[name] for name in _NAMES})


async def hold_person(tx: Transaction, person_key: str) -> None:
    """Have what concerns one person's penalties and duties wait for each other: a registration
    that comes into force sees the penalty, or the penalty sees it. After locks of rows, and of
    several people in the order of their keys."""
    await tx.execute(_HOLD, {"person_key": person_key})


async def penalties_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> tuple[Penalty, ...]:
    """Everything that is on record, the oldest first; also what was rescinded."""
    given = {"person_key": person_key, "profession": profession}
    return tuple(read(row) for row in (await connection.execute(_OF_PERSON, given)).mappings())


async def find(connection: AsyncConnection, key: str) -> Penalty | None:
    row = (await connection.execute(_BY_ID, {"key": key})).mappings().first()
    return read(row) if row else None


async def lock(tx: Transaction, key: str) -> Penalty | None:
    row = (await tx.execute(_BY_ID.with_for_update(), {"key": key})).mappings().first()
    return read(row) if row else None


async def same_document(
    tx: Transaction, person_key: str, profession: str, kind: str, document_key: str
) -> list[Penalty]:
    """Penalties of this kind that a document brought: the one that counts first, then those that
    were rescinded."""
    given = {
        "person_key": person_key,
        "profession": profession,
        "kind": kind,
        "document_key": document_key,
    }
    return [read(row) for row in (await tx.execute(_SAME, given)).mappings()]


async def add(tx: Transaction, one: Penalty) -> None:
    await tx.execute(_ADD, {name: getattr(one, name) for name in _NAMES})


async def save(tx: Transaction, one: Penalty) -> bool:
    """Write a penalty that was locked; ``False`` if somebody wrote it in between."""
    values: dict[str, Any] = {name: getattr(one, name) for name in _NAMES}
    result = await tx.execute(_SAVE, values | {"key": one.id, "before": one.version - 1})
    return bool(result.rowcount == 1)


async def move(tx: Transaction, before: Registration, after: Registration) -> None:
    """The penalties of somebody whose ID number or name was corrected go along: those under the
    same name, as under a wrong number there may be somebody else's. What the right number has
    already stays under the wrong one."""
    other = penalty.alias()
    there = exists().where(
        other.c.person_key == after.person_key,
        other.c.profession == _p.profession,
        other.c.kind == _p.kind,
        other.c.document_key == _p.document_key,
        other.c.rescinded_on.is_(None),
        other.c.id != _p.id,
    )
    await tx.execute(
        update(penalty)
        .where(
            _p.person_key == before.person_key,
            _p.profession == before.profession,
            _p.name == before.name,
            ~there,
        )
        .values(
            person_key=after.person_key,
            sealed_id_number=after.sealed_id_number,
            name=after.name,
        )
    )
