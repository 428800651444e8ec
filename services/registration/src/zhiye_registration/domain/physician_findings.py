"""What a line of a staff list of physicians can come to (Q20): nobody renews, some are filed."""

from __future__ import annotations

from dataclasses import replace

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.finding import AGREES, FILED_HERE, MERGE, Finding, Step, ToFile
from zhiye_registration.domain.nurse_findings import OF_NURSES

_CHANGE_MAIN = Step(
    "ask_to_change",
    Text("提醒本人变更主要执业机构", "ask the person to change the main institution"),
    Text(
        "提醒本人申请将主要执业机构变更至本机构；保留原主要执业机构的，同一执业地点内由本人办理"
        "多执业机构备案，在其他省增加执业地点。",
        "Ask the person to change the main institution to here; who keeps the other one files this"
        " one as a further institution in the same location, or adds the location.",
    ),
    ask="physician_change",
    business_types=(
        *("physician-change", "physician-change-level", "physician-add-location"),
        "physician-multi-institution",
    ),
)
_REGISTER = Step(
    "ask_to_register",
    Text("提醒本人申请医师执业注册", "ask the person to register"),
    Text(
        "提醒本人申请医师执业注册，选择本机构为拟主要执业机构。",
        "Ask the person to apply for registration with this main institution.",
    ),
    ask="physician_registration",
    business_types=("physician-registration",),
)
_REGISTER_AGAIN = Step(
    "ask_to_re_register",
    Text("提醒本人申请重新注册", "ask the person to register again"),
    Text(
        "提醒本人申请重新注册，选择本机构为拟主要执业机构；证书编码不变。",
        "Ask the person to apply for re-registration with this main institution; the number stays.",
    ),
    ask="physician_re_registration",
    business_types=("physician-re-registration",),
)
_LEFT = Step(
    "ask_to_leave",
    Text("提醒变更，或申请备案、注销", "remind of a change, or file off post or a cancellation"),
    Text(
        "已在其他机构执业的，提醒其变更主要执业机构；无法联系的，履行法定告知义务后提交备案；"
        "确认不再执业的，由本人申请或本机构依法告知后提交注销。",
        "Who practises elsewhere is reminded to change the main institution; who cannot be reached"
        " is filed off post after the statutory notice; who no longer practises applies for"
        " cancellation, or the institution files it after informing.",
    ),
    ask="physician_leave",
    business_types=(
        *("physician-off-post", "physician-cancellation", "physician-change"),
        *("physician-change-level", "physician-moving-out"),
    ),
    files=(
        ToFile(
            "physician-off-post",
            Text(
                "无法联系到的医师，履行法定告知义务后",
                "Who cannot be reached, after the statutory notice",
            ),
            "Q20.3.2",
        ),
        ToFile(
            "physician-cancellation",
            Text(
                "已确认不再执业的医师，依法履行告知义务后",
                "Who is confirmed no longer to practise, after the duty to inform",
            ),
            "Q20.3.3",
        ),
    ),
)

_END_FILING = Step(
    "end_filing",
    Text("终止多执业机构备案", "end the filing"),
    Text(
        "核对后，由本机构或本人终止此人在本机构的多执业机构备案；仍在本机构执业的，请补入名单。",
        "The institution, or the person, ends the filing here; who still practises here is added"
        " to the list.",
    ),
)

OF_PHYSICIANS = (
    Finding(
        AGREES,
        Text("一致", "agrees"),
        Text("名单、主要执业机构在本院医师和注册信息一致。", "List, roster and register agree."),
        None,
        "Q20",
    ),
    Finding(
        FILED_HERE,
        Text("多执业机构备案在本机构", "filed here as a further institution"),
        Text(
            "此人在本机构有效备案，主要执业机构是其他机构。",
            "Filed here, in force; the main institution is another one.",
        ),
        None,
        "Q10",
    ),
    Finding(
        "registered_elsewhere",
        Text("主要执业机构是其他机构", "the main institution is another one"),
        Text("此人的主要执业机构不是本机构。", "The main institution is another one."),
        _CHANGE_MAIN,
        "Q20.4.1",
    ),
    Finding(
        "registered_under_other_name",
        Text("注册在本机构的非标准名称下", "registered under another name of here"),
        Text(
            "此人的主要执业机构名称可能是本机构的非标准名称。",
            "The name of the main institution may be another name of this one.",
        ),
        MERGE,
        "Q20.4.2",
    ),
    Finding(
        "never_registered",
        Text("已取得医师资格，从未注册", "qualified, never registered"),
        Text(
            "此人有医师资格记录，没有执业注册。",
            "A qualification is on record, but no registration.",
        ),
        _REGISTER,
        "Q5.4",
    ),
    Finding(
        "cancelled",
        Text("注册已注销", "cancelled"),
        Text("此人的执业注册已注销。", "The registration was cancelled."),
        _REGISTER_AGAIN,
        "Q5.5, Q20",
    ),
    Finding(
        "off_post",
        Text("注册处于备案状态", "filed off post"),
        Text("此人的执业注册已备案（离岗）。", "The registration is filed off post."),
        _REGISTER_AGAIN,
        "Q5.5, Q20.3.2",
    ),
    Finding(
        "moving_out",
        Text("区内到区外变更", "moving out"),
        Text(
            "此人的执业注册处于“区内到区外变更”状态。",
            "The registration is moving to a region that is not online.",
        ),
        _REGISTER_AGAIN,
        "Q5.5",
    ),
    *(
        replace(one, source=source)
        for one in OF_NURSES
        for code, source in {
            "not_on_record": "Q4",
            "name_unconfirmed": "Q4",
            "name_differs": "Q6.2",
            "information_differs": "Q6.1",
            "line_invalid": "Q20",
            "listed_twice": "Q20",
        }.items()
        if one.code == code
    ),
    Finding(
        "not_on_list",
        Text("主要执业机构在本院，不在名单中", "registered here, not on the list"),
        Text(
            "此人的主要执业机构仍是本机构，但不在名单中。",
            "This is still the main institution, but the person is not on the list.",
        ),
        _LEFT,
        "Q20.3",
    ),
    Finding(
        "filed_not_on_list",
        Text("备案在本院，不在名单中", "filed here, not on the list"),
        Text(
            "此人在本机构的多执业机构备案有效，但不在名单中。",
            "The filing here is in force, but the person is not on the list.",
        ),
        _END_FILING,
        "Q10, Q20.3",
    ),
)
