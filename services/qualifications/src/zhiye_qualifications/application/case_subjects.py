"""Finding the qualification that a case is about, and what its record says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select

from zhiye_chassis.database import Transaction
from zhiye_contracts import purposes
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER
from zhiye_qualifications.domain.columns import FIELDS
from zhiye_qualifications.kit import Kit

_SEALED = {
    "id_number": ("sealed_id_number", purposes.ID_NUMBER),
    "certificate_number": ("sealed_certificate_number", purposes.CERTIFICATE_NUMBER),
    "admission_number": ("sealed_admission_number", ADMISSION_NUMBER),
}


def fields_of(kit: Kit, row: RowMapping | Mapping[str, Any]) -> dict[str, object]:
    """What a qualification says, in the clear, as a case keeps values; with its title."""
    values: dict[str, object] = {}
    for name in (*FIELDS, "title"):
        if name in _SEALED:
            column, purpose = _SEALED[name]
            values[name] = kit.cipher.open(row[column], purpose) if row[column] else None
        elif name == "version":
            values[name] = row["record_version"]
        else:
            value = row[name]
            values[name] = value.isoformat() if isinstance(value, date) else value
    return values


def columns_of(kit: Kit, changes: Mapping[str, object]) -> dict[str, Any]:
    """The columns that hold these values."""
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        text = str(value)
        if name == "id_number":
            columns["person_key"] = kit.person_key(text)
            columns["sealed_id_number"] = kit.cipher.seal(text, purposes.ID_NUMBER)
        elif name == "certificate_number":
            columns["certificate_key"] = kit.certificate_key(text)
            columns["sealed_certificate_number"] = kit.cipher.seal(
                text, purposes.CERTIFICATE_NUMBER
            )
        elif name == "birth_date":
            columns[name] = date.fromisoformat(text)
        else:
            columns[name] = value
            if name == "name":
                columns["assisted"] = "(" in text or "（" in text
    return columns


async def lock_qualification(tx: Transaction, qualification_id: str) -> dict[str, Any] | None:
    """A qualification, kept from others until the transaction ends. Who is going to change it has
    taken the register's turn before."""
    found = await tx.execute(
        select(qualification).where(qualification.c.id == qualification_id).with_for_update()
    )
    row = found.mappings().first()
    return {str(name): value for name, value in row.items()} if row else None


async def find_by(tx: Transaction, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
    rows = await tx.execute(
        select(qualification).where(condition).order_by(qualification.c.id).limit(10)
    )
    found: Sequence[RowMapping] = rows.mappings().all()
    return found
