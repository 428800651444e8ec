"""Revoke an account that somebody else opened, or that was opened wrongly (Q13, Q35, deck 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from zhiye_accounts.adapters import accounts, activation_codes
from zhiye_accounts.application.desk_people import Named, Person, find_person, officer, unknown
from zhiye_accounts.application.sessions import end_sessions
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.application.telling import tell
from zhiye_accounts.domain.desk import employed_at, in_force_anywhere, registered_within
from zhiye_accounts.domain.identity import recorded_names
from zhiye_accounts.domain.policy import REVOCATIONS
from zhiye_accounts.domain.revocation import (
    BUSINESS_COMPLETED,
    REVOCATION_REASONS,
    names_the_person,
)
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.reasons import Refused


@dataclass(frozen=True, slots=True)
class RevokeAccount:
    named: Named
    reason: str
    """A code of ``REVOCATION_REASONS``."""
    text: str = ""
    name: str | None = None
    """As on record; needed with an ID number."""


async def revoke_account(
    tx: Transaction, kit: Kit, caller: Principal, command: RevokeAccount
) -> str:
    """Revoke it: sessions and codes end, the contacts of the account are told; its id.

    By the institution of the registration in force, by the one that means to employ somebody who
    is registered nowhere (it must know ID number and name), or by the authority of the region.
    ``Refused``: 404 outside that scope, as if there were no account; 409 once a business has been
    completed; 429.
    """
    organisation_name = await officer(tx, kit, caller, REVOCATIONS)
    person = await find_person(tx, command.named)
    if person is None or not _may_revoke(caller, person, command):
        raise unknown()
    if any(r.business_completed for r in person.registrations):
        raise Refused(BUSINESS_COMPLETED, status=409, keep_effects=True)
    row, now = person.account, kit.clock.now()
    await accounts.save(tx, kit, row, "revoked", status="revoked")
    await end_sessions(tx, kit, row["id"], "account_revoked")
    await activation_codes.void_of_account(tx, row["id"], now)
    words = {
        "organisation": organisation_name,
        "kind": REVOCATION_REASONS.label(command.reason, row["language"]),
        "reason": sentence(REVOCATION_REASONS, command.reason, command.text, row["language"]),
    }
    await tell(tx, kit, row, "account_revoked", words)
    await record_act(
        tx,
        kit,
        caller,
        "account_revoked",
        account_id=row["id"],
        person_key=row["person_key"],
        details={"reason": command.reason, "text": command.text},
    )
    return str(row["id"])


def _may_revoke(caller: Principal, person: Person, command: RevokeAccount) -> bool:
    by_id_number = command.named.person_key is not None
    if by_id_number and not any(
        names_the_person(command.name or "", recorded)
        for recorded in recorded_names(person.qualifications, person.registrations)
    ):
        return False
    if caller.role == "authority":
        return registered_within(person.registrations, caller.region)
    return employed_at(person.registrations, caller.institution_id) or (
        by_id_number
        and caller.institution_id is not None
        and not in_force_anywhere(person.registrations)
    )
