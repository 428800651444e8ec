"""Files in an object store: a folder, or S3 when configured."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from zhiye_chassis.settings import Settings

_AT_ONCE = 2
"""Parts of 5 MB of a streamed file that are held in memory."""
_READ_AHEAD = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    content: bytes
    tag: str
    """Changes when the content does."""


class Objects:
    """Files by their path. A file is there whole, or not at all.

    ``url`` is that of an object store such as ``s3://bucket/prefix``, ``memory:///`` in tests, or
    empty for a folder.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> Objects:
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

    async def put(self, path: str, content: bytes | AsyncIterator[bytes]) -> None:
        """Keep a file; one of the same path is replaced. A stream is not held in memory, and one
        that raises leaves nothing behind."""
        await obstore.put_async(self._store, path, content, max_concurrency=_AT_ONCE)

    async def get(self, path: str) -> Stored | None:
        """A small file, whole."""
        try:
            found = await obstore.get_async(self._store, path)
        except FileNotFoundError:
            return None
        content = bytes(await found.bytes_async())
        return Stored(content, (found.meta["e_tag"] or "").strip('"'))

    def open(self, path: str) -> BinaryIO:
        """A file to be read in a thread, a piece at a time; ``FileNotFoundError``."""
        return io.BufferedReader(_Pieces(obstore.open_reader(self._store, path)), _READ_AHEAD)

    async def delete(self, path: str) -> None:
        """Whether it is there or not."""
        try:
            await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return


class _Pieces(io.RawIOBase):
    """obstore's reader as Python has files."""

    def __init__(self, reader: obstore.ReadableFile) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = memoryview(self._reader.read(len(buffer)))
        buffer[: len(read)] = read
        return len(read)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()
