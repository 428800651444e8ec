"""Ask to act for another institution while its principal is present (代办): Q54."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.tables import delegation
from zhiye_accounts.application import codes
from zhiye_accounts.application.delegations import principal_account
from zhiye_accounts.application.staff_access import (
    find_organisation,
    organisation_of,
    own_account,
)
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.domain.staff_accounts import DELEGATIONS, DELEGATIONS_TO_ONE
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_phone


@dataclass(frozen=True, slots=True)
class Requested:
    delegation_id: str
    institution: str
    sent_to: str
    """Reserved phone of the principal, masked."""
    expires_at: datetime
    """UTC."""


async def request_delegation(
    tx: Transaction, kit: Kit, institution_id: str, by: Principal, client: str
) -> Requested:
    """Send a code to the reserved phone of the institution's main account.

    ``Refused``: there is no such institution, an authority is not over it, it is the own one, it
    has no main account, or a limit on codes.
    """
    now = kit.clock.now()
    me = await own_account(tx, by)
    over = by if by.role == "authority" else None
    await find_organisation(tx, institution_id, "institution", over, "institution_id")
    organisation_id = organisation_of(me)
    if organisation_id == institution_id:
        raise refused(
            "delegation_to_oneself",
            ("这是您自己的机构，无需代办。", "This is your own institution."),
            (
                "请直接办理；供多人使用的，请生成克隆账户。",
                "Act directly; use clones for more staff.",
            ),
            field="institution_id",
            source="Q54",
            status=409,
        )
    principal = await principal_account(tx, institution_id)
    limits = [(DELEGATIONS, f"{organisation_id}")]
    limits += [(limit, f"{organisation_id} {institution_id}") for limit in DELEGATIONS_TO_ONE]
    await attempts.enforce(tx, limits, now, source="Q54")
    to = codes.Recipient(
        "sms",
        principal["phone_key"],
        principal["sealed_phone"],
        principal["id"],
        principal["language"],
    )
    words = {"delegate": by.name, "institution": principal["name"]}
    sent = await codes.send(
        tx, kit, "delegation", to, client, template="delegation_code", words=words
    )
    for kind, subject in {(limit.kind, subject) for limit, subject in limits}:
        await attempts.record(tx, kind, subject, now)
    made = Requested(
        new_id(),
        principal["name"],
        mask_phone(kit.cipher.open(principal["sealed_phone"], purposes.PHONE)),
        sent.expires_at,
    )
    await tx.execute(
        insert(delegation).values(
            id=made.delegation_id,
            delegate_account_id=me["id"],
            institution_id=institution_id,
            code_id=sent.id,
            requested_at=now,
            expires_at=sent.expires_at,
        )
    )
    await record_act(
        tx,
        kit,
        by,
        "delegation_requested",
        for_organisation_id=institution_id,
        account_id=principal["id"],
        details={"delegation_id": made.delegation_id},
    )
    return made
