"""Why a filing at a further institution cannot be ended (Q10)."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text

FILING_ENDED = Reason(
    "filing_ended",
    Text("该备案已经终止。", "The filing has been ended already."),
    Text(
        "无需再次操作；如需继续在该机构执业，请重新申请多执业机构备案。",
        "There is nothing to do; to practise there again, apply for a new filing.",
    ),
    source="Q10",
)
FILING_OVER = Reason(
    "filing_over",
    Text("该备案已到期，自行失效。", "The filing has run out by its last day."),
    Text(
        "无需终止；如需继续在该机构执业，请重新申请多执业机构备案。",
        "There is nothing to end; to practise there again, apply for a new filing.",
    ),
    source="Q10",
)
NOT_FILED_HERE = Reason(
    "not_filed_here",
    Text(
        "本机构是该医师的主要执业机构，不能终止其在其他机构的备案。",
        "A main institution cannot end what is filed at another one.",
    ),
    Text(
        "请由医师本人或备案机构终止；医师离岗的，请提交离岗备案申请，备案随之终止。",
        "The physician or the other institution ends it; when the physician leaves, file off post:"
        " filings end with that.",
    ),
    source="Q10, Q20",
)


def closed(state: str) -> Reason | None:
    """Why a filing in this state is not there to be ended any more, if so."""
    return {"ended": FILING_ENDED, "over": FILING_OVER}.get(state)
