"""What a medical institution (医疗机构) is recorded with, and what does not fit together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhiye_contracts.codes import BUSINESS_TYPES, ECONOMIC_TYPES, divisions
from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import InstitutionNumber
from zhiye_contracts.reasons import Reason, Text
from zhiye_institutions.domain.regions import REGION_UNKNOWN

INSTITUTION_LEVELS = table(
    "institution_level",
    "Measures for the Accreditation of Hospitals (医院分级管理办法), grades and classes",
    """
    tertiary-a | 三级甲等 | tertiary, class A
    tertiary-b | 三级乙等 | tertiary, class B
    tertiary-c | 三级丙等 | tertiary, class C
    tertiary | 三级 | tertiary
    secondary-a | 二级甲等 | secondary, class A
    secondary-b | 二级乙等 | secondary, class B
    secondary-c | 二级丙等 | secondary, class C
    secondary | 二级 | secondary
    primary-a | 一级甲等 | primary, class A
    primary-b | 一级乙等 | primary, class B
    primary-c | 一级丙等 | primary, class C
    primary | 一级 | primary
    ungraded | 未定级 | not graded
    """,
)

_COMPARE = Text(
    "请对照《医疗机构执业许可证》填写。", "Compare it with the practice licence of the institution."
)


def _reason(code: str, zh: str, en: str, next_step: Text, field: str, source: str) -> Reason:
    return Reason(code, Text(zh, en), next_step, field, source)


CATEGORY_MISSING = _reason(
    "institution_category_missing",
    "没有登记号的机构（如采供血站）必须填写机构类别。",
    "An institution without a registration number (such as a blood station) needs a category.",
    Text("请填写一个字母加三位数字的类别代码。", "Give the category: a letter and three digits."),
    "category",
    "Q55",
)
CATEGORY_DIFFERS = _reason(
    "institution_category_differs",
    "机构类别与登记号第 18 至 21 位不一致。",
    "The category differs from characters 18 to 21 of the registration number.",
    _COMPARE,
    "category",
    "WS 218-2002",
)
OWNERSHIP_MISSING = _reason(
    "institution_ownership_missing",
    "没有登记号的机构必须填写经济类型。",
    "An institution without a registration number needs its ownership (economic type).",
    Text("请从经济类型代码表中选择。", "Choose a code of the table economic_type."),
    "ownership",
    "Q55",
)
OWNERSHIP_UNKNOWN = _reason(
    "institution_ownership_unknown",
    "经济类型不在代码表中。",
    "The ownership is not in the code table.",
    Text("请从经济类型代码表中选择。", "Choose a code of the table economic_type."),
    "ownership",
    "GB/T 12402-2000",
)
OWNERSHIP_DIFFERS = _reason(
    "institution_ownership_differs",
    "经济类型与登记号第 16 至 17 位不一致。",
    "The ownership differs from characters 16 and 17 of the registration number.",
    _COMPARE,
    "ownership",
    "WS 218-2002",
)
LEVEL_UNKNOWN = _reason(
    "institution_level_unknown",
    "机构等级不在代码表中。",
    "The level is not in the code table.",
    Text("请从机构等级代码表中选择。", "Choose a code of the table institution_level."),
    "level",
    "Measures for the Accreditation of Hospitals",
)
BUSINESS_TYPE_UNKNOWN = _reason(
    "business_type_unknown",
    "没有这种业务类型。",
    "There is no such business type.",
    Text("请从业务类型代码表中选择。", "Choose a code of the table business_type."),
    "business_type",
    "deck 3",
)
AUTHORITY_UNKNOWN = _reason(
    "authority_unknown",
    "没有找到该主管部门。",
    "There is no such authority.",
    Text("请从主管部门列表中选择。", "Choose one from the list of authorities."),
    "authority_id",
    "deck 3",
)
AUTHORITY_ELSEWHERE = _reason(
    "authority_elsewhere",
    "所选主管部门的辖区不包括本机构所在地。",
    "The institution is not inside the region of this authority.",
    Text(
        "请选择本机构所在区县、地市、省或国家的主管部门。",
        "Choose an authority of the county, city, province or nation of the institution.",
    ),
    "authority_id",
    "deck 3",
)
AUTHORITY_OFFLINE = _reason(
    "authority_offline",
    "所选主管部门尚未开展电子化注册。",
    "This authority does not register electronically yet.",
    Text("请选择已上线的主管部门。", "Choose an authority that is online."),
    "authority_id",
    "Q5, Q29",
)
INSTITUTION_CLOSED = _reason(
    "institution_closed",
    "该机构已停业或注销，不能再设置审批机关。",
    "The institution is closed: its deciding authorities cannot be set any more.",
    Text("如有误，请联系发证的主管部门。", "If that is wrong, ask the authority that licensed it."),
    "institution_id",
    "deck 3",
)
NOBODY_DECIDES = _reason(
    "no_deciding_authority",
    "本机构所在地及其上级都没有已上线的主管部门，此业务无人审批，不能提交。",
    "No authority of the region, or above it, is online: nobody would decide, so nothing can be"
    " submitted.",
    Text(
        "请联系当地卫生健康行政部门开通电子化注册。",
        "Ask the local health authority to register electronically.",
    ),
    "authority_id",
    "deck 3.3",
)
NUMBER_NOT_YET = _reason(
    "institution_not_licensed_yet",
    "筹建中的机构尚未执业登记，没有登记号。",
    "An institution that is only set up has no licence yet, and so no registration number.",
    Text(
        "请去掉登记号；批准执业登记时核发。",
        "Leave the number out: it is given with the practice licence.",
    ),
    "registration_number",
    "Q48",
)
CAMPUS_UNKNOWN = _reason(
    "campus_of_unknown",
    "没有找到所属的标准名称机构。",
    "The institution that this would be a campus of is not on record.",
    Text("请按标准名称查找后填写其编号。", "Search for its standard name and give its id."),
    "campus_of",
    "Q57",
)
CAMPUS_OF_CAMPUS = _reason(
    "campus_of_campus",
    "所填机构本身是院区或分支机构。",
    "The institution named is a campus itself.",
    Text("请填写标准名称机构的编号。", "Give the institution of the standard name."),
    "campus_of",
    "Q57",
)
CAMPUS_OF_ENDED = _reason(
    "campus_of_ended",
    "所属机构已注销或已合并，不能再登记院区。",
    "The institution named was cancelled or merged: it gets no further campus.",
    Text("请填写现行的标准名称机构。", "Give the institution that goes on."),
    "campus_of",
    "Q57",
)
CAMPUS_ELSEWHERE = _reason(
    "campus_of_elsewhere",
    "所属机构不在您的管辖范围内。",
    "The institution named is not inside your region.",
    Text(
        "请由两地共同的上级主管部门办理。",
        "Ask an authority whose region contains both places.",
    ),
    "campus_of",
    "Q57",
)


def may_lack_number(category: str) -> bool:
    """Blood and plasma stations (class F of WS 218-2002) may have no number (Q55)."""
    return category.startswith("F")


@dataclass(frozen=True, slots=True)
class Description:
    """What is told when an institution is registered. ``number`` is empty for stations without
    one (Q55); with a number, category and ownership may be left to it."""

    region: str
    region_known: bool
    number: InstitutionNumber | None
    category: str | None
    level: str
    ownership: str | None

    @property
    def resolved_category(self) -> str:
        return self.category or (self.number.category if self.number else "")

    @property
    def resolved_ownership(self) -> str:
        return self.ownership or (self.number.economic_type if self.number else "")

    @property
    def numbered_elsewhere(self) -> bool:
        """Whether the number was given in a division that has nothing to do with the region. One
        that was abolished since may be its predecessor."""
        if self.number is None or not self.region_known:
            return False
        given = divisions.get(self.number.region)
        return (
            given is not None
            and given.current
            and not divisions.is_within(self.region, given.code)
            and not divisions.is_within(given.code, self.region)
        )


def refusals(described: Description) -> list[Reason]:
    """Every reason why an institution cannot be recorded like this."""
    number, category, ownership = described.number, described.category, described.ownership
    found: list[Reason] = []
    if not described.region_known:
        found.append(REGION_UNKNOWN)
    if described.level not in INSTITUTION_LEVELS:
        found.append(LEVEL_UNKNOWN)
    if not re.fullmatch("[A-Z][0-9]{3}", described.resolved_category):
        found.append(CATEGORY_MISSING)
    elif number and category and category != number.category:
        found.append(CATEGORY_DIFFERS)
    if not described.resolved_ownership:
        found.append(OWNERSHIP_MISSING)
    elif ownership and ownership not in ECONOMIC_TYPES:
        found.append(OWNERSHIP_UNKNOWN)
    elif number and ownership and ownership != number.economic_type:
        found.append(OWNERSHIP_DIFFERS)
    return found


def deciding_refusals(
    *,
    business_type: str,
    institution_region: str,
    institution_status: str,
    authority_region: str | None,
    authority_online: bool,
) -> list[Reason]:
    """Every reason why an authority cannot decide a business type for an institution (deck 3).

    ``authority_region`` is ``None`` if there is no such authority.
    """
    found: list[Reason] = []
    if business_type not in BUSINESS_TYPES:
        found.append(BUSINESS_TYPE_UNKNOWN)
    if institution_status not in ("planned", "in_force", "suspended"):
        found.append(INSTITUTION_CLOSED)
    if authority_region is None:
        found.append(AUTHORITY_UNKNOWN)
        return found
    if not divisions.is_within(institution_region, authority_region):
        found.append(AUTHORITY_ELSEWHERE)
    if not authority_online:
        found.append(AUTHORITY_OFFLINE)
    return found
