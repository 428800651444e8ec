"""Clone a main account for one more of its organisation's staff (Q54)."""

from __future__ import annotations

from sqlalchemy import func, select

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.credentials import new_credentials
from zhiye_accounts.application.register_account import user_name_taken
from zhiye_accounts.application.staff_access import (
    already_ended,
    main_account,
    managed_account,
    organisation_of,
)
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.domain.policy import check_user_name
from zhiye_accounts.domain.staff_accounts import CLONES_MADE
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_phone
from zhiye_contracts.reasons import Refused


async def clone_account(
    tx: Transaction,
    kit: Kit,
    main_id: str,
    *,
    staff_name: str,
    user_name: str,
    phone: str,
    by: Principal,
) -> str:
    """Make a clone for this person and send its credentials by SMS to this phone; its id.

    By the main account itself, or an authority over its institution. A clone may do what its main
    account may, except manage accounts; whatever it does bears the person's name.
    """
    check_user_name(user_name)
    me = await main_account(tx, by)
    main = await managed_account(tx, by, main_id)
    if main["main_account_id"] is not None or (main["role"] == by.role and main_id != me["id"]):
        raise _not_a_main()
    if main["status"] == "revoked":
        raise already_ended()
    await _leave_room(tx, kit, main)
    now, phone_key = kit.clock.now(), kit.phone_key(phone)
    await attempts.enforce(tx, [(CLONES_MADE, main_id)], now, source="Q54")
    made = await new_credentials(tx, kit, phone_key)
    await attempts.record(tx, CLONES_MADE.kind, main_id, now)
    row = {
        "id": new_id(),
        "role": main["role"],
        "status": "active",
        "user_name": user_name,
        "password_hash": made.password_hash,
        "name": main["name"],
        "staff_name": staff_name,
        "main_account_id": main_id,
        "language": main["language"],
        "sealed_phone": kit.cipher.seal(phone, purposes.PHONE),
        "phone_key": phone_key,
        "institution_id": main["institution_id"],
        "authority_id": main["authority_id"],
        "region": main["region"],
        "activated_at": now,
        "activated_by": "issued",
    }
    if not await accounts.add(tx, kit, "registered", **row):
        raise user_name_taken()
    made.send(tx, kit, row)
    await record_act(
        tx,
        kit,
        by,
        "clone_made",
        for_organisation_id=organisation_of(main),
        account_id=str(row["id"]),
        details={"staff_name": staff_name, "phone": mask_phone(phone)},
    )
    return str(row["id"])


async def clones_of(tx: Transaction, main_id: str) -> int:
    """How many there are, without those that were ended."""
    count = await tx.connection.scalar(
        select(func.count()).where(
            account.c.main_account_id == main_id, account.c.status != "revoked"
        )
    )
    return count or 0


async def _leave_room(tx: Transaction, kit: Kit, main: Row) -> None:
    most = kit.own.clones_maximum
    if await clones_of(tx, main["id"]) >= most:
        raise refused(
            "clones_too_many",
            (
                f"克隆账户已达上限（{most}个）。",
                f"There are {most} clones, and no more are allowed.",
            ),
            ("请先终止不再使用的克隆账户。", "End those that are not needed any more."),
            source="Q54",
            status=409,
        )


def _not_a_main() -> Refused:
    return refused(
        "clone_of_own_main_only",
        ("只能为自己的主账户生成克隆账户。", "Clones are made of the own main account only."),
        ("请使用主账户的编号。", "Use the id of the main account."),
        source="Q54",
        status=409,
    )
