"""The demo's side of the wire: HTTP through the gateway, and its live updates."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from zhiye_launcher.language import terminal_language


class Unexpected(Exception):  # noqa: N818
    """The system answered something the story does not know; ``status`` when it was an answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Session:
    """One caller: keeps the token, speaks the terminal's language."""

    def __init__(self, http: aiohttp.ClientSession, address: str, client_address: str = "") -> None:
        self._http = http
        self.address = address
        self._client_address = client_address
        self.access_token = ""
        self._refresh_token = ""

    async def call(
        self,
        method: str,
        path: str,
        json_body: Any = None,
        *,
        data: Any = None,
        headers: dict[str, str] | None = None,
        expect: int | tuple[int, ...] = (200, 201, 202, 204),
    ) -> Any:
        """The decoded answer; ``Unexpected`` when the status is not one of ``expect``."""
        sent = {"Accept-Language": terminal_language(), **(headers or {})}
        if self.access_token:
            sent["Authorization"] = f"Bearer {self.access_token}"
        if self._client_address:
            sent["X-Forwarded-For"] = self._client_address
        if data is None and json_body is not None:
            data = json.dumps(json_body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        async with self._http.request(
            method, self.address + path, data=data, headers=sent
        ) as answer:
            body = await answer.read()
            expected = (expect,) if isinstance(expect, int) else expect
            if answer.status not in expected:
                raise Unexpected(
                    f"{method} {path}: {answer.status} {body[:2000].decode(errors='replace')}",
                    answer.status,
                )
            if "json" in answer.content_type:
                decoded = json.loads(body)
                if isinstance(decoded, dict) and (etag := answer.headers.get("ETag")):
                    decoded["etag"] = etag
                return decoded
            return body

    async def _token(self, form: dict[str, str]) -> None:
        answer = await self.call("POST", "/api/v1/oauth/token", data=form)
        self.access_token = answer["access_token"]
        self._refresh_token = answer.get("refresh_token") or ""

    async def log_in(self, user_name: str, password: str) -> None:
        self.access_token = ""
        await self._token({"grant_type": "password", "username": user_name, "password": password})

    async def log_in_as_client(self, client_id: str, secret: str) -> None:
        await self._token(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
            }
        )

    async def refresh(self) -> None:
        """A new token: after activation it opens all functions."""
        self.access_token = ""
        await self._token({"grant_type": "refresh_token", "refresh_token": self._refresh_token})


class Live:
    """The caller's server-sent events; the story waits for them instead of polling."""

    def __init__(self, session: Session, http: aiohttp.ClientSession) -> None:
        self._session = session
        self._http = http
        self._seen: list[dict[str, Any]] = []
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._open = asyncio.Event()

    async def __aenter__(self) -> Live:
        self._task = asyncio.create_task(self._read())
        async with asyncio.timeout(10):
            await self._open.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await self._task

    async def _read(self) -> None:
        headers = {"Authorization": f"Bearer {self._session.access_token}"}
        async with self._http.get(
            f"{self._session.address}/api/v1/events",
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            if answer.status != 200:
                raise Unexpected(f"GET /api/v1/events: {answer.status}", answer.status)
            self._open.set()
            async for line in answer.content:
                if line.startswith(b"data:"):
                    with contextlib.suppress(ValueError):
                        data = json.loads(line[5:])
                        if isinstance(data, dict):
                            self._seen.append(data)
                    self._changed.set()

    async def wait(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first update that matches, past or to come, within fifteen seconds."""
        async with asyncio.timeout(15):
            while True:
                self._changed.clear()
                for data in self._seen:
                    if matches(data):
                        return data
                await self._changed.wait()
