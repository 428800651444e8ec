"""Reactions to what other services tell: projections, set by set, newest version wins."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest, keep_newest_of
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    InstitutionChanged,
    QualificationRecorded,
    QualificationsKept,
    QualificationsRecorded,
)
from zhiye_contracts.events.qualifications import column
from zhiye_registration.adapters import projection_tables

_QUALIFICATION = {
    each.name: "aggregate_id" if each.name == "id" else each.name
    for each in projection_tables.qualification.columns
}
"""Column → field of the events."""


async def keep_qualifications(
    tx: Transaction, events: Sequence[QualificationRecorded | QualificationsRecorded]
) -> None:
    columns = {name: column(events, field) for name, field in _QUALIFICATION.items()}
    await keep_newest_of(tx, projection_tables.qualification, columns)


async def keep_batches(clock: Clock, tx: Transaction, events: list[QualificationsRecorded]) -> None:
    """What batches brought; in the same transaction each batch is told how much of it is here."""
    await keep_qualifications(tx, events)
    now = clock.now()
    for batch in sorted({event.aggregate_id for event in events}):
        those = [event for event in events if event.aggregate_id == batch]
        tx.emit(
            QualificationsKept(
                aggregate_id=batch,
                version=max(event.version for event in those),
                occurred_at=now,
                records=sum(len(event.qualifications) for event in those),
            )
        )


async def keep_institutions(tx: Transaction, events: list[InstitutionChanged]) -> None:
    await keep_newest(
        tx,
        projection_tables.institution,
        (
            {
                "id": e.aggregate_id,
                "version": e.version,
                "name": e.name,
                "region": e.region,
                "status": e.status,
                "deciding_authorities": e.deciding_authorities,
            }
            for e in events
        ),
    )


async def keep_authorities(tx: Transaction, events: list[AuthorityChanged]) -> None:
    await keep_newest(
        tx,
        projection_tables.authority,
        (
            {
                "id": e.aggregate_id,
                "version": e.version,
                "name": e.name,
                "region": e.region,
                "online": e.online,
            }
            for e in events
        ),
    )


async def keep_accounts(tx: Transaction, events: list[AccountChanged]) -> None:
    await keep_newest(
        tx,
        projection_tables.account,
        (
            {
                "id": e.aggregate_id,
                "version": e.version,
                "person_key": e.person_key,
                "status": e.status,
                "identity": e.identity,
                "sealed_name": e.sealed_name,
                "sealed_id_number": e.sealed_id_number,
            }
            for e in events
        ),
    )
