"""Why a statement for somebody's record is not taken, besides what any statement is refused for."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text
from zhiye_contracts.statements.reasons import RESEND

NOT_OF_THIS_PROFESSION = Reason(
    "feed_of_other_profession",
    Text("此类记录只适用于医师。", "Records of this kind are about physicians only."),
    Text("请核对人员类别后重新报送。", "Check the profession and state it again."),
)
DATES_ORDER = Reason(
    "dates_order",
    Text("结束日期早于开始日期。", "The end lies before the beginning."),
    RESEND,
)
ASSESSED_BEFORE_CYCLE = Reason(
    "assessed_before_cycle",
    Text("考核日期早于考核周期的开始。", "The assessment lies before its cycle begins."),
    RESEND,
)
NOT_FINISHED_YET = Reason(
    "not_finished_yet",
    Text("仍在培训的，不应填写结束日期或证书编号。", "Training that goes on has no end yet."),
    Text(
        "请去掉此项，或将状态改为结业、退出培训后重新报送。",
        "Leave this out, or state that the training is finished or was left.",
    ),
)
NO_CERTIFICATE_FOR_LEAVING = Reason(
    "left_without_certificate",
    Text("退出培训的，没有结业证书。", "Who left the training has no certificate of it."),
    Text("请去掉证书编号，或核对状态后重新报送。", "Leave it out, or check the state."),
)
BASE_MISSING = Reason(
    "base_institution_missing",
    Text("没有指明培训基地。", "The training base is not named."),
    Text(
        "请填写培训基地的机构标识、医疗机构登记号或名称之一。",
        "Give its id, its registration number or its name.",
    ),
    source="Q52",
)
CREDITS_MISSING = Reason(
    "credits_missing",
    Text("没有学分：I 类和 II 类学分至少一项大于 0。", "No credits: one class has more than 0."),
    RESEND,
)
OUTSIDE_THE_YEAR = Reason(
    "outside_the_year",
    Text("完成日期不在学分年度内。", "The day of completion is not in the year of the credits."),
    RESEND,
)
