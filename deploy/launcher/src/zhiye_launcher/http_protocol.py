"""uvicorn's HTTP protocol with two bounds that it does not have: on the size of a request's head,
and on the time until it has come whole."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 65_536
"""Request line and headers; a token and all that a browser sends fit ten times over."""
HEAD_SECONDS = 15.0


class BoundedHttpProtocol(HttpToolsProtocol):
    """Ends a connection whose head grows without end (the parser would keep it, and copy it with
    every packet; trailers are the same to it), or does not come (each connection holds a file
    descriptor). What one packet brings is not looked at: at most 256 KB."""

    _outside_body = 0
    """Bytes since the last that were of a body."""
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._outside_body += len(data)
        super().data_received(data)
        if self._outside_body > HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._outside_body = 0
        self._await_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_timer is not None:  # else a trailer: it must not pass for a header
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._outside_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._outside_body = 0
        super().on_message_complete()

    def _refuse(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.send_400_response("Request headers too large.")
        else:
            self.transport.close()

    def _await_head(self) -> None:
        self._stop_waiting()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
