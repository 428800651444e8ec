"""The institutions of the whole country, invented, the same for the same seed.

Every county has its hospitals, health centres, village clinics and clinics in about the shares of
the national statistics, under names made as real ones are: division, town, village, kind. An
institution is a function of seed, county and place in the county, so that a smaller tree is part
of a bigger one.
"""

from __future__ import annotations

import csv
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

from zhiye_contracts.codes import divisions
from zhiye_contracts.codes.divisions import Division
from zhiye_contracts.identifiers import institution_number

NATION = 1_090_000
HEAD = (
    *("机构名称", "登记号", "行政区划", "机构类别", "机构等级", "经济类型", "其他名称"),
    *("负责人", "预留手机", "床位数", "地址", "诊疗科目"),
)
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余"
_GIVEN = "建国志明文华秀英海军玉兰永强晓东春梅国庆丽娟光辉德胜美玲振华福生桂芳成林云飞金凤"
_TOWN = "青龙白马石桥柳河新安永兴太平和丰双清水高泉黄沙大王南沟北山东湖西坪上庄下河三江五里红旗"
_VILLAGE = "李张王刘赵孙杨陈庄家沟岭坪湾坡塘桥店营寨台堡洼甸岗冲坝墩圩荡泊集铺口头前后东西上下"
_BRAND = "仁爱康宁德济同和安泰惠民博恒瑞慈颐佳盛华益健福寿春堂圣玛友谊光明协天佑"
# share of the national total, kind, category, level, economic types
_KINDS: tuple[tuple[float, str, str, tuple[str, ...]], ...] = (
    (53.5, "village", "D600", ("12", "17")),
    (13.0, "clinic", "D211", ("17",)),
    (6.5, "chinese", "D212", ("17",)),
    (4.5, "dental", "D215", ("17",)),
    (3.5, "post", "D300", ("11", "12")),
    (2.4, "infirmary", "D400", ("11", "15")),
    (2.4, "outpatient", "D110", ("15", "17")),
    (1.4, "dental-outpatient", "D152", ("15", "17")),
    (2.6, "station", "B200", ("11", "12")),
    (0.9, "community", "B100", ("11",)),
    (2.2, "township", "C220", ("11",)),
    (0.9, "central", "C210", ("11",)),
    (1.6, "hospital", "A100", ("11", "17", "15")),
    (0.5, "chinese-hospital", "A210", ("11",)),
    (0.35, "brand", "A100", ("17", "15")),
    (0.5, "special", "A526", ("17", "15")),
    (0.2, "nursing", "A710", ("17",)),
    (0.3, "maternal", "G200", ("11",)),
    (0.35, "control", "J100", ("11",)),
    (0.06, "emergency", "E100", ("11",)),
    (0.05, "blood", "F130", ("11",)),
    (0.04, "plasma", "F200", ("15",)),
)
_SHARES = list(accumulate(kind[0] for kind in _KINDS))
_SUBJECTS = ("内科", "外科", "妇产科", "儿科", "口腔科", "中医科", "急诊医学科", "医学检验科")

Row = tuple[str, ...]


def institutions(count: int, seed: int = 2026) -> Iterator[Row]:
    """Rows of ``count`` institutions in the order of ``HEAD``, county by county."""
    counties = divisions.counties(2010)
    shares = list(accumulate(Random(f"{seed}/{c.code}").uniform(0.4, 1.6) for c in counties))
    before = 0
    for place, (county, share) in enumerate(zip(counties, shares, strict=True)):
        until = round(count * share / shares[-1])
        yield from _county(county, place, until - before, seed)
        before = until


def write(count: int, file: Path) -> None:
    """Write them as an authority would send them: CSV for Excel."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        writer.writerows(institutions(count))


def _county(county: Division, place: int, count: int, seed: int) -> Iterator[Row]:
    draw = Random(f"{seed}/{county.code}/institutions")
    city, district = _divisions(county.code)
    area = city + district if district.endswith("区") else district
    towns = ["".join(draw.sample(_TOWN, 2)) for _ in range(18)]
    stations: set[str] = set()
    for index in range(count):
        _, kind, category, ownerships = _KINDS[bisect(_SHARES[:-1], draw.random() * _SHARES[-1])]
        town, number = draw.choice(towns), draw.randrange(1, 6)
        village = "".join(draw.sample(_VILLAGE, 2))
        brand = "".join(draw.sample(_BRAND, 2))
        person = draw.choice(_FAMILY) + "".join(draw.sample(_GIVEN, 2))
        phone = f"1{draw.choice('3589')}{draw.randrange(10**9):09d}"
        ownership = draw.choice(ownerships)
        name = _name(kind, city, area, town, village, brand, person, number)
        if kind in ("blood", "plasma"):
            if name in stations:
                name = f"{area}{town}{name.removeprefix(area)}"
            if name in stations:
                continue
            stations.add(name)
        hospital = category.startswith("A")
        yield (
            name,
            _number(place, index, county.code, ownership, category),
            county.code,
            category,
            draw.choice(("二级甲等", "二级", "一级", "三级甲等")) if hospital else "",
            ownership,
            f"{district}{brand}医院" if kind == "hospital" and draw.random() < 0.3 else "",
            person,
            phone if draw.random() < 0.6 else "",
            str(draw.randrange(20, 900)) if hospital else "",
            f"{area}{town}镇{village}路{number}号",
            "；".join(draw.sample(_SUBJECTS, 1 + number % 3)),
        )


def _number(place: int, index: int, region: str, ownership: str, category: str) -> str:
    """Spread over all organisation codes, as real ones are; blood stations have none (Q55)."""
    if category.startswith("F"):
        return ""
    code = (place * 10_007 + index) * 48_271 % 10**8
    return institution_number(f"{code:08d}", region, ownership, category, "1")


def _divisions(code: str) -> tuple[str, str]:
    names = divisions.path(code)
    return ("" if len(names) < 2 else names[-2]), names[-1]


def _name(
    kind: str,
    city: str,
    area: str,
    town: str,
    village: str,
    brand: str,
    person: str,
    number: int,
) -> str:
    ordinal = "" if number == 1 else f"第{'一二三四五'[number - 1]}"
    return {
        "village": f"{area}{town}镇{village}村卫生室",
        "clinic": f"{area}{person}诊所",
        "chinese": f"{area}{person}中医诊所",
        "dental": f"{area}{brand}口腔诊所",
        "post": f"{area}{town}{village}卫生所",
        "infirmary": f"{area}{town}中学医务室",
        "outpatient": f"{city}{brand}门诊部",
        "dental-outpatient": f"{city}{brand}口腔门诊部",
        "station": f"{area}{town}街道{village}社区卫生服务站",
        "community": f"{area}{town}街道社区卫生服务中心",
        "township": f"{area}{town}乡卫生院",
        "central": f"{area}{town}镇中心卫生院",
        "hospital": f"{area}{ordinal}人民医院" if number < 4 else f"{city}{ordinal}医院",
        "chinese-hospital": f"{area}中医院",
        "brand": f"{city}{brand}医院",
        "special": f"{city}{brand}骨科医院",
        "nursing": f"{city}{brand}护理院",
        "maternal": f"{area}妇幼保健院",
        "control": f"{area}疾病预防控制中心",
        "emergency": f"{city}{town}急救中心",
        "blood": f"{area}中心血库",
        "plasma": f"{area}{town}单采血浆站",
    }[kind]
