"""Why a line of an import, or the whole import, was rejected."""

from __future__ import annotations

from zhiye_contracts import identifiers
from zhiye_contracts.reasons import Reason, Text
from zhiye_institutions.domain import institution, regions

_CORRECT = Text("请改正此行后重新导入。", "Correct the line and import it again.")


def _reason(
    code: str, zh: str, en: str, next_step: Text, field: str | None, source: str | None = None
) -> Reason:
    return Reason(code, Text(zh, en), next_step, field, source)


NAME_MISSING = _reason(
    "import_name_missing",
    "没有机构名称，或名称过短。",
    "The name is missing or too short.",
    Text("请填写标准名称。", "Give the standard name."),
    "name",
)
NUMBER_MISSING = _reason(
    "import_number_missing",
    "没有登记号。只有采供血机构和筹建中的机构可以没有。",
    "The registration number is missing; only blood stations and those set up may have none.",
    Text("请填写《医疗机构执业许可证》上的登记号。", "Give the number on the practice licence."),
    "registration_number",
    "Q55",
)
NUMBER_ELSEWHERE = _reason(
    "import_number_elsewhere",
    "登记号第 10 至 15 位是另一个行政区划，与所填的行政区划不符。",
    "Characters 10 to 15 of the number are another division than the region given.",
    Text("请核对登记号和行政区划。", "Check the number and the region."),
    "registration_number",
    "WS 218-2002",
)
CATEGORY_UNKNOWN = _reason(
    "import_category_unknown",
    "机构类别不在代码表中。",
    "The category is not in the code table.",
    Text(
        "请填写类别名称，或一个字母加三位数字的代码。",
        "Give its name, or its code: a letter and three digits.",
    ),
    "category",
    "WS 218-2002",
)
STATUS_UNKNOWN = _reason(
    "import_status_unknown",
    "机构状态不在代码表中，或不能通过导入设置。",
    "The status is not in the code table, or cannot be imported.",
    Text(
        "请填写筹建、执业、暂缓校验、停业或已注销。",
        "Use planned, in_force, suspended, closed or cancelled.",
    ),
    "status",
)
BEDS = _reason(
    "import_beds",
    "床位数应为 0 至 99999 的整数。",
    "Beds are a whole number up to 99,999.",
    _CORRECT,
    "beds",
)
TOO_LONG = _reason(
    "import_too_long",
    "内容过长。",
    "The text is too long.",
    _CORRECT,
    None,
)
TOO_MANY = _reason(
    "import_too_many",
    "其他名称、科室或诊疗科目过多。",
    "There are too many other names, departments or subjects.",
    _CORRECT,
    None,
)
FORMULA = _reason(
    "import_formula",
    "内容以 = + - @ 开头，会被表格软件当作公式。",
    "The text begins with = + - or @, which a spreadsheet program takes for a formula.",
    Text("请只填写文字。", "Write plain text only."),
    None,
)
REGION_NOT_YOURS = _reason(
    "region_not_yours",
    "该行政区划不在您的管辖范围内。",
    "This region is not inside yours.",
    Text("请由当地或其上级主管部门导入。", "Have the authority of that region import it."),
    "region",
)
REPEATED = _reason(
    "import_repeated",
    "文件中前面已有同一机构，且内容不同。",
    "The file has the same institution on a line before, and says something else of it.",
    Text("请只保留正确的一行。", "Keep the line that is right."),
    "registration_number",
)
DIFFERS = _reason(
    "import_differs",
    "该机构已登记在册，此项内容与记录不同；导入不会覆盖记录。",
    "The institution is on record with something else here; an import overwrites nothing.",
    Text(
        "记录有误的，请办理变更登记；文件有误的，请改正此行。",
        "If the record is wrong, file a change; if the file is, correct the line.",
    ),
    None,
)
CAMPUS_NOT_FOUND = _reason(
    "import_campus_of_unknown",
    "没有找到所属的标准名称机构。",
    "The institution that this would be a campus of is not on record.",
    Text(
        "请填写其标准名称或登记号，并把它排在院区之前。",
        "Give its standard name or number, and have its line before that of the campus.",
    ),
    "campus_of",
    "Q57",
)
CAMPUS_AMBIGUOUS = _reason(
    "import_campus_of_ambiguous",
    "有多个机构使用所填的标准名称。",
    "Several institutions have the standard name that was given.",
    Text("请改填登记号。", "Give its registration number instead."),
    "campus_of",
    "Q57",
)

_DECLARED = [
    one
    for module in (institution, regions)
    for one in vars(module).values()
    if isinstance(one, Reason)
]
OF_LINES: dict[str, Reason] = {
    one.code: one
    for one in (
        *identifiers.REASONS,
        *_DECLARED,
        *(NAME_MISSING, NUMBER_MISSING, NUMBER_ELSEWHERE, CATEGORY_UNKNOWN, STATUS_UNKNOWN),
        *(BEDS, TOO_LONG, TOO_MANY, FORMULA, REGION_NOT_YOURS, REPEATED, DIFFERS),
        *(CAMPUS_NOT_FOUND, CAMPUS_AMBIGUOUS),
    )
}
"""Whatever the rules of this service may reject a line for, by code."""
