"""Whoever filed a case changes what it asks for, in a draft or in what was returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import of_side, organisation_of
from zhiye_qualifications.application.case_recording import note
from zhiye_qualifications.application.file_case import fingerprint_of
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.domain.cases import Case, take_step
from zhiye_qualifications.domain.corrections import read_addition, read_correction
from zhiye_qualifications.kit import Kit

_FIXED = ("id_number", "certificate_number", "profession", "province", "route")
"""Who and what a case is about, and who decides: another one needs another case."""


async def revise_case(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    key: str,
    version: int,
    asked: Mapping[str, object],
) -> Case:
    """The case after the change. Raises ``Refused``: 404, 409 ``case_<state>`` or the same one
    open, 412, 422 with every fault of what is asked for."""
    before = of_side(caller, await store.lock(tx, kit.cipher, key), "applicant")
    after = take_step(before, "revise", "applicant", kit.moment())
    if before.version != version:
        raise stale_version()
    today = kit.clock.today()
    if before.kind == "addition":
        record, values = read_addition(asked, today)
        fixed = [name for name in _FIXED if values[name] != before.asked.get(name)]
        name = record.name
    else:
        values = read_correction(before.recorded, asked, today)
        fixed = ["id_number"] if values.get("id_number") != before.asked.get("id_number") else []
        name = before.name
    if fixed:
        raise Refused(*(about(why.OTHER_SUBJECT, field) for field in fixed))
    about_what = (
        (before.qualification_id,)
        if before.qualification_id
        else (before.profession, kit.certificate_key(str(values["certificate_number"])))
    )
    after = replace(
        after,
        asked=values,
        name=name,
        fingerprint=fingerprint_of(kit, before.kind, about_what, values),
    )
    try:
        async with tx.connection.begin_nested():
            await store.save(tx, kit.cipher, after)
    except IntegrityError:
        raise Refused(why.SAME_CASE_OPEN, status=409) from None
    await note(tx, after, "revised", actor_of(caller, organisation_of(caller)))
    return after
