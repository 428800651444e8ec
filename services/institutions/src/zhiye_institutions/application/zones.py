"""Special zones outside the official divisions and their centrally assigned codes (Q56)."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import RowMapping, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import authority, institution, within, zone
from zhiye_institutions.application.access import REGION_NOT_YOURS, is_over, not_found
from zhiye_institutions.domain.regions import (
    ZONE_PARENT,
    is_zone_parent,
    level_of,
    zone_codes,
)
from zhiye_institutions.kit import Kit

_UNIQUE = "23505"


async def is_zone(tx: Transaction, region: str) -> bool:
    """Whether this code was assigned to a special zone."""
    found = await tx.execute(select(zone.c.id).where(zone.c.code == region))
    return found.first() is not None


async def report_zone(
    tx: Transaction, kit: Kit, caller: Principal, *, name: str, parent: str, document: str
) -> str:
    """A province or city reports a zone that its government has set up; the report's id.

    One that was refused may be reported again. Raises ``Refused``: 403 ``zone_reporter``,
    ``region_not_yours``; 409 ``zone_exists``; 422 ``zone_parent``.
    """
    if level_of(caller.region or "") not in ("province", "city"):
        raise refused(
            "zone_reporter",
            (
                "开发区等非正式区划由省级或地市级主管部门上报。",
                "Zones are reported by the authority of a province or a city.",
            ),
            ("请由上级主管部门上报。", "Ask the authority above to report it."),
            source="Q56",
            status=403,
        )
    if not is_over(caller, parent):
        raise Refused(REGION_NOT_YOURS, status=403)
    if not is_zone_parent(parent, kit.clock.today()):
        raise Refused(ZONE_PARENT)
    report = {
        "document": document,
        "state": "reported",
        "reason": None,
        "reported_by": caller.account_id,
        "reported_at": kit.clock.now(),
        "decided_by": None,
        "decided_at": None,
    }
    added = await tx.execute(
        insert(zone)
        .values(id=new_id(), name=name, parent=parent, **report)
        .on_conflict_do_update(
            index_elements=["parent", "name"], set_=report, where=zone.c.state == "refused"
        )
        .returning(zone.c.id)
    )
    id_ = added.scalar_one_or_none()
    if id_ is None:
        raise refused(
            "zone_exists",
            ("该区划下已有同名开发区的上报记录。", "A zone of this name was reported already."),
            ("请查看已有的上报记录。", "See the report that is there."),
            field="name",
            source="Q56",
            status=409,
        )
    return str(id_)


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


async def find_zones(
    connection: AsyncConnection,
    *,
    assigned_only: bool,
    region: str | None = None,
    parent: str | None = None,
    code: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 200,
) -> list[RowMapping]:
    """Zones inside a region, directly in a division, or with a code; by parent, then id."""
    statement = select(zone).order_by(zone.c.parent, zone.c.id).limit(limit)
    if region is not None:
        statement = statement.where(within(zone.c.parent, prefix(region)))
    if parent is not None:
        statement = statement.where(zone.c.parent == parent)
    if code is not None:
        statement = statement.where(zone.c.code == code)
    if assigned_only:
        statement = statement.where(zone.c.state == "assigned")
    if after is not None:
        statement = statement.where(tuple_(zone.c.parent, zone.c.id) > after)
    return list((await connection.execute(statement)).mappings())
