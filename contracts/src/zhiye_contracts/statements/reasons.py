"""Why what somebody outside states about a person is not taken, and notes on what is taken.

The texts never contain a value that was sent; fields are filled in where the reason is used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Reason, Text

_RESEND: Final = (
    "请改正后重新报送这一条；已接收的记录重复报送没有影响。",
    "Correct this record and send it again; repeating accepted records is harmless.",
)
RESEND: Final = Text(*_RESEND)

# Fields of a record
FIELD_MISSING = reason("field_missing", "缺少必填项。", "A required field is missing.", *_RESEND)
FIELD_UNKNOWN = reason(
    "field_unknown",
    "不认识的字段。",
    "This field is not known.",
    "请按接口文档核对字段名，去掉多余的字段。",
    "Compare the field names with the documentation and remove this one.",
)
TEXT_EXPECTED = reason("text_expected", "此项应为文本。", "This must be a text.", *_RESEND)
INTEGER_EXPECTED = reason(
    "integer_expected", "此项应为整数。", "This must be a whole number.", *_RESEND
)
OUT_OF_RANGE = reason(
    "out_of_range", "数值超出合理范围。", "The number is out of its range.", *_RESEND
)
TOO_LONG = reason(
    "too_long", "内容超过 100 个字。", "The text is longer than 100 characters.", *_RESEND
)
CHARACTERS = reason(
    "characters_not_allowed",
    "内容含有无法保存的字符。",
    "The text holds characters that cannot be stored.",
    *_RESEND,
)
FORMULA = reason(
    "formula_not_allowed",
    "内容是公式，或以 =、+、-、@ 开头，会被表格软件当作公式计算。",
    "This is a formula, or begins with =, +, - or @, which a spreadsheet would calculate.",
    "请填写数值或文字本身后重新报送这一条。",
    "Put in the value itself and send this record again.",
)
DIGITS_LOST = reason(
    "digits_lost",
    "号码被表格软件存成了数值，第 15 位以后的数字已经丢失。",
    "A spreadsheet kept this number as a figure: the digits after the fifteenth are lost.",
    "请将该列设为“文本”格式，重新填写号码后报送这一条。",
    "Format the column as text, fill in the number anew and send this record again.",
)
DATE_FORMAT = reason(
    "date_format",
    "日期不存在，或写法不认识。",
    "This is no date, or is not written in a form that is known.",
    "请写成 2026-06-15；也接收 2026/6/15、2026.6.15、20260615 和 2026 年 6 月 15 日。",
    "Write it as 2026-06-15; 2026/6/15, 2026.6.15 and 20260615 are read as well.",
)
DATE_AMBIGUOUS = reason(
    "date_ambiguous",
    "日期的年份不在最前或不是四位，无法确定年、月、日。",
    "The year does not come first, or not in four digits: day and month cannot be told apart.",
    "请按年、月、日的顺序写成 2026-06-15。",
    "Write year, month and day in this order: 2026-06-15.",
)
DATE_FUTURE = reason("date_future", "日期晚于今天。", "The date lies in the future.", *_RESEND)
NUMBER_EXPECTED = reason(
    "number_expected",
    "此项应为数字，至多一位小数。",
    "This must be a number with at most one decimal place.",
    *_RESEND,
)
YES_OR_NO_EXPECTED = reason(
    "yes_or_no_expected",
    "此项应为 true 或 false。",
    "This must be true or false.",
    *_RESEND,
)
BEFORE_BIRTH = reason(
    "date_before_birth",
    "日期早于身份证号中的出生日期。",
    "The date lies before the birth date in the ID number.",
    *_RESEND,
)

# What is on record already
NAME_NOT_ON_RECORD = reason(
    "name_differs",
    "姓名与此身份证号已有的记录不一致。",
    "The name is not the one on record under this ID number.",
    "请对照身份证核对姓名和身份证号；确认无误的，请联系其注册所在地的卫生健康部门。",
    "Compare both with the identity card; if they are right, ask the health authority where the "
    "person is registered.",
    "Q28",
)
VERSION_NOT_RAISED = reason(
    "version_not_raised",
    "内容与已有记录不同，但版本号相同。",
    "The content differs from the record, but the version is the same.",
    "更正记录时请提高 version 后重新报送。",
    "Raise the version when you correct a record, and send it again.",
)
VERSION_OLDER = reason(
    "version_older",
    "已有更新的版本，这一条没有采用。",
    "A newer version is already recorded; this one was not used.",
    "无需处理；如这一条才是正确的，请提高 version 后重新报送。",
    "Nothing to do; if this is the right one, raise its version and send it again.",
)

# Notes on what was accepted
ID_NUMBER_UPGRADED = reason(
    "id_number_upgraded",
    "15 位身份证号已按国家标准自动升为 18 位。",
    "The 15-digit ID number was upgraded to 18 digits by the national standard.",
    "今后请使用 18 位号码报送。",
    "Send the 18-digit number from now on.",
    "Q47",
)


def about(why: Reason, field: str) -> Reason:
    """The reason, told about one field."""
    return replace(why, field=field)


def code_unknown(field: str, source: str) -> Reason:
    """A code that its table does not have."""
    return Reason(
        "code_unknown",
        Text(f"代码不在代码表中（{source}）。", f"This code is not in its table ({source})."),
        Text(*_RESEND),
        field=field,
        source=source,
    )


def shown_name(name: str, place: int) -> str:
    """A field's or column's name as it may be repeated: one that may be a value of somebody's
    record (a file without its header line) is told by its place, from 1."""
    plain = name.isascii() and name.replace("_", "").replace(" ", "").isalpha()
    return name if plain and len(name) <= 40 else f"column {place}"
