"""Where physicians practise inside an institution: departments, and which follow from a scope.

A physician scope belongs to one category; the departments follow category and scope (Q53).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from zhiye_contracts.codes.practice import PHYSICIAN_SCOPES
from zhiye_contracts.codes.table import table

PHYSICIAN_DEPARTMENTS = table(
    "physician_department",
    "卫医发〔1994〕27号 (clinical subjects) as later amended; slugs are this system's (Q53)",
    """
    01 | 预防保健科 | preventive care
    02 | 全科医疗科 | general practice
    03 | 内科 | internal medicine
    04 | 外科 | surgery
    05 | 妇产科 | obstetrics and gynaecology
    06 | 妇女保健科 | women's health care
    07 | 儿科 | paediatrics
    08 | 小儿外科 | paediatric surgery
    09 | 儿童保健科 | child health care
    10 | 眼科 | ophthalmology
    11 | 耳鼻咽喉科 | otorhinolaryngology
    12 | 口腔科 | dentistry
    13 | 皮肤科 | dermatology
    14 | 医疗美容科 | medical cosmetology
    15 | 精神科 | psychiatry
    16 | 传染科 | infectious diseases
    17 | 结核病科 | tuberculosis
    18 | 地方病科 | endemic diseases
    19 | 肿瘤科 | oncology
    20 | 急诊医学科 | emergency medicine
    21 | 康复医学科 | rehabilitation medicine
    22 | 运动医学科 | sports medicine
    23 | 职业病科 | occupational diseases
    24 | 临终关怀科 | hospice care
    25 | 特种医学与军事医学科 | special and military medicine
    26 | 麻醉科 | anaesthesiology
    27 | 疼痛科 | pain medicine
    28 | 重症医学科 | intensive care
    30 | 医学检验科 | laboratory medicine
    31 | 病理科 | pathology
    32 | 医学影像科 | medical imaging
    50 | 中医科 | traditional Chinese medicine
    51 | 民族医学科 | ethnic medicine
    52 | 中西医结合科 | integrated Chinese and Western medicine
    public-health | 公共卫生科 | public health
    infection-control | 医院感染管理科 | infection control
    other | 其他 | other
    """,
)

_PUBLIC_HEALTH = "01 public-health infection-control"
_DEPARTMENTS = {
    "11": "03 16 17 18 19 20 22 24 27 28",
    "12": "04 08 14 19 20 22 26 27 28",
    "13": "05 06 19 28",
    "14": "07 08 09 20 28",
    "15": "10 11 14",
    "16": "13 14",
    "17": "15",
    "18": "23",
    "19": "32 19",
    "20": "30 31",
    "21": "02 01 20 24",
    "22": "20 28",
    "23": "21 22",
    "24": "01 06 09 infection-control",
    "25": "25",
    "26": "05 06",
    "31": "12 14",
    "41": _PUBLIC_HEALTH,
    "51": "50 21",
    "52": "52 50 21",
    "53": "51",
    "54": "51",
    "55": "51",
    "56": "51",
    "57": "50 51 52",
}

SCOPE_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        scope: {"1": "1", "2": "1", "3": "2", "4": "3", "5": "4"}[scope[0]]
        for scope in PHYSICIAN_SCOPES
    }
)
"""Scope → its category: 11–26 clinical, 31 dentistry, 41 public health, 51–57 traditional Chinese
medicine, among which 卫医发〔2001〕169号 lists what a province may add (57)."""

SCOPE_DEPARTMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {scope: (*codes.split(), "other") for scope, codes in _DEPARTMENTS.items()}
)
"""Scope → the departments that are offered where no province says else (Q53); the usual first."""


def scopes_in(category: str) -> tuple[str, ...]:
    """The scopes of a category, in their order; none of an unknown one."""
    return tuple(scope for scope, own in SCOPE_CATEGORIES.items() if own == category)


def departments_of(category: str, scopes: Iterable[str]) -> tuple[str, ...]:
    """The departments for these scopes of a category, in the order of the national list. Scopes
    of another category add nothing."""
    fitting = [scope for scope in scopes if SCOPE_CATEGORIES.get(scope) == category]
    offered = {code for scope in fitting for code in SCOPE_DEPARTMENTS[scope]}
    return tuple(code for code in PHYSICIAN_DEPARTMENTS if code in offered)
