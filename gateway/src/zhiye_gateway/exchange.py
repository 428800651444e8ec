"""One request on its way through: its body counted, its answer watched, its time limited."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Send

from zhiye_gateway.routes import Route

_DISCONNECT: Message = {"type": "http.disconnect"}


class Exchange:
    """Stands between the server and a service for one request.

    A body that grows over the route's limit ends for the service as a lost connection, and what it
    then answers is dropped, because the gateway answers instead. On a route with ``idle`` the
    deadline moves on: the client has so long for the next piece, then the service has its time.
    Once the answer has begun, the deadline is lifted.
    """

    __slots__ = (
        "_body_done",
        "_deadline",
        "_receive",
        "_received",
        "_route",
        "_send",
        "_waiting",
        "finished",
        "started",
        "too_large",
    )

    def __init__(
        self, receive: Receive, send: Send, route: Route, deadline: asyncio.Timeout
    ) -> None:
        self._receive = receive
        self._send = send
        self._route = route
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
        moving = self._route.idle is not None and not self._body_done
        if moving:
            self._expect_within(self._route.idle)
        self._waiting = True
        message = await self._receive()
        self._waiting = False
        if moving:
            self._expect_within(self._route.timeout)
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._body_done = not message.get("more_body", False)
            limit = self._route.body_limit
            if limit is not None and self._received > limit:
                self.too_large = not self.started
                return _DISCONNECT
        return message

    def _expect_within(self, seconds: float | None) -> None:
        if seconds is not None and not self.started and not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time() + seconds)

    async def send(self, message: Message) -> None:
        if self.too_large:
            return
        if message["type"] == "http.response.start":
            self.started = True
            self._deadline.reschedule(None)
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.finished = True
        await self._send(message)
