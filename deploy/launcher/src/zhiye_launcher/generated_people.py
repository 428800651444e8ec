"""People of the exam records that are generated: their ID numbers, names, schools, and faults.

A record is a function of seed, year and index: nothing is kept in memory, and a duplicate or a
newer version can point at any earlier record. Every person here is invented.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate
from random import Random

from zhiye_contracts.codes import divisions
from zhiye_contracts.codes.divisions import Division
from zhiye_contracts.identifiers import check_character, make_id_number

Record = dict[str, str | int | None]

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
Course = tuple[str, float, tuple[str, ...], tuple[str, ...]]
"""Education code, share of the year, majors, kinds of school."""
_SERIALS = 497  # 1 to 994; 996 to 999 stay free for the demo people


def dirty_kind(index: int, dirty: float) -> str | None:
    """What is wrong with the record at an index; of n records exactly ⌊n·dirty⌋ are dirty."""
    before, after = math.floor(index * dirty), math.floor((index + 1) * dirty)
    return DIRTY_KINDS[before % len(DIRTY_KINDS)] if after > before else None


@dataclass(frozen=True)
class Births:
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


class People(ABC):
    """Everybody who takes one exam in one year."""

    def __init__(self, seed: str, year: int, ages: Sequence[tuple[int, int]]) -> None:
        """``ages`` of the young, the older and the oldest, each from the highest to the lowest."""
        self.seed, self.year = seed, year
        random = Random(f"{seed}/{year}")  # noqa: S311 - not a secret
        start = random.randrange(10**9)
        self.first_serial = random.randrange(10**8)
        self.young, self.older, self.oldest = (
            Births(date(year - a, 1, 1), date(year - b, 12, 31), start) for a, b in ages
        )
        self.provinces = [d.code for d in divisions.children(divisions.NATION) if d.code < "700000"]

    @abstractmethod
    def record(self, index: int, births: Births | None = None, version: int = 1) -> Record:
        """The clean record at an index."""

    def draw(self, *index: object) -> Random:
        return Random("/".join(map(str, (self.seed, self.year, *index))))  # noqa: S311

    def dirty(self, index: int, kind: str, share: float) -> Record:
        """The record at an index, with one of the kinds of fault."""
        draw = self.draw(index, kind)
        if kind in ("duplicate", "newer_version"):
            earlier = draw.randrange(index)
            while dirty_kind(earlier, share):
                earlier -= 1  # the first record is always clean
            return self.record(earlier, version=2 if kind == "newer_version" else 1)
        births = self.oldest if kind == "fifteen_digits" else None
        return _spoil(self.record(index, births), kind, draw)


class Courses:
    """Courses to draw from by their share."""

    def __init__(self, *courses: Course) -> None:
        self._courses = courses
        self._bounds = list(accumulate(course[1] for course in courses))[:-1]

    def draw(self, draw: Random) -> Course:
        return self._courses[bisect(self._bounds, draw.random())]


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


def name_of(draw: Random, gender: str, province: str) -> str:
    if province in _MINORITY and draw.random() < 0.5:
        return draw.choice(_MINORITY[province][0 if gender == "2" else 1])
    family = draw.choices(_FAMILY, cum_weights=_FAMILY_WEIGHTS)[0]
    given = _FEMALE if gender == "2" else _MALE
    return family + "".join(draw.choice(given) for _ in range(1 if draw.random() < 0.25 else 2))


def school_of(draw: Random, province: str, education: str, kinds: Sequence[str]) -> str:
    """A school of the province for degrees, of one of its cities below that."""
    places = _places(province)
    return draw.choice(places[:1] if education in ("10", "20") else places) + draw.choice(kinds)


@cache
def _places(province: str) -> tuple[str, ...]:
    """Short names of the province and its cities."""
    cities = (d.name for d in divisions.children(province) if d.name.endswith("市"))
    names = (divisions.PROVINCES.label(province), *cities)
    return tuple(re.sub("(?:(?:壮族|回族|维吾尔)?自治区|省|市)$", "", name) for name in names)
