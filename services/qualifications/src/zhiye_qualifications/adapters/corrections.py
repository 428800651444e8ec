"""Decisions that stand against what the exam centre feeds, and who made each version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_qualifications.adapters.case_tables import correction, qualification_change

IN_FORCE = "in_force"
"""The field of a revocation: no feed undoes it."""

_OF = (
    select(correction)
    .where(correction.c.qualification_id == bindparam("key"))
    .order_by(correction.c.field)
)
_OF_CERTIFICATES = text(
    "SELECT correction.*, qualification.profession, qualification.person_key"
    " FROM correction JOIN qualification ON qualification.id = correction.qualification_id"
    " WHERE qualification_id IN ("
    " SELECT qualification_id FROM correction WHERE certificate_key = ANY(:keys)"
    " UNION SELECT qualification_id FROM correction WHERE fed_certificate_key = ANY(:keys))"
)
_FED = (
    update(correction)
    .where(
        correction.c.qualification_id == bindparam("key"), correction.c.field == bindparam("name")
    )
    .values(sealed_original=bindparam("sealed"), original_key=bindparam("index"))
)
_MOVED = (
    update(correction)
    .where(correction.c.qualification_id == bindparam("key"))
    .values(certificate_key=bindparam("now"), fed_certificate_key=bindparam("fed"))
)


async def of_qualification(connection: AsyncConnection, key: str) -> Sequence[RowMapping]:
    return (await connection.execute(_OF, {"key": key})).mappings().all()


async def of_certificates(tx: Transaction, keys: Collection[str]) -> Sequence[RowMapping]:
    """Of every qualification that is on record, or fed, under one of these numbers; with its
    profession and the ``person_key`` it is on record for."""
    rows = await tx.execute(_OF_CERTIFICATES, {"keys": list(keys)})
    found: Sequence[RowMapping] = rows.mappings().all()
    return found


async def put(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let decisions stand; one about a field that was decided before takes its place."""
    if not rows:
        return
    statement = pg_insert(correction)
    newer = {
        name: statement.excluded[name]
        for name in ("sealed_corrected", "corrected_key", "case_id", "decided_at")
    }
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["qualification_id", "field"], set_=newer),
        list(rows),
    )


async def moved(tx: Transaction, key: str, certificate_key: str, fed_certificate_key: str) -> None:
    """Say under which certificate number a qualification is on record now, and fed."""
    await tx.execute(_MOVED, {"key": key, "now": certificate_key, "fed": fed_certificate_key})


async def fed(tx: Transaction, key: str, originals: Mapping[str, tuple[str, str | None]]) -> None:
    """What the exam centre says by now of these fields: sealed, and its blind index."""
    if originals:
        await tx.execute(
            _FED,
            [
                {"key": key, "name": name, "sealed": sealed, "index": index}
                for name, (sealed, index) in originals.items()
            ],
        )


async def drop(tx: Transaction, key: str, fields: Collection[str]) -> None:
    """What the exam centre itself says, or what was decided back, does not need to stand."""
    if fields:
        await tx.execute(
            delete(correction).where(
                correction.c.qualification_id == key, correction.c.field.in_(sorted(fields))
            )
        )


async def note_change(
    tx: Transaction,
    row: Mapping[str, Any],
    *,
    kind: str,
    fields: Sequence[str],
    by: Actor,
    at: datetime,
    reasons: Sequence[Mapping[str, str]] = (),
    case_id: str | None = None,
    number: str | None = None,
    document: str | None = None,
    asked_by: str | None = None,
    asked_by_account_id: str | None = None,
) -> None:
    """Write down who made this version of a qualification; it is never changed afterwards."""
    await tx.execute(
        insert(qualification_change),
        {
            "qualification_id": row["id"],
            "version": row["version"],
            "kind": kind,
            "fields": list(fields),
            "case_id": case_id,
            "number": number,
            "document": document,
            "asked_by": asked_by,
            "asked_by_account_id": asked_by_account_id,
            "decided_by_role": by.role,
            "decided_by_account_id": by.account_id,
            "decided_by_name": by.name,
            "organisation": by.organisation,
            "reasons": list(reasons),
            "at": at,
        },
    )
