"""Scopes of physicians: each has one category, and departments that follow (Q53)."""

from __future__ import annotations

import pytest

from zhiye_contracts.codes import PHYSICIAN_CATEGORIES, PHYSICIAN_DEPARTMENTS, PHYSICIAN_SCOPES
from zhiye_contracts.codes.scopes import (
    SCOPE_CATEGORIES,
    SCOPE_DEPARTMENTS,
    departments_of,
    scopes_in,
)


def test_every_scope_has_one_category_and_every_category_a_scope() -> None:
    assert set(SCOPE_CATEGORIES) == set(PHYSICIAN_SCOPES)
    assert set(SCOPE_CATEGORIES.values()) == set(PHYSICIAN_CATEGORIES)


@pytest.mark.parametrize("scope", PHYSICIAN_SCOPES)
def test_every_scope_leads_to_a_department_of_the_national_list(scope: str) -> None:
    departments = SCOPE_DEPARTMENTS[scope]
    assert set(departments) <= set(PHYSICIAN_DEPARTMENTS)
    assert len(set(departments) - {"other"}) >= 1
    assert departments[-1] == "other"


def test_every_department_can_be_reached_by_some_scope() -> None:
    assert {code for codes in SCOPE_DEPARTMENTS.values() for code in codes} == set(
        PHYSICIAN_DEPARTMENTS
    )


@pytest.mark.parametrize(
    ("scope", "category"),
    [("11", "1"), ("26", "1"), ("31", "2"), ("41", "3"), ("51", "4"), ("57", "4")],
)
def test_the_categories_are_those_of_the_notice(scope: str, category: str) -> None:
    assert SCOPE_CATEGORIES[scope] == category
    assert scope in scopes_in(category)


def test_a_public_health_physician_in_a_hospital_works_where_category_and_scope_say() -> None:
    assert departments_of("3", ["41"]) == ("01", "public-health", "infection-control", "other")


def test_departments_of_several_scopes_come_once_and_in_the_order_of_the_list() -> None:
    found = departments_of("1", ["16", "12"])
    assert list(found) == [code for code in PHYSICIAN_DEPARTMENTS if code in found]
    assert {"04", "13", "14"} <= set(found)


def test_a_scope_of_another_category_leads_nowhere() -> None:
    assert departments_of("2", ["11"]) == ()
    assert departments_of("9", ["31"]) == ()
    assert scopes_in("9") == ()
