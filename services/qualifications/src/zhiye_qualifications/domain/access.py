"""Looking at other people's qualifications: what for, and what is kept of it."""

from __future__ import annotations

from typing import Literal

from zhiye_contracts.codes.table import table

AccessKind = Literal["lookup", "search", "versions", "disclosure"]

ACCESS_KINDS = table(
    "access_kind",
    "this system",
    """
    lookup | 按编号查询（脱敏） | looked up by a number, masked
    search | 名单检索（脱敏） | found in a search, masked
    versions | 查看变更记录（脱敏） | looked at its versions, masked
    disclosure | 查看完整信息 | saw it whole
    """,
)
PURPOSES = table(
    "access_purpose",
    "Personal Information Protection Law art. 6: a definite and reasonable purpose",
    """
    case_review | 资格信息更正、补录审核 | deciding a correction or addition
    registration_review | 执业注册核实 | checking a practice registration
    supervision | 监督执法 | supervision and enforcement
    judicial | 协助司法机关 | assistance to the judiciary
    person_request | 应本人请求 | at the person's request
    other | 其他 | other
    """,
)
