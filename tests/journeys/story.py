"""The demo's story told inside the test, with a caller that can be watched or be patient."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import aiohttp

from zhiye_launcher.demo_client import Session, Unexpected
from zhiye_launcher.demo_story import Story

RETRIED = (502, 503, 504)
_PATIENCE_SECONDS = 45


class PatientSession(Session):
    """Repeats what a service that was away did not answer, as the gateway's texts advise: with
    the same ``Idempotency-Key``. ``before`` is called with method and path of each request."""

    before: Callable[[str, str], None] = staticmethod(lambda _method, _path: None)

    async def call(self, method: str, path: str, json_body: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        if method == "POST" and "data" not in options:
            headers["Idempotency-Key"] = secrets.token_hex(16)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                self.before(method, path)
                try:
                    return await super().call(method, path, json_body, headers=headers, **options)
                except Unexpected as error:
                    if error.status not in RETRIED:
                        raise
                    await asyncio.sleep(0.2)


_SECRET = frozenset(
    {
        "access_token",
        "activation_code",
        "admission_number",
        "captcha_answer",
        "certificate_number",
        "client_secret",
        "code",
        "email",
        "id_number",
        "password",
        "phone",
        "refresh_token",
    }
)
_CODE = re.compile("[0-9]{6}")


class RecordingSession(PatientSession):
    """Remembers every secret that goes over the wire."""

    known: defaultdict[str, set[str]]
    """Values by the name of their field; masked ones are left out."""

    async def call(self, method: str, path: str, json_body: Any = None, **options: Any) -> Any:
        self._note(json_body)
        sent = options.get("data")
        if isinstance(sent, bytes):
            for line in sent.decode().splitlines():
                if line.startswith("{"):
                    self._note(json.loads(line))
        else:
            self._note(sent)
        answer = await super().call(method, path, json_body, **options)
        self._note(answer)
        return answer

    def _note(self, found: Any) -> None:
        if isinstance(found, list):
            for one in found:
                self._note(one)
        elif isinstance(found, dict):
            for name, value in found.items():
                if not isinstance(value, str):
                    self._note(value)
                elif name == "code" and not _CODE.fullmatch(value):
                    continue  # the code of a reason
                elif name in _SECRET and "*" not in value:
                    self.known[name].add(value)


async def tell(address: str, session: type[Session]) -> None:
    """The whole story with this kind of caller; raises where the demo would break off."""

    class Told(Story):
        def _session(self) -> Session:
            return session(self._http, self._address)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        await Told(http, address).run()
