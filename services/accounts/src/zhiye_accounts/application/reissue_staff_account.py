"""Issue an account again whose password is lost and cannot be recovered (Q16.2, Q37.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.tables import delegation
from zhiye_accounts.application.clone_account import clones_of
from zhiye_accounts.application.credentials import new_credentials
from zhiye_accounts.application.end_delegation import end_delegations
from zhiye_accounts.application.issue_staff_account import operator_only
from zhiye_accounts.application.own_password import end_access
from zhiye_accounts.application.staff_access import (
    already_ended,
    main_account,
    managed_account,
    organisation_of,
)
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.application.telling import message
from zhiye_accounts.domain.handover import Handover
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_phone
from zhiye_contracts.reasons import Refused


@dataclass(frozen=True, slots=True)
class Reissued:
    user_name: str
    phone: str
    """That the credentials were sent to."""
    clones: int
    """That go on; end those that should not."""


async def reissue_staff_account(
    tx: Transaction,
    kit: Kit,
    account_id: str,
    handover: Handover,
    phone: str | None,
    by: Principal,
) -> Reissued:
    """A new password goes by SMS to the reserved phone, which may be a new one; then the old one
    is told. Whoever is logged in is out at once, and the first log-in needs a code again.

    By an authority over the institution, or the operator. The same materials are seen as when an
    account is issued.
    """
    await main_account(tx, by)
    before = await managed_account(tx, by, account_id)
    if before["role"] == "institution":
        handover.check(person_known=before["staff_name"] is not None)
    else:
        operator_only(by)
    if before["main_account_id"] is not None:
        raise _clone()
    if before["status"] == "revoked":
        raise already_ended()
    old_phone = kit.cipher.open(before["sealed_phone"], purposes.PHONE)
    told = phone or old_phone
    made = await new_credentials(tx, kit, kit.phone_key(told))
    now = kit.clock.now()
    changes: dict[str, Any] = {}
    if told != old_phone:
        changes["sealed_phone"] = kit.cipher.seal(told, purposes.PHONE)
        changes["phone_key"] = kit.phone_key(told)
    if handover.person_in_charge is not None:
        changes["staff_name"] = handover.person_in_charge
    row = await accounts.save(
        tx,
        kit,
        before,
        "reissued",
        password_hash=made.password_hash,
        phone_verified_at=None,
        tokens_not_before=now,
        **changes,
    )
    await end_access(tx, kit, row, "reissued")
    if before["institution_id"] is not None:
        await end_delegations(
            tx, kit, "reissued", delegation.c.institution_id == before["institution_id"]
        )
    made.send(tx, kit, row)
    if told != old_phone:
        words = {"what": "phone", "new_address": mask_phone(told), "by": by.name}
        tx.emit(message(kit, before, "sms", "contact_changed", words))
    await record_act(
        tx,
        kit,
        by,
        "account_reissued",
        for_organisation_id=organisation_of(before),
        account_id=account_id,
        details=handover.told(told),
    )
    return Reissued(row["user_name"], told, await clones_of(tx, account_id))


def _clone() -> Refused:
    return refused(
        "clone_not_reissued",
        ("克隆账户不重新发放。", "A clone is not issued again."),
        (
            "请用用户名和预留手机找回密码，或由主账户终止后另行生成。",
            "Recover the password by user name and reserved phone, or have the main account end "
            "it and make another.",
        ),
        source="Q16, Q54",
        status=409,
    )
