"""Realistic exam results of nurses and physicians, as many as asked for, the same for the same
seed. ID numbers and certificate numbers of clean records never collide."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, TextIO

from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import make_id_number
from zhiye_launcher.generated_people import (
    DIRTY_KINDS,
    Births,
    Courses,
    People,
    Record,
    dirty_kind,
    name_of,
    school_of,
)
from zhiye_launcher.generated_physicians import Physicians
from zhiye_qualifications.domain.columns import FIELDS

__all__ = [
    "DEMO_PEOPLE",
    "DEMO_RARE_NAME",
    "DIRTY_KINDS",
    "FIELDS",
    "Profession",
    "Record",
    "demo_people",
    "dirty_kind",
    "generate_exam_results",
    "generate_nurse_exam_results",
    "write",
]

Profession = Literal["nurse", "physician"]

_COURSES = Courses(
    ("30", 0.55, ("护理", "护理", "助产"), ("卫生职业学院", "护理职业学院", "医学高等专科学校")),
    ("20", 0.28, ("护理学", "护理学", "助产学"), ("医科大学", "中医药大学", "医学院")),
    ("40", 0.16, ("护理", "护理", "助产"), ("卫生学校", "护士学校")),
    ("10", 0.01, ("护理学",), ("医科大学",)),
)


def generate_exam_results(
    count: int,
    seed: int,
    year: int,
    *,
    dirty: float = 0.03,
    profession: Profession = "nurse",
) -> Iterator[Record]:
    """``count`` results of one year's exam, in bounded memory.

    ``year`` is 2000 to 2040; ``dirty`` is the share of dirty records, below 1. Raises
    ``ValueError`` otherwise, at the first record.
    """
    if not 2000 <= year <= 2040 or not 0 <= dirty < 1:
        raise ValueError("year must be 2000 to 2040 and dirty at least 0 and below 1")
    people: People
    if profession == "nurse":
        people = _Nurses(str(seed), year, ((24, 20), (41, 25), (60, 42)))
    else:
        people = Physicians(f"{seed}/physician", year)
    for index in range(count):
        kind = dirty_kind(index, dirty)
        yield people.record(index) if kind is None else people.dirty(index, kind, dirty)


def generate_nurse_exam_results(
    count: int, seed: int, year: int, *, dirty: float = 0.03
) -> Iterator[Record]:
    """The same for nurses."""
    return generate_exam_results(count, seed, year, dirty=dirty)


def write(records: Iterable[Record], stream: TextIO, format: Literal["ndjson", "csv"]) -> int:
    """Write records and return how many. CSV begins with a byte order mark, so that Excel reads it
    as UTF-8; open the file with ``encoding="utf-8", newline=""``.
    """
    written = 0
    if format == "csv":
        stream.write("\ufeff")
        table = csv.DictWriter(stream, FIELDS)
        table.writeheader()
        for written, record in enumerate(records, 1):  # noqa: B007
            table.writerow(record)
    else:
        for written, record in enumerate(records, 1):  # noqa: B007
            stream.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    return written


class _Nurses(People):
    def record(self, index: int, births: Births | None = None, version: int = 1) -> Record:
        draw = self.draw(index)
        gender = "1" if draw.random() < 0.05 else "2"
        births = births or (self.young if draw.random() < 0.9 else self.older)
        county, born, number = births.person(index, gender)
        home = divisions.province_of(county)
        province = home if draw.random() < 0.85 else draw.choice(self.provinces)
        name = name_of(draw, gender, home[:2])
        education, _, majors, kinds = _COURSES.draw(draw)
        school = school_of(draw, province, education, kinds)
        major = draw.choice(majors)
        corrected = version > 1
        # Counted from somewhere else for each seed: two files rarely claim the same number.
        serial = (self.first_serial + index) % 10**8
        return {
            "certificate_number": f"{self.year}{province[:2]}1{serial:08d}",
            "name": name,
            "gender": gender,
            "birth_date": born.isoformat(),
            "id_type": "01",
            "id_number": number,
            "profession": "nurse",
            "category": "nurse",
            "level": "nurse",
            "school": school,
            "education": education,
            "major": f"{major}（英语方向）" if corrected else major,
            "exam_year": self.year,
            "passed_on": f"{self.year}-06-15",
            "province": province,
            "admission_number": f"{self.year}{province[:2]}0{serial:08d}",
            "route": "exam",
            "version": version,
        }


DEMO_YEAR = 2026


def demo_people(year: int = DEMO_YEAR) -> list[Record]:
    """The people of the demo, who passed in June of ``year``; the fifth passed six years before,
    the sixth has a rare character (her card says 王㛃, the exam record 王(jie)).

    Their serials and certificate numbers are outside what the generator gives.
    """
    people = (
        ("李晓梅", "110102", date(2003, 3, 8), 996, "20", "首都医科大学", "护理学"),
        ("张雨婷", "110105", date(2004, 7, 21), 996, "30", "北京卫生职业学院", "护理"),
        ("阿依古丽·买买提", "650102", date(2003, 11, 2), 996, "30", "新疆护理职业学院", "护理"),
        ("陈浩", "310101", date(2002, 9, 15), 997, "20", "上海中医药大学", "护理学"),
        ("刘静", "320102", date(1996, 5, 30), 998, "40", "南京卫生学校", "护理"),
        ("王(jie)", "330102", date(2004, 1, 16), 998, "30", "杭州护理职业学院", "助产"),
    )
    return [
        _demo(place, year - 6 if place == 5 else year, *person)
        for place, person in enumerate(people, 1)
    ]


def _demo(
    place: int,
    year: int,
    name: str,
    county: str,
    born: date,
    serial: int,
    education: str,
    school: str,
    major: str,
) -> Record:
    return {
        "certificate_number": f"{year}{county[:2]}9{place:08d}",
        "name": name,
        "gender": "1" if serial % 2 else "2",
        "birth_date": born.isoformat(),
        "id_type": "01",
        "id_number": make_id_number(county, born, serial),
        "profession": "nurse",
        "category": "nurse",
        "level": "nurse",
        "school": school,
        "education": education,
        "major": major,
        "exam_year": year,
        "passed_on": f"{year}-06-15",
        "province": divisions.province_of(county),
        "admission_number": f"{year}{county[:2]}8{place:08d}",
        "route": "exam",
        "version": 1,
    }


DEMO_PEOPLE = demo_people()
DEMO_RARE_NAME = "王㛃"
"""The name on the identity card of the last of the demo people."""
