"""What is known now about a person and an application: the facts that the conditions look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import ACCOUNT_NOT_ACTIVE, Principal
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import facts
from zhiye_registration.adapters.projection_tables import account
from zhiye_registration.adapters.question import Addressee, Question
from zhiye_registration.application.military import certificate_number_of, origin_of
from zhiye_registration.application.renewal_windows import window_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.facts import Facts
from zhiye_registration.kit import Kit

_IDENTITY = select(account.c.identity).where(account.c.id == bindparam("key"))


async def check_identified(connection: AsyncConnection, caller: Principal) -> None:
    """Whoever only says that an ID number is theirs learns nothing about whose it is: the name has
    to agree with the record, or nothing is on record.

    Raises ``Refused`` (403): ``account_not_active``.
    """
    if caller.active:
        return
    identity = await connection.scalar(_IDENTITY, {"key": caller.account_id})
    if identity not in ("matched", "no_record"):
        raise Refused(ACCOUNT_NOT_ACTIVE, status=403)


async def facts_of(
    connection: AsyncConnection, kit: Kit, one: Application, *, active: bool | None = None
) -> tuple[Facts, Addressee | None]:
    """About an application and its applicant, and where it goes. Periods count up to its first
    submission; ``active`` is whether the account is, if the caller's token says so."""
    applied = one.submitted_at
    return await facts_about(
        connection,
        kit,
        one.row,
        person_key=one.person_key,
        account_id=one.account_id,
        institution_id=one.institution_id,
        form=one.form,
        applied_on=applied.astimezone(SHANGHAI).date() if applied else None,
        active=active,
        by_institution=one.source == "institution",
        by_authority=one.source == "authority",
        apart_from=one.id,
        registration_id=one.registration_id,
    )


async def facts_about(
    connection: AsyncConnection,
    kit: Kit,
    row: BusinessType,
    *,
    person_key: str,
    account_id: str,
    institution_id: str | None,
    form: Mapping[str, Any],
    applied_on: date | None = None,
    active: bool | None = None,
    by_institution: bool = False,
    by_authority: bool = False,
    apart_from: str | None = None,
    registration_id: str | None = None,
) -> tuple[Facts, Addressee | None]:
    """About a person and a business type, whether or not there is an application yet."""
    today = kit.clock.today()
    to = await facts.addressee(connection, row, institution_id) if institution_id else None
    origin_id = origin_of(form)
    origin = await facts.addressee(connection, row, origin_id) if origin_id else None
    number = certificate_number_of(kit, form)
    question = Question(
        person_key=person_key,
        account_id=account_id,
        to=to,
        form=form,
        today=today,
        applied_on=applied_on or today,
        active=active,
        by_institution=by_institution,
        by_authority=by_authority,
        registration_id=registration_id,
        origin=origin,
        military_certificate_key=kit.certificate_key(number) if number else None,
        apart_from=apart_from,
        institution_chosen=institution_id is not None,
    )
    return await facts.gather(connection, row, question, partial(window_of, connection, kit)), to
