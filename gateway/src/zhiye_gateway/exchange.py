"""One request on its way through: its body counted, its answer watched, its time limited."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Send

_DISCONNECT: Message = {"type": "http.disconnect"}


class Exchange:
    """Stands between the server and a service for one request.

    A body that grows over ``limit`` bytes ends for the service as a lost connection, and what it
    then answers is dropped, because the gateway answers instead. Once the answer has begun, the
    deadline is lifted.
    """

    __slots__ = (
        "_body_done",
        "_deadline",
        "_limit",
        "_receive",
        "_received",
        "_send",
        "_waiting",
        "finished",
        "started",
        "too_large",
    )

    def __init__(self, receive: Receive, send: Send, limit: int, deadline: asyncio.Timeout) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._deadline = deadline
        self._received = 0
        self._body_done = False
        self._waiting = False
        self.too_large = False
        self.started = False
        self.finished = False

    @property
    def waits_for_client(self) -> bool:
        """Whether the client, not the service, is what keeps us waiting."""
        return self._waiting and not self._body_done

    async def receive(self) -> Message:
        if self.too_large:
            return _DISCONNECT
        self._waiting = True
        message = await self._receive()
        self._waiting = False
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._body_done = not message.get("more_body", False)
            if self._received > self._limit:
                self.too_large = not self.started
                return _DISCONNECT
        return message

    async def send(self, message: Message) -> None:
        if self.too_large:
            return
        if message["type"] == "http.response.start":
            self.started = True
            self._deadline.reschedule(None)
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.finished = True
        await self._send(message)
