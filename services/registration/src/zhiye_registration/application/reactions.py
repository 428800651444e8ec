"""Reactions to what other services tell: projections, set by set, newest version wins."""

from __future__ import annotations

from typing import Any

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    BatchedQualification,
    InstitutionChanged,
    QualificationRecorded,
    QualificationsKept,
    QualificationsRecorded,
)
from zhiye_registration.adapters import tables


async def keep_qualifications(tx: Transaction, events: list[QualificationRecorded]) -> None:
    await keep_newest(tx, tables.qualification, map(_qualification, events))


async def keep_batches(clock: Clock, tx: Transaction, events: list[QualificationsRecorded]) -> None:
    """What batches brought; in the same transaction each batch is told how much of it is here."""
    told = (one for event in events for one in event.qualifications)
    await keep_newest(tx, tables.qualification, map(_qualification, told))
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


def _qualification(one: QualificationRecorded | BatchedQualification) -> dict[str, Any]:
    return {
        "id": one.aggregate_id,
        "version": one.version,
        "profession": one.profession,
        "person_key": one.person_key,
        "sealed_id_number": one.sealed_id_number,
        "name": one.name,
        "gender": one.gender,
        "birth_date": one.birth_date,
        "level": one.level,
        "route": one.route,
        "passed_on": one.passed_on,
        "province": one.province,
        "school": one.school,
        "education": one.education,
        "major": one.major,
        "in_force": one.in_force,
    }


async def keep_institutions(tx: Transaction, events: list[InstitutionChanged]) -> None:
    await keep_newest(
        tx,
        tables.institution,
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
        tables.authority,
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
        tables.account,
        (
            {
                "id": e.aggregate_id,
                "version": e.version,
                "person_key": e.person_key,
                "status": e.status,
                "identity": e.identity,
            }
            for e in events
        ),
    )
