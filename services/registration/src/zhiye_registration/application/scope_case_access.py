"""Who is on which side of a scope case; what is not theirs looks as if it did not exist."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import Actor, actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters import applications
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.adapters.projection_tables import authority
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.access import not_found, side_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.scope_case import ScopeCase, Side


@dataclass(frozen=True, slots=True)
class Party:
    """A case with its application, and the side on which the caller acts."""

    case: ScopeCase
    about: Application
    side: Side
    actor: Actor


def acting_side(caller: Principal, case: ScopeCase) -> Side | None:
    """The side that an authority acts for: the one that registered or decides, or that of the
    whole province, as the provinces settle it (Q49). ``None``: it only reads, or not even that."""
    if caller.role != "authority" or caller.authority_id is None:
        return None
    if caller.authority_id == case.from_authority_id or _whole(caller, case.from_region):
        return "from"
    if caller.authority_id == case.to_authority_id or _whole(caller, case.to_region):
        return "to"
    return None


def _whole(caller: Principal, region: str) -> bool:
    return caller.region == divisions.province_of(region)


async def may_read(
    connection: AsyncConnection, caller: Principal, case: ScopeCase, about: Application
) -> bool:
    """The authorities of both regions and above, the person, and both institutions."""
    if caller.role == "authority":
        inside = (case.from_region, case.to_region)
        return acting_side(caller, case) is not None or any(
            divisions.is_within(region, caller.region or "") for region in inside
        )
    if caller.role == "institution" and caller.institution_id is None:
        return False
    if side_of(caller, about) is not None:
        return True
    if caller.role != "institution":
        return False
    if caller.institution_id == case.from_institution_id:
        return True
    # Merged since, the institution has another name and id.
    now = await connection.scalar(
        select(registration.c.institution_id).where(registration.c.id == case.from_registration_id)
    )
    return now == caller.institution_id


async def read_case(
    connection: AsyncConnection, caller: Principal, key: str
) -> tuple[ScopeCase, Application]:
    """One that the caller may see; else 404."""
    case = await store.find(connection, key)
    if case is None:
        raise not_found()
    about = await applications.find(connection, case.application_id)
    if about is None or not await may_read(connection, caller, case, about):
        raise not_found()
    return case, about


async def lock_for(tx: Transaction, caller: Principal, key: str) -> Party:
    """The case, kept from others, for an authority of one of its sides; else 404."""
    case = await store.lock(tx, key)
    side = acting_side(caller, case) if case else None
    if case is None or side is None:
        raise not_found()
    about = await applications.find(tx.connection, case.application_id)
    if about is None:
        raise not_found()
    name = await tx.connection.scalar(
        select(authority.c.name).where(authority.c.id == caller.authority_id)
    )
    return Party(case, about, side, actor_of(caller, name))


def check_version(party: Party, version: int) -> None:
    """``Refused`` (412): the other side was faster."""
    if party.case.version != version:
        raise stale_version()
