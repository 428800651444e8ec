"""Certificate numbers of nurses and physicians, registration numbers of institutions."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiye_contracts.identifiers import (
    PROVINCE_PREFIXES,
    IdentifierError,
    institution_number,
    make_id_number,
    nurse_practice_certificate,
    organisation_check_character,
    parse_institution_number,
    parse_nurse_exam_certificate,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
    parse_physician_qualification_certificate,
    physician_qualification_certificate,
)

TODAY = date(2026, 11, 23)
STEADY = settings(derandomize=True, deadline=None, database=None, max_examples=150)
PROVINCES = st.sampled_from(sorted(PROVINCE_PREFIXES))
YEARS = st.integers(1979, TODAY.year)
HOSPITAL = "PDY01189411010511A1001"


@given(YEARS, PROVINCES, st.integers(1, 999_999))
@STEADY
def test_a_nurse_certificate_is_read_back_field_by_field(
    year: int, province: str, serial: int
) -> None:
    number = nurse_practice_certificate(year, province, serial)
    read = parse_nurse_practice_certificate(f" {number[:4]} {number[4:]} ", TODAY)
    assert (read.value, read.year, read.province) == (number, year, province + "0000")
    assert (read.serial, read.legacy, len(number)) == (serial, False, 12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("202711000001", "certificate_year"),
        ("197811000001", "certificate_year"),
        ("202699000001", "certificate_province"),
        ("2026110O0001", "certificate_letter_o"),
        ("12345", "nurse_practice_format"),
        ("京护字第12345号", "nurse_practice_format"),
        ("1" * 21, "nurse_practice_format"),
    ],
)
def test_a_wrong_nurse_certificate_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_nurse_practice_certificate(text, TODAY)
    assert caught.value.code == code


def test_old_nurse_certificates_of_other_lengths_are_accepted_whole() -> None:
    for old in ("9811024", "JH-2001-0042", "20081100012345"):
        read = parse_nurse_practice_certificate(old.lower(), TODAY)
        assert (read.value, read.legacy, read.province) == (old, True, None)


def test_a_nurse_certificate_cannot_be_made_from_nonsense() -> None:
    assert nurse_practice_certificate(2026, "110000", 7) == "202611000007"
    for year, province, serial in (
        (26, "11", 1),
        (2026, "99", 1),
        (2026, "11", 0),
        (2026, "11", 10**6),
    ):
        with pytest.raises(ValueError, match="certificate"):
            nurse_practice_certificate(year, province, serial)


@given(YEARS, PROVINCES, st.sampled_from("12"), st.integers(10, 49), st.booleans())
@STEADY
def test_a_physician_qualification_is_read_back_with_a_long_or_a_short_id_number(
    year: int, province: str, level: str, category: int, old: bool
) -> None:
    person = make_id_number("110105", date(1979, 12, 31), 2)
    inside = person[:6] + person[8:17] if old else person
    number = physician_qualification_certificate(year, province, level, str(category), inside)
    read = parse_physician_qualification_certificate(number.lower(), TODAY)
    assert len(number) == (24 if old else 27)
    assert (read.value, read.year, read.province) == (number, year, province + "0000")
    assert (read.level, read.category) == (level, str(category))
    assert read.id_number.value == person
    assert person not in repr(read)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20091111011010519491231002", "physician_qualification_length"),
        ("2009111101101051949123100AX", "physician_qualification_characters"),
        ("2O0911110110105194912310 02X", "certificate_letter_o"),
        ("209911110" + "11010519491231002X", "certificate_year"),
        ("200999110" + "11010519491231002X", "certificate_province"),
        ("200911110" + "110105194912310021", "physician_qualification_id_number"),
        ("200911110" + "110105491231998", "physician_qualification_id_number"),
    ],
)
def test_a_wrong_physician_qualification_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_physician_qualification_certificate(text, TODAY)
    assert caught.value.code == code


def test_a_physician_practice_certificate_is_fifteen_digits() -> None:
    assert parse_physician_practice_certificate("110110000 123456") == "110110000123456"
    for text, code in (
        ("11011000012345", "physician_practice_format"),
        ("11011000O123456", "certificate_letter_o"),
        ("11011000A123456", "physician_practice_format"),
    ):
        with pytest.raises(IdentifierError) as caught:
            parse_physician_practice_certificate(text)
        assert caught.value.code == code


@given(st.from_regex(r"[0-9A-Za-z]{6,32}", fullmatch=True))
@STEADY
def test_a_nurse_exam_certificate_is_opaque(text: str) -> None:
    folded = parse_nurse_exam_certificate(f" {text} ")
    assert folded == text.upper()
    assert parse_nurse_exam_certificate(folded) == folded


@pytest.mark.parametrize(
    "text", ["", "12345", "1" * 33, "2026/110001", "-202611", "２０２６１１号"]
)
def test_what_cannot_be_an_exam_certificate_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_nurse_exam_certificate(text)
    assert caught.value.code == "nurse_exam_format"


@given(
    st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=8, max_size=8),
    PROVINCES,
    st.sampled_from(["A100", "B100", "D211", "G100"]),
    st.sampled_from("129"),
)
@STEADY
def test_an_institution_number_is_read_back_field_by_field(
    organisation: str, province: str, category: str, profit: str
) -> None:
    number = institution_number(organisation, province + "0102", "11", category, profit)
    read = parse_institution_number(f"{number[:9]}-{number[9:].lower()}")
    assert len(number) == 22
    assert read.value == number
    assert read.organisation[:8] == organisation
    assert (read.region, read.economic_type) == (province + "0102", "11")
    assert (read.category, read.profit_class) == (category, profit)


@given(
    st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=8, max_size=8),
    st.integers(0, 7),
    st.integers(1, 10),
)
@STEADY
def test_a_wrong_character_of_the_organisation_code_is_noticed(
    organisation: str, place: int, shift: int
) -> None:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = digits[(int(organisation[place], 36) + shift) % 36]
    changed = organisation[:place] + wrong + organisation[place + 1 :]
    step = (int(wrong, 36) - int(organisation[place], 36)) % 11
    if step == 0:
        return  # eleven apart: the standard's check cannot tell these
    number = changed + organisation_check_character(organisation) + HOSPITAL[9:]
    with pytest.raises(IdentifierError) as caught:
        parse_institution_number(number)
    assert caught.value.code in {"institution_number_check_digit", "institution_number_letter_o"}


def test_the_real_number_is_valid_with_the_digit_and_refused_with_the_letter() -> None:
    assert organisation_check_character("PDY01189") == "4"
    assert parse_institution_number(HOSPITAL).organisation == "PDY011894"
    with pytest.raises(IdentifierError) as caught:
        parse_institution_number(HOSPITAL.replace("Y0", "YO", 1))
    assert caught.value.code == "institution_number_letter_o"
    assert "字母 O" in caught.value.reason_zh


def test_a_zero_typed_for_a_letter_o_is_suspected_too() -> None:
    number = institution_number("PDO81189", "110105", "11", "A100", "1")
    with pytest.raises(IdentifierError) as caught:
        parse_institution_number("PD0" + number[3:])
    assert caught.value.code == "institution_number_letter_o"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HOSPITAL[:-1], "institution_number_length"),
        ("", "institution_number_length"),
        (HOSPITAL.replace("A1", "院1"), "institution_number_characters"),
        ("PDY01189411A10511A1001", "institution_number_characters"),
        ("PDY0118941101O511A1001", "institution_number_letter_o"),
        ("PDY01189411010511A1O01", "institution_number_letter_o"),
        ("PDY01189411010511010O1", "institution_number_letter_o"),
        ("PDY01199411010511A1001", "institution_number_check_digit"),
        ("PDY01189499010511A1001", "institution_number_region"),
        ("PDY0118941101051111001", "institution_number_category"),
        ("PDY01189411010511A1003", "institution_number_profit_class"),
    ],
)
def test_a_wrong_institution_number_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_institution_number(text)
    assert caught.value.code == code


@given(st.text(max_size=30) | st.text(alphabet="0123456789OXAPDY", min_size=9, max_size=28))
@STEADY
def test_any_text_is_read_or_refused_but_never_breaks_a_parser(text: str) -> None:
    for parse in (
        parse_institution_number,
        parse_nurse_exam_certificate,
        parse_physician_practice_certificate,
        lambda value: parse_nurse_practice_certificate(value, TODAY),
        lambda value: parse_physician_qualification_certificate(value, TODAY),
    ):
        try:
            parse(text)
        except IdentifierError as refused:
            assert refused.code
