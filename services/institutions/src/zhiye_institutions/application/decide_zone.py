"""A reported zone gets its centrally assigned code, or is refused (Q56)."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import RowMapping, select, update
from sqlalchemy.exc import IntegrityError

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix
from zhiye_institutions.adapters.tables import authority, institution, within, zone
from zhiye_institutions.application.access import not_found
from zhiye_institutions.domain.regions import level_of, zone_codes
from zhiye_institutions.kit import Kit

_UNIQUE = "23505"


async def decide_zone(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    zone_id: str,
    decision: Literal["assign", "refuse"],
    reason: str | None,
) -> str | None:
    """The operator, or the national authority, assigns the code or refuses; the code.

    Raises ``Refused``: 403 ``zone_decider``; 404; 409 ``zone_decided``, ``zone_codes_used_up``;
    422 ``zone_reason_required``.
    """
    if caller.role != "operator" and level_of(caller.region or "x") != "nation":
        raise refused(
            "zone_decider",
            ("统一编码由国家级主管部门或系统运行方核定。", "Codes are assigned centrally."),
            ("请等待核定。", "Wait for the decision."),
            source="Q56",
            status=403,
        )
    found = (
        (await tx.execute(select(zone).where(zone.c.id == zone_id).with_for_update()))
        .mappings()
        .first()
    )
    if found is None:
        raise not_found()
    if found["state"] != "reported":
        raise refused(
            "zone_decided",
            ("此上报已核定。", "This report was decided already."),
            ("请查看核定结果。", "See the result."),
            source="Q56",
            status=409,
        )
    decided = {"decided_by": caller.account_id, "decided_at": kit.clock.now()}
    if decision == "refuse":
        if not reason:
            raise refused(
                "zone_reason_required",
                ("不予编码必须说明理由。", "A refusal needs a reason."),
                ("请写明理由。", "Say why."),
                field="reason",
                source="Q56",
            )
        await tx.execute(
            update(zone)
            .where(zone.c.id == zone_id)
            .values(state="refused", reason=reason, **decided)
        )
        return None
    return await _assign(tx, found, decided)


async def _assign(tx: Transaction, found: RowMapping, decided: dict[str, object]) -> str:
    """Take the first free code; if another decision takes it at the same moment, the next."""
    for code in zone_codes(found["parent"], await _used(tx, found["parent"])):
        savepoint = await tx.connection.begin_nested()
        try:
            await tx.execute(
                update(zone)
                .where(zone.c.id == found["id"])
                .values(state="assigned", code=code, **decided)
            )
            await savepoint.commit()
        except IntegrityError as error:
            await savepoint.rollback()
            if getattr(error.orig, "sqlstate", "") != _UNIQUE:
                raise
            continue
        return code
    raise refused(
        "zone_codes_used_up",
        ("该区划下已没有可用的编码。", "No code is left under this division."),
        ("请由上一级区划上报。", "Report it under the division above."),
        field="parent",
        source="Q56",
        status=409,
    )


async def _used(tx: Transaction, parent: str) -> set[str]:
    """Codes under a division that zones, authorities or institutions have."""
    used: set[str] = set()
    for column in (zone.c.code, authority.c.region, institution.c.region):
        rows = await tx.execute(select(column).distinct().where(within(column, prefix(parent))))
        used |= set(rows.scalars())
    return used
