"""A health supervision system states penalties over the broker: each is recorded as if the
authority that it names had reported it (Q50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from zhiye_chassis.database import Transaction
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import penalties
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.application.report_penalty import Reporter, report_penalty
from zhiye_registration.application.statements import Fields, Reading, Settled, Taken
from zhiye_registration.domain import penalty_reasons as why
from zhiye_registration.domain.penalty_report import Stated, read_statement
from zhiye_registration.kit import Kit


def read_for(kit: Kit, fields: Fields) -> Reading[Stated]:
    """What a statement says, or every reason why it cannot be taken."""
    return Reading(*read_statement(fields, kit.clock.today()))


async def state_penalties(
    kit: Kit, tx: Transaction, taken: Sequence[Taken[Stated]]
) -> list[Settled]:
    """Record these; what became of each, in their order."""
    # In one order, so that two deliveries about the same people cannot deadlock.
    for person_key in sorted({kit.person_key(one.says.report.person.value) for one in taken}):
        await penalties.hold_person(tx, person_key)
    known = await _authorities(tx, {one.says.reporting_authority for one in taken})
    return [await _settle(kit, tx, one.says, known) for one in taken]


async def _settle(
    kit: Kit, tx: Transaction, says: Stated, known: Mapping[str, Reporter]
) -> Settled:
    by = known.get(says.reporting_authority)
    if by is None:
        return Settled("refused", (why.AUTHORITY_UNKNOWN,))
    try:
        done = await report_penalty(tx, kit, says.report, by)
    except Refused as refusal:  # before anything was written
        return Settled("refused", refusal.reasons)
    return Settled(done.outcome)


async def _authorities(tx: Transaction, named: set[str]) -> dict[str, Reporter]:
    """Those that are named by their id, or by a division that has just one."""
    found = await tx.execute(
        select(authority.c.id, authority.c.name, authority.c.region).where(
            or_(authority.c.id.in_(named), authority.c.region.in_(named))
        )
    )
    rows = found.all()
    by_region: dict[str, list[Reporter]] = {}
    known: dict[str, Reporter] = {}
    for row in rows:
        reporter = Reporter(row.id, row.name, "", "bus")
        known[row.id] = reporter
        by_region.setdefault(row.region, []).append(reporter)
    alone = {region: those[0] for region, those in by_region.items() if len(those) == 1}
    return alone | known
