"""What every step of a filing leaves behind: the filing, its timeline, its event."""

from __future__ import annotations

from sqlalchemy import select

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.events import FilingChanged, told_reasons
from zhiye_institutions.adapters import filings
from zhiye_institutions.adapters.tables import authority
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_reasons import FILING_REASONS


async def record(
    tx: Transaction, after: Filing, action: str, by: Principal, institution_name: str
) -> None:
    """Save a filing after a step, append to its timeline, tell the others. ``action`` names the
    step: draft, or an action of the workflow."""
    await filings.save(tx, after)
    await announce(tx, after, action, by, institution_name)


async def announce(
    tx: Transaction, one: Filing, action: str, by: Principal, institution_name: str
) -> None:
    """Append to the timeline and tell the others of a filing that was saved."""
    await filings.STEPS.add(tx, one, action, actor_of(by))
    name = None
    if one.authority_id is not None:
        name = await tx.connection.scalar(
            select(authority.c.name).where(authority.c.id == one.authority_id)
        )
    tx.emit(
        FilingChanged(
            aggregate_id=one.id,
            version=one.version,
            occurred_at=one.updated_at,
            number=one.number,
            kind=one.kind,
            change=action,
            state=one.state,
            institution_id=one.institution_id,
            institution_name=institution_name,
            authority_id=one.authority_id,
            authority_name=name,
            reasons=told_reasons(FILING_REASONS, one.reasons),
            deadline=one.deadline,
        )
    )
