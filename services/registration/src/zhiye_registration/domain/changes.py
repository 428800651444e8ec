"""What can become of a registration besides the business types (历史沿革)."""

from __future__ import annotations

from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.reasons import Text

BY_THE_SYSTEM: dict[str, Text] = {
    "imported": Text("原有注册信息", "taken over"),
    "institution-merged": Text("机构并入标准名称", "institution merged into its standard name"),
    "merge-undone": Text("机构合并已撤销", "merge of the institution undone"),
    "merge-passed-by": Text(
        "机构合并时本注册未随之转移：在合并后机构的执业地点已有注册",
        "left where it is by a merge: there is a registration in that location already",
    ),
    "identity-corrected": Text("随资格信息更正", "corrected with the qualification"),
    "information-changed": Text("个人信息修改", "information changed by the person"),
    "staff-confirmed": Text(
        "规范化培训结束，核实为本机构正式执业人员", "trainee confirmed as staff"
    ),
    "title-promoted": Text("职称晋升", "title promoted"),
    "corrected": Text("主管部门更正", "corrected by the authority"),
}


def change_text(change: str) -> Text:
    """A change as the reader calls it; one that is not known here is shown as it is."""
    return BUSINESS_TYPES.rows.get(change) or BY_THE_SYSTEM.get(change) or Text(change, change)
