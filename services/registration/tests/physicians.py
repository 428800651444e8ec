"""A small world of physicians in every state: shortcuts to their businesses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from services.registration.tests.businesses import HEBEI_HOSPITAL, PATH, TODAY, scan
from sqlalchemy import select

from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.identifiers import (
    physician_practice_certificate,
    physician_qualification_certificate,
)
from zhiye_registration.adapters import filings, registrations
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.registration import Registration, location_of

HOSPITAL3 = Principal("ACC-H5", "institution", "周主任", institution_id="CHAOYANG-HOSPITAL")
HEBEI_CLINIC = Principal("ACC-H6", "institution", "吴主任", institution_id="HEBEI-CLINIC")
FIT = {"full_civil_capacity": True, "no_criminal_record": True}
FIRST = FIT | {"scopes": ["11"], "department": "03"}
INFORMED = {"on": "2026-11-20", "by": "post"}
DAY = timedelta(days=1)


class Physicians:
    """What the tests of the physicians' businesses do again and again.

    HOSPITAL and HOSPITAL2 lie in Beijing's county 110102, CHAOYANG-HOSPITAL in 110105 of the same
    province, HEBEI-HOSPITAL and HEBEI-CLINIC in Hebei's county 130102.
    """

    def __init__(self, world: Any) -> None:
        self.world = world
        self._serial = 500

    async def open(self) -> Physicians:
        here = dict.fromkeys(BUSINESS_TYPES, "XICHENG")
        near = dict.fromkeys(BUSINESS_TYPES, "BEIJING")
        there = dict.fromkeys(BUSINESS_TYPES, "HEBEI")
        event = self.world.institution_event
        await self.world.tell(
            event(version=2, deciding_authorities=here),
            event("HOSPITAL2", version=2, name="北京另一医院", deciding_authorities=here),
            event("CHAOYANG-HOSPITAL", name="朝阳医院", region="110105", deciding_authorities=near),
            event("HEBEI-HOSPITAL", name="石家庄医院", region="130102", deciding_authorities=there),
            event("HEBEI-CLINIC", name="石家庄诊所", region="130102", deciding_authorities=there),
        )
        return self

    # --- people ----------------------------------------------------------------------------------

    async def qualified(
        self,
        *,
        level: str = "1",
        category: str = "1",
        passed_on: date = date(2025, 12, 1),
        serial: int | None = None,
        **changes: Any,
    ) -> Principal:
        """Somebody with a physician's qualification and an active account; a further qualification
        of somebody made before by ``serial`` (the ``account_id`` ends with it)."""
        if serial is None:
            self._serial += 1
            serial = self._serial
        id_number = self.world.id_number(serial)
        number = physician_qualification_certificate(
            passed_on.year, "11", level, f"{category}0", id_number
        )
        values = {
            "aggregate_id": f"PQ{serial}-{level}{category}",
            "profession": "physician",
            "name": "李明",
            "gender": "2",
            "category": category,
            "level": level,
            "passed_on": passed_on,
            "certificate_key": f"pq{serial}{level}{category}",
            "sealed_certificate_number": self._seal(number, purposes.CERTIFICATE_NUMBER),
            "education": "20",
            "major": "临床医学",
            "school": "北京医学院",
        }
        await self.world.tell(self.world.nurse_event(id_number, **values | changes))
        return Principal(
            f"ACC-P{serial}",
            "practitioner",
            "李*",
            person_key=self.world.kit.person_key(id_number),
        )

    async def physician(
        self,
        *,
        level: str = "1",
        category: str = "1",
        scopes: tuple[str, ...] = ("11",),
        institution: tuple[str, str] = ("HOSPITAL", "110102"),
        **changes: Any,
    ) -> Principal:
        """Registered, with qualification and an active account."""
        who = await self.qualified(level=level, category=category)
        await self.register(
            who, level=level, category=category, scopes=scopes, institution=institution, **changes
        )
        return who

    async def assistant(self, **changes: Any) -> Principal:
        return await self.physician(level="2", **changes)

    async def register(
        self,
        who: Principal,
        *,
        level: str = "1",
        category: str = "1",
        scopes: tuple[str, ...] = ("11",),
        institution: tuple[str, str] = ("HOSPITAL", "110102"),
        **changes: Any,
    ) -> Registration:
        """A registration as it came to be before the test; another location of somebody who has
        one gets the same number."""
        serial = int(who.account_id.removeprefix("ACC-P"))
        kit = self.world.kit
        id_number = self.world.id_number(serial)
        number = physician_practice_certificate(level, category, "110102", 100_000 + serial)
        key, sealed = kit.certificate_key(number), self._seal(number, purposes.CERTIFICATE_NUMBER)
        place, region = institution
        pinyin, initials = name_pinyin("李明")
        async with kit.database.transaction() as tx:
            known = await filings.certificate_of(tx, who.person_key or "")
            if known is None:
                assert await filings.give_certificate(tx, who.person_key or "", key, sealed)
            else:
                key, sealed = known.certificate_key, known.sealed_certificate_number
            one = Registration(
                id=new_id(),
                version=1,
                profession="physician",
                person_key=who.person_key or "",
                sealed_id_number=self._seal(id_number, purposes.ID_NUMBER),
                name="李明",
                gender="2",
                birth_date=date(2002, 3, 5),
                certificate_key=key,
                sealed_certificate_number=sealed,
                status="registered",
                institution_id=place,
                region=region,
                authority_id="XICHENG" if region.startswith("11") else "HEBEI",
                authority_name="西城区卫生健康委员会"
                if region.startswith("11")
                else "河北省卫健委",
                registered_on=date(2026, 1, 5),
                valid_from=date(2026, 1, 5),
                valid_until=None,
                department="03",
                work_category=None,
                business_completed=False,
                updated_at=datetime.fromisoformat("2026-01-05T02:00:00+00:00"),
                name_pinyin=pinyin,
                name_initials=initials,
                location=location_of(level, region),
                level=level,
                category=category,
                scopes=list(scopes),
                qualification_id=f"PQ{serial}-{level}{category}",
            )
            one = replace(one, **changes)
            assert await registrations.add(tx, one)
        return one

    async def filed_at(
        self,
        who: Principal,
        institution: tuple[str, str, str] = ("HOSPITAL2", "北京另一医院", "110102"),
        until: date = TODAY + 300 * DAY,
    ) -> Filing:
        """A filing at a further institution of somebody with one registration there."""
        held = await self.registration(who)
        place, name, region = institution
        one = Filing(
            id=new_id(),
            version=1,
            registration_id=held.id,
            person_key=held.person_key,
            institution_id=place,
            institution_name=name,
            region=region,
            authority_id="XICHENG",
            authority_name="西城区卫生健康委员会",
            scopes=list(held.scopes),
            department=None,
            from_on=TODAY - 30 * DAY,
            until_on=until,
            status="in_force",
            application_id=None,
            updated_at=self.world.clock.now(),
        )
        async with self.world.kit.database.transaction() as tx:
            await filings.add(tx, one)
        return one

    # --- what is on record -----------------------------------------------------------------------

    async def all(self, who: Principal) -> list[Registration]:
        """All registrations, the oldest first."""
        async with self.world.kit.database.transaction() as tx:
            return await registrations.lock_all_of(tx, who.person_key or "", "physician")

    async def registration(self, who: Principal) -> Registration:
        """The only one."""
        (one,) = await self.all(who)
        return one

    async def filings(self, who: Principal) -> list[Filing]:
        async with self.world.kit.database.reading() as connection:
            return await filings.of_person(connection, who.person_key or "")

    async def history(self, one: Registration) -> list[Any]:
        h = registration_history.c
        async with self.world.kit.database.reading() as connection:
            rows = await connection.execute(
                select(registration_history).where(h.registration_id == one.id).order_by(h.version)
            )
            return list(rows)

    def number(self, one: Registration) -> str:
        opened: str = self.world.kit.settings.cipher.open(
            one.sealed_certificate_number, purposes.CERTIFICATE_NUMBER
        )
        return opened

    # --- applications ----------------------------------------------------------------------------

    async def start(self, who: Principal, kind: str, form: Any = None, **body: Any) -> Any:
        """The answer to starting an application; a person's goes to HOSPITAL unless told."""
        if who.role == "practitioner":
            body.setdefault("institution_id", "HOSPITAL")
        body |= {"business_type": f"physician-{kind}", "form": form or {}}
        return await self.world.call(who, "POST", PATH, body)

    async def submitted(self, who: Principal, kind: str, form: Any = None, **body: Any) -> Any:
        """Submitted; proof is attached first to what others than the person file."""
        made = await self.start(who, kind, form, **body)
        assert made.status_code == 201, made.text
        if who.role != "practitioner":
            await self.prove(who, made.json()["id"])
        answer = await self.world.submit(who, made.json()["id"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def prove(self, who: Principal, application: str) -> None:
        answer = await self.world.http.post(
            f"{PATH}/{application}/evidence?kind=informed&name=proof.png",
            content=scan(),
            headers={"Authorization": self.world._token_for(who), "Content-Type": "image/png"},
        )
        assert answer.status_code == 201, answer.text

    async def agreed(self, one: Any, *whom: Principal) -> Any:
        """After each of these approved it in turn."""
        for who in whom:
            answer = await self.world.review(who, one, "approve")
            assert answer.status_code == 200, answer.text
            one = answer.json()
        return one

    async def done(self, who: Principal, kind: str, form: Any = None, **body: Any) -> Any:
        """Submitted by a person and approved, by whoever is responsible there."""
        one = await self.submitted(who, kind, form, **body)
        institution, authority = self.sides(body.get("institution_id", "HOSPITAL"))
        return await self.agreed(one, institution, authority)

    def sides(self, institution: str) -> tuple[Principal, Principal]:
        """Who reviews and who decides at an institution."""
        world = self.world
        return {
            "HOSPITAL": (world.HOSPITAL, world.XICHENG),
            "HOSPITAL2": (world.OTHER_HOSPITAL, world.XICHENG),
            "CHAOYANG-HOSPITAL": (HOSPITAL3, world.BEIJING),
            "HEBEI-HOSPITAL": (HEBEI_HOSPITAL, world.HEBEI),
            "HEBEI-CLINIC": (HEBEI_CLINIC, world.HEBEI),
        }[institution]

    async def codes(self, who: Principal, kind: str, form: Any = None, **body: Any) -> list[str]:
        """Why it cannot be submitted: started, submitted, withdrawn again."""
        made = await self.start(who, kind, form, **body)
        assert made.status_code == 201, made.text
        answer = await self.world.submit(who, made.json()["id"])
        withdrawn = await self.world.call(who, "POST", f"{PATH}/{made.json()['id']}/withdrawal")
        assert withdrawn.status_code == 200
        return [] if answer.status_code == 200 else self.world.codes(answer)

    def _seal(self, text: str, purpose: str) -> str:
        sealed: str = self.world.kit.settings.cipher.seal(text, purpose)
        return sealed
