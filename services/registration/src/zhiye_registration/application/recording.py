"""What every step leaves behind: the application, its timeline, its event."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_registration.adapters import applications
from zhiye_registration.adapters.events import application_changed
from zhiye_registration.application.scope_cases import close_case
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.workflow import CLOSED


async def record(tx: Transaction, after: Application, change: str, actor: Actor) -> None:
    """Save an application after a step, append to its timeline, tell the others.

    ``change`` names the step in the timeline and the event: drafted, revised, submitted,
    resubmitted, withdrawn, institution_approved, institution_returned, institution_refused,
    approved, authority_returned, refused.
    """
    await applications.save(tx, after)
    await applications.STEPS.add(tx, after, change, actor)
    tx.emit(application_changed(after, change))
    if after.row.profession == "physician" and after.state in CLOSED:
        await close_case(tx, after, actor)


def organisation_of(one: Application) -> str | None:
    """Who filed an application about somebody else."""
    by = {"institution": one.institution_name, "authority": one.authority_name}
    return by.get(one.source)
