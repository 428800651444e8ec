"""End a staff account: nobody logs in with it any more, and who is in is out at once (Q54)."""

from __future__ import annotations

from sqlalchemy import select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, delegation
from zhiye_accounts.application.end_delegation import end_delegations
from zhiye_accounts.application.own_password import end_access
from zhiye_accounts.application.staff_access import (
    already_ended,
    main_account,
    managed_account,
    organisation_of,
)
from zhiye_accounts.application.staff_acts import Subject, record_acts
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal


async def end_staff_account(
    tx: Transaction, kit: Kit, account_id: str, reason: str, by: Principal
) -> int:
    """How many accounts were ended: with a main account its clones end too.

    By the main account for its clones, by an authority over the institution, or the operator.
    User names stay taken.
    """
    me = await main_account(tx, by)
    target = await managed_account(tx, by, account_id)
    if by.role == target["role"] and target["main_account_id"] != me["id"]:
        raise refused(
            "not_own_clone",
            ("主账户只能终止自己的克隆账户。", "A main account ends its own clones only."),
            (
                "机构的主账户请由其卫生健康行政部门终止，其他主账户请由系统运行方终止。",
                "An institution's main account is ended by an authority over it, any other by the "
                "operator.",
            ),
            source="Q54",
            status=409,
        )
    if target["status"] == "revoked":
        raise already_ended()
    clones = (
        await tx.execute(
            select(account)
            .where(account.c.main_account_id == account_id, account.c.status != "revoked")
            .order_by(account.c.id)
            .with_for_update(key_share=True)
        )
    ).mappings()
    ended: list[Row] = [target, *clones]
    now = kit.clock.now()
    for row in ended:
        await accounts.save(tx, kit, row, "ended", status="revoked", tokens_not_before=now)
        await end_access(tx, kit, row, "account_ended")
    if target["main_account_id"] is None and target["institution_id"] is not None:
        await end_delegations(
            tx, kit, "account_ended", delegation.c.institution_id == target["institution_id"]
        )
    await record_acts(
        tx,
        kit,
        by,
        "staff_account_ended",
        [Subject(row["id"], details={"reason": reason}) for row in ended],
        for_organisation_id=organisation_of(target),
    )
    return len(ended)
