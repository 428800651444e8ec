"""Why a penalty is not recorded or not rescinded, besides faults of single fields."""

from __future__ import annotations

from typing import Final

from zhiye_contracts.reasons import Reason, Text

SOURCE: Final = "Q50"
_MEND: Final = Text("请对照处罚决定书改正。", "Compare it with the document of the decision.")

DECIDED_IN_FUTURE = Reason(
    "date_future",
    Text("决定日期晚于今天。", "The decision lies in the future."),
    _MEND,
    field="decided_on",
)
DECIDED_BEFORE_BIRTH = Reason(
    "date_before_birth",
    Text(
        "决定日期早于身份证号中的出生日期。",
        "The decision lies before the birth date in the ID number.",
    ),
    _MEND,
    field="decided_on",
)
END_NEEDED = Reason(
    "suspension_needs_end",
    Text("暂停执业活动必须有截止日期。", "A suspension has a last day."),
    Text("请填写暂停的最后一日。", "Give the last day of the suspension."),
    field="ends_on",
    source="Law on Physicians (2021) arts. 55, 56; Nurses Regulation art. 31",
)
END_NOT_ALLOWED = Reason(
    "penalty_has_no_end",
    Text("此种处罚没有截止日期。", "A penalty of this kind has no last day."),
    Text("请去掉截止日期，或核对处罚种类。", "Leave it out, or check the kind."),
    field="ends_on",
)
END_BEFORE_DECISION = Reason(
    "dates_order",
    Text("截止日期早于决定日期。", "The end lies before the decision."),
    _MEND,
    field="ends_on",
)
END_TOO_FAR = Reason(
    "out_of_range",
    Text("截止日期过于遥远。", "The end lies too far in the future."),
    Text(
        "终身禁止从业的不填截止日期；其他请对照决定书改正。",
        "A ban for life has no last day; else compare it with the document.",
    ),
    field="ends_on",
)
DIFFERS = Reason(
    "penalty_differs",
    Text(
        "同一文书的同种处罚已经登记，但日期或决定机关不同。",
        "This penalty of this document is on record, with other dates or of another body.",
    ),
    Text(
        "请核对文书；已登记的有误的，由报告机关撤回后重新报告。",
        "Check the document; if the record is wrong, the authority that reported it rescinds it"
        " and reports it again.",
    ),
    field="document_number",
    source=SOURCE,
)
RESCINDED = Reason(
    "penalty_rescinded",
    Text("该处罚已撤回。", "This penalty was rescinded."),
    Text(
        "请查看该记录；有新的处罚决定的，请重新报告。",
        "See the record; report a new decision as a new penalty.",
    ),
    source=SOURCE,
)
NOT_THE_REPORTER = Reason(
    "not_the_reporting_authority",
    Text("只有报告该处罚的机关可以撤回。", "Only the authority that reported it rescinds it."),
    Text("请联系报告机关。", "Ask the authority that reported it."),
    source=SOURCE,
)
RESCINDED_BEFORE_DECISION = Reason(
    "dates_order",
    Text("撤销日期早于处罚决定日期。", "It was rescinded before it was decided."),
    Text("请对照撤销文书改正。", "Compare it with the document that rescinds it."),
    field="rescinded_on",
)
RESCINDED_IN_FUTURE = Reason(
    "date_future",
    Text("撤销日期晚于今天。", "The day lies in the future."),
    Text("请对照撤销文书改正。", "Compare it with the document that rescinds it."),
    field="rescinded_on",
)
AUTHORITY_UNKNOWN = Reason(
    "authority_unknown",
    Text(
        "没有查到该报告机关，或该区划有多个机关。",
        "The reporting authority is not on record, or the division has several.",
    ),
    Text(
        "请填写报告机关在本系统的标识；只有一个机关的，也可以填写其六位区划代码。",
        "Give its id in this system, or its 6-digit division code if it has one authority.",
    ),
    field="reporting_authority",
    source=SOURCE,
)
