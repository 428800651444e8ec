"""A small world for orders of many reviews: nurses who apply for renewal, by the thousand."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_registration.adapters.tables import application, registration
from zhiye_registration.application.bulk_work import BulkReviews
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration

PATH = "/api/v1/bulk-reviews"
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
EXPIRY = date(2026, 12, 10)
CLONE = Principal("ACC-H9", "institution", "吴护士长", institution_id="HOSPITAL")


class Bulk:
    """Renewals that wait for a review, put there directly, and an order's way to its end."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self._serial = 0
        self._pattern: tuple[dict[str, Any], dict[str, Any]] | None = None

    async def open(self) -> Bulk:
        """Every business of the hospital has a deciding authority; one nurse shows the way."""
        here = dict.fromkeys(BUSINESS_TYPES, "XICHENG")
        event = self.world.institution_event
        await self.world.tell(
            event(version=2, deciding_authorities=here),
            event("HOSPITAL2", version=2, name="北京另一医院", deciding_authorities=here),
        )
        return self

    async def renewals(
        self, count: int, *, state: str = "awaiting_institution", expiry: date = EXPIRY, **more: Any
    ) -> list[str]:
        """Ids of this many renewals; as a nurse's own submission leaves them."""
        people, made = [], []
        for _ in range(count):
            self._serial += 1
            one = self._application(self._serial, state) | more
            made.append(one)
            people.append(self._registration(self._serial, expiry, one["institution_id"]))
        async with self.world.kit.database.transaction() as tx:
            await tx.execute(insert(registration), people)
            await tx.execute(insert(application), made)
            await tx.execute(text("ANALYZE application"))
        return [one["id"] for one in made]

    def _application(self, serial: int, state: str) -> dict[str, Any]:
        agreed = state == "awaiting_authority"
        sealed = self.world.kit.settings.cipher.seal(
            self.world.id_number(serial % 1000), purposes.ID_NUMBER
        )
        given = {
            "id": f"01BULK{serial:020d}",
            "number": f"N20261123{serial:07d}",
            "business_type": "nurse-renewal",
            "state": state,
            "version": 3 if agreed else 2,
            "account_id": f"ACC-N{serial}",
            "person_key": f"bulk{serial}",
            "sealed_id_number": sealed,
            "name": "王芳",
            "institution_id": "HOSPITAL",
            "institution_name": "北京示例医院",
            "region": "110102",
            "authority_id": "XICHENG",
            "authority_name": "西城区卫生健康委员会",
            "form": {
                "full_civil_capacity": True,
                "health": {"meets_standard": True, "checked_on": "2026-11-02"},
            },
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
            "review": 1 if agreed else 0,
            "received_on": date(2026, 11, 23),
            "deadline": date(2026, 12, 21) if agreed else date(2026, 11, 30),
            "institution_decision": "approve" if agreed else None,
            "institution_reviewed_at": NOW if agreed else None,
        }
        made = Application(**given)  # type: ignore[arg-type]
        return {field.name: getattr(made, field.name) for field in fields(made)}

    def _registration(self, serial: int, expiry: date, institution_id: str) -> dict[str, Any]:
        cipher = self.world.kit.settings.cipher
        given = {
            "id": f"01BREG{serial:020d}",
            "version": 1,
            "profession": "nurse",
            "person_key": f"bulk{serial}",
            "sealed_id_number": cipher.seal(
                self.world.id_number(serial % 1000), purposes.ID_NUMBER
            ),
            "name": "王芳",
            "gender": "2",
            "birth_date": date(1990, 1, 1),
            "certificate_key": f"bulk-certificate{serial}",
            "sealed_certificate_number": cipher.seal(
                f"20211100{serial:04d}", purposes.CERTIFICATE_NUMBER
            ),
            "status": "registered",
            "institution_id": institution_id,
            "region": "110102",
            "authority_id": "XICHENG",
            "authority_name": "西城区卫生健康委员会",
            "registered_on": expiry - timedelta(days=1825),
            "valid_from": expiry - timedelta(days=1825),
            "valid_until": expiry,
            "department": None,
            "work_category": None,
            "business_completed": True,
            "updated_at": NOW,
        }
        made = Registration(**given)  # type: ignore[arg-type]
        return {field.name: getattr(made, field.name) for field in fields(made)}

    async def order(self, who: Principal, decision: str = "approve", **body: Any) -> Any:
        answer = await self.world.call(who, "POST", PATH, {"decision": decision, **body})
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def named(self, *keys: str) -> list[dict[str, Any]]:
        """Applications as an order names them, with their present versions."""
        async with self.world.kit.database.reading() as connection:
            found = await connection.execute(
                text("SELECT id, version FROM application WHERE id = ANY(:ids)"),
                {"ids": list(keys)},
            )
            versions = {row.id: row.version for row in found}
        return [{"id": key, "version": versions.get(key, 1)} for key in keys]

    async def work(self, chunk: int = 50) -> None:
        """Until nothing is left to do."""
        worker = BulkReviews(self.world.kit, chunk)
        while await worker.work():
            pass

    async def read(self, who: Principal, key: str) -> Any:
        answer = await self.world.call(who, "GET", f"{PATH}/{key}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def items(self, who: Principal, key: str, **query: Any) -> list[Any]:
        rest = "&".join(f"{name}={value}" for name, value in ({"limit": 200} | query).items())
        answer = await self.world.call(who, "GET", f"{PATH}/{key}/items?{rest}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def states(self) -> dict[str, int]:
        return await self.count("SELECT state, count(*) FROM application GROUP BY state")

    async def count(self, statement: str) -> dict[str, int]:
        async with self.world.kit.database.reading() as connection:
            return {row[0]: row[1] for row in await connection.execute(text(statement))}
