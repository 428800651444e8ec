"""One authority agrees to what the other proposed: the scopes are settled (Q49)."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.application.scope_case_access import check_version, lock_for
from zhiye_registration.application.scope_cases import note
from zhiye_registration.domain import scope_case
from zhiye_registration.domain.scope_case import ScopeCase
from zhiye_registration.kit import Kit


async def agree_on_scopes(
    tx: Transaction, kit: Kit, caller: Principal, key: str, version: int
) -> ScopeCase:
    """The settled case. ``version`` is the one that was read, so that nobody agrees to a proposal
    that has been replaced.

    Raises ``Refused``: 404, 409 ``scope_case_<state>``, ``no_proposal``, ``own_proposal``, 412.
    """
    party = await lock_for(tx, caller, key)
    check_version(party, version)
    after = scope_case.agree(party.case, party.side, kit.moment())
    await store.save(tx, after)
    await note(tx, after, party.about, "agreed", party.actor, party.side)
    return after
