"""One authority proposes with which scopes a physician may come to the other province (Q49)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.adapters import scopes as catalogues
from zhiye_registration.application.scope_case_access import check_version, lock_for
from zhiye_registration.application.scope_cases import note
from zhiye_registration.domain import scope_case
from zhiye_registration.domain.scope_case import ScopeCase
from zhiye_registration.kit import Kit


async def propose_scopes(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    scopes: Sequence[str] | None,
    remark: str,
) -> ScopeCase:
    """The case with the proposal of the caller's side; without ``scopes`` it is to keep the old
    ones as an exception.

    Raises ``Refused``: 404, 409 ``scope_case_<state>`` and ``proposal_on_the_table``, 412, 422.
    """
    party = await lock_for(tx, caller, key)
    check_version(party, version)
    catalogue = await catalogues.catalogue_of(
        tx.connection, party.case.to_province, kit.clock.today()
    )
    after = scope_case.propose(party.case, party.side, scopes, remark, catalogue, kit.moment())
    await store.save(tx, after)
    await note(tx, after, party.about, "proposed", party.actor, party.side)
    return after
