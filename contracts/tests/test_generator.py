"""The generator of nurse exam results: clean records are clean, dirty ones are dirty as said."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Literal

import pytest

from zhiye_contracts.codes import EDUCATION, divisions
from zhiye_contracts.identifiers import (
    IdentifierError,
    is_rare_character_name,
    names_match,
    parse_id_number,
    parse_name,
    parse_nurse_exam_certificate,
    parse_physician_qualification_certificate,
    upgrade_fifteen,
)
from zhiye_launcher.generator import (
    DEMO_PEOPLE,
    DEMO_RARE_NAME,
    DIRTY_KINDS,
    FIELDS,
    Record,
    demo_people,
    dirty_kind,
    generate_exam_results,
    generate_nurse_exam_results,
    write,
)

TODAY = date(2026, 11, 23)
YEAR = 2026
SHARE = 0.2
RECORDS = list(generate_nurse_exam_results(4000, 7, YEAR, dirty=SHARE))
KINDS = [dirty_kind(index, SHARE) for index in range(len(RECORDS))]


def of_kind(kind: str | None) -> list[Record]:
    return [record for record, found in zip(RECORDS, KINDS, strict=True) if found == kind]


def check_clean(record: Record) -> None:
    person = parse_id_number(str(record["id_number"]), TODAY)
    assert person.value == record["id_number"]
    assert person.birth_date.isoformat() == record["birth_date"]
    assert person.gender == record["gender"]
    assert divisions.get(person.region, person.birth_date) is not None
    assert record["province"] in divisions.PROVINCES
    assert record["education"] in EDUCATION
    assert parse_name(str(record["name"])) == record["name"]
    certificate = str(record["certificate_number"])
    assert parse_nurse_exam_certificate(certificate) == certificate
    assert str(record["passed_on"]) == f"{record['exam_year']}-06-15"
    assert 17 < int(str(record["exam_year"])) - person.birth_date.year < 45
    assert all((record["school"], record["major"], record["admission_number"]))
    constants = ("id_type", "profession", "category", "level", "route", "version")
    assert [record[key] for key in constants] == ["01", "nurse", "nurse", "nurse", "exam", 1]


def code_of(record: Record) -> str:
    with pytest.raises(IdentifierError) as caught:
        parse_id_number(str(record["id_number"]), TODAY)
    return caught.value.code


def test_every_clean_record_is_valid_in_every_field_and_nobody_comes_twice() -> None:
    clean = of_kind(None)
    for record in clean:
        assert tuple(record) == FIELDS
        check_clean(record)
    for key in ("id_number", "certificate_number", "admission_number"):
        assert len({record[key] for record in clean}) == len(clean)


def test_without_a_dirty_share_every_record_is_clean() -> None:
    for record in generate_nurse_exam_results(300, 1, YEAR, dirty=0):
        check_clean(record)


def test_the_dirty_share_is_exact_and_each_kind_has_its_part() -> None:
    counts = Counter(KINDS)
    assert sum(counts.values()) - counts[None] == len(RECORDS) * SHARE
    assert {counts[kind] for kind in DIRTY_KINDS} == {100}


def earlier(record: Record) -> Record:
    return next(r for r in RECORDS if r["certificate_number"] == record["certificate_number"])


def test_duplicates_repeat_an_earlier_record_exactly() -> None:
    for record in of_kind("duplicate"):
        assert earlier(record) == record
        assert earlier(record) is not record
        check_clean(record)


def test_newer_versions_correct_an_earlier_record() -> None:
    for record in of_kind("newer_version"):
        first = earlier(record)
        changed = {key for key in FIELDS if first[key] != record[key]}
        assert changed == {"version", "major"}
        assert (first["version"], record["version"]) == (1, 2)


def test_rare_characters_are_written_as_pinyin_in_brackets() -> None:
    for record in of_kind("rare_character"):
        name = str(record["name"])
        assert is_rare_character_name(name)
        assert names_match(name[0] + "㛃", name) == "assisted"
        parse_id_number(str(record["id_number"]), TODAY)


def test_fifteen_digit_numbers_upgrade_to_a_person_who_agrees() -> None:
    for record in of_kind("fifteen_digits"):
        assert code_of(record) == "id_number_fifteen_digits"
        person = upgrade_fifteen(str(record["id_number"]), TODAY)
        assert person.birth_date.isoformat() == record["birth_date"]
        assert person.gender == record["gender"]


@pytest.mark.parametrize(
    ("kind", "is_dirty"),
    [
        ("check_digit", lambda r: code_of(r) == "id_number_check_digit"),
        ("birth_date", lambda r: code_of(r) == "id_number_birth_date"),
        (
            "gender_mismatch",
            lambda r: parse_id_number(str(r["id_number"]), TODAY).gender != r["gender"],
        ),
        ("missing_field", lambda r: [r[key] for key in FIELDS].count(None) == 1),
    ],
)
def test_records_that_must_be_rejected_are_wrong_in_that_way(
    kind: str, is_dirty: Callable[[Record], bool]
) -> None:
    assert all(is_dirty(record) for record in of_kind(kind))


def test_an_impossible_birth_date_is_in_the_field_too() -> None:
    for record in of_kind("birth_date"):
        with pytest.raises(ValueError, match=r"month|day"):
            date.fromisoformat(str(record["birth_date"]))


def test_the_people_look_like_a_year_of_nurses() -> None:
    clean = of_kind(None)
    women = sum(record["gender"] == "2" for record in clean) / len(clean)
    assert 0.9 < women < 0.99
    assert len({record["province"] for record in clean}) == 31
    assert {record["education"] for record in clean} == {"10", "20", "30", "40"}
    assert any("·" in str(record["name"]) for record in clean)
    surnames = Counter(str(record["name"])[0] for record in clean)
    assert {"王", "李", "张"} == {name for name, _ in surnames.most_common(3)}


@pytest.mark.parametrize("format_", ["ndjson", "csv"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    format_: Literal["ndjson", "csv"],
) -> None:
    def text(seed: int) -> str:
        stream = io.StringIO(newline="")
        assert write(generate_nurse_exam_results(200, seed, YEAR), stream, format_) == 200
        return stream.getvalue()

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_longer_file_begins_with_the_shorter_one() -> None:
    longer = generate_nurse_exam_results(10_000, 7, YEAR, dirty=SHARE)
    assert list(islice(longer, 50)) == RECORDS[:50]


def test_csv_opens_in_excel_and_reads_back() -> None:
    stream = io.BytesIO()
    with io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True) as file:
        write(RECORDS[:100], file, "csv")
        data = stream.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    expected = [
        {key: "" if value is None else str(value) for key, value in record.items()}
        for record in RECORDS[:100]
    ]
    assert rows == expected


def test_ndjson_is_one_record_a_line() -> None:
    stream = io.StringIO()
    assert write(iter(RECORDS[:100]), stream, "ndjson") == 100
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == RECORDS[:100]


def test_memory_does_not_grow_with_the_size() -> None:
    results = generate_nurse_exam_results(10**9, 3, YEAR)
    list(islice(results, 500))  # the divisions are read once
    tracemalloc.start()
    for _ in islice(results, 10_000):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(("year", "dirty"), [(1999, 0.0), (2041, 0.0), (YEAR, 1.0), (YEAR, -0.1)])
def test_what_cannot_be_generated_is_refused(year: int, dirty: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        next(generate_nurse_exam_results(1, 1, year, dirty=dirty))


def test_physicians_have_certificates_around_their_id_number_by_either_route() -> None:
    records = list(generate_exam_results(2000, 7, YEAR, dirty=SHARE, profession="physician"))
    kinds = [dirty_kind(index, SHARE) for index in range(len(records))]
    clean = [record for record, kind in zip(records, kinds, strict=True) if kind is None]
    for record in clean:
        assert tuple(record) == FIELDS
        number = parse_physician_qualification_certificate(str(record["certificate_number"]), TODAY)
        assert number.id_number.value == record["id_number"]
        assert (number.year, number.province) == (record["exam_year"], record["province"])
        assert (number.level, number.category[0]) == (record["level"], record["category"])
        recognised = record["route"] == "recognition"
        assert len(number.value) == (24 if recognised else 27)
        assert (record["admission_number"] is None) == recognised
    for key in ("id_number", "certificate_number"):
        assert len({record[key] for record in clean}) == len(clean)
    recognised = sum(record["route"] == "recognition" for record in clean) / len(clean)
    assert 0.02 < recognised < 0.1
    assert records == list(
        generate_exam_results(2000, 7, YEAR, dirty=SHARE, profession="physician")
    )
    nurses = {record["id_number"] for record in RECORDS}
    assert len(nurses & {record["id_number"] for record in clean}) < 3


def test_the_demo_people_are_clean_and_apart_from_the_generated_ones() -> None:
    assert len(DEMO_PEOPLE) == 6
    for record in DEMO_PEOPLE[:-1]:
        assert tuple(record) == FIELDS
        check_clean(record)
    numbers = {record["id_number"] for record in DEMO_PEOPLE}
    assert len(numbers) == 6
    assert all(str(number)[14:17] >= "996" for number in numbers)
    assert {record["certificate_number"] for record in DEMO_PEOPLE}.isdisjoint(
        record["certificate_number"] for record in RECORDS
    )


def test_the_demo_story_has_its_special_people() -> None:
    people = demo_people(2026)
    assert people == DEMO_PEOPLE
    assert [record["passed_on"] for record in people].count("2026-06-15") == 5
    assert people[4]["passed_on"] == "2020-06-15", "longer ago than three years"
    assert names_match(DEMO_RARE_NAME, str(people[5]["name"])) == "assisted"
    assert {record["exam_year"] for record in demo_people(2030)} == {2030, 2024}
