"""The authority that reported a penalty rescinds it: it was lifted, or recorded by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import penalties
from zhiye_registration.application.access import not_found
from zhiye_registration.application.duties import give_up_duties
from zhiye_registration.application.list_penalties import read_penalty
from zhiye_registration.application.report_penalty import tell
from zhiye_registration.domain import penalty_reasons as why
from zhiye_registration.domain.penalty import Penalty
from zhiye_registration.kit import Kit


async def rescind_penalty(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    rescinded_on: date | None,
    note: str,
) -> Penalty:
    """The penalty as rescinded, today unless a day is given: it bars nothing any more, and what
    was still to be cancelled for it lapses. What was cancelled stays cancelled.

    Raises ``Refused``: 403 ``not_the_reporting_authority``, 404, 409 ``penalty_rescinded``, 412,
    422 for the day.
    """
    known = await read_penalty(tx.connection, kit, caller, key)
    if known.reported_by_id != caller.authority_id:
        raise Refused(why.NOT_THE_REPORTER, status=403)
    await penalties.hold_person(tx, known.person_key)
    before = await penalties.lock(tx, key)
    if before is None:
        raise not_found()
    if before.rescinded_on is not None:
        raise Refused(why.RESCINDED, status=409)
    if before.version != version:
        raise stale_version()
    today = kit.clock.today()
    on = rescinded_on or today
    faults = []
    if on < before.decided_on:
        faults.append(why.RESCINDED_BEFORE_DECISION)
    if on > today:
        faults.append(why.RESCINDED_IN_FUTURE)
    if faults:
        raise Refused(*faults)
    after = replace(
        before,
        version=before.version + 1,
        rescinded_on=on,
        rescinded_by_officer=caller.name,
        rescission_note=note,
        updated_at=kit.clock.now(),
    )
    await penalties.save(tx, after)
    await tell(tx, kit, after)
    await give_up_duties(tx, kit, after, after.name)
    return after
