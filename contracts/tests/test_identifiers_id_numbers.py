"""Resident identity numbers: vectors of the standard, properties, and each mistake told apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import (
    PROVINCE_PREFIXES,
    REASONS,
    IdentifierError,
    check_character,
    make_id_number,
    mask_id_number,
    parse_id_number,
    upgrade_fifteen,
)

TODAY = date(2026, 11, 23)
STEADY = settings(derandomize=True, deadline=None, database=None, max_examples=150)
COUNTIES = [county.code for county in divisions.counties(1985)]
FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")


@st.composite
def id_numbers(draw: st.DrawFn, first: date = date(1985, 1, 1)) -> str:
    born = first + timedelta(days=draw(st.integers(0, (TODAY - first).days)))
    return make_id_number(draw(st.sampled_from(COUNTIES)), born, draw(st.integers(0, 999)))


def refusal(text: str) -> IdentifierError:
    with pytest.raises(IdentifierError) as caught:
        parse_id_number(text, TODAY)
    return caught.value


@given(id_numbers())
@STEADY
def test_what_we_make_is_read_back_and_a_maintained_library_agrees(number: str) -> None:
    read = parse_id_number(number, TODAY)
    assert read.value == number == ric.validate(number)
    assert read.birth_date == ric.get_birth_date(number)
    assert read.gender == ("1" if int(number[16]) % 2 else "2")
    assert (read.region, read.province) == (number[:6], number[:2] + "0000")


@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
@STEADY
def test_any_single_wrong_digit_is_noticed(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    mistyped = number[:place] + wrong + number[place + 1 :]
    assert refusal(mistyped).code.startswith("id_number_")
    assert not ric.is_valid(mistyped)


@given(id_numbers(), st.integers(6, 15))
@STEADY
def test_two_swapped_neighbours_are_noticed(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    found = refusal(swapped)
    assert found.code in {
        "id_number_check_digit",
        "id_number_birth_date",
        "id_number_future_birth_date",
    }
    if found.code == "id_number_check_digit":
        assert "写反" in found.reason_zh
        assert "swapped" in found.reason_en


def test_a_mistake_that_no_swap_explains_is_called_a_mistyped_digit() -> None:
    number = "11010519491231002X"
    texts = {refusal(number[:-1] + last).reason_zh for last in "0123456789"}
    assert len(texts) == 2, "both kinds occur"
    assert refusal("11010519491231002" + "0").code == "id_number_check_digit"


@given(id_numbers(), st.sampled_from(["{}", "  {} ", "\u200b{}\ufeff", "{}\n"]))
@STEADY
def test_ways_of_typing_the_same_number_give_one_value(number: str, frame: str) -> None:
    grouped = f"{number[:6]} {number[6:14]}-{number[14:]}"
    for typed in (number.lower(), number.translate(FULL_WIDTH), grouped):
        assert parse_id_number(frame.format(typed), TODAY).value == number


def test_other_crosses_than_x_are_read_as_x() -> None:
    for cross in "xXｘＸ×Ⅹ\u0425\u0445":
        assert parse_id_number("11010519491231002" + cross, TODAY).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_number_length"),
        ("1101051949123100", "id_number_length"),
        ("11010519491231002XX", "id_number_characters"),
        ("110105194912310O2X", "id_number_characters"),
        ("11010519491231002A", "id_number_characters"),
        ("11010519491231002٣", "id_number_characters"),
        ("110***********002X", "id_number_masked"),
        ("99010519491231002X", "id_number_region"),
        ("110105194902300021", "id_number_birth_date"),
        ("110105000112310021", "id_number_birth_date"),
        ("110105204912310021", "id_number_future_birth_date"),
        ("110105194912310021", "id_number_check_digit"),
        ("110105491231002", "id_number_fifteen_digits"),
        ("110105490230002", "id_number_birth_date"),
        ("11010549123100X", "id_number_characters"),
    ],
)
def test_each_mistake_has_its_own_code(text: str, code: str) -> None:
    assert refusal(text).code == code


@pytest.mark.parametrize("year", [1949, 2000, 2026])
def test_a_birth_date_is_refused_from_tomorrow_on(year: int) -> None:
    born = TODAY.replace(year=year)
    number = make_id_number("110105", born, 2)
    assert parse_id_number(number, born).birth_date == born
    with pytest.raises(IdentifierError) as caught:
        parse_id_number(number, born - timedelta(days=1))
    assert caught.value.code == "id_number_future_birth_date"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("110105491231002", "11010519491231002X"),
        ("130503670401001", "130503196704010016"),
        (" １１０１０５４９１２３１００２ ", "11010519491231002X"),
    ],
)
def test_the_known_fifteen_digit_numbers_upgrade(old: str, new: str) -> None:
    assert upgrade_fifteen(old, TODAY).value == new


@given(id_numbers(first=date(1985, 1, 1)).filter(lambda n: n[6:8] == "19" and n[14:17] < "996"))
@STEADY
def test_upgrading_gives_back_the_number_the_old_one_was_shortened_from(number: str) -> None:
    upgraded = upgrade_fifteen(number[:6] + number[8:17], TODAY)
    assert upgraded.value == number


@pytest.mark.parametrize("serial", range(994, 1000))
def test_serials_of_centenarians_are_not_upgraded_by_the_system(serial: int) -> None:
    old = f"110105491231{serial}"
    if serial < 996:
        assert upgrade_fifteen(old, TODAY).birth_date == date(1949, 12, 31)
        return
    with pytest.raises(IdentifierError) as caught:
        upgrade_fifteen(old, TODAY)
    assert caught.value.code == "id_number_fifteen_centenarian"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("11010519491231002X", "id_number_not_fifteen_digits"),
        ("110105490230002", "id_number_birth_date"),
        ("980105491231002", "id_number_region"),
        ("1101054912310", "id_number_length"),
    ],
)
def test_what_cannot_be_upgraded_says_why(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        upgrade_fifteen(text, TODAY)
    assert caught.value.code == code


@given(st.text(alphabet="0123456789Xx*O ０-", max_size=24) | st.text(max_size=24))
@STEADY
def test_whatever_is_typed_gives_a_number_or_a_refusal_that_does_not_repeat_it(text: str) -> None:
    try:
        assert len(parse_id_number(text, TODAY).value) == 18
    except IdentifierError as refused:
        told = (refused.reason_zh, refused.reason_en, refused.next_zh, refused.next_en)
        assert all(told)
        assert len(text.strip()) < 6 or not any(text.strip() in part for part in told)
        assert str(refused) == refused.code


def test_no_refusal_gives_away_the_right_number() -> None:
    found = refusal("110105194912310021")
    told = found.reason_zh + found.reason_en + found.next_zh + found.next_en
    assert "11010519491231002X" not in told
    assert "X" not in told


def test_a_refusal_becomes_the_reason_of_a_field() -> None:
    told = refusal("1").about("id_number")
    assert (told.code, told.field) == ("id_number_length", "id_number")


def test_the_number_does_not_show_in_its_representation() -> None:
    read = parse_id_number("11010519491231002X", TODAY)
    assert "1949" not in repr(read)
    assert "1949" not in str(read)


def test_every_reason_is_told_in_both_languages_and_once() -> None:
    seen = set()
    for reason in REASONS:
        assert all((reason.reason.zh, reason.reason.en, reason.next_step.zh, reason.next_step.en))
        assert reason.reason.en.isascii()
        assert not reason.reason.zh.isascii()
        assert (reason.code, reason.reason.zh) not in seen
        seen.add((reason.code, reason.reason.zh))
        assert reason.code == reason.code.lower()


def test_masks_keep_the_length_and_never_more_than_seven_characters() -> None:
    assert mask_id_number("11010519491231002x") == "110***********002X"
    assert mask_id_number("110105491231002") == "110********1002"
    assert mask_id_number("1234567") == "*******"
    assert mask_id_number("") == ""


def test_provinces_of_id_numbers_are_those_of_the_divisions() -> None:
    official = {code[:2] for code in divisions.PROVINCES}
    assert PROVINCE_PREFIXES - official == {"83"}
    assert official <= PROVINCE_PREFIXES


def test_a_number_cannot_be_made_from_nonsense() -> None:
    for region, serial in (("99", 1), ("990000", 1), ("110105", 1000)):
        with pytest.raises(ValueError, match="region"):
            make_id_number(region, TODAY, serial)
    assert check_character("11010519491231002") == "X"
