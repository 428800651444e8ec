"""Short ways to log in for real and to recover an account, for tests."""

from __future__ import annotations

from typing import Any

import httpx
from services.accounts.tests.world import PASSWORD, Row, World

NEW_PASSWORD = "Seacole1881"
ME = "/api/v1/accounts/me"
RECOVERIES = "/api/v1/recoveries"


class Session:
    """Somebody logged in, with tokens that the service made."""

    def __init__(self, world: World, tokens: dict[str, Any]) -> None:
        self._world = world
        self.client = world.client(f"Bearer {tokens['access_token']}")
        self.refresh_token = tokens["refresh_token"]
        self.id = self.refresh_token.partition(".")[0]

    async def refresh(self) -> int:
        """Use up the refresh token; the status of the answer."""
        answer = await self._world.anybody.post(
            "/api/v1/oauth/token",
            data={"grant_type": "refresh_token", "refresh_token": self.refresh_token},
        )
        if answer.status_code == 200:
            self.refresh_token = answer.json()["refresh_token"]
        return answer.status_code


async def logged_in(world: World, row: Row, password: str = PASSWORD, **more: str) -> Session:
    answer = await world.log_in(row["user_name"], password, **more)
    assert answer.status_code == 200, answer.text
    return Session(world, answer.json())


async def ask(
    world: World, path: str, client: str = "", language: str = "en", **body: Any
) -> httpx.Response:
    """A public request of a recovery, with a captcha answered."""
    headers = {"X-Forwarded-For": client} if client else None
    return await world.client(language=language).post(
        f"{RECOVERIES}{path}", json=await world.captcha() | body, headers=headers
    )


async def start(
    world: World, to: str, client: str = "", method: str = "", language: str = "en"
) -> httpx.Response:
    """Start a recovery by phone or email."""
    method = method or ("email" if "@" in to else "phone")
    return await ask(world, "", client, language, method=method, address=to)


async def complete(
    world: World, recovery_id: str, code: str, new_password: str = NEW_PASSWORD
) -> httpx.Response:
    return await world.anybody.post(
        f"{RECOVERIES}/{recovery_id}/completion",
        json={"code": code, "new_password": new_password},
    )


async def recover(world: World, to: str) -> httpx.Response:
    """The whole way by phone or email; the last answer."""
    started = await start(world, to)
    assert started.status_code == 202, started.text
    return await complete(world, started.json()["recovery_id"], (await world.parameters())["code"])


async def sent(world: World, template: str = "") -> list[tuple[str, str]]:
    """Template and address of every message requested so far, or of those of one template."""
    purposes = {"sms": "phone", "email": "email"}
    return [
        (m["template"], world.kit.cipher.open(m["sealed_address"], purposes[m["channel"]]))
        for m in await world.events("message-requested")
        if template in ("", m["template"])
    ]
