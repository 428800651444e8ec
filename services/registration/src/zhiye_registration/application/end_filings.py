"""Filings at further institutions end with the registration that they belong to."""

from __future__ import annotations

from collections.abc import Callable

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import FilingEnded
from zhiye_registration.adapters import filings, registrations
from zhiye_registration.domain.filing import Ended, Filing, ended
from zhiye_registration.kit import Kit


async def end_filings(
    tx: Transaction,
    kit: Kit,
    registration_id: str,
    because: Ended,
    which: Callable[[Filing], bool] = lambda _: True,
) -> None:
    """End those that are not over, all of them or some."""
    today = kit.clock.today()
    for one in await filings.lock_in_force_of(tx, registration_id):
        if one.until_on >= today and which(one):
            await end(tx, kit, one, because)


async def end(tx: Transaction, kit: Kit, one: Filing, because: Ended) -> Filing:
    """The filing, ended; the person, the main institution and the other one are told."""
    after = ended(one, because, kit.clock.now(), kit.clock.today())
    await filings.save(tx, after)
    main = await registrations.find(tx.connection, one.registration_id)
    tx.emit(
        FilingEnded(
            aggregate_id=after.id,
            version=after.version,
            occurred_at=after.updated_at,
            person_key=after.person_key,
            name=main.name if main else "",
            institution_id=after.institution_id,
            institution_name=after.institution_name,
            main_institution_id=main.institution_id if main else None,
            authority_id=after.authority_id,
            because=because,
            ended_on=kit.clock.today(),
        )
    )
    return after
