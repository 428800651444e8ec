"""A small world: an authority and its neighbour, two hospitals, nurses who passed the exam."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from services.registration.tests.building import build
from sqlalchemy import select

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    Event,
    InstitutionChanged,
    QualificationRecorded,
    QualificationsRecorded,
    QualificationTable,
)
from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.adapters.tables import metadata
from zhiye_registration.kit import Kit

NOW = datetime(2026, 11, 23, 2, 0, 0, 123_456, tzinfo=UTC)
HOSPITAL = Principal("ACC-H", "institution", "王主任", institution_id="HOSPITAL")
OTHER_HOSPITAL = Principal("ACC-H2", "institution", "赵主任", institution_id="HOSPITAL2")
XICHENG = Principal("ACC-A", "authority", "李科长", authority_id="XICHENG", region="110102")
BEIJING = Principal("ACC-B", "authority", "孙处长", authority_id="BEIJING", region="110000")
HEBEI = Principal("ACC-C", "authority", "周处长", authority_id="HEBEI", region="130000")
OPERATOR = Principal("ACC-O", "operator", "运维")
EXAM_CENTRE = Principal("ACC-E", "exam_centre", "考试中心")

FORM: dict[str, Any] = {
    "department": "ward",
    "work_category": "clinical-nursing",
    "full_civil_capacity": True,
    "health": {"meets_standard": True, "checked_on": "2026-11-02"},
}


class World:
    """The service with its clock, its callers and shortcuts to the usual steps.

    Tests cannot import from here, so the callers and the makers of events hang on it.
    """

    HOSPITAL, OTHER_HOSPITAL = HOSPITAL, OTHER_HOSPITAL
    XICHENG, BEIJING, HEBEI = XICHENG, BEIJING, HEBEI
    OPERATOR, EXAM_CENTRE = OPERATOR, EXAM_CENTRE
    FORM = FORM

    def __init__(self, service: Service, app: FastAPI, clock: FixedClock, token_for: Any) -> None:
        self.service = service
        self.kit: Kit = service.kit
        self.clock = clock
        self._token_for = token_for
        self._serial = itertools.count(1)
        self.consumer = Consumer(service.database, service.subscriptions, clock)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://test",
        )

    async def tell(self, *events: Event) -> None:
        """Deliver events as another service's outbox would."""
        await self.consumer.consume([to_cloudevent(e, "/elsewhere") for e in events])

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """Data of the events of a kind that wait in the outbox, in order."""
        outbox = metadata.tables["outbox"]
        async with self.kit.database.reading() as connection:
            rows = await connection.execute(select(outbox).order_by(outbox.c.id))
            return [json.loads(row.event)["data"] for row in rows if kind in row.type]

    async def call(
        self, who: Principal | None, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)  # escapes what is not ASCII
        if content is not None:
            sent["Content-Type"] = "application/json"
        if who is not None:
            sent["Authorization"] = self._token_for(who)
        return await self.http.request(method, path, content=content, headers=sent)

    def nurse_event(self, id_number: str, **changes: Any) -> QualificationRecorded:
        cipher = self.kit.settings.cipher
        values: dict[str, Any] = {
            "aggregate_id": f"Q{next(self._serial)}",
            "version": 1,
            "occurred_at": NOW,
            "profession": "nurse",
            "person_key": self.kit.person_key(id_number),
            "sealed_id_number": cipher.seal(id_number, purposes.ID_NUMBER),
            "name": "王芳",
            "gender": "2",
            "birth_date": date(2002, 3, 5),
            "certificate_key": f"ck{next(self._serial)}",
            "sealed_certificate_number": cipher.seal("E1", purposes.CERTIFICATE_NUMBER),
            "category": "nurse",
            "level": "nurse",
            "route": "exam",
            "exam_year": 2026,
            "passed_on": date(2026, 6, 15),
            "province": "110000",
            "school": "北京护士学校",
            "education": "40",
            "major": "护理学",
            "in_force": True,
        }
        return QualificationRecorded(**values | changes)

    @staticmethod
    def batch_event(
        batch: str, *events: QualificationRecorded, version: int = 1
    ) -> QualificationsRecorded:
        """The same qualifications as a batch brings them."""
        table = {
            name: [getattr(event, name) for event in events]
            for name in QualificationTable.model_fields
        }
        return QualificationsRecorded(
            aggregate_id=batch,
            version=version,
            occurred_at=NOW,
            qualifications=QualificationTable(**table),
        )

    async def nurse(self, serial: int | None = None, **changes: Any) -> Principal:
        """Somebody who passed the exam and has an active account."""
        number = serial if serial is not None else next(self._serial)
        id_number = self.id_number(number)
        await self.tell(self.nurse_event(id_number, **changes))
        return Principal(
            f"ACC-N{number}", "practitioner", "王*", person_key=self.kit.person_key(id_number)
        )

    @staticmethod
    def id_number(serial: int) -> str:
        return make_id_number("110101", date(2002, 3, 5), serial)

    async def draft(self, nurse: Principal, form: Any = None, to: str = "HOSPITAL") -> Any:
        body = {"business_type": "nurse-first", "institution_id": to, "form": form or FORM}
        made = await self.call(nurse, "POST", "/api/v1/applications", body)
        assert made.status_code == 201, made.text
        return made.json()

    async def submit(self, nurse: Principal, key: str) -> httpx.Response:
        return await self.call(nurse, "POST", f"/api/v1/applications/{key}/submission")

    async def submitted(self, nurse: Principal, form: Any = None, to: str = "HOSPITAL") -> Any:
        draft = await self.draft(nurse, form, to)
        answer = await self.submit(nurse, draft["id"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def review(self, who: Principal, one: Any, decision: str, **more: Any) -> httpx.Response:
        """One side's review of an application, based on the version in ``one``."""
        step = "institution-review" if who.role == "institution" else "decision"
        return await self.call(
            who,
            "POST",
            f"/api/v1/applications/{one['id']}/{step}",
            {"decision": decision, **more},
            If_Match=f'"{one["version"]}"',
        )

    async def agreed(self, nurse: Principal, form: Any = None) -> Any:
        """An application that its institution agreed to."""
        answer = await self.review(HOSPITAL, await self.submitted(nurse, form), "approve")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def registered(self, nurse: Principal) -> Any:
        answer = await self.review(XICHENG, await self.agreed(nurse), "approve")
        assert answer.status_code == 200, answer.text
        return answer.json()


def institution_event(key: str = "HOSPITAL", **changes: Any) -> InstitutionChanged:
    values: dict[str, Any] = {
        "aggregate_id": key,
        "version": 1,
        "occurred_at": NOW,
        "name": "北京示例医院",
        "region": "110102",
        "status": "in_force",
        "deciding_authorities": {"nurse-first": "XICHENG"},
    }
    return InstitutionChanged(**values | changes)


def authority_event(key: str, name: str, region: str, **changes: Any) -> AuthorityChanged:
    values = {"version": 1, "occurred_at": NOW, "online": True} | changes
    return AuthorityChanged(aggregate_id=key, name=name, region=region, **values)


def account_event(key: str, person_key: str | None, **changes: Any) -> AccountChanged:
    values: dict[str, Any] = {
        "version": 1,
        "occurred_at": NOW,
        "change": "activated",
        "role": "practitioner",
        "display_name": "王*",
        "status": "active",
        "identity": "matched",
    }
    return AccountChanged(aggregate_id=key, person_key=person_key, **values | changes)


def codes(answer: httpx.Response) -> list[str]:
    """The codes of every reason in a refusal."""
    return [reason["code"] for reason in answer.json()["reasons"]]


World.institution_event = staticmethod(institution_event)  # type: ignore[attr-defined]
World.authority_event = staticmethod(authority_event)  # type: ignore[attr-defined]
World.account_event = staticmethod(account_event)  # type: ignore[attr-defined]
World.codes = staticmethod(codes)  # type: ignore[attr-defined]


@pytest.fixture
async def world(
    make_database: Callable[..., Awaitable[Database]],
    settings_for: Callable[..., Settings],
    token_for: Any,
) -> AsyncIterator[World]:
    database = await make_database(metadata, service="registration")
    clock = FixedClock(NOW)
    settings = settings_for(database.url, object_store_url="memory:///")
    world = World(*build(settings, clock), clock, token_for)
    await world.tell(
        authority_event("XICHENG", "西城区卫生健康委员会", "110102"),
        authority_event("BEIJING", "北京市卫生健康委员会", "110000"),
        authority_event("HEBEI", "河北省卫生健康委员会", "130000"),
        institution_event(),
        institution_event("HOSPITAL2", name="北京另一医院"),
    )
    yield world
    await world.http.aclose()
    await world.kit.database.close()
