"""The institutions service on a database of its own, and who may ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from zhiye_chassis.clock import FixedClock
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_institutions.adapters.tables import metadata
from zhiye_institutions.application.decide_zone import decide_zone
from zhiye_institutions.application.register_authority import register_authority
from zhiye_institutions.application.register_institution import register_institution
from zhiye_institutions.application.report_zone import report_zone
from zhiye_institutions.kit import Kit
from zhiye_institutions.service import build

_FILINGS = "/api/v1/institution-filings"
_CHANGE = ["change-form", "change-reason"]


@dataclass
class World:
    """The service, and short ways to fill it and to see what it published."""

    service: Service
    kit: Kit
    client: Callable[..., httpx.AsyncClient]

    async def authority(self, name: str, level: str, region: str, **more: Any) -> str:
        async with self.kit.database.transaction() as tx:
            return await register_authority(
                tx, self.kit, name=name, level=level, region=region, **more
            )

    async def institution(self, name: str, region: str, **more: Any) -> str:
        given = {"category": "A100", "ownership": "11"} | more
        async with self.kit.database.transaction() as tx:
            return await register_institution(tx, self.kit, name=name, region=region, **given)

    async def office(self, **more: Any) -> Office:
        """A hospital of 99 beds, and the officer of the county who decides for it."""
        county = await self.authority("西城区卫生健康委员会", "county", "110102")
        given = {
            "address": "西城区示例路 1 号",
            "person_in_charge": "李明",
            "beds": 99,
            "subjects": ["内科"],
        }
        hospital = await self.institution("北京示例医院", "110102", **given | more)
        return Office(
            self,
            hospital,
            county,
            self.client("institution", institution_id=hospital, name="王主任"),
            self.client("authority", authority_id=county, region="110102", name="李科长"),
        )

    async def zone(self, name: str, parent: str) -> str:
        """A special zone that was reported and has its code, which is returned."""
        reporter = Principal("account-p", "authority", "处长", region=f"{parent[:2]}0000")
        operator = Principal("account-o", "operator", "运维")
        async with self.kit.database.transaction() as tx:
            id_ = await report_zone(
                tx, self.kit, reporter, name=name, parent=parent, document="政函 1 号"
            )
            code = await decide_zone(tx, self.kit, operator, id_, "assign", None)
        assert code is not None
        return code

    async def published(self, what: str) -> list[dict[str, Any]]:
        """Data of the events published so far, of the types that end like this, in order."""
        async with self.kit.database.reading() as connection:
            rows = await connection.execute(
                text("SELECT event FROM outbox WHERE type LIKE :t ORDER BY id"),
                {"t": f"%.{what}.v1"},
            )
            return [orjson.loads(row.event)["data"] for row in rows]


@dataclass
class Office:
    """A hospital, the county's officer who decides for it, and the usual steps between them."""

    world: World
    hospital: str
    county: str
    own: httpx.AsyncClient
    officer: httpx.AsyncClient

    async def draft(self, kind: str = "change", **body: Any) -> Any:
        given = {"proposed": {"beds": 120}, "materials": dict.fromkeys(_CHANGE, "paper")}
        made = await self.own.post(_FILINGS, json={"kind": kind, **given, **body})
        assert made.status_code == 201, made.text
        return made.json()

    async def submit(self, one: Any) -> httpx.Response:
        return await self.own.post(f"{_FILINGS}/{one['id']}/submission")

    async def submitted(self, kind: str = "change", **body: Any) -> Any:
        answer = await self.submit(await self.draft(kind, **body))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def decide(
        self, one: Any, decision: str, by: httpx.AsyncClient | None = None, **body: Any
    ) -> httpx.Response:
        if decision == "approve":
            body = {"materials_seen": _CHANGE, **body}
        return await (by or self.officer).post(
            f"{_FILINGS}/{one['id']}/decision",
            json={"decision": decision, **body},
            headers={"If-Match": f'"{one["version"]}"'},
        )

    async def approved(self, kind: str, materials: list[str], **more: Any) -> Any:
        """A filing of this kind that went through."""
        one = await self.submitted(
            kind, proposed=more.pop("proposed", {}), materials=dict.fromkeys(materials, "paper")
        )
        answer = await self.decide(one, "approve", materials_seen=materials, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def record(self) -> Any:
        return (await self.world.client().get(f"/api/v1/institutions/{self.hospital}")).json()

    async def history(self) -> Any:
        answer = await self.own.get(f"/api/v1/institutions/{self.hospital}/history")
        return answer.json()["items"]


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Any]],
    settings_for: Callable[..., Any],
    token_for: Callable[[Principal], str],
    client_for: Callable[..., httpx.AsyncClient],
    clock: FixedClock,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="institutions")
    settings = settings_for(database.url)
    service = build(settings, clock)

    def client(role: str | None = None, language: str = "", **scope: Any) -> httpx.AsyncClient:
        token = token_for(Principal(f"account-{role}", role, **scope)) if role else ""  # type: ignore[arg-type]
        return client_for(service, token, language)

    yield World(service, service.kit, client)
    await service.database.close()


@pytest.fixture
async def office(world: World) -> Office:
    return await world.office()
