"""Who moved in and who moved out: to an authority of its region, to an institution its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import movements
from zhiye_registration.adapters.movements import Direction
from zhiye_registration.application.access import not_found
from zhiye_registration.application.queries import midnight
from zhiye_registration.domain.roster import Profession
from zhiye_registration.kit import Kit

_EXPORT_PAGE = 500
_FIRST, _LAST = date(1949, 10, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """Movements of some days, both included; ``None`` is open."""

    direction: Direction
    profession: Profession = "nurse"
    first: date | None = None
    last: date | None = None


def check_period(first: date | None, last: date | None) -> None:
    """``Refused`` (422): ``period_backwards``."""
    if first is not None and last is not None and last < first:
        raise period_backwards()


def period_backwards() -> Refused:
    return refused(
        "period_backwards",
        ("截止日期早于起始日期。", "The last day lies before the first."),
        ("请核对 from 与 to。", "Check from and to."),
        field="to",
    )


async def list_movements(
    kit: Kit, caller: Principal, asked: Asked, *, before: int | None, size: int
) -> Sequence[Row[Any]]:
    """The newest first, ``before`` a movement; ``Refused`` (404) for who belongs nowhere."""
    if caller.role == "institution":
        institution_id, region = caller.institution_id, ""
        if institution_id is None:
            raise not_found()
    else:
        institution_id, region = None, caller.region or ""
        if not region:
            raise not_found()
    async with kit.database.reading() as connection:
        return await movements.page(
            connection,
            asked.direction,
            asked.profession,
            institution_id=institution_id,
            region=region,
            first=midnight(asked.first or _FIRST),
            behind=midnight((asked.last or _LAST) + timedelta(days=1)),
            before=before,
            size=size,
        )


async def whole_list(kit: Kit, caller: Principal, asked: Asked) -> AsyncIterator[Row[Any]]:
    """Every movement. Holds a connection only while it reads some of them."""
    before = None
    while True:
        rows = await list_movements(kit, caller, asked, before=before, size=_EXPORT_PAGE)
        for row in rows:
            yield row
        if len(rows) < _EXPORT_PAGE:
            return
        before = rows[-1].id
