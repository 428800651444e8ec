"""Physicians: most took this year's exam, some were recognised before there was one."""

from __future__ import annotations

from datetime import date

from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import physician_qualification_certificate
from zhiye_launcher.generated_people import (
    Births,
    Courses,
    People,
    Record,
    name_of,
    school_of,
)

RECOGNISED = 1999
"""The year of the recognition of those who practised before; their certificates hold ID numbers of
fifteen digits."""
_MAJORS = {"1": "临床医学", "2": "口腔医学", "3": "预防医学", "4": "中医学"}
_COURSES = {
    category: Courses(
        ("20", 0.62, (major,), ("医科大学", "中医药大学", "医学院")),
        ("30", 0.22, (major,), ("医学高等专科学校", "卫生职业学院")),
        ("10", 0.16, (major, f"{major}（专业学位）"), ("医科大学", "中医药大学")),
    )
    for category, major in _MAJORS.items()
}
_CATEGORIES = (("1", "10"), ("1", "10"), ("1", "10"), ("4", "41"), ("2", "20"), ("3", "30"))
"""Code of the category, and as the certificate number has it."""


class Physicians(People):
    def __init__(self, seed: str, year: int) -> None:
        super().__init__(seed, year, ((28, 23), (41, 29), (60, 42)))
        first, last = date(RECOGNISED - 58, 1, 1), date(RECOGNISED - 25, 12, 31)
        self._recognised = Births(first, last, self.first_serial)

    def record(self, index: int, births: Births | None = None, version: int = 1) -> Record:
        draw = self.draw(index)
        gender = "1" if draw.random() < 0.5 else "2"
        recognised = births is None and draw.random() < 0.05
        if births is None:
            exam = self.young if draw.random() < 0.8 else self.older
            births = self._recognised if recognised else exam
        county, born, number = births.person(index, gender)
        home = divisions.province_of(county)
        province = home if draw.random() < 0.85 else draw.choice(self.provinces)
        year = RECOGNISED if recognised else self.year
        level = "1" if draw.random() < 0.7 else "2"
        category, in_number = draw.choice(_CATEGORIES)
        education, _, majors, kinds = _COURSES[category].draw(draw)
        major = draw.choice(majors)
        printed = number[:6] + number[8:17] if recognised else number
        serial = (self.first_serial + index) % 10**8
        return {
            "certificate_number": physician_qualification_certificate(
                year, province, level, in_number, printed
            ),
            "name": name_of(draw, gender, home[:2]),
            "gender": gender,
            "birth_date": born.isoformat(),
            "id_type": "01",
            "id_number": number,
            "profession": "physician",
            "category": category,
            "level": level,
            "school": school_of(draw, province, education, kinds),
            "education": education,
            "major": f"{major}（英语方向）" if version > 1 else major,
            "exam_year": year,
            "passed_on": f"{year}-12-01" if recognised else f"{year}-08-22",
            "province": province,
            "admission_number": None if recognised else f"{year}{province[:2]}0{serial:08d}",
            "route": "recognition" if recognised else "exam",
            "version": version,
        }
