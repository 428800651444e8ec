"""Any authority reports a penalty; what it bars counts from then on, and what has to be cancelled
becomes somebody's duty (Q50)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.telemetry import log
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import NAME_NOT_ON_RECORD, about
from zhiye_registration.adapters import filings, penalties
from zhiye_registration.adapters.names_on_record import agrees, names_on_record
from zhiye_registration.adapters.penalty_events import penalty_recorded
from zhiye_registration.application.duties import demand_cancellation, registrations_of
from zhiye_registration.domain import penalty_reasons as why
from zhiye_registration.domain.duty import ON_REGISTER
from zhiye_registration.domain.penalty import Penalty, Source, document_key
from zhiye_registration.domain.penalty_report import Report, objections
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class Reporter:
    """In whose name it is reported. ``officer`` is empty where a system outside does it."""

    authority_id: str
    authority_name: str
    officer: str
    source: Source


@dataclass(frozen=True, slots=True)
class Reported:
    """The penalty, and whether this report recorded it or it was on record."""

    penalty: Penalty
    outcome: Literal["recorded", "unchanged"]


async def report_penalty(tx: Transaction, kit: Kit, report: Report, by: Reporter) -> Reported:
    """The penalty on record; the same document again is the same penalty, whoever reports it. An
    end that was not known yet (a sentence was served) is added by whoever reported it.

    Raises ``Refused``: 409 ``penalty_differs`` for other dates or another body under the same
    document, ``penalty_rescinded`` for a system that states again what was rescinded; 422 for
    dates, ``name_differs`` (the recorded name is not told).
    """
    today = kit.clock.today()
    faults = objections(
        report.kind, report.decided_on, report.ends_on, report.person.birth_date, today
    )
    if faults:
        raise Refused(*faults)
    person_key = kit.person_key(report.person.value)
    await penalties.hold_person(tx, person_key)
    names = await names_on_record(tx.connection, [person_key])
    if not agrees(report.name, names.get(person_key, ())):
        # Who tries names under a number is to be seen, as with look-ups.
        log.info("penalty_of_another_name", authority=by.authority_id, source=by.source)
        raise Refused(about(NAME_NOT_ON_RECORD, "name"))
    known = await penalties.same_document(
        tx, person_key, report.profession, report.kind, document_key(report.document_number)
    )
    for one in known:
        if one.rescinded_on is None:
            return await _again(tx, kit, one, report, by)
        if by.source == "bus" and _agree(one, report):
            raise Refused(why.RESCINDED, status=409)
    one = _recorded(kit, person_key, report, by)
    await penalties.add(tx, one)
    await tell(tx, kit, one)
    held = await registrations_of(tx.connection, person_key, report.profession)
    await demand_cancellation(tx, kit, one, held)
    return Reported(one, "recorded")


async def tell(tx: Transaction, kit: Kit, one: Penalty) -> None:
    """A penalty was recorded or rescinded: everybody who has to know is named."""
    held = await registrations_of(tx.connection, one.person_key, one.profession)
    further = []
    if one.profession == "physician":
        all_filed = await filings.of_person(tx.connection, one.person_key)
        further = filings.in_force(all_filed, kit.clock.today())
    tx.emit(penalty_recorded(one, [r for r in held if r.status in ON_REGISTER], further))


async def _again(tx: Transaction, kit: Kit, one: Penalty, report: Report, by: Reporter) -> Reported:
    if _agree(one, report):
        return Reported(one, "unchanged")
    mine = one.reported_by_id == by.authority_id
    ended = replace(one, ends_on=report.ends_on)
    if not mine or one.ends_on is not None or not _agree(ended, report):
        raise Refused(why.DIFFERS, status=409)
    ended = replace(ended, version=one.version + 1, updated_at=kit.clock.now())
    await penalties.save(tx, ended)
    await tell(tx, kit, ended)
    return Reported(ended, "recorded")


def _agree(one: Penalty, report: Report) -> bool:
    return (one.decided_on, one.ends_on, one.deciding_body) == (
        report.decided_on,
        report.ends_on,
        report.deciding_body,
    )


def _recorded(kit: Kit, person_key: str, report: Report, by: Reporter) -> Penalty:
    now = kit.clock.now()
    return Penalty(
        id=new_id(),
        version=1,
        person_key=person_key,
        sealed_id_number=kit.settings.cipher.seal(report.person.value, purposes.ID_NUMBER),
        name=report.name,
        profession=report.profession,
        kind=report.kind,
        decided_on=report.decided_on,
        ends_on=report.ends_on,
        deciding_body=report.deciding_body,
        document_number=report.document_number,
        document_key=document_key(report.document_number),
        note=report.note,
        source=by.source,
        reported_by_id=by.authority_id,
        reported_by_name=by.authority_name,
        reported_by_officer=by.officer,
        reported_at=now,
        updated_at=now,
    )
