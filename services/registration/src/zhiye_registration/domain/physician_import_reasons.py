"""Why a line of an import of physicians, or of their filings, was rejected; beside the reasons that
nurses' have."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain.import_reasons import OF_LINES as OF_NURSES
from zhiye_registration.domain.import_reasons import reason as _reason

CERTIFICATE_OTHER = _reason(
    "import_certificate_other",
    "此人已有医师执业证书编码，与此项不同；编码终身不变。",
    "The person has another practice certificate number, which is for life.",
    Text(
        "请核对证书；记录有误的，请联系主管部门更正。",
        "Check the certificate; if the record is wrong, have it corrected.",
    ),
    "certificate_number",
    "Q9.3",
)
QUALIFICATION_UNKNOWN = _reason(
    "import_qualification_unknown",
    "此人名下没有此编码的有效医师资格。",
    "The person has no qualification in force under this number.",
    Text(
        "请核对医师资格证书；资格信息缺失的，请办理资格信息补录。",
        "Check the certificate; if the qualification is missing, have it added.",
    ),
    "qualification_number",
    "Q14",
)
QUALIFICATION_DIFFERS = _reason(
    "import_qualification_differs",
    "医师级别或执业类别与此人的医师资格不符。",
    "Level or category are not those of the person's qualification.",
    Text(
        "请核对级别和类别；资格信息有误的，请办理资格信息更正。",
        "Check both; if the qualification is wrong, have it corrected.",
    ),
    "level",
    "Q14",
)
QUALIFICATION_OF_ANOTHER = _reason(
    "import_qualification_of_another",
    "医师资格证书编码中的身份证号或级别与此行不一致。",
    "The ID number or the level inside the qualification's number is not that of the line.",
    field="qualification_number",
)
ASSISTANT_ELSEWHERE = _reason(
    "import_assistant_elsewhere",
    "执业助理医师只能有一个执业地点，此人已在其他县、区注册。",
    "An assistant has one location; this one is registered in another county.",
    Text("请由本人办理变更注册。", "The person applies for a change."),
    "level",
    "Q8",
)
LOCATIONS_DIFFER = _reason(
    "import_locations_differ",
    "增加的执业地点，其资格、类别和执业范围应与已有的注册完全一致。",
    "In a further location qualification, category and scopes are those of the one in force.",
    Text(
        "请核对此项；记录有误的，请联系主管部门更正。",
        "Check it; if the record is wrong, have it corrected.",
    ),
    source="Q11.3",
)
SCOPE_OF_OTHER_CATEGORY = _reason(
    "import_scope_of_other_category",
    "执业范围不属于此执业类别。",
    "A scope does not belong to the category.",
    field="scopes",
    source="卫医发〔2001〕169号",
)
FILED_HOW = _reason(
    "import_filed_how",
    "备案的应填写备案日期（在首次注册之后、不晚于今天）和备案理由；其他状态不能填写。",
    "One filed off post needs the ground and the day, after its registration and not in the"
    " future; no other has them.",
    source="Q20.3.2",
)
INSTITUTION_OTHER = _reason(
    "import_institution_other",
    "主要执业机构不是本次导入的机构。",
    "The main institution is not the one that the import is for.",
    Text(
        "请将此行导入其主要执业机构。",
        "Import the line for the main institution.",
    ),
    "institution_name",
)
LOCATION_OTHER = _reason(
    "import_location_other",
    "执业地点不是该机构所在的省（执业医师）或县、区（执业助理医师）。",
    "The location is not the institution's province, or an assistant's county.",
    field="location",
    source="Q7, Q8",
)
FILING_PERIOD = _reason(
    "import_filing_period",
    "备案的终止日期早于起始日期。",
    "The filing ends before it begins.",
    field="until_on",
    source="Q10",
)
NOT_IN_LOCATION = _reason(
    "import_not_in_location",
    "此人在该机构所在的执业地点没有有效的执业注册，不能备案。",
    "The person has no registration in force in the location of the institution.",
    Text("请先导入或办理该执业地点的注册。", "Import or apply for the registration first."),
    "id_number",
    "Q10, Q11",
)
MAIN_HERE = _reason(
    "import_main_here",
    "该机构是此人的主要执业机构，无需备案。",
    "It is the main institution of the person.",
    Text("请删除此行。", "Leave the line out."),
    "id_number",
    "Q10",
)
SCOPES_NOT_REGISTERED = _reason(
    "import_scopes_not_registered",
    "备案的执业范围超出了注册的执业范围。",
    "A scope of the filing is not registered.",
    field="scopes",
    source="Q10, Q11.3",
)
FILED_ALREADY = _reason(
    "import_filed_already",
    "此人在该机构同一时段已有备案，内容不同；导入不会覆盖记录。",
    "The person is filed there in that time already, otherwise; an import overwrites nothing.",
    Text("请核对起止日期和执业范围。", "Check the dates and the scopes."),
    "from_on",
    "Q10",
)

OF_LINES: dict[str, Reason] = OF_NURSES | {
    one.code: one
    for one in (
        CERTIFICATE_OTHER,
        QUALIFICATION_UNKNOWN,
        QUALIFICATION_DIFFERS,
        QUALIFICATION_OF_ANOTHER,
        ASSISTANT_ELSEWHERE,
        LOCATIONS_DIFFER,
        SCOPE_OF_OTHER_CATEGORY,
        FILED_HOW,
        INSTITUTION_OTHER,
        LOCATION_OTHER,
        FILING_PERIOD,
        NOT_IN_LOCATION,
        MAIN_HERE,
        SCOPES_NOT_REGISTERED,
        FILED_ALREADY,
    )
}
"""Whatever a line may be rejected for, by code."""
