"""Issue an account to an organisation: institution, authority, exam centre, operator (Q15, Q36)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.credentials import credentials_of, new_credentials
from zhiye_accounts.application.register_account import user_name_taken
from zhiye_accounts.application.staff_access import find_organisation, own_account
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.domain.handover import Handover
from zhiye_accounts.domain.policy import check_user_name
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal, Role
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Reason, Refused


@dataclass(frozen=True, slots=True)
class IssueStaffAccount:
    role: Role
    name: str | None
    """``None``: the organisation's own."""
    user_name: str
    phone: str
    organisation_id: str | None = None
    """Institution or authority; ``None`` for exam centre and operator."""
    handover: Handover = field(default_factory=Handover)
    password: str | None = None
    """Only for set-up; otherwise one is made and sent by SMS."""


async def issue_staff_account(
    tx: Transaction, kit: Kit, command: IssueStaffAccount, by: Principal | None
) -> str:
    """Create a main account and send its credentials by SMS to the person in charge; its id.

    ``by`` is the issuer: an operator for any role, an authority for institutions inside its own
    region; ``None`` only at set-up, when nothing has to be seen and the first log-in needs no
    code. An institution has one main account; its other staff get clones of it (Q54).
    """
    now = kit.clock.now()
    check_user_name(command.user_name)
    if by is not None:
        await own_account(tx, by)
        if command.role != "institution":
            operator_only(by)
    name = command.name
    scope: dict[str, Any] = {}
    if command.role in ("institution", "authority"):
        found = await find_organisation(tx, command.organisation_id, command.role, over=by)
        name = name or found["name"]
        scope = {f"{command.role}_id": found["id"], "region": found["region"]}
    if by is not None and command.role == "institution":
        command.handover.check()
    if name is None:
        raise _name_missing()
    phone_key = kit.phone_key(command.phone)
    if command.password is None:
        made = await new_credentials(tx, kit, phone_key)
    else:
        made = await credentials_of(kit, command.password)
    row = {
        "id": new_id(),
        "role": command.role,
        "status": "active",
        "user_name": command.user_name,
        "password_hash": made.password_hash,
        "name": name,
        "staff_name": command.handover.person_in_charge,
        "language": "zh",
        "sealed_phone": kit.cipher.seal(command.phone, purposes.PHONE),
        "phone_key": phone_key,
        "phone_verified_at": None if by is not None else now,
        "activated_at": now,
        "activated_by": "issued",
        **scope,
    }
    if not await accounts.add(tx, kit, "registered", **row):
        raise await _taken(tx, command)
    if command.password is None:
        made.send(tx, kit, row)
    if by is not None:
        await record_act(
            tx,
            kit,
            by,
            "account_issued",
            for_organisation_id=scope.get(f"{command.role}_id"),
            account_id=row["id"],
            details=command.handover.told(command.phone),
        )
    return str(row["id"])


def operator_only(by: Principal) -> None:
    """An authority has institutions' accounts in hand, no others."""
    if by.role != "operator":
        raise refused(
            "issuer_not_allowed",
            (
                "卫生健康行政部门只能为机构发放账户。",
                "An authority issues accounts to institutions only.",
            ),
            ("其他账户请联系系统运行方。", "Ask the operator for other accounts."),
            field="role",
            source="Q15, Q36",
            status=403,
        )


def _name_missing() -> Refused:
    return refused(
        "name_missing",
        ("没有填写账户名称。", "The account has no name."),
        (
            "请填写考试中心或运行方的名称。",
            "Give the name of the exam centre or the operator.",
        ),
        field="name",
    )


async def _taken(tx: Transaction, command: IssueStaffAccount) -> Refused:
    """What stood in the way, all of it."""
    reasons: list[Reason] = []
    if command.role == "institution" and await accounts.find(
        tx,
        account.c.institution_id == command.organisation_id,
        account.c.main_account_id.is_(None),
        account.c.status != "revoked",
    ):
        reasons += refused(
            "main_account_exists",
            ("该机构已有主账户。", "This institution has a main account."),
            (
                "供多人使用的，请由主账户生成克隆账户；密码遗失的，请重新发放。",
                "For more staff, make clones of it; if the password is lost, issue it again.",
            ),
            field="organisation_id",
            source="Q16, Q54",
        ).reasons
    named = func.lower(account.c.user_name) == command.user_name.lower()
    if not reasons or await accounts.find(tx, named):
        reasons += user_name_taken().reasons
    return Refused(*reasons, status=409)
