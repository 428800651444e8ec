"""Institutions ask their authority to merge a non-standard name under which people of theirs are
recorded (Q20.4.2, Q41.4.2). The authority merges with its own means; then the request is settled.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_registration.adapters.merge_tables import institution_merge
from zhiye_registration.adapters.record_tables import merge_request, reconciliation_line
from zhiye_registration.adapters.regions import within
from zhiye_registration.domain.reconciliation import Place
from zhiye_registration.kit import Kit

_m, _l, _merged = merge_request.c, reconciliation_line.c, institution_merge.c


async def request_merge(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    place: Place,
    source_id: str,
    source_name: str,
    region: str,
    note: str,
) -> str:
    """The id of the request, of the one that is open already if there is one."""
    await tx.execute(
        insert(merge_request)
        .values(
            id=new_id(),
            institution_id=place.id,
            institution_name=place.name,
            source_id=source_id,
            source_name=source_name,
            region=region,
            note=note,
            requested_at=kit.clock.now(),
            requested_by=caller.account_id,
            requested_by_name=caller.name,
        )
        .on_conflict_do_nothing()
    )
    found = await tx.execute(
        select(_m.id).where(
            _m.institution_id == place.id, _m.source_id == source_id, _m.settled_at.is_(None)
        )
    )
    id_: str = found.scalar_one()
    return id_


async def list_merge_requests(
    tx: Transaction, kit: Kit, caller: Principal, *, settled: bool, before: str | None, limit: int
) -> Sequence[RowMapping]:
    """Those about names in the authority's region, the newest first, with the people they are
    about. A request whose name was merged is settled when somebody looks."""
    inside = within(_m.region, caller.region)
    await tx.execute(
        update(merge_request)
        .where(
            inside,
            _m.settled_at.is_(None),
            exists().where(
                _merged.source_id == _m.source_id,
                _merged.into_id == _m.institution_id,
                ~_merged.undone,
            ),
        )
        .values(settled_at=kit.clock.now())
    )
    query = (
        select(merge_request)
        .where(inside, _m.settled_at.is_not(None) if settled else _m.settled_at.is_(None))
        .order_by(_m.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(_m.id < before)
    return (await tx.execute(query)).mappings().all()  # type: ignore[no-any-return]


async def people_of(connection: AsyncConnection, requests: Sequence[str]) -> dict[str, int]:
    """How many people each request is about."""
    found = await connection.execute(
        select(_l.step_ref, func.count(_l.person_key.distinct()))
        .where(_l.step_ref.in_(requests), _l.step == "ask_authority_to_merge")
        .group_by(_l.step_ref)
    )
    return {row[0]: row[1] for row in found}
