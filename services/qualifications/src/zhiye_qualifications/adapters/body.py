"""The body of a request as it comes in."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from zhiye_contracts.reasons import Reason


class BodyBroken(Exception):  # noqa: N818
    """The body ends before its end, or cannot be read any further."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Metered:
    """Passes a stream on and counts its bytes."""

    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            self.read += len(data)
            yield data
