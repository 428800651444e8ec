"""Filings at further institutions: one's own, and one of them by whomever it concerns (Q10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import filings, registrations, roster
from zhiye_registration.application.access import not_found
from zhiye_registration.application.roster_access import is_filed_here, is_main
from zhiye_registration.domain.filing import Filing
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing, with the registration that it belongs to: the main institution is that one's.
    ``own`` is whether that is the caller's own registration, or one of the caller's."""

    filing: Filing
    main: Mapping[Any, Any]
    own: bool = True

    def tells_main(self, today: date) -> bool:
        """Whether the caller may know where the registration is now: whoever was a further
        institution once does not follow a physician from there."""
        return self.own or self.filing.state(today) in ("waiting", "in_force")


async def read_own_filings(kit: Kit, caller: Principal) -> list[Filed]:
    """All of the caller's, whatever became of them; the newest first."""
    if caller.person_key is None:
        raise not_found()
    async with kit.database.reading() as connection:
        held = await registrations.all_of(connection, caller.person_key, "physician")
        mains = {row["id"]: row for row in held}
        return [
            Filed(one, mains[one.registration_id])
            for one in await filings.of_person(connection, caller.person_key)
            if one.registration_id in mains
        ]


async def read_filing(connection: AsyncConnection, caller: Principal, key: str) -> Filed:
    """For the person, both institutions, and the authorities of either's region; else ``Refused``
    (404)."""
    one = await filings.find(connection, key)
    return await with_main(connection, caller, one)


async def with_main(connection: AsyncConnection, caller: Principal, one: Filing | None) -> Filed:
    """The filing with its registration, if it concerns the caller; else ``Refused`` (404)."""
    main = await roster.one(connection, one.registration_id) if one else None
    if one is None or main is None:
        raise not_found()
    if caller.role == "practitioner":
        own = caller.person_key == one.person_key
    else:
        own = is_main(caller, main)
    if not own and not is_filed_here(caller, one):
        raise not_found()
    return Filed(one, main, own)
