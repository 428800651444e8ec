"""The applicant submits a draft, or resubmits what was returned."""

from __future__ import annotations

from dataclasses import replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import Actor, actor_of
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import applications, facts, registrations, scopes
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.application.access import of_side
from zhiye_registration.application.asking import facts_of
from zhiye_registration.application.recording import organisation_of, record
from zhiye_registration.application.scope_cases import close_case, open_case
from zhiye_registration.domain.application import Application, take_step
from zhiye_registration.domain.business_type import refusals
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.grounds import WHATEVER_THE_PERSON_WANTS
from zhiye_registration.domain.physician_conditions import SCOPES_OFFERED_OR_SETTLED
from zhiye_registration.kit import Kit


async def submit_application(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Application:
    """The application, awaiting its review; one that an institution filed awaits the authority's.

    Raises ``Refused``: 404, 409 ``application_<state>``, 422 with every condition that is not met
    and every field that is missing, at once.
    """
    if caller.role != "practitioner":
        await _make_way(tx, kit, caller, key)
    before = of_side(caller, await applications.lock(tx, key), "applicant")
    after = take_step(before, "submit", "applicant", kit.moment())
    active = caller.active if caller.role == "practitioner" else None
    known, to = await facts_of(
        tx.connection, kit, replace(before, account_id=caller.account_id), active=active
    )
    reasons = refusals(before.row, known)
    if reasons:
        raise Refused(*reasons)
    again = before.state == "returned"
    if to is not None and to.authority is not None and not again:
        after = replace(
            after,
            institution_name=to.name,
            region=to.region,
            authority_id=to.authority.id,
            authority_name=to.authority.name,
        )
    after = replace(after, account_id=caller.account_id)
    organisation = organisation_of(before)
    change = "resubmitted" if again else "filed" if organisation else "submitted"
    await record(tx, after, change, actor_of(caller, organisation))
    await _settle_scopes(tx, kit, after, known)
    return after


async def _settle_scopes(tx: Transaction, kit: Kit, one: Application, known: Facts) -> None:
    """Where the scopes that a physician brings along are not in the other province's catalogue,
    the two authorities settle it (Q49)."""
    held, after = known.registration, known.physician.wanted
    if SCOPES_OFFERED_OR_SETTLED not in one.row.own_conditions or held is None or after is None:
        return
    if (after.category, after.scopes) != (held.category, held.scopes):
        await close_case(tx, one)
        return
    brought = await registrations.find(tx.connection, held.id)
    catalogue = await scopes.catalogue_of(tx.connection, one.region, kit.clock.today())
    if brought is not None:
        await open_case(tx, kit, one, brought, catalogue)


async def _make_way(tx: Transaction, kit: Kit, caller: Principal, key: str) -> None:
    """What a person only drafted does not keep her institution from filing; nor does what was
    returned, where nothing the person wants can change the ground. On such a ground an authority
    waits for nothing of the person's: an institution that never reviews would keep a revoked
    physician on the register (Q50)."""
    one = of_side(caller, await applications.find(tx.connection, key), "applicant")
    # The person first, as whoever starts an application: the order keeps them from deadlocks.
    await applications.lock_person(tx, one.person_key)
    goes_first = one.form.get("ground") in WHATEVER_THE_PERSON_WANTS
    by_authority = one.source == "authority"
    for other in await applications.open_of(tx.connection, one.person_key):
        gone = other["state"] == "draft" or (
            goes_first
            and (other["state"] == "returned" or (by_authority and other["source"] == "person"))
        )
        if other["id"] == one.id or not gone:
            continue
        if not facts.in_the_way(one.row, other, one.institution_id):
            continue  # a further institution, or the other profession
        open_one = await applications.lock(tx, other["id"])
        if open_one is not None and open_one.state == other["state"]:
            after = take_step(open_one, "withdraw", "applicant", kit.moment())
            await record(tx, after, "superseded", Actor(SYSTEM, SYSTEM, ""))
