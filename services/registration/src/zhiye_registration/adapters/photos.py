"""Photos in the object store."""

from __future__ import annotations

import hashlib

from zhiye_chassis.objects import Objects, Stored


class PhotoStore:
    """One photo a person, found by the blind index of the ID number; and those that a request to
    change it is about, before and after, by the request's id."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def put(self, person_key: str, content: bytes) -> None:
        """The present photo; the one before is replaced."""
        await self._objects.put(_path(person_key), content)

    async def get(self, person_key: str) -> Stored | None:
        return await self._objects.get(_path(person_key))

    async def move(self, person_key: str, to: str) -> None:
        """With a corrected ID number; one that is there already stays, as it was uploaded there."""
        photo = await self.get(person_key)
        if photo is None:
            return
        if await self.get(to) is None:
            await self.put(to, photo.content)
        await self._objects.delete(_path(person_key))

    async def keep(self, change_id: str, content: bytes) -> None:
        """Beside the present one, with a request. The same photo is kept once."""
        await self._objects.put(_path_of_change(change_id, digest_of(content)), content)

    async def kept(self, change_id: str, digest: str) -> Stored | None:
        return await self._objects.get(_path_of_change(change_id, digest))

    async def drop(self, change_id: str, digest: str) -> None:
        await self._objects.delete(_path_of_change(change_id, digest))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _path(person_key: str) -> str:
    # Spread over folders: millions of photos lie under one prefix.
    return f"photos/{person_key[:2]}/{person_key}"


def _path_of_change(change_id: str, digest: str) -> str:
    return f"photos/changes/{change_id[-2:]}/{change_id}/{digest}"
