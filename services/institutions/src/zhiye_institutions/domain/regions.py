"""Regions (6-digit division codes) and the authorities that are responsible for them."""

from __future__ import annotations

from datetime import date

from zhiye_contracts.codes import PROVINCES, divisions
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
        "请从行政区划列表中选择；开发区请先由其主管部门登记统一编码。",
        "Choose one from the list of divisions; a special zone has to be registered first.",
    ),
    field="region",
    source="GB/T 2260; Q56",
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


def prefix(region: str) -> str:
    """The digits that every code inside the region begins with; empty for the nation."""
    while region.endswith("00"):
        region = region[:-2]
    return region


def level_of(region: str) -> str:
    """The level whose codes look like this one: nation, province, city or county."""
    return {0: "nation", 2: "province", 4: "city"}.get(len(prefix(region)), "county")


def is_official(region: str, today: date) -> bool:
    """Whether the code is the nation or a division in force, as far as the data knows."""
    if region == divisions.NATION:
        return True
    found = divisions.get(region)
    return found is not None and (found.current or found.in_force(today.year))


def authority_refusals(level: str, region: str, today: date) -> list[Reason]:
    """Why no authority of this level can be responsible for this region."""
    if level == "zone":
        if level_of(region) != "county":
            return [LEVEL_REGION_MISMATCH]
        return [] if divisions.province_of(region) in PROVINCES else [REGION_UNKNOWN]
    if level != level_of(region):
        return [LEVEL_REGION_MISMATCH]
    return [] if is_official(region, today) else [REGION_UNKNOWN]


def full_name(region: str) -> str:
    """The name with what is above it, such as 北京市西城区; the code itself if it is unknown."""
    return "全国" if region == divisions.NATION else "".join(divisions.path(region)) or region
