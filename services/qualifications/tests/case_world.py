"""Short ways to file, prove and decide cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
from services.chassis.tests.files import jpeg

from zhiye_contracts.identifiers import make_id_number

CASES = "/api/v1/qualification-cases"
PROVINCE = "110000"


def id_of(number: int = 1) -> str:
    """The ID number of the person of ``make_record(number)``."""
    born = date(2000 + number // 300 % 5, 1 + number // 25 % 12, 1 + number % 25)
    return make_id_number("110105", born, 2 * (number // 1500) + 2)


class Cases:
    """Clients of those who have to do with a case, and the steps they take."""

    def __init__(self, world: Any) -> None:
        self.world = world

    def person(self, number: int = 1, **more: Any) -> httpx.AsyncClient:
        key = self.world.kit.person_key(id_of(number))
        scope = {"account_id": f"person-{number}", "name": "王芳", "person_key": key} | more
        client: httpx.AsyncClient = self.world.client("practitioner", **scope)
        return client

    def province(self, region: str = PROVINCE, **more: Any) -> httpx.AsyncClient:
        scope = {"account_id": f"officer-{region}", "region": region, "name": "经办人"} | more
        client: httpx.AsyncClient = self.world.client("authority", **scope)
        return client

    def hospital(self, institution: str = "INS1", **more: Any) -> httpx.AsyncClient:
        scope = {"account_id": f"staff-{institution}", "institution_id": institution} | more
        client: httpx.AsyncClient = self.world.client("institution", **scope)
        return client

    def exam_centre(self, **more: Any) -> httpx.AsyncClient:
        client: httpx.AsyncClient = self.world.client("exam_centre", name="考试中心", **more)
        return client

    async def qualification(self, number: int = 1) -> dict[str, Any]:
        """The row of the person's qualification."""
        key = self.world.kit.certificate_key(self.world.record(number)["certificate_number"])
        rows = await self.world.rows(
            "SELECT * FROM qualification WHERE certificate_key = :key", key=key
        )
        return dict(rows[0])

    async def file(
        self, changes: dict[str, Any], number: int = 1, client: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """A correction of the person's own qualification, as a draft."""
        row = await self.qualification(number)
        body = {"kind": "correction", "qualification_id": row["id"], "changes": changes}
        return await (client or self.person(number)).post(CASES, json=body)

    async def prove(
        self, client: httpx.AsyncClient, case_id: str, *kinds: str, expected: int = 201
    ) -> list[dict[str, Any]]:
        """Upload a file of each kind; without any, whatever the case needs."""
        if not kinds:
            case = (await client.get(f"{CASES}/{case_id}")).json()
            kinds = tuple(one["kind"] for one in case["evidence_needed"] if not one["uploaded"])
        files = []
        for place, kind in enumerate(kinds):
            response = await client.post(
                f"{CASES}/{case_id}/evidence",
                params={"kind": kind},
                content=jpeg(10 + place),
                headers={"Content-Type": "image/jpeg"},
            )
            assert response.status_code == expected, response.text
            files.append(response.json())
        return files

    async def submitted(
        self,
        changes: dict[str, Any] | None = None,
        number: int = 1,
        client: httpx.AsyncClient | None = None,
    ) -> dict[str, Any]:
        """A correction that awaits its province."""
        client = client or self.person(number)
        made = await self.file(changes or {"school": "天津护士学校"}, number, client)
        assert made.status_code == 201, made.text
        case_id = made.json()["id"]
        await self.prove(client, case_id)
        response = await client.post(f"{CASES}/{case_id}/submission")
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def decide(
        self, client: httpx.AsyncClient, case: dict[str, Any], decision: str, **more: Any
    ) -> httpx.Response:
        """Decide on the version that ``case`` is of."""
        if decision in ("return", "refuse"):
            more.setdefault("reasons", [{"code": "materials_unclear", "text": "照片模糊"}])
        return await client.post(
            f"{CASES}/{case['id']}/decision",
            json={"decision": decision, **more},
            headers={"If-Match": f'"{case["version"]}"'},
        )

    async def forwarded(self, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        """A correction of an exam that awaits the exam centre."""
        case = await self.submitted(changes)
        response = await self.decide(self.province(), case, "forward")
        assert response.status_code == 200, response.text
        return dict(response.json())


def codes(response: httpx.Response) -> list[tuple[str, str | None]]:
    return [(reason["code"], reason["field"]) for reason in response.json()["reasons"]]
