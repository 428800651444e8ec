"""The scope cases of an authority's region, from either side, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.scope_cases import COLUMNS
from zhiye_registration.adapters.scope_tables import scope_case
from zhiye_registration.adapters.tables import application
from zhiye_registration.domain.scope_case import State

_c, _a = scope_case.c, application.c
_SHOWN = select(
    *COLUMNS,
    _a.number.label("application_number"),
    _a.business_type,
    _a.name,
).select_from(scope_case.join(application, _a.id == _c.application_id))


async def list_scope_cases(
    connection: AsyncConnection,
    caller: Principal,
    state: State | None,
    *,
    before: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``before`` is the last id of the page before."""
    own = (
        [_c.from_authority_id == caller.authority_id, _c.to_authority_id == caller.authority_id]
        if caller.authority_id
        else []
    )
    statement = _SHOWN.where(
        or_(within(_c.from_region, caller.region), within(_c.to_region, caller.region), *own)
    )
    if state is not None:
        statement = statement.where(_c.state == state)
    if before is not None:
        statement = statement.where(_c.id < before)
    rows = await connection.execute(statement.order_by(_c.id.desc()).limit(limit))
    return rows.mappings().all()
