"""What a line of a staff list of nurses can come to (Q41)."""

from __future__ import annotations

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.finding import (
    AGREES,
    CHECK,
    CORRECT,
    LIST,
    MERGE,
    Finding,
    Step,
    ToFile,
)

_CHANGE = Step(
    "ask_to_change",
    Text("提醒本人变更注册", "ask the person to change"),
    Text(
        "提醒本人申请变更注册到本机构；已过期的，须先办理延续注册。",
        "Ask the person to apply for a change to here; who has expired renews first.",
    ),
    ask="change",
    business_types=("nurse-change", "nurse-military-to-local"),
)
_FIRST = Step(
    "ask_to_register",
    Text("提醒本人申请首次注册", "ask the person to register"),
    Text(
        "提醒本人申请首次注册，选择本机构为拟执业机构。",
        "Ask the person to apply for first registration with this institution.",
    ),
    ask="first",
    business_types=("nurse-first", "nurse-military-to-local"),
)
_AGAIN = Step(
    "ask_to_re_register",
    Text("提醒本人申请重新注册", "ask the person to register again"),
    Text(
        "提醒本人申请重新注册，选择本机构为拟执业机构。",
        "Ask the person to apply for re-registration with this institution.",
    ),
    ask="re_registration",
    business_types=("nurse-re-registration",),
)
_RENEW = Step(
    "ask_to_renew",
    Text("提醒本人申请延续注册", "ask the person to renew"),
    Text("提醒本人尽快申请延续注册。", "Ask the person to apply for renewal."),
    ask="renewal",
    business_types=("nurse-renewal",),
)
_FILE_CANCELLATION = ToFile(
    "nurse-cancellation",
    Text(
        "已到期未延续或确认不再执业的，履行告知义务后",
        "Who has expired or no longer practises, after the duty to inform",
    ),
    "Q41.3.2",
)
_LEAVE = Step(
    "ask_to_leave",
    Text("提醒本人变更或注销注册", "ask the person to move or to cancel"),
    Text(
        "已在其他机构执业的，提醒其变更注册；确认不再执业的，由本人申请，或本机构履行告知义务后申请注销。",
        "Who practises elsewhere is reminded to change; who no longer does applies for"
        " cancellation, or the institution files it after its duty to inform.",
    ),
    ask="leave",
    business_types=("nurse-cancellation",),
    files=(_FILE_CANCELLATION,),
)
_CANCEL = Step(
    "file_cancellation",
    Text("申请注销注册", "file a cancellation"),
    Text(
        "履行告知义务后，由本机构提交注销注册申请，并附告知证明。",
        "After the duty to inform, file the cancellation with proof that the person was told.",
    ),
    business_types=("nurse-cancellation",),
    files=(_FILE_CANCELLATION,),
)

OF_NURSES = (
    Finding(
        AGREES,
        Text("一致", "agrees"),
        Text("名单、本院护士信息和注册信息一致。", "List, roster and register agree."),
        None,
        "Q41",
    ),
    Finding(
        "registered_elsewhere",
        Text("注册在其他机构", "registered elsewhere"),
        Text("此人的执业机构不是本机构。", "The person is registered at another institution."),
        _CHANGE,
        "Q41.4.1",
    ),
    Finding(
        "registered_under_other_name",
        Text("注册在本机构的非标准名称下", "registered under another name of here"),
        Text(
            "此人的执业机构名称可能是本机构的非标准名称。",
            "The name under which the person is recorded may be another name of this one.",
        ),
        MERGE,
        "Q41.4.2",
    ),
    Finding(
        "never_registered",
        Text("已通过考试，从未注册", "passed the exam, never registered"),
        Text(
            "此人有资格记录，没有执业注册。",
            "A qualification is on record, but no registration.",
        ),
        _FIRST,
        "Q29.4",
    ),
    Finding(
        "cancelled",
        Text("注册已注销", "cancelled"),
        Text("此人的执业注册已注销。", "The registration was cancelled."),
        _AGAIN,
        "Q41",
    ),
    Finding(
        "not_on_record",
        Text("没有任何记录", "nothing on record"),
        Text(
            "此身份证号没有资格和注册记录。",
            "Neither a qualification nor a registration is on record under this number.",
        ),
        CHECK,
        "Q4",
    ),
    Finding(
        "name_unconfirmed",
        Text("姓名与记录不符", "the name is not the recorded one"),
        Text(
            "此身份证号有记录，但姓名与名单不同，且此人不在本院护士信息中，因此不予显示。",
            "The number is on record under another name; as it is nobody of the own roster,"
            " nothing more is shown.",
        ),
        CHECK,
        "Q4, Q28",
    ),
    Finding(
        "expired",
        Text("已过期未延续", "expired and not renewed"),
        Text("注册有效期已届满，尚未延续。", "The registration has expired."),
        _RENEW,
        "Q32",
    ),
    Finding(
        "name_differs",
        Text("姓名不一致", "another name"),
        Text("名单与注册信息的姓名不同。", "List and register have different names."),
        CORRECT,
        "Q30.2",
    ),
    Finding(
        "information_differs",
        Text("信息不一致", "other information"),
        Text("名单与注册信息有不同之处。", "List and register say different things."),
        CORRECT,
        "Q30.1",
    ),
    Finding(
        "line_invalid",
        Text("名单此行有误", "the line is wrong"),
        Text("此行无法核对。", "The line cannot be compared."),
        LIST,
        "Q41",
    ),
    Finding(
        "listed_twice",
        Text("名单中重复", "on the list twice"),
        Text(
            "同一身份证号在名单前面已出现。",
            "The same ID number is on a line before.",
        ),
        LIST,
        "Q41",
    ),
    Finding(
        "not_on_list",
        Text("在本院护士信息中，不在名单中", "on the roster, not on the list"),
        Text("此人仍注册在本机构，但不在名单中。", "Registered here, but not on the list."),
        _LEAVE,
        "Q41.3.1",
    ),
    Finding(
        "not_on_list_expired",
        Text("已过期，不在名单中", "expired, not on the list"),
        Text(
            "此人注册在本机构，已过期未延续，且不在名单中。",
            "Registered here and expired, and not on the list.",
        ),
        _CANCEL,
        "Q41.3.2",
    ),
)
