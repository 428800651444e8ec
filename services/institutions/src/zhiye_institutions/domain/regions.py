"""Regions (6-digit division codes) and the authorities that are responsible for them.

Zones outside the official divisions (Q56) get codes of this system, by one rule, so that the digits
still say what lies in what: under a city its four digits and 71 to 99, under a province its two
digits, 99, and 01 to 99. A code that any division has ever had is left out, and none is assigned
twice. (GB/T 2260 numbers counties up to 70 and county-level cities from 81, and has no city 99.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from zhiye_contracts.codes import divisions
from zhiye_contracts.codes.divisions import prefix as prefix
from zhiye_contracts.codes.table import table
from zhiye_contracts.reasons import Reason, Text

AUTHORITY_LEVELS = table(
    "authority_level",
    "deck 3; Q56 (special zones)",
    """
    nation | 国家级 | nation
    province | 省级 | province
    city | 地市级 | city
    county | 区县级 | county
    zone | 开发区等非正式区划 | special zone
    """,
)

REGION_UNKNOWN = Reason(
    "region_unknown",
    Text(
        "这不是现行的行政区划代码，也不是已登记的开发区代码。",
        "This is neither a division code in force nor the code of a registered special zone.",
    ),
    Text(
        "请从行政区划列表中选择；开发区请先由省级主管部门上报，取得统一编码。",
        "Choose one from the list of divisions; a special zone is reported first by its province"
        " and gets a code.",
    ),
    field="region",
    source="GB/T 2260; Q56",
)
ZONE_PARENT = Reason(
    "zone_parent",
    Text(
        "开发区所在区划应为现行的省级或地市级行政区划。",
        "The division that the zone lies in has to be a province or city in force.",
    ),
    Text("请从行政区划列表中选择。", "Choose one from the list of divisions."),
    field="parent",
    source="Q56",
)
LEVEL_REGION_MISMATCH = Reason(
    "authority_level_region_mismatch",
    Text("主管部门的级别与行政区划代码不符。", "The level does not fit the division code."),
    Text(
        "国家级为 000000，省级以 0000 结尾，地市级以 00 结尾，区县级和开发区为六位具体代码。",
        "000000 is the nation, …0000 a province, …00 a city; a county or zone has all six digits.",
    ),
    field="region",
    source="GB/T 2260",
)


def level_of(region: str) -> str:
    """The level whose codes look like this one: nation, province, city or county."""
    return {0: "nation", 2: "province", 4: "city"}.get(len(prefix(region)), "county")


def above(region: str) -> list[str]:
    """The codes of the regions that contain this one, from the nation down."""
    digits = prefix(region)
    return [digits[:size].ljust(6, "0") for size in range(0, len(digits), 2)]


def is_official(region: str, today: date) -> bool:
    """Whether the code is the nation or a division in force, as far as the data knows."""
    if region == divisions.NATION:
        return True
    found = divisions.get(region)
    return found is not None and (found.current or found.in_force(today.year))


def authority_refusals(
    level: str, region: str, today: date, *, zone_assigned: bool
) -> list[Reason]:
    """Why no authority of this level can be responsible for this region. ``zone_assigned`` tells
    whether the code was assigned to a special zone."""
    if level == "zone":
        if level_of(region) != "county":
            return [LEVEL_REGION_MISMATCH]
        return [] if zone_assigned else [REGION_UNKNOWN]
    if level != level_of(region):
        return [LEVEL_REGION_MISMATCH]
    return [] if is_official(region, today) else [REGION_UNKNOWN]


def is_zone_parent(region: str, today: date) -> bool:
    """Whether a zone can lie in this division: a real province or city in force."""
    found = divisions.get(region)
    return (
        level_of(region) in ("province", "city")
        and found is not None
        and not found.placeholder
        and is_official(region, today)
    )


def zone_codes(parent: str, used: Collection[str]) -> Iterator[str]:
    """The free codes for zones under a province or a city, the lowest first."""
    digits, first = prefix(parent), 71
    if len(digits) == 2:
        digits, first = digits + "99", 1
    for number in range(first, 100):
        code = f"{digits}{number:02d}"
        if code not in used and divisions.get(code) is None:
            yield code


def full_name(region: str, zones: Mapping[str, tuple[str, str]] | None = None) -> str:
    """The name with what is above it, such as 北京市西城区; the code itself if it is unknown.

    ``zones`` are names and parents of assigned zones, by code.
    """
    if zones and region in zones:
        name, parent = zones[region]
        return full_name(parent) + name
    return "全国" if region == divisions.NATION else "".join(divisions.path(region)) or region
