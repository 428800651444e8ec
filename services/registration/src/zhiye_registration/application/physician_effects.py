"""What an approval does for a physician: locations, level, category, scopes, further institutions.

All of a person's registrations are locked by ``check_conditions`` in the same transaction.
"""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import FilingMade
from zhiye_registration.adapters import filing_merges, filings, registrations
from zhiye_registration.application.asking import facts_of
from zhiye_registration.application.end_filings import end_filings
from zhiye_registration.application.give_number import number_for_life
from zhiye_registration.application.landing import land
from zhiye_registration.application.write_registration import bring, change, create, held_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.facts import Facts, Practice
from zhiye_registration.domain.filing import Filing
from zhiye_registration.kit import Kit

_IN_FORCE = {
    "status": "registered",
    "cancelled_on": None,
    "cancellation_ground": None,
    "filed_on": None,
    "filing_ground": None,
}


async def register_physician(tx: Transaction, kit: Kit, one: Application) -> None:
    """In force in the location, under the number for life: what was registered there before is
    gone on with, so that its history stays in one piece."""
    known, practice = await _wanted(tx, kit, one)
    today = kit.clock.today()
    all_held = await registrations.lock_all_of(tx, one.person_key, one.row.profession)
    dormant = [held for held in all_held if held.status != "registered"]
    there = [held for held in dormant if held.location == practice.location]
    subject = next((held for held in all_held if held.id == one.registration_id), None)
    # A location is added with the qualification that is registered already (Q11.3).
    by = subject.qualification_id if subject and one.row.of_own else _qualification(known)
    again = [] if one.row.of_own else [h for h in dormant if h.id == one.registration_id]
    goes_on = next(reversed(there or again), None)
    if goes_on is not None:
        more = {**_IN_FORCE, "valid_from": today, "qualification_id": by}
        await bring(tx, kit, one, goes_on, practice, **more)
        return
    number = await number_for_life(tx, kit, one.person_key, practice, one.region)
    await create(tx, kit, one, number, today, None, practice, by)


async def alter(tx: Transaction, kit: Kit, one: Application) -> None:
    """Institution, location, level, category, scopes as they are wanted, in one step."""
    known, practice = await _wanted(tx, kit, one)
    held = await held_of(tx, one)
    rises = practice.level != held.level  # by whichever qualification makes it rise (Q9)
    by = known.physician.chosen if rises or one.form.get("qualification_id") else None
    after = await bring(
        tx, kit, one, held, practice, qualification_id=by.id if by else held.qualification_id
    )
    there, here, scopes = after.location, after.institution_id, set(after.scopes)
    # An assistant who rises may leave the county and keep what lies in the province (Q9).
    await end_filings(
        tx, kit, held.id, "registration_moved", lambda f: not f.region.startswith(there)
    )
    await end_filings(tx, kit, held.id, "became_main", lambda f: f.institution_id == here)
    await end_filings(tx, kit, held.id, "scopes_changed", lambda f: not scopes >= set(f.scopes))


async def file_institution(tx: Transaction, kit: Kit, one: Application) -> None:
    """A further institution from and to the dates; the registration stays as it is (Q10)."""
    known, _ = await _wanted(tx, kit, one)
    held = await held_of(tx, one)
    place = await land(tx, one.institution_id, one.institution_name, one.region)
    declared = known.declared
    if declared.from_on is None or declared.until_on is None:  # asked in this transaction
        raise RuntimeError("approved without dates")
    made = Filing(
        id=new_id(),
        version=1,
        registration_id=held.id,
        person_key=one.person_key,
        institution_id=place.id,
        institution_name=place.name,
        region=place.region,
        authority_id=one.authority_id,
        authority_name=one.authority_name,
        scopes=list(declared.scopes or held.scopes),
        department=one.form.get("department"),
        from_on=declared.from_on,
        until_on=declared.until_on,
        status="in_force",
        application_id=one.id,
        updated_at=kit.clock.now(),
    )
    await filings.add(tx, made)
    await filing_merges.follow_application(tx, one.id, made.id)
    await place.note(tx, made.id, filing_merges.FILING)
    tx.emit(
        FilingMade(
            aggregate_id=made.id,
            version=made.version,
            occurred_at=made.updated_at,
            person_key=made.person_key,
            name=one.name,
            application_number=one.number,
            institution_id=made.institution_id,
            institution_name=made.institution_name,
            main_institution_id=held.institution_id,
            authority_id=made.authority_id,
            authority_name=made.authority_name,
            from_on=made.from_on,
            until_on=made.until_on,
        )
    )


async def file_off_post(tx: Transaction, kit: Kit, one: Application) -> None:
    """Still on the register, but at no institution's post (Q20.3.2, Q52)."""
    held = await held_of(tx, one)
    await change(
        tx,
        kit,
        one,
        held,
        status="filed",
        filed_on=kit.clock.today(),
        filing_ground=one.form["ground"],
    )
    await end_filings(tx, kit, held.id, "registration_left")


async def move_out(tx: Transaction, kit: Kit, one: Application) -> None:
    """To a region that is not online: nothing more is done with it here (Q5.5)."""
    held = await held_of(tx, one)
    await change(tx, kit, one, held, status="moving_out")
    await end_filings(tx, kit, held.id, "registration_left")


async def _wanted(tx: Transaction, kit: Kit, one: Application) -> tuple[Facts, Practice]:
    known, _ = await facts_of(tx.connection, kit, one, active=True)
    if known.physician.wanted is None:  # the conditions were asked in this very transaction
        raise RuntimeError("approved without knowing for what")
    return known, known.physician.wanted


def _qualification(known: Facts) -> str | None:
    chosen = known.physician.chosen
    return chosen.id if chosen else None
