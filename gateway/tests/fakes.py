"""Stand-ins: services that tell what they were asked, a bus, and a reader of event streams."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from zhiye_chassis.bus.cloudevents import join, to_cloudevent
from zhiye_contracts.events import Event

REDIRECT = (
    (b"location", b"/elsewhere"),
    (b"connection", b"x-hop"),
    (b"x-hop", b"1"),
    (b"set-cookie", b"a=1"),
    (b"set-cookie", b"b=2"),
)


@dataclass
class FakeService:
    """Answers every request with what it saw of it; misbehaves when told to by the path's end."""

    name: str
    seen: list[Scope] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    received: int = 0
    digest: str = ""
    cancelled: bool = False
    lost_client: bool = False
    largest_chunk: int = 0
    ready: bool = True
    looks: int = 0
    """How often it was asked whether it is ready."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/readyz":
            self.looks += 1
            await asyncio.sleep(0)
            await answer(send, 200 if self.ready else 503, b"")
            return
        self.seen.append(scope)
        self.asked.set()
        end = scope["path"].rpartition("/")[2]
        if end == "crash":
            raise RuntimeError("broken")
        if end == "slow":
            await self._sleep()
        if end == "early":
            await answer(send, 200, b"early")
            return
        await self._read(receive)
        if end == "half":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise RuntimeError("broken in the middle")
        if end == "redirect":
            await answer(send, 307, b"", *REDIRECT)
            return
        headers = [[k.decode("latin-1"), v.decode("latin-1")] for k, v in scope["headers"]]
        body = orjson.dumps(
            {
                "service": self.name,
                "method": scope["method"],
                "path": scope["path"],
                "query": scope["query_string"].decode(),
                "headers": headers,
                "received": self.received,
            }
        )
        await answer(send, 200, body, (b"content-type", b"application/json"))

    async def _sleep(self) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    async def _read(self, receive: Receive) -> None:
        hashed = hashlib.sha256()
        self.received = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.lost_client = True
                return
            chunk = message.get("body", b"")
            self.received += len(chunk)
            self.largest_chunk = max(self.largest_chunk, len(chunk))
            hashed.update(chunk)
            if not message.get("more_body"):
                self.digest = hashed.hexdigest()
                return

    def header(self, name: str) -> list[str]:
        """Values of a header of the last request."""
        return [v.decode("latin-1") for k, v in self.seen[-1]["headers"] if k == name.encode()]


async def answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class FakeBus:
    """The listeners' side of a carrier."""

    def __init__(self) -> None:
        self.types: Sequence[str] = ()
        self.tell: Callable[[bytes], None] = lambda _: None
        self.missed: Callable[[], None] = lambda: None

    async def listen(
        self,
        types: Sequence[str],
        listener: Callable[[bytes], None],
        missed: Callable[[], None] = lambda: None,
    ) -> None:
        self.types, self.tell, self.missed = types, listener, missed

    def pass_on(self, *events: Event) -> None:
        self.tell(join([to_cloudevent(event, "/test") for event in events]))


class EventStream:
    """One connection to ``GET /api/v1/events`` at ASGI level, so that its pace is ours."""

    def __init__(self, app: Any, authorization: str | None, last_event_id: str | None = None):
        headers = []
        if authorization is not None:
            headers.append((b"authorization", authorization.encode()))
        if last_event_id is not None:
            headers.append((b"last-event-id", last_event_id.encode()))
        scope = {
            "type": "http", "method": "GET", "path": "/api/v1/events", "query_string": b"",
            "raw_path": b"/api/v1/events", "headers": headers, "client": ("203.0.113.7", 1),
        }  # fmt: skip
        self.status = 0
        self.text = ""
        self.body = b""
        self.last_message: Message = {}
        self._gone = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(app(scope, self._receive, self._send))
        self._task.add_done_callback(lambda _: self._changed.set())

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self._flowing.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message["body"].decode()
        self.last_message = message
        self._changed.set()

    def stop_reading(self) -> None:
        self._flowing.clear()

    def read_again(self) -> None:
        self._flowing.set()

    async def go(self) -> None:
        """Close the connection, as a client does, and see the gateway done with it."""
        self._gone.set()
        self._flowing.set()
        await self.ended()

    async def ended(self) -> None:
        async with asyncio.timeout(5):
            await asyncio.wait([self._task])
        self._task.result()

    @property
    def is_open(self) -> bool:
        return not self._task.done()

    async def until(self, condition: Callable[[EventStream], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    async def opened(self) -> EventStream:
        await self.until(lambda s: "\nid: " in s.text or s.last_message.get("body") is not None)
        return self

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events so far: name, id and data."""
        found = []
        for block in self.text.split("\n\n"):
            lines = dict(
                line.split(": ", 1) for line in block.split("\n") if not line.startswith(":")
                and ": " in line
            )  # fmt: skip
            if "event" in lines:
                found.append({**lines, "data": orjson.loads(lines["data"])})
        return found

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    @property
    def position(self) -> str:
        return [x[4:] for x in self.text.split("\n") if x.startswith("id: ")][-1]
