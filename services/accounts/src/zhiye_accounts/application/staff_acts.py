"""The log of what staff do to other people's accounts: who, for whom, what, when (Q54)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, insert, select

from zhiye_accounts.adapters.tables import account, staff_act
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an act was done to; ``details`` holds codes and what may be shown, nothing secret."""

    account_id: str | None = None
    person_key: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


async def record_acts(
    tx: Transaction,
    kit: Kit,
    by: Principal,
    act: str,
    subjects: Sequence[Subject],
    *,
    for_organisation_id: str | None = None,
) -> None:
    """Add one line for each subject.

    The organisation is the one that the account belongs to, also while it acts for another; that
    one is then whom it was done for, as it is by default.
    """
    if not subjects:
        return
    scope = by.institution_id or by.authority_id
    own = select(func.coalesce(account.c.institution_id, account.c.authority_id)).where(
        account.c.id == by.account_id
    )
    line = {
        "at": kit.clock.now(),
        "act": act,
        "actor_account_id": by.account_id,
        "actor_name": by.name,
        "organisation_id": (await tx.execute(own)).scalar() or scope,
        "for_organisation_id": for_organisation_id or scope,
    }
    await tx.execute(insert(staff_act), [line | asdict(subject) for subject in subjects])


async def record_act(
    tx: Transaction,
    kit: Kit,
    by: Principal,
    act: str,
    *,
    for_organisation_id: str | None = None,
    account_id: str | None = None,
    person_key: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one line; as ``record_acts``."""
    subject = Subject(account_id, person_key, details or {})
    await record_acts(tx, kit, by, act, [subject], for_organisation_id=for_organisation_id)
