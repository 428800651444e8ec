"""Gathers what the conditions look at from the tables and projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_registration.adapters import applications, registrations
from zhiye_registration.adapters.tables import account, authority, institution, qualification
from zhiye_registration.domain.facts import (
    ChosenInstitution,
    Declared,
    Facts,
    HeldRegistration,
    OpenApplication,
    Qualification,
    Training,
)
from zhiye_registration.domain.policy import BusinessType

_QUALIFICATIONS = (
    select(qualification)
    .where(
        qualification.c.person_key == bindparam("person_key"),
        qualification.c.profession == bindparam("profession"),
    )
    .order_by(qualification.c.in_force, qualification.c.passed_on)
)
_INSTITUTION = select(institution).where(institution.c.id == bindparam("key"))
_AUTHORITY = select(authority).where(authority.c.id == bindparam("key"))
_ACCOUNT_STATUS = select(account.c.status).where(account.c.id == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Addressee:
    """An institution, and the authority that decides this business type for it, if one is set."""

    id: str
    name: str
    region: str
    in_force: bool
    authority: Row[Any] | None


async def addressee(
    connection: AsyncConnection, row: BusinessType, institution_id: str
) -> Addressee | None:
    """Where an application of this type goes; ``None`` if the institution is not known here."""
    found = (await connection.execute(_INSTITUTION, {"key": institution_id})).first()
    if found is None:
        return None
    authority_id = found.deciding_authorities.get(row.slug)
    decider = None
    if authority_id is not None:
        decider = (await connection.execute(_AUTHORITY, {"key": authority_id})).first()
    return Addressee(found.id, found.name, found.region, found.status == "in_force", decider)


async def authority_of(connection: AsyncConnection, authority_id: str | None) -> Row[Any] | None:
    found = await connection.execute(_AUTHORITY, {"key": authority_id})
    return found.first()


async def qualifications_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> Sequence[Row[Any]]:
    """The person's qualifications; the one to go by (in force, latest) is last."""
    parameters = {"person_key": person_key, "profession": profession}
    return (await connection.execute(_QUALIFICATIONS, parameters)).all()


async def gather(
    connection: AsyncConnection,
    row: BusinessType,
    *,
    person_key: str,
    account_id: str,
    to: Addressee | None,
    institution_chosen: bool,
    form: Mapping[str, Any],
    today: date,
    applied_on: date,
    apart_from: str | None = None,
) -> Facts:
    """Everything known now; ``apart_from`` is the application asked about."""
    passed = await qualifications_of(connection, person_key, row.profession)
    held = await registrations.newest_of(connection, person_key, row.profession)
    others = await applications.open_of(connection, person_key)
    status = await connection.scalar(_ACCOUNT_STATUS, {"key": account_id})
    chosen = None
    if institution_chosen:
        chosen = ChosenInstitution(
            in_force=to is not None and to.in_force,
            authority_set=to is not None and to.authority is not None,
        )
    return Facts(
        today=today,
        applied_on=applied_on,
        qualifications=tuple(Qualification(q.passed_on, q.in_force) for q in passed),
        registration=HeldRegistration(held["status"], held["valid_until"]) if held else None,
        open_applications=tuple(
            OpenApplication(other["number"], other["business_type"])
            for other in others
            if other["id"] != apart_from and other["business_type"] in row.excludes
        ),
        institution=chosen,
        declared=declared(form),
        account_revoked=status == "revoked",
    )


def declared(form: Mapping[str, Any]) -> Declared:
    """Read a stored form; what is not filled in stays unknown."""
    health = form.get("health") or {}
    training = form.get("training")
    checked_on = health.get("checked_on")
    return Declared(
        full_capacity=form.get("full_civil_capacity"),
        health_standard=health.get("meets_standard"),
        health_checked_on=date.fromisoformat(checked_on) if checked_on else None,
        training=Training(
            training["institution_name"],
            date.fromisoformat(training["began_on"]),
            date.fromisoformat(training["ended_on"]),
            training["passed"],
        )
        if training
        else None,
        filled=frozenset(name for name, value in form.items() if value not in (None, "")),
    )
