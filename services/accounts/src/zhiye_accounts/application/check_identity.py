"""Run the identity check of an account again, when its data or the registry has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from zhiye_accounts.adapters import accounts, activation_codes, attempts, records
from zhiye_accounts.adapters.accounts import IntegrityError, Row
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.register_account import already_registered
from zhiye_accounts.application.sessions import end_sessions
from zhiye_accounts.domain.identity import Outcome, check_identity
from zhiye_accounts.domain.policy import IDENTITY_CORRECTIONS
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdNumber


def status_after(row: Row, identity: str, *, contact_verified: bool) -> str:
    """``verified`` once identity and a contact are; an active account stays active."""
    if row["status"] in ("active", "revoked"):
        return str(row["status"])
    return "verified" if identity == Outcome.MATCHED and contact_verified else "registered"


async def recheck(tx: Transaction, kit: Kit, row: Row, change: str = "identity_checked") -> Row:
    """Check against what is recorded now; saves and publishes only a different outcome."""
    known = await records.of_person(tx, row["person_key"])
    decided = await records.name_decisions(tx, [row["id"]])
    return await _keep_outcome(
        tx, kit, row, check_identity(row["name"], *known, decided[row["id"]]), change
    )


async def _keep_outcome(
    tx: Transaction, kit: Kit, row: Row, outcome: Outcome, change: str = "identity_checked"
) -> Row:
    verified = bool(row["phone_verified_at"] or row["email_verified_at"])
    status = status_after(row, outcome, contact_verified=verified)
    if outcome == row["identity"] and status == row["status"]:
        return row
    return await accounts.save(tx, kit, row, change, identity=outcome.value, status=status)


async def correct_identity(
    tx: Transaction, kit: Kit, account_id: str, name: str | None, id_number: IdNumber | None
) -> Row:
    """ "Check and update my identity" (Q4, Q28): correct what was mistyped, check again.

    Refused once the identity has matched: then the authority's correction is the way (Q6, Q30).
    An account was activated for one person: with another ID number that has to be done again.
    """
    person_key = kit.person_key(id_number.value) if id_number else None
    if person_key is not None:
        await records.lock_people(tx, {person_key})
    row = await accounts.get(tx, account_id)
    changes: dict[str, Any] = {}
    if name is not None and name != row["name"]:
        changes["name"] = name
    if id_number is not None and person_key != row["person_key"]:
        changes["person_key"] = person_key
        changes["sealed_id_number"] = kit.cipher.seal(id_number.value, purposes.ID_NUMBER)
        changes |= {"status": "registered", "activated_at": None, "activated_by": None}
    if changes:
        if row["identity"] == Outcome.MATCHED:
            raise refused(
                "identity_already_matched",
                (
                    "身份信息已通过校验，姓名和身份证号不能自行修改。",
                    "Your identity has been matched; name and ID number are fixed.",
                ),
                (
                    "如确需更正，请通过所在机构向卫生健康行政部门提出申请。",
                    "If they are wrong, ask the health authority through your institution.",
                ),
                field="name" if "name" in changes else "id_number",
                source="Q6, Q30",
                status=409,
            )
        now = kit.clock.now()
        await attempts.enforce(tx, [(IDENTITY_CORRECTIONS, account_id)], now)
        await attempts.record(tx, IDENTITY_CORRECTIONS.kind, account_id, now)
        try:
            async with tx.connection.begin_nested():
                row = await accounts.save(tx, kit, row, "identity_corrected", **changes)
        except IntegrityError:
            raise already_registered() from None
        await activation_codes.void_of_account(tx, account_id, now)
    return await recheck(tx, kit, row)


async def recheck_people(tx: Transaction, kit: Kit, person_keys: set[str]) -> None:
    """Check again every account of these people that has not matched yet."""
    if not person_keys:
        return
    await records.lock_people(tx, person_keys)
    rows = (
        await tx.execute(
            select(account)
            .where(
                account.c.person_key == records.among(person_keys),
                account.c.status.in_(("registered", "verified")),
            )
            .order_by(account.c.id)
            .with_for_update()
        )
    ).mappings()
    waiting = rows.all()
    known = await records.of_people(tx, {row["person_key"] for row in waiting})
    decided = await records.name_decisions(tx, [row["id"] for row in waiting])
    for row in waiting:
        outcome = check_identity(row["name"], *known[row["person_key"]], decided[row["id"]])
        await _keep_outcome(tx, kit, row, outcome)


async def part_from_record(tx: Transaction, kit: Kit, person_keys: set[str]) -> None:
    """A registration was under these people's ID numbers until its own was corrected.

    An account that was activated for it, and that nothing on record is about any more, is nobody's
    until its holder corrects the ID number and activates it again (Q4, Q28): the number may be
    somebody else's.
    """
    await records.lock_people(tx, person_keys)
    found = await tx.execute(
        select(account)
        .where(account.c.person_key == records.among(person_keys), account.c.status == "active")
        .order_by(account.c.id)
        .with_for_update()
    )
    active = found.mappings().all()
    known = await records.of_people(tx, {row["person_key"] for row in active})
    decided = await records.name_decisions(tx, [row["id"] for row in active])
    now = kit.clock.now()
    for row in active:
        outcome = check_identity(row["name"], *known[row["person_key"]], decided[row["id"]])
        if outcome == Outcome.MATCHED:
            continue
        await end_sessions(tx, kit, row["id"], "identity_corrected")
        await activation_codes.void_of_account(tx, row["id"], now)
        await accounts.save(
            tx,
            kit,
            row,
            "identity_checked",
            identity=outcome.value,
            status="registered",
            activated_at=None,
            activated_by=None,
            tokens_not_before=now,
        )
