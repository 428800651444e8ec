"""The institution takes a filing back before it is decided."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_access import of_side
from zhiye_institutions.application.filing_recording import record
from zhiye_institutions.domain.filing import Filing, take_step
from zhiye_institutions.kit import Kit


async def withdraw_filing(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Filing:
    """The withdrawn filing. Raises ``Refused``: 404, 409 ``filing_<state>``."""
    before = of_side(caller, await filings.lock(tx, key), "institution")
    after = take_step(
        before,
        "withdraw",
        "institution",
        kit.clock.now(),
        kit.clock.today(),
        kit.days_of(before.row),
    )
    row = await lock_institution(tx, before.institution_id)
    await record(tx, after, "withdraw", caller, row["name"])
    return after
