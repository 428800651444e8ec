"""Which registration a physician's application is about, what it changes, and who may see that."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import registrations
from zhiye_registration.application.asking import facts_of
from zhiye_registration.domain.about import (
    About,
    Change,
    changes_made,
    changes_wanted,
    off_post,
)
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.facts import Facts, Practice
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.workflow import OPEN
from zhiye_registration.kit import Kit


async def about_application(
    connection: AsyncConnection, kit: Kit, one: Application, caller: Principal
) -> About:
    """As it is while the application is open; afterwards what the approval made of it."""
    if one.row.profession != "physician" or (caller.role == "practitioner" and not caller.active):
        # Of an account that is not active nobody has seen yet whose it is.
        return About()
    known, _ = await facts_of(connection, kit, one, active=True)
    held = known.registration
    seen = held is not None and sees_record(
        caller, one, institution_id=held.institution_id, region=held.region
    )
    changes, practice = await _outcome(connection, one, known)
    return About(
        registration=held if seen else None,
        practice=practice,
        qualification=known.physician.chosen,
        changes=changes if one.row.effect == "alter" else None,
        off_post=off_post(known, _reported_on(one, kit.clock.today()))
        if one.row.effect == "file_off_post"
        else None,
    )


def sees_record(
    caller: Principal, one: Application, *, institution_id: str | None, region: str | None
) -> bool:
    """Whether the record as it is now is the caller's business. Of an account that is not active
    nobody has seen yet whose it is; others see it while they review, and later of their own people
    only: an old application is no window on whoever has left."""
    if caller.role == "practitioner":
        return caller.active
    if one.submitted_at is not None and one.state in OPEN:
        return True
    if caller.role == "institution":
        return institution_id is not None and institution_id == caller.institution_id
    return region is not None and divisions.is_within(region, caller.region or "")


async def _outcome(
    connection: AsyncConnection, one: Application, known: Facts
) -> tuple[tuple[Change, ...] | None, Practice | None]:
    """What changes, and what the registration says then. Of an application that is over, what it
    would have changed cannot be told once the registration is another."""
    entry = await registrations.effect_of(connection, one.id)
    if entry is not None:
        made = await registrations.find(connection, entry["registration_id"])
        stands = made is not None and made.version == entry["version"]
        return changes_made(entry), _practice(made) if made and stands else None
    held, after = known.registration, known.physician.wanted
    if after is None or held is None:
        return None, after
    if one.state not in OPEN:
        record = await registrations.find(connection, held.id)
        if record is None or record.updated_at > one.updated_at:
            return None, None
    return changes_wanted(held, after, one.institution_id, one.institution_name), after


def _practice(made: Registration) -> Practice | None:
    if made.level is None or made.category is None:
        return None
    return Practice(made.level, made.category, tuple(made.scopes), made.location)


def _reported_on(one: Application, today: date) -> date:
    return one.submitted_at.astimezone(SHANGHAI).date() if one.submitted_at else today
