"""The search of a province over its qualifications, a page at a time, in bounded time.

The register of a province is walked in the order of names, by one index. A page looks at no more
than ``WINDOW`` rows of it, whatever is asked and however few fit: it may have few items, or none,
and still lead on to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import RowMapping, text

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.identifiers.names import normalise_name
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.application.accesses import record_accesses, region_of
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.kit import Kit

WINDOW = 5_000
"""Rows of the register that one page looks at."""

PROVINCE_NEEDED = reason(
    "search_province_needed",
    "请指定省份：检索按省进行。",
    "Name a province: a search goes through one at a time.",
    "请填写省级区划代码。",
    "Give the code of a province.",
    "Q14",
)

_CONDITIONS = {
    "exam_year": "exam_year = :exam_year",
    "profession": "profession = :profession",
    "category": "category = :category",
    "level": "level = :level",
    "route": "route = :route",
    "school": "strpos(school, :school) > 0",
    "in_force": "in_force = :in_force",
}
_WALK = (
    "WITH walked AS MATERIALIZED ("
    " SELECT id, name, {fits} AS fits FROM qualification WHERE province = :province"
    " AND name ~>=~ :first AND name ~<~ :beyond"
    " AND name ~>=~ :after_name AND (name ~>~ :after_name OR id > :after_id)"
    " ORDER BY name USING ~<~, id LIMIT :window),"
    " page AS (SELECT id, name FROM walked WHERE fits"
    " ORDER BY name USING ~<~, id LIMIT :take),"
    " last AS (SELECT name AS last_name, id AS last_id, (SELECT count(*) FROM walked) AS walked"
    " FROM walked ORDER BY name USING ~>~, id DESC LIMIT 1)"
    " SELECT qualification.*, last.* FROM last LEFT JOIN page ON true"
    " LEFT JOIN qualification ON qualification.id = page.id"
    " ORDER BY page.name USING ~<~, page.id"
)
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filters:
    """``name`` is how the name begins, ``school`` a part of the school's name."""

    name: str | None = None
    province: str | None = None
    exam_year: int | None = None
    profession: str | None = None
    category: str | None = None
    level: str | None = None
    route: str | None = None
    school: str | None = None
    in_force: bool | None = None


Key = tuple[str, str]
"""Name and id of a row: where a page ends."""


async def search(
    tx: Transaction, kit: Kit, caller: Principal, filters: Filters, limit: int, after: Key | None
) -> tuple[Sequence[RowMapping], Key | None]:
    """A page of a province's qualifications in the order of names, and where the next begins.

    ``Refused``: 403 for an authority below a province, or for another province; 422 when the
    national authority names none.
    """
    region = region_of(caller)
    province = filters.province or region
    if province is None or province == divisions.NATION:
        raise Refused(about(PROVINCE_NEEDED, "province"))
    if not divisions.is_within(province, region or divisions.NATION):
        raise Refused(about(why.PROVINCE_MUST_BE_OWN, "province"), status=403)
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    conditions = [sql for name, sql in _CONDITIONS.items() if name in given]
    begins = normalise_name(filters.name or "")
    name, id_ = after or ("", "")
    statement = text(_WALK.format(fits=" AND ".join(conditions) or "true"))
    found = await tx.execute(
        statement,
        {name: given[name] for name in _CONDITIONS if name in given}
        | {
            "province": province,
            "first": begins,
            "beyond": begins + _LAST_CHARACTER,
            "after_name": name,
            "after_id": id_,
            "window": WINDOW,
            "take": limit + 1,
        },
    )
    rows = found.mappings().all()
    items = [row for row in rows if row["id"] is not None]
    await record_accesses(tx, kit, caller, items[:limit], "search")
    if len(items) > limit:
        return items[:limit], (items[limit - 1]["name"], items[limit - 1]["id"])
    if rows and rows[0]["walked"] == WINDOW:
        return items, (rows[0]["last_name"], rows[0]["last_id"])
    return items, None
