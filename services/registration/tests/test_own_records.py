"""What follows from records: the title, the ground of failed assessments, the credits."""

from __future__ import annotations

from datetime import date

import pytest

from zhiye_registration.domain.own_records import (
    Assessment,
    Promotion,
    Residency,
    credits_by_year,
    failed_again,
    title_after,
)

OLD, NEW = Promotion("233", date(2015, 6, 1)), Promotion("232", date(2024, 6, 1))


@pytest.mark.parametrize(
    ("current", "promotions", "taken_back", "before", "after"),
    [
        (None, [NEW], (), None, "232"),
        ("234", [OLD, NEW], (), None, "232"),
        ("234", [NEW, OLD], (), None, "232"),
        ("232", [NEW], (), None, "232"),
        ("231", [NEW], (), None, "231"),  # obtained otherwise meanwhile: not lowered
        ("232", [OLD], (), None, "232"),  # an older promotion stated late
        ("主治医师", [NEW], (), None, "232"),
        ("233", [], (), None, "233"),
        ("231", [NEW], {"231"}, "233", "232"),  # corrected to a lower one
        ("231", [], {"231"}, "233", "233"),  # it was somebody else's
        ("231", [], {"231"}, None, None),
        ("232", [NEW], {"232"}, "233", "232"),  # another promotion says so as well
        ("233", [NEW], {"231"}, None, "232"),
    ],
)
def test_the_title_follows_from_all_promotions(current, promotions, taken_back, before, after):
    assert title_after("physician", current, promotions, taken_back, before) == after


def assessment(year: int, *, passed: bool = False, again: bool = False) -> Assessment:
    return Assessment(f"R{year}", date(year, 3, 1), passed, again)


def test_failing_once_is_no_ground():
    assert failed_again([]) is None
    assert failed_again([assessment(2024)]) is None


def test_failing_twice_in_a_row_is_a_ground_since_the_second():
    found = failed_again([assessment(2024), assessment(2022)])
    assert found is not None
    assert (found.ground, found.since) == ("failed-twice", date(2024, 3, 1))


def test_failing_after_a_suspension_is_a_ground_at_once():
    found = failed_again([assessment(2023), assessment(2024, again=True)])
    assert found is not None
    assert found.ground == "failed-after-suspension"


def test_a_later_passed_assessment_ends_the_ground():
    assert failed_again([assessment(2020), assessment(2022), assessment(2024, passed=True)]) is None


def test_a_training_base_is_known_by_its_id_else_by_its_whole_name():
    def trained(**base: str | None) -> Residency:
        none = dict.fromkeys(
            ("base_institution_id", "base_institution_number", "base_institution_name")
        )
        began = date(2023, 9, 1)
        return Residency("R", "finished", "内科", began, date(2026, 8, 31), **none | base)

    assert trained(base_institution_id="H").is_base("H", "北京示例医院")
    assert not trained(base_institution_id="H", base_institution_name="另一医院").is_base(
        "H2", "另一医院"
    )
    assert trained(base_institution_name="北京示例医院").is_base("H", "北京示例医院")
    assert not trained(base_institution_number="1" * 22).is_base("H", "北京示例医院")


def test_credits_are_summed_by_year_newest_first():
    assert credits_by_year([(2025, 50, 0), (2026, 10, 25), (2025, 5, 5)]) == [
        (2026, 10, 25),
        (2025, 55, 5),
    ]
