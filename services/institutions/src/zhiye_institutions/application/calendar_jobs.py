"""What the calendar does: closures begin, and periodic checks are reminded of."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Date, cast, exists, select, update

from zhiye_contracts.events import FilingChanged
from zhiye_institutions.adapters import filings
from zhiye_institutions.adapters.tables import filing, institution, institution_history
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_effects import close
from zhiye_institutions.kit import Kit

_AT_ONCE = 500


async def begin_closures(kit: Kit) -> None:
    """Close the institutions whose approved closure begins today, or began while nothing ran."""
    begins = cast(filing.c.proposed["closed_from"].astext, Date)
    applied = exists(
        select(institution_history.c.id).where(
            institution_history.c.institution_id == filing.c.institution_id,
            institution_history.c.filing_id == filing.c.id,
        )
    )
    due = (
        select(filing.c.id)
        .join(institution, institution.c.id == filing.c.institution_id)
        .where(
            filing.c.kind == "closure",
            filing.c.state == "approved",
            begins <= kit.clock.today(),
            institution.c.status.in_(("in_force", "suspended")),
            ~applied,
        )
        .limit(_AT_ONCE)
    )
    async with kit.database.reading() as connection:
        ids = list((await connection.execute(due)).scalars())
    for id_ in ids:
        async with kit.database.transaction() as tx:
            one = await filings.lock(tx, id_)
            still = (await tx.execute(due.where(filing.c.id == id_))).first()
            if one is not None and still is not None:
                await close(tx, kit, one, await lock_institution(tx, one.institution_id), None)


async def remind_of_checks(kit: Kit) -> None:
    """Tell institutions once that their periodic check falls due.

    The event has the day in its id, so that whoever hears of it again knows it already.
    """
    today = kit.clock.today()
    due = (
        select(institution.c.id)
        .where(
            institution.c.check_reminded.is_distinct_from(institution.c.next_check_due),
            institution.c.next_check_due <= today + timedelta(days=kit.own.check_reminder_days),
            institution.c.status.in_(("in_force", "suspended")),
        )
        .order_by(institution.c.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    async with kit.database.transaction() as tx:
        reminded = await tx.execute(
            update(institution)
            .where(institution.c.id.in_(select(due.c.id)))
            .values(check_reminded=institution.c.next_check_due)
            .returning(institution.c.id, institution.c.name, institution.c.next_check_due)
        )
        tx.emit(
            *(
                FilingChanged(
                    aggregate_id=f"{row.id}-check-{row.next_check_due:%Y%m%d}",
                    version=1,
                    occurred_at=kit.clock.now(),
                    number="",
                    kind="periodic-check",
                    change="due",
                    state="due",
                    institution_id=row.id,
                    institution_name=row.name,
                    deadline=row.next_check_due,
                )
                for row in reminded
            )
        )
