"""Codes of penalties (处罚), and of the duties that follow from them and from leaving."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhiye_contracts.codes.table import table

PENALTY_KINDS = table(
    "penalty_kind",
    "Law on Physicians (2021) arts. 16, 17, 55-58; Nurses Regulation art. 31; Q50",
    """
    warning | 警告 | warning
    fine | 罚款 | fine
    suspension | 暂停执业活动 | suspension from practice
    revocation | 吊销执业证书 | revocation of the practice certificate
    ban | 禁止从业 | ban from the profession
    criminal | 刑事处罚 | criminal punishment
    """,
)
"""``criminal`` is no penalty of an authority: it is a court's judgement, told by one."""

DUTY_KINDS = table(
    "duty_kind",
    "Law on Physicians (2021) art. 17; Q20.3, Q50, Q52",
    """
    cancel | 办理注销注册 | cancel the registration
    file-off-post | 办理离岗备案 | file off post
    """,
)

DUTY_CAUSES = table(
    "duty_cause",
    "Law on Physicians (2021) art. 17; Q50, Q52",
    """
    penalty | 受到处罚 | a penalty
    trainee | 规范化培训结束 | the residency training is over
    other_location | 其他执业地点的注册已注销 | cancelled in another location
    """,
)

PENALTY_GROUNDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "physician": {"revocation": "revoked", "ban": "banned", "criminal": "criminal"},
        "nurse": {"revocation": "revoked", "ban": "other"},
    }
)
"""By profession: which kinds of penalty open a duty to cancel, and the ground on which it is
cancelled, of ``PHYSICIAN_CANCELLATION_GROUNDS`` or ``CANCELLATION_GROUNDS``. A criminal punishment
is none of the grounds for nurses (Measures on Nurse Registration art. 18)."""
