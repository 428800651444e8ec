"""What a decision about a filing does to the institution."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, delete
from sqlalchemy.exc import IntegrityError

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import InstitutionNumber
from zhiye_institutions.adapters.tables import other_name
from zhiye_institutions.application.changing import change_institution
from zhiye_institutions.application.filing_access import facts_of
from zhiye_institutions.application.other_names import insert_names
from zhiye_institutions.application.register_institution import number_taken
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_conditions import changes
from zhiye_institutions.domain.lifecycle import next_check
from zhiye_institutions.kit import Kit

_STATUS = {"reopening": "in_force", "cancellation": "cancelled"}


async def approve(
    tx: Transaction,
    kit: Kit,
    one: Filing,
    row: RowMapping,
    by: Principal,
    number: InstitutionNumber | None = None,
) -> None:
    """Apply an approved filing to the institution, a locked row.

    Raises ``Refused`` (409): institution_number_taken.
    """
    today = kit.clock.today()
    values: dict[str, Any] = changes(one.row, facts_of(kit, one, row))
    if one.kind == "closure":
        if date.fromisoformat(one.proposed["closed_from"]) <= today:
            await close(tx, kit, one, row, by)
        return
    if one.kind == "practice-licence":
        values |= {
            "status": "in_force",
            "registration_number": number and number.value,
            "licensed_on": today,
            "next_check_due": next_check(today, values.get("beds", row["beds"])),
        }
    elif one.kind == "periodic-check":
        # A check that passes early does not bring the next one forward.
        base = max(today, row["next_check_due"] or today)
        values |= {"status": "in_force", "next_check_due": next_check(base, row["beds"])}
    elif one.kind in _STATUS:
        values["status"] = _STATUS[one.kind]
    names = await _rename(tx, kit, row, values["name"], by) if "name" in values else []
    try:
        await change_institution(
            tx,
            kit,
            row,
            one.kind,
            by,
            values,
            filing_id=one.id,
            also=({}, {"other_names": names} if names else {}),
        )
    except IntegrityError:
        raise number_taken() from None


async def close(
    tx: Transaction, kit: Kit, one: Filing, row: RowMapping, by: Principal | None
) -> None:
    """The first day of an approved closure has come."""
    period = {name: one.proposed[name] for name in ("closed_from", "closed_until")}
    await change_institution(
        tx, kit, row, one.kind, by, {"status": "closed"}, filing_id=one.id, also=({}, period)
    )


async def fail_check(
    tx: Transaction, kit: Kit, one: Filing, row: RowMapping, by: Principal
) -> None:
    """A periodic check was not passed (暂缓校验)."""
    if row["status"] not in one.row.from_status:
        return
    reasons = {"reasons": [reason["text"] for reason in one.reasons]}
    await change_institution(
        tx, kit, row, "suspended", by, {"status": "suspended"}, filing_id=one.id, also=({}, reasons)
    )


async def _rename(
    tx: Transaction, kit: Kit, row: RowMapping, name: str, by: Principal
) -> list[str]:
    """Keep the old standard name as a former one; what is the standard name is no other name."""
    await tx.execute(
        delete(other_name).where(
            other_name.c.institution_id == row["id"], other_name.c.name == name
        )
    )
    return await insert_names(tx, kit, row["id"], [row["name"]], by, kind="former")
