"""What a file that goes with an application can prove."""

from __future__ import annotations

from zhiye_contracts.codes.table import table

EVIDENCE_KINDS = table(
    "application_evidence_kind",
    "Q41, Q48; Nurses Regulation art. 7",
    """
    informed | 已履行告知义务的证明 | proof that the person was told
    ground | 注销情形的证明 | proof of the ground of a cancellation
    identity | 身份证明 | proof of identity
    certificate | 护士执业证书 | nurse practice certificate
    exam | 护士执业资格考试合格证明 | proof that the nurse exam was passed
    education | 学历证明 | proof of education
    health | 健康检查证明 | health certificate
    training | 临床护理培训考核合格证明 | proof of clinical nursing training
    other | 其他证明 | other proof
    """,
)
