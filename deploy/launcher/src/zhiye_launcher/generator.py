"""Realistic nurse exam results, as many as asked for, the same for the same seed.

A record is a function of seed, year and index: nothing is kept in memory, and a duplicate or a
newer version can point at any earlier record. ID numbers and certificate numbers of clean records
never collide. Every person here is invented.
"""

from __future__ import annotations

import csv
import json
import math
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate
from random import Random
from typing import Literal, TextIO

from zhiye_contracts.codes import divisions
from zhiye_contracts.codes.divisions import Division
from zhiye_contracts.identifiers import check_character, make_id_number

Record = dict[str, str | int | None]

FIELDS = (
    "certificate_number",
    "name",
    "gender",
    "birth_date",
    "id_type",
    "id_number",
    "profession",
    "category",
    "level",
    "school",
    "education",
    "major",
    "exam_year",
    "passed_on",
    "province",
    "admission_number",
    "route",
    "version",
)
DIRTY_KINDS = (
    "duplicate",  # an earlier record again, unchanged: no effect
    "newer_version",  # an earlier record with version 2 and another major: accepted
    "rare_character",  # the name has a bracketed pinyin: accepted
    "check_digit",
    "fifteen_digits",  # upgraded or rejected, as the importer decides
    "gender_mismatch",
    "birth_date",  # a day that does not exist, in the field and in the ID number
    "missing_field",  # a required field is null (empty in CSV)
)

_SURNAMES = (
    "王7.2李7.0张6.7刘5.2陈4.6杨3.0黄2.2赵2.0吴2.0周1.9徐1.6孙1.5马1.3朱1.3胡1.2郭1.1何1.1林1.1罗1.0"
    "高1.0郑0.9梁0.8谢0.8宋0.7唐0.7许0.7韩0.7邓0.6冯0.6曹0.6彭0.6曾0.6肖0.6田0.5董0.5潘0.5袁0.5蔡0.5"
    "蒋0.5余0.5于0.5杜0.5叶0.4程0.4魏0.4苏0.4吕0.4丁0.4任0.4卢0.4姚0.4沈0.4钟0.4姜0.4崔0.4谭0.3陆0.3"
    "范0.3汪0.3廖0.3石0.3金0.3韦0.3贾0.3夏0.3付0.3方0.3邹0.3熊0.3白0.3孟0.3秦0.3邱0.3侯0.3江0.3"
)
_FAMILY = [_SURNAMES[at] for at in range(0, len(_SURNAMES), 4)]
_FAMILY_WEIGHTS = list(accumulate(float(_SURNAMES[at + 1 : at + 4]) for at in range(0, 300, 4)))
_FEMALE = (
    "芳娜静丽艳敏燕玲婷雪莹慧颖倩琳晶洁璐瑶佳悦萌欣怡梦雨思涵诗琪嘉宁文雅晓春秋月红梅兰菊霞云彤薇蕾"
)
_MALE = "伟强磊军杰涛超明勇辉鹏浩宇轩博文俊凯峰斌龙翔志建国子昊天泽睿晨阳"
_RARE = ("suo", "jie", "wei", "yi", "xuan", "yan", "zhuo", "lv", "ting", "yue", "hui", "qian")

_MINORITY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # province: women's and men's whole names
    "65": (
        tuple(
            f"{given}·{father}"
            for given in ("阿依古丽", "古丽娜尔", "帕提古丽", "热依汗古丽", "迪丽热巴", "阿依努尔")
            for father in ("买买提", "艾合买提", "吐尔逊", "阿卜杜拉", "库尔班", "依明江")
        ),
        tuple(
            f"{given}·{father}"
            for given in ("艾尔肯", "买买提江", "阿迪力", "吐尔洪")
            for father in ("买买提", "艾合买提", "吐尔逊", "库尔班")
        ),
    ),
    "54": (("卓玛", "央金", "德吉", "次仁卓玛", "拉姆", "白玛曲珍"), ("扎西", "多吉", "次仁顿珠")),
    "15": (("乌云其木格", "萨仁高娃", "娜仁托娅", "其其格"), ("巴特尔", "朝鲁", "苏日勒和克")),
}
_COURSES: tuple[tuple[str, float, tuple[str, ...], tuple[str, ...]], ...] = (
    # education code, share of the year, majors, kinds of school
    ("30", 0.55, ("护理", "护理", "助产"), ("卫生职业学院", "护理职业学院", "医学高等专科学校")),
    ("20", 0.28, ("护理学", "护理学", "助产学"), ("医科大学", "中医药大学", "医学院")),
    ("40", 0.16, ("护理", "护理", "助产"), ("卫生学校", "护士学校")),
    ("10", 0.01, ("护理学",), ("医科大学",)),
)
_COURSE_SHARES = list(accumulate(course[1] for course in _COURSES))
_SERIALS = 497  # 1 to 994; 996 to 999 stay free for the demo people


def dirty_kind(index: int, dirty: float) -> str | None:
    """What is wrong with the record at an index; of n records exactly ⌊n·dirty⌋ are dirty."""
    before, after = math.floor(index * dirty), math.floor((index + 1) * dirty)
    return DIRTY_KINDS[before % len(DIRTY_KINDS)] if after > before else None


def generate_nurse_exam_results(
    count: int, seed: int, year: int, *, dirty: float = 0.03
) -> Iterator[Record]:
    """``count`` results of one year's exam, in bounded memory.

    ``year`` is 2000 to 2040; ``dirty`` is the share of dirty records, below 1. Raises
    ``ValueError`` otherwise, at the first record.
    """
    if not 2000 <= year <= 2040 or not 0 <= dirty < 1:
        raise ValueError("year must be 2000 to 2040 and dirty at least 0 and below 1")
    people = _People(seed, year)
    for index in range(count):
        kind = dirty_kind(index, dirty)
        yield people.record(index) if kind is None else people.dirty(index, kind, dirty)


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


@dataclass(frozen=True)
class _Births:
    """Everybody born in some years, numbered so that no two have the same ID number."""

    first: date
    last: date
    start: int

    @cached_property
    def counties(self) -> Sequence[Division]:
        return divisions.counties(self.first.year)

    @cached_property
    def size(self) -> int:
        return len(self.counties) * self.days * _SERIALS

    @cached_property
    def stride(self) -> int:
        """Coprime to the size, so that every number comes once; golden, so that they spread."""
        near = round(self.size * (math.sqrt(5) - 1) / 2)
        return next(step for step in range(near, self.size) if math.gcd(step, self.size) == 1)

    @cached_property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def person(self, index: int, gender: str) -> tuple[str, date, str]:
        """(county, birth date, ID number) of an index."""
        rest, serial = divmod((index * self.stride + self.start) % self.size, _SERIALS)
        county, day = divmod(rest, self.days)
        code, born = self.counties[county].code, self.first + timedelta(days=day)
        number = make_id_number(code, born, 2 * serial + (1 if gender == "1" else 2))
        return code, born, number


class _People:
    def __init__(self, seed: int, year: int) -> None:
        self._seed, self._year = seed, year
        random = Random(f"{seed}/{year}")  # noqa: S311 - not a secret
        start = random.randrange(10**9)
        self._first_serial = random.randrange(10**8)
        self._young, self._older, self._oldest = (
            _Births(date(year - a, 1, 1), date(year - b, 12, 31), start)
            for a, b in ((24, 20), (41, 25), (60, 42))
        )
        self._provinces = [
            d.code for d in divisions.children(divisions.NATION) if d.code < "700000"
        ]

    def record(self, index: int, births: _Births | None = None, version: int = 1) -> Record:
        draw = Random(f"{self._seed}/{self._year}/{index}")  # noqa: S311
        gender = "1" if draw.random() < 0.05 else "2"
        births = births or (self._young if draw.random() < 0.9 else self._older)
        county, born, number = births.person(index, gender)
        home = divisions.province_of(county)
        province = home if draw.random() < 0.85 else draw.choice(self._provinces)
        name = _name(draw, gender, home[:2])
        education, _, majors, kinds = _COURSES[bisect(_COURSE_SHARES[:-1], draw.random())]
        school = _school(draw, province, education, kinds)
        major = draw.choice(majors)
        corrected = version > 1
        # Counted from somewhere else for each seed: two files rarely claim the same number.
        serial = (self._first_serial + index) % 10**8
        return {
            "certificate_number": f"{self._year}{province[:2]}1{serial:08d}",
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
            "exam_year": self._year,
            "passed_on": f"{self._year}-06-15",
            "province": province,
            "admission_number": f"{self._year}{province[:2]}0{serial:08d}",
            "route": "exam",
            "version": version,
        }

    def dirty(self, index: int, kind: str, share: float) -> Record:
        draw = Random(f"{self._seed}/{self._year}/{index}/{kind}")  # noqa: S311
        if kind in ("duplicate", "newer_version"):
            earlier = draw.randrange(index)
            while dirty_kind(earlier, share):
                earlier -= 1  # the first record is always clean
            return self.record(earlier, version=2 if kind == "newer_version" else 1)
        births = self._oldest if kind == "fifteen_digits" else None
        return _spoil(self.record(index, births), kind, draw)


def _spoil(record: Record, kind: str, draw: Random) -> Record:
    number = str(record["id_number"])
    if kind == "rare_character":
        brackets = draw.choice(("({})", "（{}）"))
        family = draw.choices(_FAMILY, cum_weights=_FAMILY_WEIGHTS)[0]
        record["name"] = family + brackets.format(draw.choice(_RARE))
    elif kind == "check_digit":
        record["id_number"] = number[:-1] + draw.choice(
            [c for c in "0123456789X" if c != number[-1]]
        )
    elif kind == "fifteen_digits":
        record["id_number"] = number[:6] + number[8:17]
    elif kind == "gender_mismatch":
        record["gender"] = "1" if record["gender"] == "2" else "2"
    elif kind == "birth_date":
        day = draw.choice(("0230", "0431", "1301", "0631", "1100"))
        body = number[:10] + day + number[14:17]
        record["id_number"] = body + check_character(body)
        record["birth_date"] = f"{number[6:10]}-{day[:2]}-{day[2:]}"
    else:
        record[draw.choice(("name", "id_number", "certificate_number", "passed_on"))] = None
    return record


def _name(draw: Random, gender: str, province: str) -> str:
    if province in _MINORITY and draw.random() < 0.5:
        return draw.choice(_MINORITY[province][0 if gender == "2" else 1])
    family = draw.choices(_FAMILY, cum_weights=_FAMILY_WEIGHTS)[0]
    given = _FEMALE if gender == "2" else _MALE
    return family + "".join(draw.choice(given) for _ in range(1 if draw.random() < 0.25 else 2))


def _school(draw: Random, province: str, education: str, kinds: Sequence[str]) -> str:
    """A school of the province for degrees, of one of its cities below that."""
    places = _places(province)
    return draw.choice(places[:1] if education in ("10", "20") else places) + draw.choice(kinds)


@cache
def _places(province: str) -> tuple[str, ...]:
    """Short names of the province and its cities."""
    cities = (d.name for d in divisions.children(province) if d.name.endswith("市"))
    names = (divisions.PROVINCES.label(province), *cities)
    return tuple(re.sub("(?:(?:壮族|回族|维吾尔)?自治区|省|市)$", "", name) for name in names)


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
