"""What every step leaves behind: the case, its timeline, its event."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.timeline import Actor
from zhiye_qualifications.adapters import cases
from zhiye_qualifications.adapters.case_events import case_changed
from zhiye_qualifications.domain.cases import Case
from zhiye_qualifications.kit import Kit


async def record(tx: Transaction, kit: Kit, after: Case, change: str, actor: Actor) -> None:
    """Save a case after a step, append to its timeline, tell the others.

    ``change`` names the step in the timeline and the event: drafted, opened, revised, submitted,
    resubmitted, withdrawn, returned, forwarded, approved, refused.
    """
    await cases.save(tx, kit.cipher, after)
    await note(tx, after, change, actor)


async def note(tx: Transaction, after: Case, change: str, actor: Actor) -> None:
    """As ``record``, for a case that was written already."""
    await cases.STEPS.add(tx, after, change, actor)
    tx.emit(case_changed(after, change, actor.organisation))
