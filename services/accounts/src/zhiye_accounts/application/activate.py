"""Activate an account (账户激活): Q5, Q29, deck 2.1.3."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, update

from zhiye_accounts.adapters import accounts, activation_codes, attempts, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, activation_code
from zhiye_accounts.application.issue_activation_codes import code_hash
from zhiye_accounts.domain.activation import (
    CERTIFICATE_MISMATCH,
    CERTIFICATE_NEEDED,
    CODE_NOT_ISSUED,
    CODE_VOID,
    CODE_WRONG,
    HOW,
    Activation,
    Route,
    activation_for,
    certificates_beside_code,
    code_institutions,
)
from zhiye_accounts.domain.identity import EXPLANATIONS, Outcome, Registration
from zhiye_accounts.domain.policy import ACTIVATION_GUESSES
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts.identifiers.errors import compact
from zhiye_contracts.reasons import Refused


async def activate_with_certificate(
    tx: Transaction, kit: Kit, account_id: str, certificate_number: str
) -> Row:
    """Activate by the number of the own certificate; the account as it then is.

    ``Refused`` when it is active already, identity or contact is not verified yet, the person's
    route is another one, the number is not that of the own latest certificate, or too many
    numbers were tried.
    """
    row, _, activation = await _ready(tx, account_id)
    if activation is None or not activation.certificate_keys:
        how = HOW[activation.route if activation else Route.INSTITUTION_CODE]
        raise refused(
            "activation_route_differs",
            (
                "您的账户不能用证书编号激活。",
                "Your account is not activated by a certificate number.",
            ),
            (how.zh, how.en),
            field="certificate_number",
            source="Q5, Q29",
            status=409,
        )
    await _count_guess(tx, kit, account_id, "certificate_number")
    if activation.certificate_keys.isdisjoint(kit.certificate_keys(certificate_number)):
        raise Refused(CERTIFICATE_MISMATCH, keep_effects=True)
    return await _activated(tx, kit, row, activation.route)


async def activate_with_code(
    tx: Transaction, kit: Kit, account_id: str, code: str, certificate_number: str | None
) -> Row:
    """Activate by the code that the main institution issued, and for a nurse by the number of the
    practice certificate; the account as it then is.

    ``Refused`` as above; the code works once, and only while the institution that issued it is
    still the person's.
    """
    row, registrations, activation = await _ready(tx, account_id)
    if activation is None or activation.route != Route.INSTITUTION_CODE:
        how = HOW[activation.route] if activation else CODE_NOT_ISSUED.next_step
        raise refused(
            "activation_route_differs",
            ("您的账户不能用激活码激活。", "Your account is not activated by a code."),
            (how.zh, how.en),
            field="activation_code",
            source="Q5, Q29",
            status=409,
        )
    await _count_guess(tx, kit, account_id, "activation_code")
    issued = (await activation_codes.waiting(tx, [account_id])).get(account_id)
    if issued is None or issued["institution_id"] not in code_institutions(registrations):
        was_there = await tx.connection.scalar(
            select(activation_code.c.id).where(activation_code.c.account_id == account_id).limit(1)
        )
        raise Refused(CODE_VOID if was_there else CODE_NOT_ISSUED, status=409, keep_effects=True)
    faults = []
    given = code_hash(kit, issued["id"], compact(code))
    if not secrets.compare_digest(issued["code_hash"], given):
        faults.append(CODE_WRONG)
    if needed := certificates_beside_code(registrations, issued["institution_id"]):
        if certificate_number is None:
            faults.append(CERTIFICATE_NEEDED)
        elif needed.isdisjoint(kit.certificate_keys(certificate_number)):
            faults.append(CERTIFICATE_MISMATCH)
    if faults:
        raise Refused(*faults, keep_effects=True)
    await tx.execute(
        update(activation_code)
        .where(activation_code.c.id == issued["id"])
        .values(used_at=kit.clock.now())
    )
    return await _activated(tx, kit, row, activation.route)


async def _ready(
    tx: Transaction, account_id: str
) -> tuple[Row, Sequence[Registration], Activation | None]:
    """The account, locked, of somebody who may activate it now, and by which route."""
    row = await accounts.get(tx, account_id)
    if row["status"] == "active":
        raise refused(
            "already_active",
            ("账户已激活。", "The account is active already."),
            ("可以直接办理业务。", "You can apply now."),
            status=409,
        )
    if row["identity"] != Outcome.MATCHED:
        raise Refused(EXPLANATIONS[Outcome(row["identity"])], status=409)
    if row["status"] != "verified":
        raise refused(
            "contact_not_verified",
            ("手机和邮箱均未验证。", "Neither phone nor email is verified."),
            ("请先验证手机；无法接收短信的可验证邮箱。", "Verify your phone or your email."),
            source="deck 2.1.3",
            status=409,
        )
    held, registered = await records.of_person(tx, row["person_key"])
    return row, registered, activation_for(held, registered)


async def _count_guess(tx: Transaction, kit: Kit, account_id: str, field: str) -> None:
    """Certificate numbers and codes are counted together."""
    now = kit.clock.now()
    await attempts.enforce(tx, [(ACTIVATION_GUESSES, account_id)], now, field=field)
    await attempts.record(tx, ACTIVATION_GUESSES.kind, account_id, now)


async def _activated(tx: Transaction, kit: Kit, row: Row, route: Route) -> Row:
    await attempts.clear(tx, ACTIVATION_GUESSES.kind, row["id"])
    now = kit.clock.now()
    changes: dict[str, Any] = {"status": "active", "activated_at": now, "activated_by": route.value}
    return await accounts.save(tx, kit, row, "activated", **changes)


async def activate_by_approval(tx: Transaction, kit: Kit, person_keys: Collection[str]) -> None:
    """Approvals activate the accounts of people who had none of the other routes (Q5.2, Q5.3,
    Q29.2), and of nurses of the army who were on no record before (Q33). The approval does it
    alone: institution and authority have seen who it is, whether or not phone or email is verified.

    Nothing happens where there is no account, it is active, or it bears another name: then
    somebody else may have opened it (Q13)."""
    if not person_keys:
        return
    rows = await tx.execute(
        select(account)
        .where(
            account.c.person_key == records.among(person_keys),
            account.c.status.in_(("registered", "verified")),
            account.c.identity.in_((Outcome.MATCHED, Outcome.CONFIRMATION_NEEDED)),
        )
        .order_by(account.c.id)
        .with_for_update(key_share=True)
    )
    now = kit.clock.now()
    for row in rows.mappings().all():
        await accounts.save(
            tx,
            kit,
            row,
            "activated",
            status="active",
            identity=Outcome.MATCHED.value,
            activated_at=now,
            activated_by=Route.BY_APPROVAL.value,
        )
