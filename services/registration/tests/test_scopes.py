"""What a province's catalogue of scopes offers (Q49), and the departments that follow (Q53)."""

from __future__ import annotations

import pytest

from zhiye_contracts.codes import PHYSICIAN_SCOPES
from zhiye_contracts.codes.scopes import SCOPE_CATEGORIES
from zhiye_contracts.reasons import Text
from zhiye_registration.domain.scopes import (
    Catalogue,
    Entry,
    as_published,
    national_catalogue,
    publication_faults,
)

INNER = Entry("1", "11", Text("内科专业", "internal medicine"), ("03", "28"))
EYES = Entry("1", "15", Text("眼科专业", "ophthalmology"), ("10",))
OTHER = Entry("4", "57", Text("针灸推拿专业", "acupuncture and tuina"), ("50", "21"))
BEIJING = as_published("11", 2026, [OTHER, EYES, INNER], most_scopes=2, version=1)


def codes(catalogue: Catalogue, category: str, *scopes: str) -> list[str]:
    return [reason.code for reason in catalogue.faults(category, scopes)]


@pytest.mark.parametrize("scope", PHYSICIAN_SCOPES)
def test_the_national_catalogue_offers_every_scope_in_its_category(scope: str) -> None:
    national = national_catalogue()
    assert national.offers(SCOPE_CATEGORIES[scope], [scope])
    assert national.departments(SCOPE_CATEGORIES[scope], [scope])


def test_where_nothing_is_published_a_physician_has_one_scope() -> None:
    assert codes(national_catalogue(), "1", "11", "12") == ["too_many_scopes"]


def test_a_province_narrows_what_it_offers_and_a_refusal_says_what_is_offered() -> None:
    (reason,) = BEIJING.faults("1", ["12"], field="form.scopes")
    assert (reason.code, reason.field, reason.source) == (
        "scope_not_offered",
        "form.scopes",
        "Q49",
    )
    assert "外科专业" in reason.reason.zh
    assert reason.next_step == Text(
        "可以选择：内科专业、眼科专业。", "These are offered: internal medicine, ophthalmology."
    )


def test_every_fault_is_told_at_once() -> None:
    assert codes(BEIJING, "1", "12", "13", "31", "12") == [
        "scope_not_offered",
        "scope_not_offered",
        "scope_of_another_category",
        "scope_twice",
        "too_many_scopes",
    ]


def test_a_category_of_which_nothing_is_offered_says_so() -> None:
    (reason,) = BEIJING.faults("2", ["31"])
    assert "没有此类别的执业范围" in reason.next_step.zh


def test_no_scope_and_an_unknown_one_are_refused() -> None:
    assert codes(BEIJING, "1") == ["scopes_missing"]
    assert codes(BEIJING, "1", "99") == ["scope_of_another_category"]
    assert codes(BEIJING, "9", "11") == ["scope_of_another_category"]


@pytest.mark.parametrize(("most", "offered"), [(1, False), (2, True)])
def test_how_many_scopes_one_physician_may_have_is_the_provinces(most: int, offered: bool) -> None:
    one = as_published("11", 2026, [INNER, EYES], most_scopes=most, version=1)
    assert one.offers("1", ["11", "15"]) is offered


def test_departments_are_the_provinces_own_in_the_national_order() -> None:
    assert BEIJING.departments("4", ["57"]) == ("21", "50")
    assert BEIJING.departments("1", ["15", "11"]) == ("03", "10", "28")


def test_a_public_health_physician_has_departments_in_a_hospital() -> None:
    found = national_catalogue().departments("3", ["41"])
    assert {"public-health", "infection-control"} <= set(found)


def test_a_scope_kept_as_an_exception_brings_its_national_departments() -> None:
    assert "04" in BEIJING.departments("1", ["12"])
    assert BEIJING.label("12") == PHYSICIAN_SCOPES["12"]
    assert BEIJING.label("15").zh == "眼科专业"


@pytest.mark.parametrize(
    ("year", "entries", "faults"),
    [
        (2026, [INNER], []),
        (2001, [INNER], []),
        (2027, [INNER], []),
        (2000, [INNER], ["year"]),
        (2028, [INNER], ["year"]),
        (2026, [INNER, INNER], ["entries.1.scope"]),
        (2026, [Entry("2", "11", INNER.label, ("03",))], ["entries.0.category"]),
        (2026, [EYES, Entry("1", "11", INNER.label, ())], ["entries.1.departments"]),
    ],
)
def test_what_cannot_be_published_names_the_place(
    year: int, entries: list[Entry], faults: list[str]
) -> None:
    assert [fault.field for fault in publication_faults(year, entries, 2026)] == faults
