"""A caller of the gateway, and what every "no" has to look like."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from zhiye_launcher.demo_data import PASSWORD

LANGUAGES = ("zh", "en")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_EXAMPLE = "王(suo)"
"""A name that English texts quote."""
_TOKEN_SECONDS = 300.0


class Caller:
    """Somebody at an address of their own, with a token once logged in."""

    def __init__(self, http: httpx.AsyncClient, client_address: str) -> None:
        self.http = http
        self.client_address = client_address
        self.token = ""
        self.refresh_token = ""

    async def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        language: str = "zh",
        headers: Mapping[str, str | bytes] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """The answer, whatever it is."""
        sent: dict[str, str | bytes] = {
            "Accept-Language": language,
            "X-Forwarded-For": self.client_address,
        }
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= headers or {}
        raw = {
            name.encode(): value if isinstance(value, bytes) else value.encode("latin-1")
            for name, value in sent.items()
        }
        if json is not None:
            options["json"] = json
        return await self.http.request(method, path, headers=raw, **options)

    async def get(self, path: str, **options: Any) -> Any:
        return await self._done("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self._done("POST", path, json, **options)

    async def _done(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        """The decoded answer of what must succeed; its ETag is under ``etag``."""
        answer = await self.ask(method, path, json, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        if not answer.content:
            return None
        found = answer.json()
        if isinstance(found, dict) and "etag" in answer.headers:
            found["etag"] = answer.headers["etag"]
        return found

    async def refused(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        status: int,
        code: str,
        field: str | None = None,
        secrets: tuple[str, ...] = (),
        languages: tuple[str, ...] = LANGUAGES,
        **options: Any,
    ) -> dict[str, Any]:
        """Ask in each language and check each "no"; the last one."""
        problem: dict[str, Any] = {}
        for language in languages:
            answer = await self.ask(method, path, json, language=language, **options)
            problem = check_problem(answer, status, language)
            told = [(reason["code"], reason["field"]) for reason in problem["reasons"]]
            assert (code, field) in told, f"{method} {path}: {told}"
            for secret in secrets:
                assert secret not in answer.text, f"{method} {path} repeats what was sent"
        return problem

    async def log_in(self, user_name: str, password: str) -> None:
        form = {"grant_type": "password", "username": user_name, "password": password}
        await self._token(form)

    async def refresh(self) -> None:
        await self._token({"grant_type": "refresh_token", "refresh_token": self.refresh_token})

    async def _token(self, form: dict[str, str]) -> None:
        self.token = ""
        answer = await self._done("POST", "/api/v1/oauth/token", data=form)
        self.token, self.refresh_token = answer["access_token"], answer["refresh_token"]


def check_problem(answer: httpx.Response, status: int, language: str) -> dict[str, Any]:
    """An RFC 9457 problem of this status, whole and in the reader's language."""
    asked = f"{answer.request.method} {answer.request.url.path[:80]}"
    assert answer.status_code == status, f"{asked}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json", asked
    assert answer.headers["content-language"] == language, asked
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:zhiye:problem:{problem['code']}"
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["code"] == problem["reasons"][0]["code"]
    texts = [problem["title"], problem["detail"], problem["next_step"]]
    for reason in problem["reasons"]:
        texts += [reason["reason"], reason["next_step"]]
    for text in texts:
        assert text, f"{asked}: an empty text"
        chinese = _CHINESE.search(text.replace(_EXAMPLE, ""))
        assert bool(chinese) == (language == "zh"), f"{asked}: {text}"
    if status == 429:
        assert int(answer.headers["retry-after"]) > 0
    return problem


class Staff:
    """The demo accounts; logged in once, and again before the token expires."""

    def __init__(self, connect: Callable[[], Caller]) -> None:
        self._connect = connect
        self._known: dict[str, tuple[float, Caller]] = {}

    async def __call__(self, user_name: str) -> Caller:
        since, caller = self._known.get(user_name, (-_TOKEN_SECONDS, None))
        if caller is None or time.monotonic() - since > _TOKEN_SECONDS:
            caller = self._connect()
            await caller.log_in(user_name, PASSWORD)
            self._known[user_name] = (time.monotonic(), caller)
        return caller
