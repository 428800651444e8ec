"""The authority of the province corrects key information of a registration (deck ch. 4
★护士信息修改; Q6.2, Q14, Q47: the province in which somebody is registered now does it).

A physician has one registration for each location, all under one number for life: what is corrected
is corrected in each of them. Neither ``valid_until`` nor ``registered_on`` can be corrected: the
expiry moves only by what the policy table says that a business does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import stale_version
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import (
    IdentifierError,
    IdNumber,
    NursePracticeCertificate,
    mask_certificate,
    mask_id_number,
    parse_id_number,
    parse_name,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_contracts.reasons import Reason, Refused
from zhiye_registration.adapters import corrections, registrations
from zhiye_registration.adapters.correction_tables import registration_correction
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.application.access import not_found
from zhiye_registration.application.write_correction import write_correction
from zhiye_registration.domain.correction import (
    APPLICATION_IN_THE_WAY,
    CERTIFICATE_TAKEN,
    ID_NUMBER_IN_USE,
    Changes,
    Wanted,
    check_agreement,
    corrected,
    differences,
    nothing_changes,
)
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

CORRECTED = "corrected"
T = TypeVar("T")


async def correct_record(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    registration_id: str,
    version: int,
    given: Mapping[str, Any],
    ground: str,
) -> Registration:
    """The registration as corrected; ``given`` are the fields that were filled in.

    Raises ``Refused``: 404 outside the region, 403 ``not_the_province``, 409 ``id_number_in_use``,
    ``certificate_number_taken``, ``application_in_the_way``, 412, 422 for every wrong field,
    ``nothing_changes``, ``nothing_given``.
    """
    known = await registrations.find(tx.connection, registration_id)
    await _check_province(tx.connection, caller, known)
    if known is None:
        raise not_found()
    wanted, certificate = _read(kit, given, known.profession)
    people = {known.person_key, wanted.person_key or known.person_key}
    await corrections.hold_people(tx, people)
    all_held = await registrations.lock_all_of(tx, known.person_key, known.profession)
    held = next((one for one in all_held if one.id == registration_id), None)
    if held is None:  # the ID number was corrected in between
        raise stale_version()
    await _check_province(tx.connection, caller, held)
    if held.version != version:
        raise stale_version()
    after = corrected(held, wanted)
    changes = _differences(kit, held, after)
    if not changes:
        raise nothing_changes(list(given))
    _check_agreement(kit, after, wanted, given)
    await _check_free(tx, held, after)
    others = [one for one in all_held if one.id != held.id and held.profession == "physician"]
    written = await _write(
        tx,
        kit,
        [
            (held, after),
            *((one, same) for one in others if (same := corrected(one, wanted)) != one),
        ],
    )
    if certificate is not None and certificate.year and certificate.province and certificate.serial:
        await registrations.reserve_serial(
            tx, certificate.year, certificate.province[:2], certificate.serial
        )
    for one in written:
        await _note(tx, caller, one, ground)
    if held.person_key != after.person_key and not await corrections.anybody_left(
        tx, held.person_key
    ):
        await kit.photos.move(held.person_key, after.person_key)
    return written[0]


async def _check_province(
    connection: AsyncConnection, caller: Principal, held: Registration | None
) -> None:
    if held is None or not divisions.is_within(held.region, caller.region or ""):
        raise not_found()
    province = divisions.province_of(held.region)
    if caller.region == province:
        return
    name = await connection.scalar(
        select(authority.c.name).where(authority.c.region == province).order_by(authority.c.id)
    )
    whom = name or divisions.PROVINCES.label(province)
    raise refused(
        "not_the_province",
        (
            "关键信息由当前注册所在省的卫生健康行政部门更正。",
            "Key information is corrected by the province in which somebody is registered.",
        ),
        (f"请报{whom}办理。", f"Ask {whom}."),
        source="deck ch. 4; Q14, Q47",
        status=403,
    )


def _read(
    kit: Kit, given: Mapping[str, Any], profession: str
) -> tuple[Wanted, NursePracticeCertificate | None]:
    """Numbers that can be right, with their keys and seals; every wrong field at once. Beside
    them what a nurse's certificate number says."""
    today, seal, faults = kit.clock.today(), kit.settings.cipher.seal, list[Reason]()
    name = _parsed(parse_name, given, "name", faults)
    person: IdNumber | None = _parsed(
        lambda text: parse_id_number(text, today), given, "id_number", faults
    )
    certificate: NursePracticeCertificate | None = None
    number: str | None
    if profession == "physician":
        number = _parsed(parse_physician_practice_certificate, given, "certificate_number", faults)
    else:
        certificate = _parsed(
            lambda text: parse_nurse_practice_certificate(text, today),
            given,
            "certificate_number",
            faults,
        )
        number = certificate.value if certificate else None
    if faults:
        raise Refused(*faults)
    wanted = Wanted(
        name=name,
        **{
            field: given.get(field)
            for field in ("gender", "birth_date", "ethnic_group", "nationality")
        },
    )
    if person is not None:
        wanted = replace(
            wanted,
            person=person,
            person_key=kit.person_key(person.value),
            sealed_id_number=seal(person.value, purposes.ID_NUMBER),
        )
    if number is not None:
        wanted = replace(
            wanted,
            certificate_key=kit.certificate_key(number),
            sealed_certificate_number=seal(number, purposes.CERTIFICATE_NUMBER),
        )
    return wanted, certificate


def _parsed(
    parse: Callable[[str], T], given: Mapping[str, Any], field: str, faults: list[Reason]
) -> T | None:
    if field not in given:
        return None
    try:
        return parse(given[field])
    except IdentifierError as error:
        faults.append(error.about(field))
        return None


def _differences(kit: Kit, held: Registration, after: Registration) -> Changes:
    open_ = kit.settings.cipher.open
    return differences(
        held,
        after,
        lambda one: mask_id_number(open_(one.sealed_id_number, purposes.ID_NUMBER)),
        lambda one: mask_certificate(
            open_(one.sealed_certificate_number, purposes.CERTIFICATE_NUMBER)
        ),
    )


def _check_agreement(
    kit: Kit, after: Registration, wanted: Wanted, given: Mapping[str, Any]
) -> None:
    if wanted.person is None and wanted.gender is None and wanted.birth_date is None:
        return
    number = kit.settings.cipher.open(after.sealed_id_number, purposes.ID_NUMBER)
    try:
        person = wanted.person or parse_id_number(number, kit.clock.today())
    except IdentifierError as error:  # an old record: its number has to be corrected as well
        raise Refused(error.about("id_number")) from error
    faults = check_agreement(after, person, list(given))
    if faults:
        raise Refused(*faults)


async def _check_free(tx: Transaction, held: Registration, after: Registration) -> None:
    """Without telling whose the numbers are."""
    taken = []
    if after.person_key != held.person_key and await corrections.in_use(
        tx, after.person_key, after.profession, held.id
    ):
        taken.append(ID_NUMBER_IN_USE)
    if after.certificate_key != held.certificate_key and await corrections.certificate_taken(
        tx, after.certificate_key, after.profession, held.person_key
    ):
        taken.append(CERTIFICATE_TAKEN)
    if taken:
        raise Refused(*taken, status=409)


async def _write(
    tx: Transaction, kit: Kit, corrected_: Sequence[tuple[Registration, Registration]]
) -> list[Registration]:
    """The database decides races for a number: what was free a moment ago may be taken."""
    mark, now = tx.mark, kit.clock.now()
    held, after = corrected_[0]
    written = []
    try:
        async with tx.connection.begin_nested():
            await corrections.move_practice(tx, held, after, now)
            for before, one in corrected_:
                changes = _differences(kit, before, one)
                written.append(await write_correction(tx, now, before, one, CORRECTED, changes))
    except IntegrityError as error:
        tx.forget(mark)
        await _check_free(tx, held, after)
        raise Refused(APPLICATION_IN_THE_WAY, status=409) from error
    return written


async def _note(tx: Transaction, caller: Principal, after: Registration, ground: str) -> None:
    name = await tx.connection.scalar(
        select(authority.c.name).where(authority.c.id == caller.authority_id)
    )
    await tx.execute(
        insert(registration_correction),
        {
            "registration_id": after.id,
            "version": after.version,
            "at": after.updated_at,
            "account_id": caller.account_id,
            "account_name": caller.name,
            "authority_id": caller.authority_id or "",
            "authority_name": name or "",
            "ground": ground,
        },
    )
    log.info("registration_corrected", account=caller.account_id, registration=after.id)
