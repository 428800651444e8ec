"""What a file that goes with an application can prove."""

from __future__ import annotations

from zhiye_contracts.codes.table import table

EVIDENCE_KINDS = table(
    "application_evidence_kind",
    "Q41, Q48; Nurses Regulation art. 7",
    """
    informed | 已履行告知义务的证明 | proof that the person was told
    ground | 注销、备案情形的证明 | proof of the ground
    identity | 身份证明 | proof of identity
    certificate | 执业证书 | practice certificate
    exam | 考试合格证明或资格证书 | proof of the exam or qualification
    education | 学历证明 | proof of education
    health | 健康检查证明 | health certificate
    training | 培训考核合格证明 | proof of training
    other | 其他证明 | other proof
    """,
)
