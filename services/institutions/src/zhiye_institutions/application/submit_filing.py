"""The institution submits a filing."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_access import facts_of, of_side
from zhiye_institutions.application.filing_recording import record
from zhiye_institutions.domain.filing import Filing, take_step
from zhiye_institutions.domain.filing_conditions import refusals
from zhiye_institutions.kit import Kit


async def submit_filing(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Filing:
    """The filing, awaiting the nearest online authority; a corrected one goes back to the one
    that returned it.

    Raises ``Refused``: 404; 409 ``filing_<state>``; 422 with everything that is missing.
    """
    before = of_side(caller, await filings.lock(tx, key), "institution")
    after = take_step(
        before, "submit", "institution", kit.clock.now(), kit.clock.today(), kit.days_of(before.row)
    )
    row = await lock_institution(tx, before.institution_id)
    if reasons := refusals(before.row, facts_of(kit, before, row)):
        raise Refused(*reasons)
    after = replace(after, authority_id=before.authority_id or row["default_authority_id"])
    await record(tx, after, "submit", caller, row["name"])
    return after
