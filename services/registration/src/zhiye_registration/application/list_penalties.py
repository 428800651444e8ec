"""Who sees which penalties: the person the own, an institution those of its people, an authority
those that it reported and those of people registered in its region. Nobody else learns of any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import penalties as store
from zhiye_registration.adapters.penalty_tables import duty, penalty
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.duty import ON_REGISTER
from zhiye_registration.domain.penalty import Penalty
from zhiye_registration.kit import Kit

Listed = Literal["in_force", "rescinded", "all"]

_p, _r, _f, _d = penalty.c, registration.c, practice_filing.c, duty.c


async def list_penalties(
    connection: AsyncConnection,
    kit: Kit,
    caller: Principal,
    listed: Listed = "all",
    *,
    kind: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[Penalty]:
    """The newest report first; ``before`` is the last id of the page before."""
    query = select(*store.COLUMNS).where(_visible(kit, caller))
    if listed != "all":
        rescinded = _p.rescinded_on.is_not(None)
        query = query.where(rescinded if listed == "rescinded" else ~rescinded)
    if kind is not None:
        query = query.where(_p.kind == kind)
    if before is not None:
        query = query.where(_p.id < before)
    rows = await connection.execute(query.order_by(_p.id.desc()).limit(limit))
    return [store.read(row) for row in rows.mappings()]


async def read_penalty(
    connection: AsyncConnection, kit: Kit, caller: Principal, key: str
) -> Penalty:
    """One that the caller may see; else ``Refused`` (404)."""
    query = select(*store.COLUMNS).where(_p.id == key, _visible(kit, caller))
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise not_found()
    return store.read(row)


def _visible(kit: Kit, caller: Principal) -> ColumnElement[bool]:
    if caller.role == "practitioner" and caller.person_key is not None:
        return _p.person_key == caller.person_key
    if caller.role == "institution" and caller.institution_id is not None:
        return _of_institution(kit, caller.institution_id)
    if caller.role == "authority":
        registered_here = exists().where(_same_person(), within(_r.region, caller.region))
        if caller.authority_id is None:
            return registered_here
        return or_(_p.reported_by_id == caller.authority_id, registered_here)
    raise not_found()


def _of_institution(kit: Kit, institution_id: str) -> ColumnElement[bool]:
    """Of those who are registered or filed there, and what it has or had a duty to act on."""
    return or_(
        exists().where(
            _same_person(),
            _r.institution_id == institution_id,
            _r.status.in_(sorted(ON_REGISTER)),
        ),
        and_(
            _p.profession == "physician",
            exists().where(
                _f.person_key == _p.person_key,
                _f.institution_id == institution_id,
                _f.status == "in_force",
                _f.until_on >= kit.clock.today(),
            ),
        ),
        exists().where(_d.penalty_id == _p.id, _d.institution_id == institution_id),
    )


def _same_person() -> ColumnElement[bool]:
    return and_(_r.person_key == _p.person_key, _r.profession == _p.profession)
