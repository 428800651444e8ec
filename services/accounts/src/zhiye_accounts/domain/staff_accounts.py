"""Clones and delegates (Q54): how they are called, how long and how often one acts for another."""

from __future__ import annotations

from datetime import timedelta

from zhiye_accounts.domain.policy import Limit
from zhiye_contracts.codes.table import table

END_REASONS = table(
    "staff_account_end_reason",
    "Q54",
    """
    left | 人员离岗 | the person has left
    lost | 密码泄露或手机遗失 | password or phone lost
    misused | 违规使用 | misuse
    organisation_ended | 机构注销或合并 | the organisation has ended
    other | 其他 | other
    """,
)
STATES = table(
    "staff_account_state",
    "Q36, Q54",
    """
    first_login_pending | 待首次登录 | first log-in pending
    active | 正常 | active
    ended | 已终止 | ended
    """,
)
DELEGATION_STATES = table(
    "delegation_state",
    "Q54",
    """
    waiting | 待委托人确认 | waiting for the principal
    lasting | 代办中 | lasting
    over | 已结束 | over
    """,
)
ACTS = table(
    "staff_act",
    "Q13, Q15, Q16, Q23, Q54",
    """
    account_issued | 发放账户 | account issued
    account_reissued | 重新发放账户 | account issued again
    clone_made | 生成克隆账户 | clone made
    staff_account_ended | 终止账户 | account ended
    delegation_requested | 申请代办 | delegated handling asked for
    delegation_confirmed | 委托人在场确认代办 | principal's presence confirmed
    delegation_ended | 结束代办 | delegated handling ended
    activation_code_issued | 生成激活码 | activation code issued
    explained | 查询不在列表的原因 | asked why somebody is not in the list
    name_confirmed | 确认姓名为同一人 | name confirmed
    name_rejected | 认定姓名不是同一人 | name rejected
    contact_reset | 重置联系方式 | contact reset
    account_revoked | 撤销个人账户 | personal account revoked
    """,
)
"""What the log of acts says; an act that is not here is told by its code."""

CREDENTIALS_TO_ADDRESS = Limit("credentials_to_address", 10, timedelta(days=1))
"""User names and passwords sent to one phone, whoever issues the accounts: enough for somebody in
charge of several institutions, not to flood a stranger."""
CLONES_MADE = Limit("clone", 100, timedelta(days=1))
"""Of one main account, those ended since among them: each goes to a phone that it names."""
DELEGATION_LIFE = timedelta(minutes=60)
"""How long the presence of the principal counts."""
DELEGATIONS = Limit("delegation", 60, timedelta(days=1))
"""Asked for by one organisation."""
DELEGATIONS_TO_ONE = (
    Limit("delegation_to", 3, timedelta(hours=1)),
    Limit("delegation_to", 5, timedelta(days=1)),
)
"""Asked for by one organisation of one principal: fewer codes than its phone may get in all, so
that nobody uses those up for it."""


def name_of_clone(organisation: str, staff_name: str) -> str:
    """Who acts, and for which organisation."""
    return f"{organisation}（{staff_name}）"


def name_of_delegate(principal: str, delegate: str) -> str:
    """For whom a delegate acts, and who the delegate is."""
    return f"{principal}（{delegate} 代办）"
