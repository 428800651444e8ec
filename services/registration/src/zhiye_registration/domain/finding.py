"""What a line of a staff list can come to, and the step that mends it (Q20, Q41)."""

from __future__ import annotations

from dataclasses import dataclass

from zhiye_contracts.reasons import Text

AGREES = "agrees"
FILED_HERE = "agrees_as_filed"


@dataclass(frozen=True, slots=True)
class ToFile:
    """An application that the institution files itself, and when it is the right one."""

    business_type: str
    when: Text
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """What mends a difference. ``ask`` is what the person is asked for; ``business_types`` are the
    applications that do it; ``files`` those that the institution may file itself; ``own`` is done
    by the institution in its own list, so that nothing is left to wait for once it says so."""

    code: str
    label: Text
    how: Text
    ask: str | None = None
    business_types: tuple[str, ...] = ()
    own: bool = False
    files: tuple[ToFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    label: Text
    why: Text
    step: Step | None
    source: str


MERGE = Step(
    "ask_authority_to_merge",
    Text("请主管部门合并机构名称", "ask the authority to merge the names"),
    Text(
        "请求主管部门将该名称下的人员合并至本机构标准名称下。",
        "Ask the authority to merge the people under that name into the standard one.",
    ),
)
CORRECT = Step(
    "ask_to_correct",
    Text("提醒本人更正信息", "ask the person to correct it"),
    Text(
        "注册信息有误的，提醒本人申请信息修改（姓名等由主管部门更正）；名单有误的，改正名单。",
        "If the register is wrong the person asks to have it changed (a name: the authority"
        " corrects it); if the list is, correct the list.",
    ),
    ask="information",
)
CHECK = Step(
    "check_number",
    Text("核对身份证号和姓名", "check number and name"),
    Text(
        "请与身份证原件核对；无误的，请本人向认定或报名考试所在地的省级主管部门申请补录。",
        "Compare them with the identity card; if they are right, the person asks the province of"
        " the exam or the recognition to add the record.",
    ),
)
LIST = Step(
    "correct_list",
    Text("改正名单", "correct the list"),
    Text("请改正名单中的此行，下次上传时再核对。", "Correct the line for the next upload."),
    own=True,
)
