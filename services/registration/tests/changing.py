"""Nurses on the register who ask to change information about themselves."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import httpx
from PIL import Image
from services.registration.tests.businesses import Businesses

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import registrations

MINE = "/api/v1/my/information-changes"
THEIRS = "/api/v1/information-changes"
PHOTO = "/api/v1/my/photo"


class Changing(Businesses):
    """What the tests of changes of information do again and again."""

    async def ask(self, nurse: Principal, **values: Any) -> httpx.Response:
        return await self.world.call(nurse, "POST", MINE, values)

    async def asked(self, nurse: Principal, **values: Any) -> Any:
        answer = await self.ask(nurse, **values)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def review(
        self, one: Any, decision: str = "approve", who: Principal | None = None, **more: Any
    ) -> httpx.Response:
        """The institution's review, based on the version in ``one``."""
        return await self.world.call(
            who or self.world.HOSPITAL,
            "POST",
            f"{THEIRS}/{one['id']}/review",
            {"decision": decision, **more},
            If_Match=f'"{one["version"]}"',
        )

    async def withdraw(self, nurse: Principal, one: Any) -> httpx.Response:
        return await self.world.call(nurse, "POST", f"{MINE}/{one['id']}/withdrawal")

    async def read(self, who: Principal, one: Any) -> httpx.Response:
        path = MINE if who.role == "practitioner" else THEIRS
        return await self.world.call(who, "GET", f"{path}/{one['id']}")

    async def ids(self, who: Principal, query: str = "") -> list[str]:
        """Of the caller's list."""
        path = MINE if who.role == "practitioner" else THEIRS
        answer = await self.world.call(who, "GET", f"{path}{query}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    async def record(self, nurse: Principal, **headers: str) -> Any:
        answer = await self.world.call(nurse, "GET", "/api/v1/my/registration", **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def upload(self, nurse: Principal, content: bytes) -> httpx.Response:
        headers = {
            "Authorization": self.world._token_for(nurse),
            "Content-Type": "image/png",
        }
        return await self.world.http.put(PHOTO, content=content, headers=headers)

    async def uploaded(self, nurse: Principal, content: bytes) -> Any:
        """The request that an upload has made, as the hospital reads it."""
        answer = await self.upload(nurse, content)
        assert answer.status_code == 200, answer.text
        found = await self.read(self.world.HOSPITAL, {"id": answer.json()["information_change_id"]})
        assert found.status_code == 200, found.text
        return found.json()

    async def photo(self, who: Principal, path: str) -> bytes | None:
        answer = await self.world.call(who, "GET", path)
        return answer.content if answer.status_code == 200 else None

    async def change_registration(self, nurse: Principal, **changes: Any) -> None:
        """As some other business would."""
        async with self.world.kit.database.transaction() as tx:
            one = await registrations.lock_of_person(tx, nurse.person_key or "", "nurse")
            assert one is not None
            await registrations.save(tx, replace(one, version=one.version + 1, **changes))


async def changing(world: Any) -> Changing:
    made = Changing(world)
    await made.open()
    return made


def picture(shade: int = 255) -> bytes:
    """A proper photo; each shade another one, white enough from 225."""
    out = io.BytesIO()
    Image.new("RGB", (354, 472), (shade,) * 3).save(out, "PNG")
    return out.getvalue()
