"""Whom a desk officer may act on: found by account or ID number, inside the own scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from zhiye_accounts.adapters import accounts, attempts, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, organisation
from zhiye_accounts.application.staff_access import account_of
from zhiye_accounts.application.telling import verified_channels
from zhiye_accounts.domain.desk import DeskAccount
from zhiye_accounts.domain.desk_reasons import NOT_IN_LIST
from zhiye_accounts.domain.identity import Outcome, Qualification, Registration
from zhiye_accounts.domain.policy import Limit
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused


@dataclass(frozen=True, slots=True)
class Named:
    """Who is meant: by account, or by ID number."""

    account_id: str | None = None
    person_key: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    account: Row
    qualifications: Sequence[Qualification]
    registrations: Sequence[Registration]


def desk_account(row: Row, code: Row | None) -> DeskAccount:
    """What the desk needs of an account and of the code that waits for it."""
    return DeskAccount(
        row["status"],
        Outcome(row["identity"]),
        bool(verified_channels(row)),
        code["institution_id"] if code is not None else None,
    )


async def find_person(tx: Transaction, named: Named) -> Person | None:
    """The account that is not revoked, locked, and what is recorded for its ID number; nothing
    about that person changes until the transaction ends."""
    condition = (
        account.c.id == named.account_id
        if named.account_id is not None
        else account.c.person_key == named.person_key
    )
    live = (account.c.role == "practitioner", account.c.status != "revoked")
    seen = await accounts.find(tx, condition, *live)
    if seen is None:
        return None
    key = seen["person_key"]
    await records.lock_people(tx, {key})
    row = await accounts.find(
        tx, account.c.id == seen["id"], account.c.person_key == key, *live, lock=True
    )
    return Person(row, *await records.of_person(tx, key)) if row is not None else None


async def officer(tx: Transaction, kit: Kit, caller: Principal, limit: Limit | None = None) -> str:
    """The name of the caller's organisation. ``Refused``: as ``account_of``, or the organisation
    has used up the limit of the day; one more is counted."""
    own, _ = await account_of(tx, caller)
    scope = caller.institution_id or caller.authority_id or ""
    if limit is not None:
        await attempts.enforce(tx, [(limit, scope)], kit.clock.now())
        await attempts.record(tx, limit.kind, scope, kit.clock.now())
    name = await tx.connection.scalar(select(organisation.c.name).where(organisation.c.id == scope))
    return str(name or own["name"])


def unknown() -> Refused:
    """The same for nobody and for somebody else's; what was counted stays counted."""
    return Refused(NOT_IN_LIST, status=404, keep_effects=True)
