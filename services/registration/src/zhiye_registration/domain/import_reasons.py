"""Why a line of an import was rejected, of nurses and mostly of physicians too."""

from __future__ import annotations

from zhiye_contracts import identifiers
from zhiye_contracts.reasons import Reason, Text

_CORRECT = Text("请改正此行后重新导入。", "Correct the line and import it again.")


def reason(
    code: str,
    zh: str,
    en: str,
    next_step: Text = _CORRECT,
    field: str | None = None,
    source: str | None = None,
) -> Reason:
    return Reason(code, Text(zh, en), next_step, field, source)


MISSING = reason("import_cell_missing", "此项不能为空。", "This must be filled in.")
DATE = reason(
    "import_date",
    "不是有效的日期。",
    "It is not a date.",
    Text("请按“2026-11-23”的格式填写。", "Write it as 2026-11-23."),
)
DATE_ORDER = reason(
    "import_date_order",
    "日期不合理：应在出生之后、不晚于今天，首次注册也不晚于有效期截止日期。",
    "The date does not fit: it is after birth and not in the future, and a first registration not"
    " after the expiry.",
)
EXPIRY = reason(
    "import_expiry",
    "有效期截止日期不合理：注册有效期为五年，截止日期在出生之后。",
    "The expiry does not fit: a registration is valid for five years, and ends after birth.",
    source="Nurses Regulation art. 8",
)
ID_SAYS_OTHERWISE = reason(
    "import_id_number_says_otherwise",
    "此项与身份证号不一致。",
    "The ID number says something else.",
    Text("请核对此项和身份证号。", "Check this and the ID number."),
)
UPGRADED = reason(
    "import_id_number_upgraded",
    "15 位身份证号已按国家标准升为 18 位；此行没有被退回。",
    "The 15-digit ID number was upgraded to 18 by the standard; the line was not rejected.",
    Text("请对照现行身份证核对。", "Compare it with the present card."),
    "id_number",
    "Q47",
)
UNKNOWN_CODE = reason(
    "import_code_unknown",
    "不是代码表中的代码或名称。",
    "It is neither a code nor a name of the code table.",
    Text("请按代码表（/api/v1/codes）填写名称。", "Use a name of the code table: /api/v1/codes."),
)
TOO_LONG = reason("import_too_long", "内容过长。", "It is too long.")
FORMULA = reason(
    "import_formula",
    "内容像公式，不能导入。",
    "It looks like a formula, which is not imported.",
)
CANCELLED_HOW = reason(
    "import_cancelled_how",
    "注销的应填写注销日期（在首次注册之后、不晚于今天）和注销理由；在册的不能填写。",
    "A cancelled one needs the ground and the day, after its registration and not in the future;"
    " one in force has neither.",
)
REPEATED = reason(
    "import_repeated",
    "同一身份证号或证书编号在文件中出现了多次。",
    "The ID number or certificate number is on a line before as well.",
    Text("请只保留正确的一行。", "Keep the line that is right."),
)
DIFFERS = reason(
    "import_differs",
    "此人已登记在册，此项内容与记录不同；导入不会覆盖记录。",
    "The person is on record with something else here; an import overwrites nothing.",
    Text(
        "记录有误的，请办理信息修改或主管部门更正；文件有误的，请改正此行。",
        "If the record is wrong, change the information or have it corrected; if the file is,"
        " correct the line.",
    ),
)
ELSEWHERE = reason(
    "import_registered_elsewhere",
    "此人的执业注册登记在其他机构。",
    "The registration of the person is on record at another institution.",
    Text(
        "请通过执业信息验证核实；确已到本机构工作的，由本人办理变更注册。",
        "Verify by the ID number; whoever works here now applies for a change.",
    ),
    "id_number",
)
CANCELLED = reason(
    "import_cancelled_on_record",
    "此人的注册已注销。",
    "The registration of the person is cancelled.",
    Text("请由本人办理重新注册。", "The person applies for re-registration."),
    "id_number",
)
CERTIFICATE_TAKEN = reason(
    "import_certificate_taken",
    "此证书编号已登记在他人名下。",
    "The certificate number is somebody else's on record.",
    Text("请核对证书；确认无误的，请联系主管部门更正。", "Check it; if right, have it corrected."),
    "certificate_number",
)
NAME_DIFFERS = reason(
    "import_name_differs",
    "姓名与该身份证号的考试记录不一致。",
    "The exam record under this ID number has another name.",
    Text(
        "请核对姓名和身份证号；考试记录有误的，请办理资格信息更正。",
        "Check both; if the exam record is wrong, have the qualification corrected.",
    ),
    "name",
)
MERGED = reason(
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
        *(CERTIFICATE_TAKEN, NAME_DIFFERS),
    )
}
"""Whatever a line of nurses may be rejected for, by code."""
