"""Lists of cases: one's own, those of a province, those forwarded to the exam centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters.case_tables import qualification_case
from zhiye_qualifications.domain.case_workflow import State
from zhiye_qualifications.domain.cases import Case, Kind
from zhiye_qualifications.kit import Kit

_c = qualification_case.c


@dataclass(frozen=True, slots=True)
class Filters:
    state: State | None = None
    kind: Kind | None = None
    batch_id: str | None = None
    overdue: bool | None = None


def _mine(caller: Principal) -> ColumnElement[bool]:
    """As ``case_access.may_read`` has it, as a condition."""
    submitted = _c.submitted_at.is_not(None)
    if caller.role == "practitioner":
        filed = and_(_c.account_id == caller.account_id, _c.filed_by == "practitioner")
        if not caller.active or caller.person_key is None:
            return filed
        return or_(filed, and_(_c.person_key == caller.person_key, submitted))
    if caller.role == "institution":
        return and_(
            _c.institution_id == caller.institution_id,
            _c.filed_by == "institution",
            _c.institution_id.is_not(None),
        )
    if caller.role == "exam_centre":
        return _c.forwarded_at.is_not(None)
    if caller.region == divisions.NATION:
        return submitted
    if caller.role == "authority" and caller.region:
        own = _c.filed_by == "authority"
        return and_(_c.province == caller.region, or_(submitted, own))
    return false()


async def list_cases(
    connection: AsyncConnection,
    kit: Kit,
    caller: Principal,
    filters: Filters,
    *,
    limit: int,
    before: str | None,
) -> Sequence[Case]:
    """Cases that the caller may read, the newest first; ``before`` is the last id of the page
    before."""
    statement = store.SELECT.where(_mine(caller))
    if filters.state is not None:
        statement = statement.where(_c.state == filters.state)
    if filters.kind is not None:
        statement = statement.where(_c.kind == filters.kind)
    if filters.batch_id is not None:
        statement = statement.where(_c.batch_id == filters.batch_id)
    if filters.overdue is not None:
        late = _c.deadline < kit.clock.today()
        statement = statement.where(late if filters.overdue else late.is_not(True))
    if before is not None:
        statement = statement.where(_c.id < before)
    rows = await connection.execute(statement.order_by(_c.id.desc()).limit(limit))
    return [store.read(kit.cipher, row) for row in rows.mappings()]
