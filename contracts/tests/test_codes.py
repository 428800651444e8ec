"""National code tables and administrative divisions."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    INSTITUTION_CATEGORIES,
    NURSING_TITLES,
    PHYSICIAN_SCOPES,
    PROVINCES,
    TABLES,
    divisions,
)
from zhiye_contracts.codes.table import table


@pytest.mark.parametrize("name", TABLES)
def test_every_code_has_a_label_in_both_languages_and_the_table_a_source(name: str) -> None:
    codes = TABLES[name]
    assert codes.source
    assert len(codes)
    for code, text in codes.items():
        assert code == code.strip() != ""
        assert not text.zh.isascii()
        assert text.en.isascii()
        assert text.en


def test_labels_are_read_in_the_readers_language() -> None:
    assert GENDERS.label("2") == "女"
    assert GENDERS.label("2", "en") == "female"
    assert GENDERS.label("7", "en") == "7", "an unknown code is shown, not lost"
    assert "2" in GENDERS
    assert "7" not in GENDERS


def test_the_tables_have_the_codes_of_their_standards() -> None:
    assert set(GENDERS) == {"0", "1", "2", "9"}
    assert set(ETHNIC_GROUPS) == {f"{n:02d}" for n in range(1, 57)} | {"97", "98"}
    assert ETHNIC_GROUPS.label("56", "en") == "Jino"
    assert set(EDUCATION) == {f"{n}0" for n in range(1, 10)}
    assert list(NURSING_TITLES) == ["251", "252", "253", "254", "255"]
    scopes = {*range(11, 27), 31, 41, *range(51, 58)}
    assert set(PHYSICIAN_SCOPES) == {str(n) for n in scopes}
    assert INSTITUTION_CATEGORIES.label("A100") == "综合医院"
    assert list(BUSINESS_TYPES) == [
        "nurse-first",
        "nurse-renewal",
        "nurse-change",
        "nurse-cancellation",
        "nurse-re-registration",
        "nurse-military-to-local",
        "nurse-certificate-reissue",
        "physician-registration",
        "physician-re-registration",
        "physician-add-location",
        "physician-change",
        "physician-change-level",
        "physician-multi-institution",
        "physician-off-post",
        "physician-cancellation",
        "physician-moving-out",
        "physician-certificate-reissue",
    ]


def test_a_table_with_a_code_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        table("t", "s", "1 | 一 | one\n1 | 二 | two")


def test_a_division_has_a_name_and_a_path() -> None:
    found = divisions.get("440305")
    assert found is not None
    assert (found.name, found.current) == ("南山区", True)
    assert divisions.path("440305") == ("广东省", "深圳市", "南山区")
    assert divisions.path("110105") == ("北京市", "朝阳区"), "grouping rows are left out"
    assert divisions.path("429004") == ("湖北省", "仙桃市")
    assert divisions.path("650000") == ("新疆维吾尔自治区",)
    assert divisions.path("999999") == ()
    assert divisions.get("999999") is None


def test_a_code_is_known_under_the_name_of_its_time() -> None:
    assert divisions.get("120110", date(1990, 1, 1)) != divisions.get("120110")
    assert divisions.path("120110", date(1990, 1, 1)) == ("天津市", "东郊区")
    assert divisions.path("120110") == ("天津市", "东丽区")
    abolished = divisions.get("110103")
    assert abolished is not None
    assert (abolished.name, abolished.current, abolished.until) == ("崇文区", False, 2010)
    assert divisions.get("110103", date(2015, 1, 1)) is None


def test_children_are_those_in_force_now_or_on_the_day() -> None:
    provinces = divisions.children(divisions.NATION)
    assert [d.code for d in provinces] == list(PROVINCES)
    assert [d.name for d in provinces] == [PROVINCES.label(d.code) for d in provinces]
    now = {d.name for d in divisions.children("110100")}
    then = {d.name for d in divisions.children("110100", date(2005, 1, 1))}
    assert {"崇文区", "宣武区"} <= then - now
    assert len(now) == 16
    assert divisions.children("110105") == ()


def test_every_division_in_force_is_reached_from_the_nation_exactly_once() -> None:
    seen: list[str] = []
    waiting = [divisions.NATION]
    while waiting:
        below = divisions.children(waiting.pop())
        seen += (d.code for d in below)
        waiting += (d.code for d in below)
    assert len(seen) == len(set(seen)) > 3000
    assert all(divisions.is_within(code, divisions.NATION) for code in seen)


@pytest.mark.parametrize(
    ("code", "ancestor", "within"),
    [
        ("110105", "110000", True),
        ("110105", "110100", True),
        ("110105", "110105", True),
        ("110105", "110106", False),
        ("110105", "120000", False),
        ("110000", "110105", False),
        ("110000", "000000", True),
        ("110199", "110100", True),
        ("", "110000", False),
        ("110105", "", False),
    ],
)
def test_a_region_contains_itself_and_what_is_below(code: str, ancestor: str, within: bool) -> None:
    assert divisions.is_within(code, ancestor) is within
    assert divisions.province_of("110105") == "110000"


def test_importing_the_tables_does_not_read_the_divisions() -> None:
    script = "import sys, zhiye_contracts.codes; sys.exit('stdnum.numdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
