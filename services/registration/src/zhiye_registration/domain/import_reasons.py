"""Why a line of an import of nurses or physicians was rejected."""

from __future__ import annotations

from zhiye_contracts import identifiers
from zhiye_contracts.reasons import Reason, Text

_CORRECT = Text("请改正此行后重新导入。", "Correct the line and import it again.")


def _reason(
    code: str,
    zh: str,
    en: str,
    next_step: Text = _CORRECT,
    field: str | None = None,
    source: str | None = None,
) -> Reason:
    return Reason(code, Text(zh, en), next_step, field, source)


MISSING = _reason("import_cell_missing", "此项不能为空。", "This must be filled in.")
DATE = _reason(
    "import_date",
    "不是有效的日期。",
    "It is not a date.",
    Text("请按“2026-11-23”的格式填写。", "Write it as 2026-11-23."),
)
DATE_ORDER = _reason(
    "import_date_order",
    "日期不合理：应在出生之后、不晚于今天，首次注册也不晚于有效期截止日期。",
    "The date does not fit: it is after birth and not in the future, and a first registration not"
    " after the expiry.",
)
EXPIRY = _reason(
    "import_expiry",
    "有效期截止日期不合理：注册有效期为五年，截止日期在出生之后。",
    "The expiry does not fit: a registration is valid for five years, and ends after birth.",
    source="Nurses Regulation art. 8",
)
ID_SAYS_OTHERWISE = _reason(
    "import_id_number_says_otherwise",
    "此项与身份证号不一致。",
    "The ID number says something else.",
    Text("请核对此项和身份证号。", "Check this and the ID number."),
)
UPGRADED = _reason(
    "import_id_number_upgraded",
    "15 位身份证号已按国家标准升为 18 位；此行没有被退回。",
    "The 15-digit ID number was upgraded to 18 by the standard; the line was not rejected.",
    Text("请对照现行身份证核对。", "Compare it with the present card."),
    "id_number",
    "Q47",
)
UNKNOWN_CODE = _reason(
    "import_code_unknown",
    "不是代码表中的代码或名称。",
    "It is neither a code nor a name of the code table.",
    Text("请按代码表（/api/v1/codes）填写名称。", "Use a name of the code table: /api/v1/codes."),
)
TOO_LONG = _reason("import_too_long", "内容过长。", "It is too long.")
FORMULA = _reason(
    "import_formula",
    "内容像公式，不能导入。",
    "It looks like a formula, which is not imported.",
)
CANCELLED_HOW = _reason(
    "import_cancelled_how",
    "注销的应填写注销日期（在首次注册之后、不晚于今天）和注销理由；在册的不能填写。",
    "A cancelled one needs the ground and the day, after its registration and not in the future;"
    " one in force has neither.",
)
REPEATED = _reason(
    "import_repeated",
    "同一身份证号或证书编号在文件中出现了多次。",
    "The ID number or certificate number is on a line before as well.",
    Text("请只保留正确的一行。", "Keep the line that is right."),
)
DIFFERS = _reason(
    "import_differs",
    "此人已登记在册，此项内容与记录不同；导入不会覆盖记录。",
    "The person is on record with something else here; an import overwrites nothing.",
    Text(
        "记录有误的，请办理信息修改或主管部门更正；文件有误的，请改正此行。",
        "If the record is wrong, change the information or have it corrected; if the file is,"
        " correct the line.",
    ),
)
ELSEWHERE = _reason(
    "import_registered_elsewhere",
    "此人的执业注册登记在其他机构。",
    "The registration of the person is on record at another institution.",
    Text(
        "请通过执业信息验证核实；确已到本机构工作的，由本人办理变更注册。",
        "Verify by the ID number; whoever works here now applies for a change.",
    ),
    "id_number",
)
CANCELLED = _reason(
    "import_cancelled_on_record",
    "此人的注册已注销。",
    "The registration of the person is cancelled.",
    Text("请由本人办理重新注册。", "The person applies for re-registration."),
    "id_number",
)
CERTIFICATE_TAKEN = _reason(
    "import_certificate_taken",
    "此证书编号已登记在他人名下。",
    "The certificate number is somebody else's on record.",
    Text("请核对证书；确认无误的，请联系主管部门更正。", "Check it; if right, have it corrected."),
    "certificate_number",
)
NAME_DIFFERS = _reason(
    "import_name_differs",
    "姓名与该身份证号的考试记录不一致。",
    "The exam record under this ID number has another name.",
    Text(
        "请核对姓名和身份证号；考试记录有误的，请办理资格信息更正。",
        "Check both; if the exam record is wrong, have the qualification corrected.",
    ),
    "name",
)
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
MERGED = _reason(
    "institution_merged",
    "该机构已并入标准名称的机构。",
    "The institution was merged into the one with the standard name.",
    Text("请选择标准名称的机构后导入。", "Import them to the one with the standard name."),
    "institution_id",
    "Q41",
)

OF_LINES: dict[str, Reason] = {
    one.code: one
    for one in (
        *identifiers.REASONS,
        *(MISSING, DATE, DATE_ORDER, EXPIRY, UNKNOWN_CODE, TOO_LONG, FORMULA, CANCELLED_HOW),
        *(ID_SAYS_OTHERWISE, UPGRADED, REPEATED, DIFFERS, ELSEWHERE, CANCELLED),
        *(CERTIFICATE_TAKEN, NAME_DIFFERS, CERTIFICATE_OTHER, QUALIFICATION_UNKNOWN),
        *(QUALIFICATION_DIFFERS, QUALIFICATION_OF_ANOTHER, ASSISTANT_ELSEWHERE, LOCATIONS_DIFFER),
        *(FILING_PERIOD, NOT_IN_LOCATION, MAIN_HERE, SCOPES_NOT_REGISTERED, FILED_ALREADY),
        *(SCOPE_OF_OTHER_CATEGORY, FILED_HOW, INSTITUTION_OTHER, LOCATION_OTHER),
    )
}
"""Whatever a line may be rejected for, by code."""
