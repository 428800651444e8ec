"""A province publishes which scopes it offers in a year (执业范围名录, Q49)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes import PROVINCES
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import scopes
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.domain.scopes import Entry, as_published, publication_faults
from zhiye_registration.kit import Kit


async def publish_scope_catalogue(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    province: str,
    year: int,
    version: int,
    entries: Sequence[Entry],
    most_scopes: int,
) -> int:
    """The new version of the year's catalogue; ``version`` is the one that it follows, 0 for the
    first. Older ones are kept for ever.

    Raises ``Refused``: 403 ``not_the_provinces_authority``, 412, 422.
    """
    province = known_province(province)
    if caller.authority_id is None or caller.region != f"{province}0000":
        raise Refused(NOT_THE_PROVINCES, status=403)
    faults = publication_faults(year, entries, kit.clock.today().year)
    if faults:
        raise Refused(*faults)
    one = as_published(province, year, entries, most_scopes, version + 1)
    name = await tx.connection.scalar(
        select(authority.c.name).where(authority.c.id == caller.authority_id)
    )
    published = {
        "published_at": kit.clock.now(),
        "authority_id": caller.authority_id,
        "authority_name": name or PROVINCES.label(caller.region),
        "published_by": caller.account_id,
        "published_by_name": caller.name,
    }
    if version < 0 or not await scopes.add(tx, one, published):
        raise stale_version()
    log.info(
        "scope_catalogue_published",
        province=province,
        year=year,
        version=one.version,
        authority=caller.authority_id,
        account=caller.account_id,
    )
    return one.version


def known_province(code: str) -> str:
    """The two digits of a province, of its code or theirs. ``Refused`` (422):
    ``province_unknown``."""
    province = code[:2]
    if len(code) not in (2, 6) or f"{province}0000" not in PROVINCES:
        raise Refused(PROVINCE_UNKNOWN)
    return province


PROVINCE_UNKNOWN = Reason(
    "province_unknown",
    Text("没有这个省份。", "There is no such province."),
    Text(
        "请填写省级行政区划代码的前两位或全部六位。",
        "Give the first two, or all six, digits of the province's code.",
    ),
    "province",
    "GB/T 2260",
)
NOT_THE_PROVINCES = Reason(
    "not_the_provinces_authority",
    Text(
        "执业范围名录由本省省级卫生健康部门发布。",
        "Only the province's own authority publishes its catalogue of scopes.",
    ),
    Text(
        "请由该省省级卫生健康部门的账户办理。",
        "Have it done with an account of that province's authority.",
    ),
    "province",
    "Q49",
)
