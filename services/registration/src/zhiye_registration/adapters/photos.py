"""Photos in an object store: a folder, or S3 when configured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from zhiye_chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    content: bytes
    tag: str
    """Changes when the photo does."""


class PhotoStore:
    """One photo a person, found by the blind index of the ID number; the last upload wins.

    ``url`` is that of an object store such as ``s3://bucket/prefix``, ``memory:///`` in tests, or
    empty for a folder.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> PhotoStore:
        return cls(settings.object_store_url, Path(settings.data_dir) / "objects")

    @cached_property
    def _store(self) -> ObjectStore:
        if self._url.startswith("memory:"):
            return MemoryStore()
        if self._url:
            return from_url(self._url)
        folder = self._folder.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's faces: for us only
        return LocalStore(folder)

    async def put(self, person_key: str, content: bytes) -> None:
        await obstore.put_async(self._store, _path(person_key), content)

    async def get(self, person_key: str) -> StoredPhoto | None:
        try:
            found = await obstore.get_async(self._store, _path(person_key))
        except FileNotFoundError:
            return None
        content = bytes(await found.bytes_async())
        return StoredPhoto(content, (found.meta["e_tag"] or "").strip('"'))


def _path(person_key: str) -> str:
    # Spread over folders: millions of photos lie under one prefix.
    return f"photos/{person_key[:2]}/{person_key}"
