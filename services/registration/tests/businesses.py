"""A small world for the businesses of nurses who are registered: shortcuts to their states."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.domain.registration import Registration

PATH = "/api/v1/applications"
TODAY = date(2026, 11, 23)
FIT = {
    "full_civil_capacity": True,
    "health": {"meets_standard": True, "checked_on": "2026-11-02"},
}
WORK = {"department": "ward", "work_category": "clinical-nursing"}
HEBEI_HOSPITAL = Principal("ACC-H3", "institution", "钱主任", institution_id="HEBEI-HOSPITAL")
ARMY = Principal("ACC-H4", "institution", "孔主任", institution_id="ARMY")


def scan() -> bytes:
    """A picture as a scanner gives it."""
    file = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(file, "PNG")
    return file.getvalue()


class Businesses:
    """What the tests of the six business types do again and again."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self._serial = 100

    async def open(self) -> Businesses:
        """Hospitals of two provinces and of the army; every business has a deciding authority."""
        here = dict.fromkeys(BUSINESS_TYPES, "XICHENG")
        there = dict.fromkeys(BUSINESS_TYPES, "HEBEI")
        event = self.world.institution_event
        await self.world.tell(
            event(version=2, deciding_authorities=here),
            event("HOSPITAL2", version=2, name="北京另一医院", deciding_authorities=here),
            event("HEBEI-HOSPITAL", name="石家庄医院", region="130102", deciding_authorities=there),
            event("ARMY", name="某部队医院", region="110108"),
        )
        return self

    async def nurse(self, valid_until: date = TODAY + timedelta(days=10), **more: Any) -> Principal:
        """A nurse who is registered, with an active account."""
        self._serial += 1
        serial = self._serial
        id_number = self.world.id_number(serial)
        given = {
            "id_number": id_number,
            "name": "王芳",
            "certificate_number": f"20211100{serial:04d}",
            "institution_id": "HOSPITAL",
            "institution_name": "北京示例医院",
            "region": "110102",
            "registered_on": date(2021, 1, 4),
            "valid_until": valid_until,
            "authority_id": "XICHENG",
            "authority_name": "西城区卫生健康委员会",
        }
        kit = self.world.kit
        async with kit.database.transaction() as tx:
            made = await import_registration(tx, kit, ExistingRegistration(**given | more))
        assert made is not None
        return Principal(
            f"ACC-R{serial}", "practitioner", "王*", person_key=kit.person_key(id_number)
        )

    async def cancelled(self, on: date, ground: str = "other") -> Principal:
        """A nurse whose registration was cancelled."""
        nurse = await self.nurse(valid_until=TODAY + timedelta(days=400))
        async with self.world.kit.database.transaction() as tx:
            one = await registrations.lock_of_person(tx, nurse.person_key or "", "nurse")
            assert one is not None
            gone = replace(
                one,
                status="cancelled",
                cancelled_on=on,
                cancellation_ground=ground,
                version=one.version + 1,
            )
            assert await registrations.save(tx, gone)
        return nurse

    async def registration(self, nurse: Principal) -> Registration:
        async with self.world.kit.database.transaction() as tx:
            one = await registrations.lock_of_person(tx, nurse.person_key or "", "nurse")
        assert one is not None
        return one

    async def history(self, nurse: Principal) -> list[Any]:
        """What became of her registration, the first first."""
        one = await self.registration(nurse)
        h = registration_history.c
        async with self.world.kit.database.reading() as connection:
            rows = await connection.execute(
                select(registration_history).where(h.registration_id == one.id).order_by(h.version)
            )
            return list(rows)

    async def start(self, who: Principal, kind: str, form: Any = None, **body: Any) -> Any:
        """The answer to starting an application; to HOSPITAL unless told otherwise."""
        if who.role == "practitioner":
            body.setdefault("institution_id", "HOSPITAL")
        body |= {"business_type": f"nurse-{kind}", "form": form or {}}
        return await self.world.call(who, "POST", PATH, body)

    async def submitted(self, who: Principal, kind: str, form: Any = None, **body: Any) -> Any:
        """The application, submitted; an institution's proof is attached first."""
        made = await self.start(who, kind, form, **body)
        assert made.status_code == 201, made.text
        if who.role == "institution":
            await self.prove(who, made.json()["id"])
        answer = await self.world.submit(who, made.json()["id"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def prove(self, who: Principal, application: str) -> None:
        """Attach a proof to an application that an institution files."""
        answer = await self.world.http.post(
            f"{PATH}/{application}/evidence?kind=informed&name=proof.png",
            content=scan(),
            headers={
                "Authorization": self.world._token_for(who),
                "Content-Type": "image/png",
            },
        )
        assert answer.status_code == 201, answer.text

    async def agreed(self, one: Any, *whom: Principal) -> Any:
        """The application after each of these approved it in turn."""
        for who in whom:
            answer = await self.world.review(who, one, "approve")
            assert answer.status_code == 200, answer.text
            one = answer.json()
        return one

    async def codes(self, who: Principal, kind: str, form: Any = None, **body: Any) -> list[str]:
        """Why it cannot be submitted: started, then submitted, then withdrawn again."""
        made = await self.start(who, kind, form, **body)
        assert made.status_code == 201, made.text
        answer = await self.world.submit(who, made.json()["id"])
        withdrawn = await self.world.call(who, "POST", f"{PATH}/{made.json()['id']}/withdrawal")
        assert withdrawn.status_code == 200
        return [] if answer.status_code == 200 else self.world.codes(answer)

    def number(self, one: Registration) -> str:
        """The certificate number of a registration."""
        cipher = self.world.kit.settings.cipher
        opened: str = cipher.open(one.sealed_certificate_number, purposes.CERTIFICATE_NUMBER)
        return opened
