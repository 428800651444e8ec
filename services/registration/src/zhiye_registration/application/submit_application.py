"""The applicant submits a draft, or resubmits what was returned."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import applications, facts
from zhiye_registration.application.access import of_side
from zhiye_registration.application.recording import record
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.policy import refusals
from zhiye_registration.kit import Kit


async def submit_application(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Application:
    """The application, awaiting its review.

    Raises ``Refused``: 404, 409 ``application_<state>``, 422 with every condition that is not met
    and every field that is missing, at once.
    """
    before = of_side(caller, await applications.lock(tx, key), "applicant")
    after = take_step(before, "submit", "applicant", kit.moment())
    known, to = await facts_of(tx, kit, before, caller.account_id)
    reasons = refusals(before.row, known)
    if reasons:
        raise Refused(*reasons)
    again = before.state == "returned"
    if to is not None and to.authority is not None and after.state == "awaiting_institution":
        after = replace(
            after,
            institution_name=to.name,
            region=to.region,
            authority_id=to.authority.id,
            authority_name=to.authority.name,
        )
    after = replace(after, account_id=caller.account_id)
    await record(tx, after, "resubmitted" if again else "submitted", actor_of(caller))
    return after


async def facts_of(
    tx: Transaction, kit: Kit, one: Application, account_id: str
) -> tuple[Facts, facts.Addressee | None]:
    """What is known now about an application and its applicant, and where it goes. Periods count
    up to its first submission."""
    today = kit.clock.today()
    to = await facts.addressee(tx.connection, one.row, one.institution_id)
    applied = one.submitted_at
    known = await facts.gather(
        tx.connection,
        one.row,
        person_key=one.person_key,
        account_id=account_id,
        to=to,
        institution_chosen=True,
        form=one.form,
        today=today,
        applied_on=applied.astimezone(SHANGHAI).date() if applied else today,
        apart_from=one.id,
    )
    return known, to
