"""Search for institutions: by any name, initials, number, region, category."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.pinyin import initials
from zhiye_contracts.identifiers import institution_number
from zhiye_institutions.adapters import institution_search
from zhiye_institutions.adapters.frequencies import Frequencies
from zhiye_institutions.adapters.institution_search import Filters
from zhiye_institutions.adapters.tables import institution
from zhiye_institutions.application.find_institutions import Found, find_institutions
from zhiye_institutions.application.search_keys import fill_search
from zhiye_institutions.domain.search import read_term, search_keys, without_division

if TYPE_CHECKING:
    from conftest import World

PATH = "/api/v1/institutions"


async def items(world: World, **query: Any) -> list[Any]:
    answer = await world.client().get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


async def names(world: World, **query: Any) -> list[str]:
    return [item["name"] for item in await items(world, **query)]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("北京协和医院", "bjxhyy"),
        ("重庆市第一人民医院", "cqsdyrmyy"),
        ("重症医学科", "zzyxk"),
        ("长沙市诊所", "csszs"),
        ("长治市院长诊所", "czsyzzs"),
        ("厦门大学附属第一医院", "xmdxfsdyyy"),
        ("西藏自治区藏医院", "xzzzqzyy"),
        ("沈阳市朝阳门诊部", "syscymzb"),
        ("单县中心医院", "sxzxyy"),
        ("第120急救站（A座）", "d120jjzaz"),
        ("和睦家 United 诊所", "hmjunitedzs"),
        ("", ""),
    ],
)
def test_initials_of_places_and_institutions_are_read_as_people_say_them(
    name: str, letters: str
) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "region", "rest"),
    [
        ("北京协和医院", "110101", "协和医院"),
        ("石家庄市长安区西兆通镇东村卫生室", "130102", "西兆通镇东村卫生室"),
        ("河北省石家庄长安医院", "130102", "医院"),
        ("协和医院", "110101", "协和医院"),
        ("北京", "110101", "北京"),
    ],
)
def test_divisions_at_the_beginning_of_a_name_may_be_left_out(
    name: str, region: str, rest: str
) -> None:
    assert without_division(name, region) == rest


async def test_it_is_found_by_its_other_name_and_told_by_which(world: World) -> None:
    made = await world.institution(
        "北京示例医院", "110102", other_names=["示例职工医院", "铁路总医院"]
    )
    found = await items(world, q="职工")
    assert [(one["id"], one["matched_name"]) for one in found] == [(made, "示例职工医院")]
    assert [one["matched_name"] for one in await items(world, q="铁路总")] == ["铁路总医院"]
    assert [one["matched_name"] for one in await items(world, q="tlzyy")] == ["铁路总医院"]
    assert [one["matched_name"] for one in await items(world, q="示例")] == [None]


@pytest.mark.parametrize("typed", ["bj", "bjxhyy", "BJXH", "xhyy", "ｂｊｘｈ"])
async def test_it_is_found_by_how_its_initials_begin_with_and_without_the_place(
    world: World, typed: str
) -> None:
    await world.institution("北京协和医院", "110101")
    assert await names(world, q=typed) == ["北京协和医院"]


@pytest.mark.parametrize("typed", ["jxhyy", "hyy", "bjyy", "xhyyx"])
async def test_initials_of_something_else_find_nothing(world: World, typed: str) -> None:
    await world.institution("北京协和医院", "110101")
    assert await names(world, q=typed) == []


async def test_of_long_initials_the_first_ten_count(world: World) -> None:
    await world.institution("重庆市涪陵区焦石镇楠木村卫生室", "500102")
    assert len(await names(world, q="cqsflqjszn")) == 1
    assert len(await names(world, q="cqsflqjsznmcwss")) == 1
    assert await names(world, q="cqsflqjsxx") == []


async def test_it_is_found_by_how_its_number_begins(world: World) -> None:
    number = institution_number("PDY01189", "130102", "11", "A100", "1")
    await world.institution("石家庄示例医院", "130102", registration_number=number)
    for typed in ("pdy0", "PDY011894", number.lower()):
        assert await names(world, q=typed) == ["石家庄示例医院"]
    assert await names(world, q="dy01") == []


async def test_a_campus_is_found_under_its_standard_name(world: World) -> None:
    main = await world.institution("北京示例医院", "110102")
    campus = await world.institution("通州院区", "110112", campus_of=main)
    found = await items(world, q="北京示例")
    assert [(one["id"], one["matched_name"]) for one in found] == [
        (main, None),
        (campus, "北京示例医院"),
    ]
    assert await names(world, campus_of=main) == ["通州院区"]
    assert await names(world, campus_of=main, q="北京示例") == ["通州院区"]
    assert await names(world, campus_of=campus) == []


async def test_a_campus_follows_the_new_name_of_what_it_is_part_of(world: World) -> None:
    office = await world.office()
    await world.institution("通州院区", "110112", campus_of=office.hospital)
    await office.approved(
        "change", ["change-form", "change-reason"], proposed={"name": "首都实例医院"}
    )
    assert await names(world, q="首都实例") == ["首都实例医院", "通州院区"]
    # The old name is a former name of the hospital, which keeps being found by it.
    assert await names(world, q="北京示例") == ["首都实例医院"]


async def test_names_that_begin_so_come_before_those_that_contain_it_and_other_names(
    world: World,
) -> None:
    await world.institution("同仁医院", "110102")
    await world.institution("北京同仁医院", "110102")
    await world.institution("安康医院", "110102", other_names=["同仁分院"])
    await world.institution("同仁堂诊所", "110102")
    ordered = ["同仁医院", "同仁堂诊所", "北京同仁医院", "安康医院"]
    assert await names(world, q="同仁") == ordered
    seen: list[str] = []
    query: dict[str, Any] = {"q": "同仁", "limit": 1}
    while True:
        page = (await world.client().get(PATH, params=query)).json()
        seen += [item["name"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == ordered


async def test_width_and_case_make_no_difference(world: World) -> None:
    await world.institution("北京United医院（分部）", "110102")
    for typed in ("united", "UNITED医院", "(分部)", "（分部）", "Ｕｎｉｔｅｄ"):
        assert await names(world, q=typed) == ["北京United医院（分部）"]


async def test_blanks_between_chinese_characters_make_no_difference(world: World) -> None:
    await world.institution("北京协和医院", "110101")
    assert await names(world, q=" 北京 协和\u3000医院 ") == ["北京协和医院"]


async def test_what_was_recorded_before_there_were_search_keys_is_made_findable(
    world: World,
) -> None:
    made = await world.institution("北京协和医院", "110101", other_names=["老协和"])
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(institution).values(search_keys=[]))
    assert await names(world, q="xhyy") == []
    await fill_search(world.kit)
    assert await names(world, q="xhyy") == ["北京协和医院"]
    assert [one["id"] for one in await items(world, q="老协")] == [made]


@pytest.mark.parametrize("typed", ["100%", "_", "%", "\\", "'", '"', "{}", "100_", "😀", "  "])
async def test_nothing_that_is_typed_is_taken_for_a_pattern(world: World, typed: str) -> None:
    await world.institution("北京百姓诊所", "110102")
    found = await names(world, q=typed)
    assert found == (["北京百姓诊所"] if not typed.strip() else [])


async def test_region_category_and_status_narrow_the_search(world: World) -> None:
    zone = await world.zone("示例开发区", "110000")
    await world.institution("甲医院", "110102")
    await world.institution("乙医院", "110105", category="A511")
    await world.institution("丙医院", "130102")
    await world.institution("丁医院", zone)
    await world.institution("戊中心血库", "130102", category="F130", status="planned")
    assert await names(world, region="110000") == ["丁医院", "乙医院", "甲医院"]
    assert await names(world, q="医院", region="110105") == ["乙医院"]
    assert await names(world, q="医院", region=zone) == ["丁医院"]
    assert (await items(world, region=zone))[0]["region_name"] == "北京市示例开发区"
    assert await names(world, region="130100") == ["丙医院", "戊中心血库"]
    assert await names(world, category="A5") == ["乙医院"]
    assert await names(world, q="医院", category="A100", region="110000") == ["丁医院", "甲医院"]
    assert await names(world, category="F") == ["戊中心血库"]
    assert await names(world, status="planned") == ["戊中心血库"]
    assert await names(world, q="医院", status="planned") == []
    assert len(await names(world, region="000000")) == 5


async def test_what_was_merged_or_cancelled_is_found_only_when_asked_for(world: World) -> None:
    ended = await world.institution("旧医院", "110102")
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            update(institution).where(institution.c.id == ended).values(status="cancelled")
        )
    assert await names(world, q="旧医院") == []
    assert await names(world) == []
    assert await names(world, q="旧医院", status="cancelled") == ["旧医院"]


@pytest.mark.parametrize(
    "query", [{"category": "医院"}, {"status": "dead"}, {"region": "11"}, {"q": "医" * 101}]
)
async def test_a_filter_that_cannot_be_is_refused(world: World, query: dict[str, str]) -> None:
    answer = await world.client(language="en").get(PATH, params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(query)))


async def _several(world: World) -> None:
    """Many with frequent words in their names, some with rare ones, in two provinces."""
    kinds = ("村卫生室", "中医诊所", "人民医院")
    for number in range(24):
        county, area = (("110102", "西城"), ("130102", "长安"))[number % 2]
        kind = kinds[number % 3]
        await world.institution(
            f"{area}{'甲乙丙丁戊己庚辛'[number % 8]}{kind}",
            county,
            category="A100" if kind == "人民医院" else "D211",
            other_names=["村卫生室旧址"] if number == 20 else [],
        )


_QUERIES: list[tuple[str | None, Filters]] = [
    ("卫生室", Filters()),
    ("村卫生室", Filters(region="130000")),
    ("医院", Filters(category="A")),
    ("医院", Filters(category="E100")),
    ("医院", Filters(status="in_force")),
    ("医院", Filters(status="closed")),
    ("西城", Filters()),
    ("长安乙", Filters()),
    ("诊所", Filters(region="110102")),
    ("xcjcwss", Filters()),
    ("没有的", Filters()),
    ("西", Filters()),
    (None, Filters(region="110100")),
    (None, Filters(category="A100")),
]


class Claiming(Frequencies):
    """Statistics that say that every key is as frequent."""

    def __init__(self, rows: float, share: float) -> None:
        super().__init__()
        self.rows = rows
        self._share = share

    async def refresh(self, connection: AsyncConnection) -> None:
        return None

    def of_all(self, keys: Iterable[str]) -> float:
        return self._share

    def rarest(self, keys: Iterable[str], most: int) -> list[str]:
        return list(keys)[:most]


@pytest.mark.parametrize(("typed", "filters"), _QUERIES, ids=str)
async def test_the_answers_are_the_same_whatever_the_statistics_say(
    world: World, typed: str | None, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _several(world)
    term = read_term(typed) if typed else None

    async with world.kit.database.reading() as connection:

        async def all_of(told: Frequencies, page: int) -> list[tuple[str, str | None]]:
            found: list[Found] = []
            while True:
                after = found[-1].key if found else None
                more = await find_institutions(connection, told, term, filters, after, page)
                found += more
                if len(more) < page:
                    return [(one.row["name"], one.matched_name) for one in found]

        expected = await all_of(Claiming(24, 0.0), 100)  # everything is rare
        nothing = typed == "没有的" or filters.category == "E100" or filters.status == "closed"
        assert bool(expected) != nothing
        for told in (Claiming(24, 1.0), Claiming(0, 1.0), Claiming(1_000_000, 0.5)):
            assert await all_of(told, 100) == expected
            assert await all_of(told, 2) == expected
        # Where going through names ends before the page is full, the search looks up.
        monkeypatch.setattr(institution_search, "LEAST_STEPS", 3)
        assert await all_of(Claiming(0.01, 100.0), 5) == expected


async def test_the_statistics_are_those_of_the_database(world: World) -> None:
    await _several(world)
    frequencies = Frequencies()
    async with world.kit.database.reading() as connection:
        await frequencies.refresh(connection)
        assert frequencies.rows == 0
        await connection.execute(text("ANALYZE institution"))
        await frequencies.refresh(connection)
        assert frequencies.rows == 0  # read a moment ago
        later = Frequencies()
        await later.refresh(connection)
    assert later.rows == 24
    assert later.of_all(["医院"]) == pytest.approx(1 / 3)
    assert later.of_all(["医院", "人民", "没有"]) == 0.0
    assert later.of_all([]) == 1.0
    assert later.rarest(["村卫", "没有", "中医"], 2) == ["没有", "村卫"]


def test_what_something_is_found_by() -> None:
    keys = search_keys("北京医院", "110102", "A100", ["总院"], initials)
    assert keys == {
        *("北京", "京医", "医院", "~总院"),
        *("^bj", "^bjy", "^bjyy", "^yy", "^zy"),
        *("=A", "=A1", "=A10", "=A100"),
    }
