"""Reactions to what other services tell: projections, set by set, newest version wins."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    InstitutionChanged,
    QualificationRecorded,
)
from zhiye_registration.adapters import tables


async def keep_qualifications(tx: Transaction, events: list[QualificationRecorded]) -> None:
    await keep_newest(
        tx,
        tables.qualification,
        (
            {
                "id": e.aggregate_id,
                "version": e.version,
                "profession": e.profession,
                "person_key": e.person_key,
                "sealed_id_number": e.sealed_id_number,
                "name": e.name,
                "gender": e.gender,
                "birth_date": e.birth_date,
                "level": e.level,
                "route": e.route,
                "passed_on": e.passed_on,
                "province": e.province,
                "school": e.school,
                "education": e.education,
                "major": e.major,
                "in_force": e.in_force,
            }
            for e in events
        ),
    )


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
