"""Shortcuts for penalties and duties: physicians and nurses, authorities that report."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
from services.registration.tests.businesses import Businesses
from services.registration.tests.physicians import Physicians

from zhiye_chassis.security import Principal
from zhiye_contracts.events import DutyChanged, PenaltyRecorded

PENALTIES = "/api/v1/penalties"
DUTIES = "/api/v1/duties"


class Punishing:
    """The world of physicians and nurses with what is done again and again."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.physicians = Physicians(world)
        self.nurses = Businesses(world)

    async def open(self) -> Punishing:
        await self.physicians.open()
        return self

    def id_number(self, who: Principal) -> str:
        return str(self.world.id_number(int(who.account_id[5:])))

    def body(self, who: Principal, **changes: Any) -> dict[str, Any]:
        """A revocation; of a nurse, if the account is one."""
        is_nurse = who.account_id.startswith("ACC-R")
        return {
            "profession": "nurse" if is_nurse else "physician",
            "id_number": self.id_number(who),
            "name": "王芳" if is_nurse else "李明",
            "kind": "revocation",
            "decided_on": "2026-11-20",
            "deciding_body": "河北省卫生健康委员会",
            "document_number": "冀卫罚〔2026〕17号",
        } | changes

    async def report(
        self, who: Principal, by: Principal | None = None, **changes: Any
    ) -> httpx.Response:
        """Reported by Hebei, which has nothing else to do with the person, unless told."""
        answer: httpx.Response = await self.world.call(
            by or self.world.HEBEI, "POST", PENALTIES, self.body(who, **changes)
        )
        return answer

    async def punished(self, who: Principal, by: Principal | None = None, **changes: Any) -> Any:
        answer = await self.report(who, by, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def rescind(self, one: Any, by: Principal | None = None, **more: Any) -> httpx.Response:
        answer: httpx.Response = await self.world.call(
            by or self.world.HEBEI,
            "POST",
            f"{PENALTIES}/{one['id']}/rescission",
            {"note": "行政复议撤销"} | more,
            If_Match=f'"{one["version"]}"',
        )
        return answer

    async def ids(self, who: Principal, path: str = PENALTIES, **query: str) -> list[str]:
        """Ids on somebody's list."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await self.world.call(who, "GET", f"{path}?{asked}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    async def duties(self, who: Principal, **query: str) -> list[Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await self.world.call(who, "GET", f"{DUTIES}?{asked}")
        assert answer.status_code == 200, answer.text
        items: list[Any] = answer.json()["items"]
        return items

    async def counts(self, who: Principal) -> dict[str, int]:
        counts: dict[str, int] = (await self.world.call(who, "GET", DUTIES)).json()["counts"]
        return counts

    async def told(self, of: type[PenaltyRecorded] | type[DutyChanged]) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = await self.world.events(of.type)
        return events

    async def changes(self) -> list[str]:
        """What was told of duties, in order."""
        return [one["change"] for one in await self.told(DutyChanged)]

    def on(self, day: date) -> None:
        """It is noon of a day."""
        self.world.clock.instant = self.world.clock.now().replace(
            year=day.year, month=day.month, day=day.day
        )
