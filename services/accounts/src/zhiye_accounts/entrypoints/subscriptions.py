"""What accounts reads from the bus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import RowMapping

from zhiye_accounts.adapters import activation_codes, records, tables
from zhiye_accounts.application.activate import activate_by_approval
from zhiye_accounts.application.check_identity import part_from_record, recheck_people
from zhiye_accounts.kit import Kit
from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest, keep_newest_of
from zhiye_contracts.events import (
    AuthorityChanged,
    InstitutionChanged,
    QualificationRecorded,
    QualificationsRecorded,
    RegistrationChanged,
)
from zhiye_contracts.events.qualifications import column

_QUALIFICATION = {
    each.name: "aggregate_id" if each.name == "id" else each.name
    for each in tables.qualification.columns
}
"""Column → field of the events."""


async def _qualifications(
    kit: Kit, tx: Transaction, events: Sequence[QualificationRecorded | QualificationsRecorded]
) -> None:
    columns = {name: column(events, field) for name, field in _QUALIFICATION.items()}
    changed = await keep_newest_of(tx, tables.qualification, columns)
    # Whose record it was until the ID number was corrected has one less now.
    former = column(events, "former_person_key")
    whose = zip(columns["id"], columns["person_key"], former, strict=True)
    people = {person for id_, *both in whose if id_ in changed for person in both if person}
    await recheck_people(tx, kit, people)


async def _registrations(kit: Kit, tx: Transaction, events: list[RegistrationChanged]) -> None:
    rows = [
        {
            "id": event.aggregate_id,
            "version": event.version,
            "person_key": event.person_key,
            "profession": event.profession,
            "name": event.name,
            "certificate_key": event.certificate_key,
            "status": event.status,
            "institution_id": event.institution_id,
            "region_online": event.region_online,
            "business_completed": event.business_completed,
            "region": event.region,
            "sealed_id_number": event.sealed_id_number,
        }
        for event in events
    ]
    before = await records.known_registrations(tx, {event.aggregate_id for event in events})
    changed = await keep_newest(tx, tables.registration, rows)
    newest = {e.aggregate_id: e for e in sorted(events, key=lambda event: event.version)}
    told = [newest[id_] for id_ in sorted(changed)]
    people = {event.person_key for event in told}
    # Whose registration it was until the ID number was corrected.
    former = {before[e.aggregate_id]["person_key"] for e in told if e.aggregate_id in before}
    former -= people
    people |= former
    await recheck_people(tx, kit, people)
    if former:
        await part_from_record(tx, kit, former)
    if not all(event.region_online for event in told):
        await records.follow_online(tx, {event.region for event in told}, only_on=True)
    if people:
        await activation_codes.void_of_moved(tx, people, kit.clock.now())
    approved = {
        event.person_key for event in told if _is_approved(event, before.get(event.aggregate_id))
    }
    await activate_by_approval(tx, kit, approved)


def _is_approved(event: RegistrationChanged, before: RowMapping | None) -> bool:
    """Whether it can be the approval that activates, not a later change of a registration for
    which a business was completed once: above all, no correction that puts it under the ID number
    of somebody whom nobody has seen."""
    if not (event.status == "registered" and event.business_completed and event.region_online):
        return False
    if before is None:
        return True
    done = before["business_completed"] and before["region_online"]
    return not done and before["person_key"] == event.person_key


async def _organisations(
    kind: str, tx: Transaction, events: list[InstitutionChanged] | list[AuthorityChanged]
) -> None:
    rows = [
        {
            "id": event.aggregate_id,
            "version": event.version,
            "kind": kind,
            "name": event.name,
            "region": event.region,
            "other_names": event.other_names if isinstance(event, InstitutionChanged) else [],
            "online": event.online if isinstance(event, AuthorityChanged) else None,
        }
        for event in events
    ]
    await keep_newest(tx, tables.organisation, rows)
    if kind == "authority":
        await records.follow_online(tx, {event.region for event in events})


def subscriptions(kit: Kit) -> Subscriptions:
    qualifications = partial(_qualifications, kit)
    institutions = partial(_organisations, "institution")
    authorities = partial(_organisations, "authority")
    return Subscriptions(
        "accounts",
        (
            Subscription(QualificationRecorded, qualifications, batch=True),
            Subscription(QualificationsRecorded, qualifications, batch=True),
            Subscription(RegistrationChanged, partial(_registrations, kit), batch=True),
            Subscription(InstitutionChanged, institutions, batch=True),
            Subscription(AuthorityChanged, authorities, batch=True),
        ),
    )
