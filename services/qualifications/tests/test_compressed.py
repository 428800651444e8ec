"""Compressed bodies: gzip and zstd, whole, in several members, broken off, damaged, and bombs."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from zhiye_qualifications.adapters.body import BodyBroken
from zhiye_qualifications.adapters.compression import Compression, decompressed

Make = Callable[..., dict[str, Any]]
FEED = "/api/v1/qualification-batches"
COMPRESS: dict[Compression, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
kinds = pytest.mark.parametrize("kind", list(COMPRESS))


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def plain(data: bytes, kind: Compression, size: int) -> bytes:
    return b"".join([piece async for piece in decompressed(pieces(data, size), kind)])


@kinds
@given(st.lists(st.binary(max_size=3000), max_size=4), st.integers(1, 5000))
async def test_several_members_are_read_however_they_are_cut(
    kind: Compression, parts: list[bytes], size: int
) -> None:
    assert await plain(b"".join(map(COMPRESS[kind], parts)), kind, size) == b"".join(parts)


@given(st.integers(1, 40))
async def test_padding_after_and_between_gzip_members_is_no_fault(size: int) -> None:
    member = gzip.compress(b"a\n")
    assert await plain(member + b"\0" * 3 + member + b"\0" * 20, "gzip", size) == b"a\na\n"


@kinds
@given(st.integers(1, 200), st.integers(1, 50))
async def test_data_without_its_end_is_noticed(kind: Compression, cut: int, size: int) -> None:
    whole = COMPRESS[kind](b"".join(b"%d\n" % n for n in range(500)))
    with pytest.raises(BodyBroken) as broken:
        await plain(whole[: -min(cut, len(whole) - 1)], kind, size)
    assert broken.value.reason.code == "compression_truncated"


@kinds
@pytest.mark.parametrize("data", [b"plain text", b"\x1f\x8b\x08\x00broken", b"\x28\xb5\x2f\xfdxyz"])
async def test_what_is_no_such_data_is_noticed(kind: Compression, data: bytes) -> None:
    with pytest.raises(BodyBroken) as broken:
        await plain(data + b"x" * 100, kind, 1000)
    assert broken.value.reason.code == "compression_broken"


async def test_a_zstd_window_beyond_the_limit_of_http_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    stream = compressor.compressobj()
    data = stream.compress(b"x" * 20_000_000) + stream.flush()
    with pytest.raises(BodyBroken) as broken:
        await plain(data, "zstd", 65536)
    assert broken.value.reason.code == "compression_broken"
    assert "8 MB" in broken.value.reason.next_step.en


def bomb(kind: Compression) -> bytes:
    """Small, and two gigabytes of one line when it is decompressed."""
    if kind == "zstd":
        return zstandard.ZstdCompressor().compress(b"x" * 2_000_000_000)
    stream = zlib.compressobj(wbits=31)
    block = b"x" * 10_000_000
    return b"".join(stream.compress(block) for _ in range(50)) + stream.flush()


async def send(
    world: Any, content: Any, kind: str, content_type: str = "application/x-ndjson"
) -> Any:
    headers = {"Content-Type": content_type, "Content-Encoding": kind}
    client = world.client("exam_centre", account_id="exam-centre")
    return await client.post(FEED, content=content, headers=headers)


@kinds
async def test_a_bomb_is_one_rejected_line_in_bounded_memory(
    world: Any, record: Make, ndjson: Callable[..., bytes], kind: Compression
) -> None:
    content = COMPRESS[kind](ndjson([record(1)])) + bomb(kind)
    await send(world, COMPRESS[kind](ndjson([record(2)])), kind)
    tracemalloc.start()
    response = await send(world, content, kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    counts = response.json()["counts"]
    assert (counts["recorded"], counts["rejected"]) == (1, 1)
    assert peak < 60_000_000


@pytest.mark.parametrize("kind", ["gzip", "x-gzip", "GZIP", "zstd", "identity"])
@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/csv"])
async def test_a_compressed_file_is_recorded_like_a_plain_one(
    world: Any,
    record: Make,
    ndjson: Callable[..., bytes],
    csv_of: Callable[..., bytes],
    kind: str,
    content_type: str,
) -> None:
    records = [record(n) for n in range(1, 1201)]
    body = ndjson(records) if content_type != "text/csv" else csv_of(records)
    compress = COMPRESS.get(kind.lower().removeprefix("x-"), bytes)  # type: ignore[call-overload]
    content = compress(body)
    response = await send(world, content, kind, content_type)
    assert response.status_code == 201, response.text
    batch = response.json()
    assert batch["counts"]["recorded"] == 1200
    assert (batch["bytes_read"], batch["bytes_expected"]) == (len(content), len(content))
    assert (batch["percent"], batch["encoding"]) == (100, "utf-8")


@kinds
@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/csv"])
@pytest.mark.parametrize("how", ["truncated", "damaged"])
async def test_a_broken_file_keeps_its_whole_records_and_is_interrupted_with_the_reason(
    world: Any,
    record: Make,
    ndjson: Callable[..., bytes],
    csv_of: Callable[..., bytes],
    kind: Compression,
    content_type: str,
    how: str,
) -> None:
    records = [record(n) for n in range(1, 41)]
    body = ndjson(records) if content_type != "text/csv" else csv_of(records)
    lines = body.splitlines(keepends=True)
    half = b"".join(lines[:21])
    rest = COMPRESS[kind](b"".join(lines[21:]))
    broken = rest[:-9] if how == "truncated" else b"\xff" + rest[1:]
    response = await send(world, COMPRESS[kind](half) + broken, kind, content_type)
    assert response.status_code == 400
    assert response.json()["code"] == f"compression_{how.replace('damaged', 'broken')}"
    (batch,) = await world.rows("SELECT state, recorded, lines FROM batch")
    assert batch["state"] == "interrupted"
    whole = 20 if content_type == "text/csv" else 21
    assert batch["recorded"] >= whole
    assert batch["lines"] == batch["recorded"] + (21 - whole)


async def test_nothing_but_rubbish_leaves_no_batch(world: Any) -> None:
    response = await send(world, b"not compressed", "gzip")
    assert (response.status_code, response.json()["code"]) == (400, "compression_broken")
    assert await world.rows("SELECT 1 FROM batch") == []
