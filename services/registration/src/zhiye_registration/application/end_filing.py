"""The person, or the institution where it is filed, ends a filing before its last day (Q10)."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import filings
from zhiye_registration.application.end_filings import end
from zhiye_registration.application.read_filings import Filed, with_main
from zhiye_registration.domain.filing_reasons import NOT_FILED_HERE, closed
from zhiye_registration.kit import Kit


async def end_filing(tx: Transaction, kit: Kit, caller: Principal, key: str, version: int) -> Filed:
    """The filing as it is then; everybody whom it concerns is told.

    Raises ``Refused``: 403 ``not_filed_here`` for the main institution, 404, 409 ``filing_ended``
    or ``filing_over`` where there is nothing left to end, 412.
    """
    found = await with_main(tx.connection, caller, await filings.lock(tx, key))
    one = found.filing
    person = caller.role == "practitioner"
    if not person and caller.institution_id != one.institution_id:
        raise Refused(NOT_FILED_HERE, status=403)
    reason = closed(one.state(kit.clock.today()))
    if reason is not None:
        raise Refused(reason, status=409)
    if one.version != version:
        raise stale_version()
    after = await end(tx, kit, one, "by_person" if person else "by_institution")
    return replace(found, filing=after)
