"""Administrative divisions (GB/T 2260), from 1980 on, with the years each code was in force.

The data is python-stdnum's ``cn/loc``, which follows the published changes by calendar year; it is
read on first use. Special zones outside the official divisions (Q56) have centrally assigned codes
that are not in it: ``is_within`` and ``province_of`` work on them all the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from zhiye_contracts.codes.table import table

NATION = "000000"
"""The whole country: the region of the national authority."""

_PERIOD = re.compile(r"\[(\d*)-(\d*)\](.*)")
_TRADITIONAL = str.maketrans("區達嶺", "区达岭")
_PLACEHOLDERS = ("市辖区", "县", "市区", "行政单位")

PROVINCES = table(
    "province",
    "GB/T 2260-2007",
    """
    110000 | 北京市 | Beijing
    120000 | 天津市 | Tianjin
    130000 | 河北省 | Hebei
    140000 | 山西省 | Shanxi
    150000 | 内蒙古自治区 | Inner Mongolia
    210000 | 辽宁省 | Liaoning
    220000 | 吉林省 | Jilin
    230000 | 黑龙江省 | Heilongjiang
    310000 | 上海市 | Shanghai
    320000 | 江苏省 | Jiangsu
    330000 | 浙江省 | Zhejiang
    340000 | 安徽省 | Anhui
    350000 | 福建省 | Fujian
    360000 | 江西省 | Jiangxi
    370000 | 山东省 | Shandong
    410000 | 河南省 | Henan
    420000 | 湖北省 | Hubei
    430000 | 湖南省 | Hunan
    440000 | 广东省 | Guangdong
    450000 | 广西壮族自治区 | Guangxi
    460000 | 海南省 | Hainan
    500000 | 重庆市 | Chongqing
    510000 | 四川省 | Sichuan
    520000 | 贵州省 | Guizhou
    530000 | 云南省 | Yunnan
    540000 | 西藏自治区 | Tibet
    610000 | 陕西省 | Shaanxi
    620000 | 甘肃省 | Gansu
    630000 | 青海省 | Qinghai
    640000 | 宁夏回族自治区 | Ningxia
    650000 | 新疆维吾尔自治区 | Xinjiang
    710000 | 台湾省 | Taiwan
    810000 | 香港特别行政区 | Hong Kong
    820000 | 澳门特别行政区 | Macao
    """,
)


@dataclass(frozen=True, slots=True)
class Division:
    """A code under one name. ``since`` and ``until`` are years, both included; ``None`` is open."""

    code: str
    name: str
    since: int | None = None
    until: int | None = None

    @property
    def current(self) -> bool:
        """In force as far as the data knows."""
        return self.until is None

    @property
    def placeholder(self) -> bool:
        """A row that only groups others, such as 市辖区 or 省直辖县级行政单位."""
        return self.code[2:] != "0000" and (
            self.name in _PLACEHOLDERS or self.name.endswith(_PLACEHOLDERS[-1])
        )

    def in_force(self, year: int) -> bool:
        return (self.since or 0) <= year <= (self.until or 9999)


def get(code: str, on: date | None = None) -> Division | None:
    """The division as it was in the year of ``on``; without a date, under the newest name it has
    had, abolished or not (ID numbers keep abolished codes).
    """
    versions = _versions().get(code, ())
    if on is not None:
        versions = tuple(v for v in versions if v.in_force(on.year))
    return versions[-1] if versions else None


def children(code: str, on: date | None = None) -> tuple[Division, ...]:
    """What is directly below a division (or below ``NATION``), in the order of the codes; without
    a date, what is in force now.
    """
    found = (
        (v for v in reversed(_versions()[child]) if (v.in_force(on.year) if on else v.current))
        for child in _below().get(code, ())
    )
    return tuple(first for first in (next(versions, None) for versions in found) if first)


def path(code: str, on: date | None = None) -> tuple[str, ...]:
    """Names from the province down, without grouping rows: ``("北京市", "朝阳区")``.

    Empty if the code is unknown. A city that was abolished since keeps its last name.
    """
    division = get(code, on)
    if division is None:
        return ()
    above = [parent for parent in (code[:2] + "0000", code[:4] + "00") if parent < code]
    upper = (get(parent, on) or get(parent) for parent in above)
    return (*(d.name for d in upper if d and not d.placeholder), division.name)


def prefix(code: str) -> str:
    """The digits that every code inside a division begins with; empty for ``NATION``."""
    return re.sub("(?:00)+$", "", code)


def is_within(code: str, ancestor_code: str) -> bool:
    """Whether a code is the ancestor's or below it. Only the digits count, so it also answers for
    abolished codes and special zones.
    """
    if len(code) != 6 or len(ancestor_code) != 6:
        return False
    return code.startswith(prefix(ancestor_code))


def province_of(code: str) -> str:
    """6-digit code of the province a code belongs to."""
    return code[:2] + "0000"


def counties(since: int) -> tuple[Division, ...]:
    """Every real county-level division that has kept its code and name from that year until now."""
    return tuple(
        division
        for code, versions in _versions().items()
        if not code.endswith("00")
        and (division := versions[-1]).current
        and division.in_force(since)
        and not division.placeholder
    )


@cache
def _versions() -> MappingProxyType[str, tuple[Division, ...]]:
    from stdnum import numdb  # slow to read, and not needed to import the tables

    found = {
        province + rest: tuple(
            _division(province + rest, name) for name in properties["county"].split(",")
        )
        for _, province, _, _, below in numdb.get("cn/loc").prefixes
        for _, rest, _, properties, _ in below
    }
    return MappingProxyType(dict(sorted(found.items())))


def _division(code: str, text: str) -> Division:
    found = _PERIOD.fullmatch(text)
    if not found:
        return Division(code, text.translate(_TRADITIONAL))
    since, until, name = found.groups()
    return Division(
        code,
        name.translate(_TRADITIONAL),
        int(since) if since else None,
        int(until) if until else None,
    )


@cache
def _below() -> MappingProxyType[str, tuple[str, ...]]:
    tree: defaultdict[str, list[str]] = defaultdict(list)
    for code in _versions():
        if code.endswith("0000"):
            tree[NATION].append(code)
        elif code.endswith("00"):
            tree[code[:2] + "0000"].append(code)
        else:
            city = code[:4] + "00"
            tree[city if city in _versions() else code[:2] + "0000"].append(code)
    return MappingProxyType({parent: tuple(codes) for parent, codes in tree.items()})
