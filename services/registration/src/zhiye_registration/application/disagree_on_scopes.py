"""One authority states that the two provinces do not agree on scopes, and why (Q49)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.grounds import told
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.application.scope_case_access import check_version, lock_for
from zhiye_registration.application.scope_cases import note
from zhiye_registration.domain import scope_case
from zhiye_registration.domain.scope_case import ScopeCase
from zhiye_registration.domain.scope_case_reasons import DISAGREEMENT_REASONS
from zhiye_registration.kit import Kit


async def disagree_on_scopes(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    reasons: Sequence[tuple[str, str]],
) -> ScopeCase:
    """The case, not agreed. Raises ``Refused``: 404, 409 ``scope_case_<state>`` and
    ``nothing_to_disagree_with``, 412, 422 ``reasons_required``."""
    party = await lock_for(tx, caller, key)
    check_version(party, version)
    given = told(DISAGREEMENT_REASONS, reasons, required=True)
    after = scope_case.disagree(party.case, party.side, given, kit.moment())
    await store.save(tx, after)
    await note(tx, after, party.about, "disagreed", party.actor, party.side)
    return after
