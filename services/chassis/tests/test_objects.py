"""The object store: a folder and memory behave alike."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from zhiye_chassis.objects import Objects

MB = 1_000_000


@pytest.fixture(params=["", "memory:///"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return Objects(request.param, tmp_path / "objects")


async def test_the_last_upload_wins(objects: Objects) -> None:
    assert await objects.get("a/b") is None
    await objects.put("a/b", b"one")
    first = await objects.get("a/b")
    await objects.put("a/b", b"three")
    found = await objects.get("a/b")
    assert first is not None
    assert found is not None
    assert found.content == b"three"
    assert found.tag != first.tag


async def test_a_stream_is_kept_and_read_a_piece_at_a_time(objects: Objects) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for place in range(12):
            yield bytes([place]) * MB

    await objects.put("big", stream())

    def read() -> list[bytes]:
        with objects.open("big") as file:
            file.seek(3 * MB - 1)
            pieces = [file.read(2)]
            file.seek(-1, 2)
            return [*pieces, file.read(5), file.read(5)]

    assert await asyncio.to_thread(read) == [b"\2\3", b"\13", b""]


async def test_a_stream_that_breaks_off_leaves_nothing_behind(objects: Objects) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"x" * 6 * MB
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await objects.put("big", stream())
    assert await objects.get("big") is None


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(objects: Objects) -> None:
    await objects.put("a", b"")
    for _ in range(2):
        await objects.delete("a")
        assert await objects.get("a") is None
    with pytest.raises(FileNotFoundError):
        await asyncio.to_thread(objects.open, "a")


async def test_an_archive_can_be_read_where_it_lies(objects: Objects, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inside", "text")
    await objects.put("a.zip", (tmp_path / "a.zip").read_bytes())

    def read() -> bytes:
        with objects.open("a.zip") as file, zipfile.ZipFile(file) as archive:
            return archive.read("inside")

    assert await asyncio.to_thread(read) == b"text"


def test_building_the_store_does_not_touch_the_disk(tmp_path: Path) -> None:
    Objects("", tmp_path / "objects")
    assert not (tmp_path / "objects").exists()
