"""An institution revises a filing: a draft, or what was returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_access import of_side
from zhiye_institutions.application.filing_recording import record
from zhiye_institutions.application.start_filing import NOT_EVER, check_draft
from zhiye_institutions.domain.filing import Filing, take_step
from zhiye_institutions.kit import Kit


async def revise_filing(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    proposed: Mapping[str, Any],
    materials: Mapping[str, str],
) -> Filing:
    """The filing with other content: a draft, or what was returned.

    Raises ``Refused``: 404; 409 ``filing_<state>``; 412; 422 with every reason at once.
    """
    before = of_side(caller, await filings.lock(tx, key), "institution")
    after = take_step(
        before, "revise", "institution", kit.clock.now(), kit.clock.today(), kit.days_of(before.row)
    )
    if before.version != version:
        raise stale_version()
    after = replace(after, proposed=proposed, materials=materials)
    row = await lock_institution(tx, before.institution_id)
    check_draft(kit, after, row, NOT_EVER)
    await record(tx, after, "revise", caller, row["name"])
    return after
