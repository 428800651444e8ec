"""When two provinces have scopes to settle: opened with an application, over with it (Q49)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.timeline import Actor
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.adapters.scope_case_events import scope_case_changed
from zhiye_registration.domain import scope_case as cases
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.scope_case import ScopeCase, Side
from zhiye_registration.domain.scopes import Catalogue
from zhiye_registration.kit import Kit

SYSTEM = Actor(None, "system", "")


async def open_case(
    tx: Transaction,
    kit: Kit,
    application: Application,
    from_registration: Registration,
    to_catalogue: Catalogue,
    actor: Actor = SYSTEM,
) -> ScopeCase | None:
    """The case about an application that was submitted to another province, new or taken up
    again; ``None`` when there is nothing to settle: the same province, or scopes that it offers
    (one that was open about other scopes is closed).

    ``from_registration`` is the one that is to move, or that a further location is added to.
    """
    category = from_registration.category
    scopes = tuple(sorted(from_registration.scopes))
    if category is None or not cases.is_needed(
        from_registration.region, application.region, category, scopes, to_catalogue
    ):
        await close_case(tx, application, actor)
        return None
    today = kit.clock.today()
    told = await _authority_of(tx, from_registration)
    now = ScopeCase(
        id=new_id(),
        number="",
        application_id=application.id,
        state="open",
        version=1,
        category=category,
        scopes=scopes,
        from_registration_id=from_registration.id,
        from_region=from_registration.region,
        from_institution_id=from_registration.institution_id,
        from_authority_id=told[0],
        from_authority_name=told[1],
        to_region=application.region,
        to_authority_id=application.authority_id,
        to_authority_name=application.authority_name,
        opened_on=today,
        deadline=kit.moment().add_working_days(today, kit.own.scope_case_days),
        updated_at=kit.clock.now(),
    )
    before = await store.lock_of_application(tx, application.id)
    if before is None:
        one = replace(now, number=await store.next_number(tx, today))
        await store.add(tx, one)
        await note(tx, one, application, "opened", actor)
        return one
    again = cases.taken_up_again(before, now)
    if again is None:
        return before
    after, change = again
    await store.save(tx, after)
    await note(tx, after, application, change, actor)
    return after


async def close_case(tx: Transaction, application: Application, actor: Actor = SYSTEM) -> None:
    """An application is over, or needs nothing settled any more: an open case ends."""
    before = await store.lock_of_application(tx, application.id)
    after = before and cases.close(before, application.updated_at)
    if after is not None:
        await store.save(tx, after)
        await note(tx, after, application, "closed", actor)


async def note(
    tx: Transaction,
    after: ScopeCase,
    about: Application,
    change: str,
    actor: Actor,
    by: Side | None = None,
) -> None:
    """Append a step to the timeline of a case that was written, and tell the others."""
    proposed = {"scopes": list(after.proposed_scopes or ()) or None, "note": after.proposal_note}
    more = proposed if change in ("proposed", "agreed") else {}
    await store.STEPS.add(tx, after, change, actor, {"side": by, **more})
    tx.emit(scope_case_changed(after, about, change, by))


async def _authority_of(tx: Transaction, held: Registration) -> tuple[str | None, str | None]:
    """Who registered it; of a registration that was taken over without one, the province's
    authority (the provinces settle it, Q49)."""
    if held.authority_id is not None:
        return held.authority_id, held.authority_name
    found = await tx.execute(
        select(authority.c.id, authority.c.name)
        .where(authority.c.region == divisions.province_of(held.region))
        .order_by(authority.c.online.desc(), authority.c.id)
        .limit(1)
    )
    row = found.first()
    return (row.id, row.name) if row else (None, held.authority_name)
