"""An institution gives one of its own people another phone, when the old one is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhiye_accounts.adapters import accounts, attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import verification_code
from zhiye_accounts.application import codes
from zhiye_accounts.application.check_identity import status_after
from zhiye_accounts.application.desk_people import Named, find_person, officer, unknown
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.application.telling import message, verified_channels
from zhiye_accounts.domain.desk import employed_at
from zhiye_accounts.domain.policy import CONTACT_RESETS, CONTACT_RESETS_OF_ACCOUNT
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import mask_phone


@dataclass(frozen=True, slots=True)
class ResetContact:
    account_id: str
    phone: str
    reason: str
    """In the officer's words; kept in the log."""


async def reset_contact(tx: Transaction, kit: Kit, caller: Principal, command: ResetContact) -> Row:
    """Set the phone, vouched for by the institution but not verified; the account as it then is.
    The verified contacts that it had are told. An active account stays active.

    ``Refused``: 404 for anybody who is not its own, 409 when this phone is verified already, 429.
    """
    institution_name = await officer(tx, kit, caller, CONTACT_RESETS)
    person = await find_person(tx, Named(command.account_id))
    if person is None or not employed_at(person.registrations, caller.institution_id):
        raise unknown()
    row, now = person.account, kit.clock.now()
    phone_key = kit.phone_key(command.phone)
    if row["phone_key"] == phone_key and row["phone_verified_at"] is not None:
        raise refused(
            "phone_unchanged",
            ("这个手机号已通过验证，无需重置。", "This phone is verified already."),
            ("请填写新的手机号。", "Give the new phone."),
            field="phone",
            status=409,
            keep_effects=True,
        )
    await attempts.enforce(tx, [(CONTACT_RESETS_OF_ACCOUNT, row["id"])], now, field="account_id")
    await attempts.record(tx, CONTACT_RESETS_OF_ACCOUNT.kind, row["id"], now)
    by_email = row["email_verified_at"] is not None
    changes: dict[str, Any] = {
        "phone_key": phone_key,
        "sealed_phone": kit.cipher.seal(command.phone, purposes.PHONE),
        "phone_verified_at": None,
        "phone_vouched_at": now,
        "status": status_after(row, row["identity"], contact_verified=by_email),
    }
    changed = await accounts.save(tx, kit, row, "contact_reset", **changes)
    # What was sent to the old phone proves nothing any more.
    await codes.void(tx, verification_code.c.account_id == row["id"])
    words = {
        "what": "phone",
        "new_address": mask_phone(command.phone),
        "by": institution_name,
    }
    tx.emit(
        *(
            message(kit, row, channel, "contact_changed", words)
            for channel in verified_channels(row)
        )
    )
    await record_act(
        tx,
        kit,
        caller,
        "contact_reset",
        account_id=row["id"],
        person_key=row["person_key"],
        details={"reason": command.reason},
    )
    return changed
