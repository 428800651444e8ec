"""Accounts of institutions and authorities: what has to be seen before one is issued (Q15, Q36),
and how those who use them are called (Q54)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from zhiye_accounts.domain.policy import Limit
from zhiye_contracts.codes.table import table
from zhiye_contracts.reasons import Reason, Text

MATERIALS = table(
    "staff_account_material",
    "Q15, Q36",
    """
    licence_copy | 医疗机构执业许可证副本 | copy of the practice licence
    authorisation_letter | 机构授权委托书 | letter of authorisation
    person_in_charge_id | 机构负责人身份证 | identity card of the person in charge
    delegate_id | 受委托人身份证 | identity card of the delegate
    provincial_other | 省级规定的其他材料 | other materials the province asks for
    """,
)
"""What the officer sees, original and copy, before an institution gets its account."""

_ALWAYS = ("licence_copy", "authorisation_letter", "person_in_charge_id")
_BY_DELEGATE = (*_ALWAYS, "delegate_id")

END_REASONS = table(
    "staff_account_end_reason",
    "Q54",
    """
    left | 人员离岗 | the person has left
    lost | 密码泄露或手机遗失 | password or phone lost
    misused | 违规使用 | misuse
    organisation_closed | 机构注销或合并 | the organisation has ended
    other | 其他 | other
    """,
)

DELEGATION_LIFE = timedelta(minutes=60)
"""How long the presence of the principal counts."""
DELEGATIONS_BY_ORGANISATION = Limit("delegation", 60, timedelta(days=1))
DELEGATION_LIMITS = (
    Limit("delegation_to", 3, timedelta(hours=1)),
    Limit("delegation_to", 5, timedelta(days=1)),
)
"""Codes that one organisation may have sent to one principal: fewer than the phone's own limit, so
that nobody uses that up for them."""


def materials_missing(materials: Collection[str], *, by_delegate: bool) -> list[Reason]:
    """A reason for each material that was not seen, all at once (Q15, Q36)."""
    needed = _BY_DELEGATE if by_delegate else _ALWAYS
    return [
        Reason(
            "material_missing",
            Text(f"缺少{MATERIALS[code].zh}。", f"The {MATERIALS[code].en} is missing."),
            Text("请核验原件并留存复印件后勾选。", "See the original, keep a copy, then tick it."),
            field="materials",
            source="Q15, Q36",
        )
        for code in needed
        if code not in materials
    ]


def name_of_clone(organisation: str, staff_name: str) -> str:
    """Who acts, and for which organisation."""
    return f"{organisation}（{staff_name}）"


def name_of_delegate(principal: str, delegate: str) -> str:
    """For whom a delegate acts, and who the delegate is."""
    return f"{principal}（{delegate} 代办）"
