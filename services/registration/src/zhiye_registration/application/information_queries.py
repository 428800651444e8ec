"""Who reads requests to change information: the person her own, an institution its people's."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.objects import Stored
from zhiye_chassis.security import Principal
from zhiye_registration.adapters import information_changes
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.information import PHOTO
from zhiye_registration.domain.information_change import Action
from zhiye_registration.kit import Kit

Which = Literal["before", "after"]


async def read_request(connection: AsyncConnection, caller: Principal, key: str) -> RowMapping:
    """One request; ``Refused`` (404) if it is none of the caller's business. An institution sees
    all about its own people, and of those who have left what it closed itself."""
    row = await information_changes.find(connection, key)
    if row is None or not _may_read(caller, row):
        raise not_found()
    return row


async def read_photo_of(kit: Kit, caller: Principal, key: str, which: Which) -> Stored:
    """The photo of a request, before or after."""
    async with kit.database.reading() as connection:
        row = await read_request(connection, caller, key)
    digest = row["changes"].get(PHOTO, {}).get(which)
    photo = await kit.photos.kept(key, digest) if digest else None
    if photo is None:
        raise not_found()
    return photo


async def read_waiting_photo(kit: Kit, caller: Principal) -> Stored:
    """The caller's own photo that waits for the review."""
    async with kit.database.reading() as connection:
        rows = await information_changes.of_person(
            connection, caller.person_key or "", "pending", limit=_MOST_PENDING, before=None
        )
    key = next((row["id"] for row in rows if PHOTO in row["changes"]), None)
    if key is None:
        raise not_found()
    return await read_photo_of(kit, caller, key, "after")


def actions_of(caller: Principal, row: RowMapping) -> list[Action]:
    """What the caller may do with a request now."""
    if row["state"] != "pending":
        return []
    if caller.role == "practitioner":
        return ["withdraw"]
    return ["approve", "refuse"] if caller.institution_id == row["present_institution_id"] else []


def _may_read(caller: Principal, row: RowMapping) -> bool:
    if caller.role == "practitioner":
        return caller.person_key == str(row["person_key"])
    if caller.role != "institution" or caller.institution_id is None:
        return False
    concerned = {row["present_institution_id"]}
    if row["state"] != "pending":
        concerned.add(row["institution_id"])
    return caller.institution_id in concerned


_MOST_PENDING = 50
"""There are fewer fields than that, and a request at a time for each."""
