"""Physicians of the demo: qualified at the exam centre, most of them registered already, as a
hospital's data look on the first day. None has an account yet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from zhiye_chassis.clock import SystemClock
from zhiye_chassis.ids import new_id
from zhiye_chassis.service import Service
from zhiye_contracts.identifiers import (
    make_id_number,
    physician_practice_certificate,
    physician_qualification_certificate,
)
from zhiye_qualifications.adapters.body import Metered
from zhiye_qualifications.adapters.lines import NdjsonSource
from zhiye_qualifications.application.feed import Upload
from zhiye_qualifications.application.feed_batch import feed_batch
from zhiye_registration.adapters import filings
from zhiye_registration.adapters.projection_tables import qualification
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_IN_NUMBER = {"1": "10", "2": "20", "3": "30", "4": "41"}
"""Categories as certificate numbers have them."""
_MAJORS = {"1": "临床医学", "2": "口腔医学", "3": "预防医学", "4": "中医学"}
_SCHOOLS = {"1": "首都医科大学", "2": "首都医科大学", "3": "北京大学", "4": "北京中医药大学"}
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """An institution of the demo, with the authority that registered its physicians."""

    id: str
    name: str
    region: str
    authority_id: str
    authority_name: str


@dataclass(frozen=True, slots=True)
class DemoPhysician:
    """``at`` are the places of the registrations, the main ones of each location."""

    name: str
    born: date
    serial: int
    """Of the ID number: odd of men. The generator of exam results gives others."""
    scope: str
    department: str
    title: str
    year: int
    at: tuple[str, ...] = ("hean",)
    level: str = "1"
    category: str = "1"
    education: str = "20"
    qualified_again: int | None = None
    """The year in which an assistant qualified as a physician (Q9)."""
    retired: bool = False
    """Off post (离岗备案) since half a year ago."""
    filed_at: str | None = None
    """A further institution (多执业机构备案), for two years."""

    @property
    def id_number(self) -> str:
        return make_id_number("110101", self.born, self.serial)

    def certificate_number(self, number: int) -> str:
        return physician_practice_certificate(self.level, self.category, "110102", 900_001 + number)


PHYSICIANS = (
    DemoPhysician("郭振华", date(1968, 4, 12), 991, "11", "03", "231", 1999),
    DemoPhysician("邓雅文", date(1974, 9, 3), 990, "12", "04", "232", 2002),
    DemoPhysician("罗俊峰", date(1983, 1, 25), 991, "12", "04", "233", 2011),
    DemoPhysician("梁思敏", date(1985, 7, 19), 990, "14", "07", "233", 2012),
    DemoPhysician("宋佳怡", date(1987, 11, 8), 990, "13", "05", "233", 2014),
    DemoPhysician(
        "唐志强", date(1979, 3, 30), 991, "31", "12", "232", 2006, category="2", education="10"
    ),
    DemoPhysician("徐海涛", date(1972, 12, 14), 991, "51", "50", "231", 2000, category="4"),
    DemoPhysician(
        "于晓红", date(1981, 5, 6), 990, "41", "infection-control", "233", 2008, category="3"
    ),
    DemoPhysician("董明月", date(1990, 2, 17), 990, "19", "32", "234", 2017),
    DemoPhysician("彭宇航", date(1989, 8, 22), 991, "21", "02", "234", 2016),
    DemoPhysician(
        "萧建国",
        date(1992, 10, 1),
        991,
        "11",
        "03",
        "235",
        2018,
        level="2",
        education="30",
        qualified_again=2025,
    ),
    DemoPhysician(
        "程雨欣", date(1995, 6, 27), 990, "51", "50", "235", 2020, level="2", category="4"
    ),
    DemoPhysician("曹德发", date(1960, 3, 9), 991, "12", "04", "232", 1999, retired=True),
    DemoPhysician(
        "田立新", date(1976, 1, 16), 991, "11", "03", "232", 2003, ("other",), filed_at="hean"
    ),
    DemoPhysician("任晓东", date(1984, 4, 5), 991, "12", "04", "233", 2011, ("other",)),
    DemoPhysician("姚庆丰", date(1970, 7, 28), 991, "11", "03", "231", 1999, ("hean", "changan")),
    DemoPhysician("石雪琴", date(1986, 9, 11), 990, "13", "05", "233", 2013, ("changan",)),
    # Qualified, and not registered anywhere yet.
    DemoPhysician("林子涵", date(1999, 5, 20), 990, "11", "03", "234", 2025, ()),
)


async def seed_physicians(
    qualifications: Service, registration: Service, places: dict[str, Place]
) -> None:
    """Have the exam centre's records, then the registrations, of everybody who is not there yet.
    ``places`` are ``hean``, ``other`` and ``changan``."""
    kit: Kit = registration.kit
    people = [kit.person_key(one.id_number) for one in PHYSICIANS]
    if await _known(kit, people) < len(people):
        await _feed(qualifications)
        async with asyncio.timeout(_SECONDS):  # they come over the bus
            while await _known(kit, people) < len(people):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    async with kit.database.transaction() as tx:
        for number, one in enumerate(PHYSICIANS):
            for key in one.at:
                made = await import_registration(tx, kit, _existing(one, number, places[key]))
                if made is not None and one.filed_at is not None:
                    await filings.add(tx, _filing(kit, made, places[one.filed_at]))


async def _known(kit: Kit, people: list[str]) -> int:
    """How many of these people have a qualification that is known where they are registered."""
    q = qualification.c
    async with kit.database.reading() as connection:
        found = await connection.scalar(
            select(func.count(q.person_key.distinct())).where(
                q.profession == "physician", q.person_key.in_(people)
            )
        )
    return int(found or 0)


async def _feed(qualifications: Service) -> None:
    records = [
        record
        for one in PHYSICIANS
        for record in (
            _exam(one, one.level, one.year),
            *([_exam(one, "1", one.qualified_again)] if one.qualified_again else []),
        )
    ]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()

    async def body() -> AsyncIterator[bytes]:
        yield lines

    meter = Metered(body())
    upload = Upload("ndjson", NdjsonSource(aiter(meter)), meter, len(lines))
    await feed_batch(qualifications.kit, "demo", upload)


def _exam(one: DemoPhysician, level: str, year: int) -> dict[str, Any]:
    """As the exam centre feeds it."""
    return {
        "certificate_number": physician_qualification_certificate(
            year, "11", level, _IN_NUMBER[one.category], one.id_number
        ),
        "name": one.name,
        "gender": "1" if one.serial % 2 else "2",
        "birth_date": one.born.isoformat(),
        "id_type": "01",
        "id_number": one.id_number,
        "profession": "physician",
        "category": one.category,
        "level": level,
        "school": _SCHOOLS[one.category],
        "education": one.education,
        "major": _MAJORS[one.category],
        "exam_year": year,
        "passed_on": f"{year}-08-22",
        "province": "110000",
        "admission_number": f"{year}11{one.born:%y%m%d}{one.serial}{level}",
        "route": "exam",
        "version": 1,
    }


def _existing(one: DemoPhysician, number: int, place: Place) -> ExistingRegistration:
    off: dict[str, Any] = {}
    if one.retired:
        since = SystemClock().today() - timedelta(days=180)
        off = {"status": "filed", "filed_on": since, "filing_ground": "retired"}
        off["last_change"] = "physician-off-post"
    return ExistingRegistration(
        id_number=one.id_number,
        name=one.name,
        certificate_number=one.certificate_number(number),
        institution_id=place.id,
        institution_name=place.name,
        region=place.region,
        registered_on=date(one.year + 1, 1 + number % 12, 10),
        authority_id=place.authority_id,
        authority_name=place.authority_name,
        department=one.department,
        title=one.title,
        education=one.education,
        details={
            "school": _SCHOOLS[one.category],
            "major": _MAJORS[one.category],
            "nationality": "中国",
            "ethnic_group": "01",
        },
        level=one.level,
        category=one.category,
        scopes=(one.scope,),
        **{"last_change": "physician-registration"} | off,
    )


def _filing(kit: Kit, main: Registration, place: Place) -> Filing:
    today = kit.clock.today()
    return Filing(
        id=new_id(),
        version=1,
        registration_id=main.id,
        person_key=main.person_key,
        institution_id=place.id,
        institution_name=place.name,
        region=place.region,
        authority_id=place.authority_id,
        authority_name=place.authority_name,
        scopes=list(main.scopes),
        department=main.department,
        from_on=today - timedelta(days=60),
        until_on=today + timedelta(days=670),
        status="in_force",
        application_id=None,
        updated_at=kit.clock.now(),
    )
