"""The fields of a record, and what their columns are called in a CSV or XLSX file."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_NAMES = """
    certificate_number | 证书编号 | 资格证书编号 | 资格证书编码 | 证书编码 | 合格证明编号
    name | 姓名
    gender | 性别
    birth_date | 出生日期 | 出生年月日
    id_type | 证件类型 | 身份证件类型 | 证件类别
    id_number | 证件号码 | 身份证号 | 身份证号码 | 公民身份号码 | 证件编号
    profession | 职业 | 人员类别
    category | 类别 | 专业类别 | 报考类别
    level | 级别 | 报考级别
    school | 毕业学校 | 毕业院校 | 学校
    education | 学历
    major | 所学专业 | 专业
    exam_year | 考试年度 | 考试年份 | 年度
    passed_on | 合格日期 | 取得日期
    province | 省份 | 省 | 考试省份 | 所在省
    admission_number | 准考证号 | 准考证号码
    route | 取得方式 | 取得途径
    version | 版本 | 版本号
"""
_ROWS = [[name.strip() for name in row.split("|")] for row in _NAMES.strip().splitlines()]

FIELDS: Final = tuple(row[0] for row in _ROWS)
"""JSON keys of a record, and the English names of its columns; only the admission number of the
recognition route may be empty."""

NAMES: Final = MappingProxyType({row[0]: tuple(row[1:]) for row in _ROWS})
"""All Chinese names of each field."""

CHINESE: Final = MappingProxyType({row[0]: row[1] for row in _ROWS})
"""The first Chinese name of each field, as files of ours have it."""

_FIELD_OF = {name: row[0] for row in _ROWS for name in row}


def field_of(column: str) -> str | None:
    """The field that a column holds, by its English or one of its Chinese names."""
    return _FIELD_OF.get(column)
