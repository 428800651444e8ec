"""Issue an account to an organisation: institution, authority, exam centre, operator (Q15, Q36)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.adapters.tables import organisation
from zhiye_accounts.application.register_account import user_name_taken
from zhiye_accounts.domain.policy import check_password, check_user_name
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal, Role
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.events import MessageRequested
from zhiye_contracts.reasons import Refused


@dataclass(frozen=True, slots=True)
class IssueStaffAccount:
    role: Role
    name: str
    user_name: str
    phone: str
    organisation_id: str | None = None
    """Institution or authority; ``None`` for exam centre and operator."""
    password: str | None = None
    """Only for set-up; otherwise one is made and sent by SMS."""


async def issue_staff_account(
    tx: Transaction, kit: Kit, command: IssueStaffAccount, by: Principal | None
) -> str:
    """Create the account and send its credentials by SMS to the person in charge; its id.

    ``by`` is the issuer: an operator for any role, an authority for institutions inside its own
    region; ``None`` only at set-up.
    """
    now = kit.clock.now()
    check_user_name(command.user_name)
    if by is not None and by.role == "authority" and command.role != "institution":
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
    scope: dict[str, str | None] = {}
    if command.role in ("institution", "authority"):
        found = (
            (
                await tx.execute(
                    organisation.select().where(
                        organisation.c.id == (command.organisation_id or ""),
                        organisation.c.kind == command.role,
                    )
                )
            )
            .mappings()
            .first()
        )
        if found is None or not _inside(by, found["region"]):
            raise _unknown_organisation()
        scope = {f"{command.role}_id": found["id"], "region": found["region"]}
    password = command.password or _make_password(kit.own.password_minimum)
    check_password(password, "", kit.own.password_minimum)
    account_id = new_id()
    sealed_phone = kit.cipher.seal(command.phone, purposes.PHONE)
    added = await accounts.add(
        tx,
        "registered",
        now,
        id=account_id,
        role=command.role,
        status="active",
        user_name=command.user_name,
        password_hash=await hash_password(password),
        name=command.name,
        language="zh",
        sealed_phone=sealed_phone,
        phone_key=kit.phone_key(command.phone),
        phone_verified_at=None,
        activated_at=now,
        activated_by="issued",
        **scope,
    )
    if not added:
        raise user_name_taken()
    if command.password is None:
        parameters = {
            "organisation": command.name,
            "user_name": command.user_name,
            "password": password,
        }
        tx.emit(
            MessageRequested(
                aggregate_id=new_id(),
                version=1,
                occurred_at=now,
                channel="sms",
                template="credentials",
                sealed_address=sealed_phone,
                sealed_parameters=kit.cipher.seal(
                    json.dumps(parameters, ensure_ascii=False), purposes.MESSAGE
                ),
                account_id=account_id,
            )
        )
    return account_id


def _inside(by: Principal | None, region: str) -> bool:
    if by is None or by.role == "operator":
        return True
    return by.region is not None and divisions.is_within(region, by.region)


def _make_password(minimum: int) -> str:
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
    chosen = "".join(secrets.choice(letters) for _ in range(max(8, minimum - 4)))
    return f"{chosen}{secrets.randbelow(10**4):04d}"


def _unknown_organisation() -> Refused:
    return refused(
        "organisation_unknown",
        (
            "没有找到该机构，或不在您的管辖区域内。",
            "There is no such organisation in your region.",
        ),
        ("请核对机构编号。", "Check the organisation's id."),
        field="organisation_id",
        status=404,
    )
