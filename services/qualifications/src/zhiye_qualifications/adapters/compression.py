"""A compressed body as it comes, decompressed in bounded memory: gzip and zstd."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import Literal, Protocol

import zstandard

from zhiye_qualifications.adapters.body import BodyBroken
from zhiye_qualifications.domain import file_reasons as why

Compression = Literal["gzip", "zstd"]

PIECE = 1_048_576
"""Bytes that gzip gives at a time, however small what they come from."""
_ZSTD_SLICE = 512
"""Compressed bytes put in at a time, as zstd cannot be told how much to give: one block of 128 KB
takes four, so at most 16 MB come out."""
_ZSTD_WINDOW = 8 * 1_048_576
"""Bytes; a sender over HTTP may not ask for more (RFC 9659)."""


class _Member(Protocol):
    """One gzip member or zstd frame; a body may have several."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def ended(self) -> bool: ...

    @property
    def rest(self) -> bytes:
        """What came after its end."""
        ...


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            yield self._stream.decompress(data, PIECE)
            data = self._stream.unconsumed_tail

    @property
    def ended(self) -> bool:
        return self._stream.eof

    @property
    def rest(self) -> bytes:
        return self._stream.unused_data


class _Zstd:
    def __init__(self) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._stream = decompressor.decompressobj()
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            end = start + _ZSTD_SLICE
            yield self._stream.decompress(data[start:end])
            if self._stream.eof:
                self._rest = self._stream.unused_data + data[end:]
                return

    @property
    def ended(self) -> bool:
        return self._stream.eof

    @property
    def rest(self) -> bytes:
        return self._rest


_MEMBERS: dict[Compression, type[_Member]] = {"gzip": _Gzip, "zstd": _Zstd}


async def decompressed(
    stream: AsyncIterable[bytes], compression: Compression
) -> AsyncIterator[bytes]:
    """The plain bytes, a bounded piece at a time. ``BodyBroken`` where the data is no more right,
    or ends in the middle of a member."""
    make = _MEMBERS[compression]
    member: _Member | None = None
    try:
        async for data in stream:
            while data:
                if member is None and not (data := data.lstrip(b"\0")):  # padding between members
                    break
                member = member or make()
                for piece in member.feed(data):
                    if piece:
                        yield piece
                data = b""
                if member.ended:
                    data, member = member.rest, None
    except (zlib.error, zstandard.ZstdError) as error:
        raise BodyBroken(why.COMPRESSION_BROKEN) from error
    if member is not None:
        raise BodyBroken(why.COMPRESSION_TRUNCATED)
