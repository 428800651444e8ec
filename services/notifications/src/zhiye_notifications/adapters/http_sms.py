"""SMS over HTTP: any provider that takes a JSON body."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import orjson
from pydantic import JsonValue

from zhiye_notifications.domain.delivery import SEND_SECONDS, Message, NotSent
from zhiye_notifications.settings import NotificationsSettings

_LATER = frozenset({408, 425, 429, 503})
"""Statuses with which a server says that it has not taken the request but may later."""
_ANSWER_BYTES = 65_536


class HttpSmsProvider:
    """Fills a message into the configured body and posts it."""

    name = "http-sms"

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Message) -> str | None:
        given = self._settings
        try:
            async with self._open().request(
                given.sms_method,
                given.sms_url.get_secret_value(),
                json=_fill(given.sms_body, _words(message)),
                headers={n: v.get_secret_value() for n, v in given.sms_headers.items()},
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(_ANSWER_BYTES)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ):
            raise NotSent("provider_unreachable", retry=True) from None
        if response.status in given.sms_success:
            return self._reference(answer)
        if response.status in _LATER:
            raise NotSent("provider_busy", retry=True)
        if response.status < 500:
            raise NotSent("provider_refused", retry=False)
        raise RuntimeError(f"HTTP {response.status}")  # whether it was sent is not known

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SEND_SECONDS, connect=10)
            )
        return self._session

    def _reference(self, answer: bytes) -> str | None:
        """The provider's reference, if one is configured. Many providers answer 200 and say only
        in the body that they did not take it: then it is missing."""
        if not self._settings.sms_reference_path:
            return None
        found: Any = orjson.loads(answer)
        for step in self._settings.sms_reference_path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, str | int) or found == "":
            raise NotSent("provider_refused", retry=False)
        return str(found)[:200]

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _words(message: Message) -> dict[str, str]:
    return {
        "address": message.address,
        "text": message.text,
        "template": message.template,
        "language": message.language,
        "message_id": message.id,
        "parameters": orjson.dumps(dict(message.parameters)).decode(),
    }


def _fill(body: JsonValue, words: dict[str, str]) -> JsonValue:
    """The body with its placeholders filled in; only texts are touched, so it stays JSON."""
    if isinstance(body, str):
        return re.sub(r"\{(\w+)\}", lambda m: words.get(m[1], m[0]), body)
    if isinstance(body, list):
        return [_fill(item, words) for item in body]
    if isinstance(body, dict):
        return {key: _fill(value, words) for key, value in body.items()}
    return body
