"""Hands the events of the bus to the connections they concern."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque

from prometheus_client import Gauge

from zhiye_chassis.bus.cloudevents import Envelope, parse
from zhiye_chassis.security import TOKEN_INVALID, Principal
from zhiye_chassis.telemetry import log
from zhiye_contracts.reasons import Refused
from zhiye_gateway import refusals
from zhiye_gateway.live.ended import EndedAccess
from zhiye_gateway.live.ring import Ring
from zhiye_gateway.live.telling import TOLD, Audience, Message, audiences_of, chunk_of, message_of
from zhiye_gateway.settings import GatewaySettings

STREAMS = Gauge("gateway_live_streams", "Connections that listen for live updates")


class Stream:
    """What one connection has still to be told; bounded."""

    def __init__(self, principal: Principal, limit: int) -> None:
        self.principal = principal
        self.audiences = audiences_of(principal)
        self.ended = False
        self._limit = limit
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def offer(self, chunk: bytes) -> bool:
        """Queue a chunk; ``False`` when the connection is too slow to take any more."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append(chunk)
        self._wake.set()
        return True

    def end(self, last: bytes = b"", *, at_once: bool = False) -> None:
        """No more after this; with ``at_once`` what waits is dropped."""
        if at_once:
            self._waiting.clear()
        if last:
            self._waiting.append(last)
        self.ended = True
        self._wake.set()

    async def take(self, seconds: float) -> bytes:
        """Everything that waits; empty when nothing came in time, or the stream has ended."""
        if not self._waiting and not self.ended:
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return b""
        self._wake.clear()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        return chunk


class Hub:
    """Knows the open streams and the last events. ``told`` is the listener for the bus."""

    types = tuple(sorted(row.event.type for row in TOLD))

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._ring = Ring(settings.remembered_events)
        self._streams: defaultdict[Audience, set[Stream]] = defaultdict(set)
        self._count: Counter[str] = Counter()
        self.ended = EndedAccess()
        self._closed = False

    @property
    def position(self) -> str:
        return self._ring.position

    def told(self, body: bytes) -> None:
        """Take a message of the bus. Never raises: live updates must not hold up the bus."""
        for envelope in parse(body):
            if not isinstance(envelope, Envelope) or envelope.id in self._ring:
                continue
            try:
                message = message_of(envelope)
            except Exception as error:
                log.warning(
                    "live_update_unreadable", type=envelope.type, error=type(error).__name__
                )
                continue
            if message is not None:
                self._ring.append(message)
                self._hand_out(message)

    def _hand_out(self, message: Message) -> None:
        streams = {s for audience in message.audiences for s in self._streams.get(audience, ())}
        for stream in streams:
            if not stream.ended and not stream.offer(message.chunk):
                stream.end(self.reset("too_slow"), at_once=True)
        if (change := message.account) is not None:
            self.ended.told(change)
            for stream in self._streams.get(("account", change.aggregate_id), ()):
                if self.ended.holds(stream.principal):
                    stream.end()

    def missed(self) -> None:
        """The bus was away: nobody can resume from before, and whoever listens reads again."""
        self._ring = Ring(self._settings.remembered_events)
        for stream in {s for streams in self._streams.values() for s in streams}:
            if not stream.ended and not stream.offer(self.reset("missed")):
                stream.end(self.reset("too_slow"), at_once=True)

    def reset(self, why: str) -> bytes:
        """The event that tells a client to read everything again: it may have missed something."""
        return chunk_of("reset", self.position, {"reason": why})

    def open(self, principal: Principal, last_event_id: str | None) -> Stream:
        """A new stream, beginning with what was missed; ``close`` must follow.

        ``Refused``: 429 with too many streams, 401 for one whose access has ended, 503 while
        the gateway shuts down.
        """
        account_id = principal.account_id
        if self._closed:
            raise refusals.unavailable()
        if self.ended.holds(principal):
            raise Refused(TOKEN_INVALID, status=401)
        if self._count[account_id] >= self._settings.streams_per_account:
            raise refusals.too_many_streams("account")
        if self.open_streams >= self._settings.streams_in_all:
            raise refusals.too_many_streams("gateway")
        stream = Stream(principal, self._settings.stream_queue)
        if last_event_id is not None:
            missed = self._ring.after(last_event_id, stream.audiences)
            if missed is None or len(missed) > self._settings.stream_queue:
                stream.offer(self.reset("unknown_position"))
            else:
                for message in missed:
                    stream.offer(message.chunk)
        stream.offer(self.here())
        for audience in stream.audiences:
            self._streams[audience].add(stream)
        self._count[account_id] += 1
        STREAMS.inc()
        return stream

    def here(self) -> bytes:
        """A comment that keeps the connection alive, and the position to come back to."""
        return b": heartbeat\nid: %b\n\n" % self.position.encode()

    def close(self, stream: Stream) -> None:
        for audience in stream.audiences:
            self._streams[audience].discard(stream)
            if not self._streams[audience]:
                del self._streams[audience]
        account_id = stream.principal.account_id
        self._count[account_id] -= 1
        if not self._count[account_id]:
            del self._count[account_id]
        STREAMS.dec()

    @property
    def open_streams(self) -> int:
        return self._count.total()

    def end_all(self) -> None:
        """End every stream, open no more: without this a server waits for them to shut down."""
        self._closed = True
        for streams in list(self._streams.values()):
            for stream in streams:
                stream.end()
