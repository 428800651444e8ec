"""Physicians for journeys: from the exam centre's record to registrations in several places."""

from __future__ import annotations

import asyncio
import io
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import first_log_in, issue, licence, new_phone, user_name
from tests.journeys.people import Nurse
from tests.journeys.practice import APPLICATIONS, apply, picture, review

from zhiye_chassis.clock import SystemClock
from zhiye_contracts.identifiers import physician_qualification_certificate
from zhiye_launcher.demo_data import CHANGAN_HOSPITAL, HEAN
from zhiye_launcher.generator import Record, generate_exam_results, write

FIT = {"full_civil_capacity": True, "no_criminal_record": True}
FIRST = FIT | {"scopes": ["11"], "department": "03"}
"""What a physician of internal medicine fills in."""
ADDED = {"department": "03", "no_criminal_record": True}
"""What the same fills in to add a location: the scopes are those registered."""
_IN_NUMBER = {"1": "10", "2": "20", "3": "30", "4": "41"}
"""Categories as certificate numbers have them."""
_NUMBERS = itertools.count(secrets.randbelow(10**7))


def day(offset: int) -> str:
    """So many days from today."""
    return str(SystemClock().today() + timedelta(days=offset))


@dataclass
class Place:
    """An institution, with those who review and decide there."""

    id: str
    hospital: Caller
    authority: Caller


@dataclass
class Places:
    """Two hospitals in one county, one in another county of the same province, one in another
    province."""

    xicheng: Place
    clinic: Place
    """In the county of ``xicheng``."""
    chaoyang: Place
    """In its province."""
    changan: Place
    """In another province."""

    @classmethod
    async def open(cls, connect: Connect, staff: Staff) -> Places:
        county, province = await staff("xicheng1"), await staff("beijing1")
        hean = Place(HEAN, await staff("heanyiyuan"), county)
        there = Place(CHANGAN_HOSPITAL, await staff("changanyy"), await staff("changan1"))
        clinic = await _hospital(connect, county, "110102", "示例门诊部")
        near = await _hospital(connect, province, "110105", "朝阳示例医院")
        return cls(hean, clinic, near, there)


async def _hospital(connect: Connect, authority: Caller, region: str, name: str) -> Place:
    """A new institution whose account has been issued and used."""
    body = {
        "name": f"北京{name}{next(_NUMBERS) % 10**8}",
        "region": region,
        "registration_number": licence("A100", region),
    }
    place = str((await authority.post("/api/v1/institutions", body))["id"])
    phone = new_phone(connect)
    await issue(authority, place, user_name(), phone)
    return Place(place, await first_log_in(connect, phone), authority)


@dataclass
class Physician(Nurse):
    """One person who qualified as physician."""

    async def record_whole(self) -> dict[str, Any]:
        """All that is on record of the person as physician."""
        found = await self.caller.get("/api/v1/my/registrations")
        (one,) = [each for each in found if each["profession"] == "physician"]
        return one  # type: ignore[no-any-return]

    async def registrations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.record_whole())["registrations"]
        return found

    async def held(self) -> dict[str, Any]:
        """The only registration."""
        (one,) = await self.registrations()
        return one

    async def apply(self, kind: str, form: dict[str, Any], place: Place, **body: Any) -> str:
        """Start and submit; the id."""
        body |= {"institution_id": place.id, "profession": "physician"}
        return await apply(self.caller, kind, form, **body)

    async def done(self, kind: str, form: dict[str, Any], place: Place, **body: Any) -> str:
        """Submitted, and approved by both; the id."""
        one = await self.apply(kind, form, place, **body)
        await approve(one, place)
        return one

    async def why_not(self, kind: str, form: dict[str, Any], place: Place, **body: Any) -> set[str]:
        """The codes with which a submission is refused; the draft is withdrawn."""
        body |= {"business_type": f"physician-{kind}", "form": form, "institution_id": place.id}
        draft = await self.caller.post(APPLICATIONS, body)
        answer = await self.caller.ask("POST", f"{APPLICATIONS}/{draft['id']}/submission")
        assert answer.status_code == 422, answer.text
        reasons = answer.json()["reasons"]
        assert all(reason["next_step"] for reason in reasons)
        await self.caller.post(f"{APPLICATIONS}/{draft['id']}/withdrawal")
        return {reason["code"].removesuffix("_not_met") for reason in reasons}

    async def until_active(self) -> None:
        """The approval comes to the account over the bus."""
        async with asyncio.timeout(15):
            while (await self.account())["status"] != "active":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await self.caller.refresh()


async def approve(application: str, place: Place) -> dict[str, Any]:
    """By the institution, then by the authority."""
    await review(place.hospital, application)
    return await review(place.authority, application)


async def file(
    who: Caller, kind: str, registration: dict[str, Any], form: dict[str, Any]
) -> dict[str, Any]:
    """What an institution or an authority submits about one of its people, with proof."""
    body = {
        "business_type": f"physician-{kind}",
        "registration_id": registration["registration_id"],
        "form": form,
    }
    made = await who.post(APPLICATIONS, body)
    path = f"{APPLICATIONS}/{made['id']}"
    await who.refused(
        "POST", f"{path}/submission", status=422, code="proved_not_met", field="evidence"
    )
    answer = await who.ask(
        "POST",
        f"{path}/evidence?kind=informed&name=proof.png",
        content=picture(),
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = await who.post(f"{path}/submission")
    return found


class Physicians:
    """Makes physicians: each has passed, most have an active account, some are registered."""

    def __init__(self, connect: Connect, staff: Staff, exam_centre: Caller, places: Places) -> None:
        self._connect = connect
        self._centre = exam_centre
        self.staff = staff
        self.places = places
        results = generate_exam_results(400, time.time_ns(), 2026, dirty=0, profession="physician")
        self._records: Iterator[Record] = (one for one in results if one["route"] == "exam")

    @classmethod
    async def open(cls, connect: Connect, staff: Staff) -> Physicians:
        centre = await staff("examcentre")
        return cls(connect, staff, centre, await Places.open(connect, staff))

    async def passed(self, level: str = "1", category: str = "1") -> Physician:
        """Somebody whose qualification is on record; no account yet."""
        record = _qualification(next(self._records), level, category)
        await self._feed(record)
        number = next(_NUMBERS) % 10**8
        return Physician(self._connect(), record, f"135{number:08d}", f"d{number:08d}")

    async def qualify(self, person: Physician, level: str = "1", category: str = "1") -> str:
        """The same person passes another exam, which is known where people are registered; the id
        of the qualification."""
        person.record = _qualification(person.record, level, category)
        await self._feed(person.record)
        async with asyncio.timeout(15):  # over the bus
            while True:
                for one in (await person.record_whole())["qualifications"]:
                    if one["certificate_number"] == person.record["certificate_number"]:
                        return str(one["id"])
                await asyncio.sleep(0.05)

    async def feed_for(self, person: Physician) -> None:
        """Somebody known by another record passes as physician; the account is opened with this."""
        person.record = _qualification(
            person.record | {"profession": "physician", "major": "临床医学"}, "1", "1"
        )
        await self._feed(person.record)

    async def active(self, level: str = "1", category: str = "1") -> Physician:
        person = await self.passed(level, category)
        await person.open_account()
        await person.verify_phone()
        await person.activate()
        return person

    async def registered(
        self,
        level: str = "1",
        category: str = "1",
        form: dict[str, Any] = FIRST,
        place: Place | None = None,
    ) -> Physician:
        person = await self.active(level, category)
        await person.done("registration", form, place or self.places.xicheng)
        return person

    async def _feed(self, record: Record) -> None:
        stream = io.StringIO(newline="")
        write([record], stream, "ndjson")
        answer = await self._centre.ask(
            "POST",
            "/api/v1/qualification-batches",
            content=stream.getvalue(),
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert answer.json()["counts"]["recorded"] == 1, answer.text


def _qualification(record: Record, level: str, category: str) -> Record:
    """This person's qualification of that level and category: of assistants by last year's exam,
    else by this year's. Its certificate number has 27 characters."""
    year = 2025 if level == "2" else 2026
    number = physician_qualification_certificate(
        year, str(record["province"]), level, _IN_NUMBER[category], str(record["id_number"])
    )
    assert len(number) == 27
    return record | {
        "certificate_number": number,
        "level": level,
        "category": category,
        "exam_year": year,
        "passed_on": f"{year}-08-22",
        "route": "exam",
        "admission_number": f"{year}{next(_NUMBERS) % 10**8:08d}",
    }
