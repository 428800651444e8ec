"""Photos in the object store."""

from __future__ import annotations

from zhiye_chassis.objects import Objects, Stored


class PhotoStore:
    """One photo a person, found by the blind index of the ID number; the last upload wins."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def put(self, person_key: str, content: bytes) -> None:
        await self._objects.put(_path(person_key), content)

    async def get(self, person_key: str) -> Stored | None:
        return await self._objects.get(_path(person_key))


def _path(person_key: str) -> str:
    # Spread over folders: millions of photos lie under one prefix.
    return f"photos/{person_key[:2]}/{person_key}"
