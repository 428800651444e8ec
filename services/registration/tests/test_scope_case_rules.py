"""How two provinces settle scopes: who may do what, and when (Q49)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from zhiye_chassis.calendar import add_working_days, working_days_left
from zhiye_contracts.codes import PHYSICIAN_SCOPES
from zhiye_contracts.reasons import Refused
from zhiye_registration.domain import scope_case as cases
from zhiye_registration.domain.application import Moment
from zhiye_registration.domain.scope_case import ScopeCase, Side
from zhiye_registration.domain.scopes import Entry, as_published, national_catalogue

TODAY = date(2026, 11, 23)
BEIJING = as_published(
    "11",
    2026,
    [Entry("1", scope, PHYSICIAN_SCOPES[scope], ("03",)) for scope in ("11", "13")],
    most_scopes=1,
    version=1,
)


def moment(today: date = TODAY) -> Moment:
    now = datetime(today.year, today.month, today.day, 2, tzinfo=UTC)
    return Moment(now, today, add_working_days, working_days_left, 10)


def a_case(**more: Any) -> ScopeCase:
    values: dict[str, Any] = {
        "id": "S1",
        "number": "X202611230000001",
        "application_id": "A1",
        "state": "open",
        "version": 1,
        "category": "1",
        "scopes": ("26",),
        "from_registration_id": "R1",
        "from_region": "130102",
        "from_institution_id": "H1",
        "from_authority_id": "HEBEI",
        "from_authority_name": "河北省卫生健康委员会",
        "to_region": "110102",
        "to_authority_id": "XICHENG",
        "to_authority_name": "西城区卫生健康委员会",
        "opened_on": TODAY,
        "deadline": date(2026, 12, 21),
        "updated_at": datetime(2026, 11, 23, 2, tzinfo=UTC),
    }
    return ScopeCase(**values | more)


def propose(case: ScopeCase, side: Side, *scopes: str) -> ScopeCase:
    return cases.propose(case, side, scopes or None, "", BEIJING, moment())


def code_of(call: Any, *args: Any) -> tuple[str, int]:
    with pytest.raises(Refused) as refused:
        call(*args)
    return refused.value.reasons[0].code, refused.value.status


@pytest.mark.parametrize(
    ("from_region", "to_region", "scopes", "needed"),
    [
        ("130102", "110102", ["26"], True),
        ("130102", "110102", ["13"], False),
        ("130102", "110102", ["11", "26"], True),
        ("130102", "110102", ["11", "13"], False),
        ("110105", "110102", ["26"], False),
    ],
)
def test_only_across_provinces_and_only_what_the_new_one_does_not_have_is_settled(
    from_region: str, to_region: str, scopes: list[str], needed: bool
) -> None:
    assert cases.is_needed(from_region, to_region, "1", scopes, BEIJING) is needed


def test_where_the_national_list_holds_there_is_nothing_to_settle() -> None:
    assert not cases.is_needed("130102", "110102", "1", ["11", "26"], national_catalogue())


@pytest.mark.parametrize(("first", "second"), [("from", "to"), ("to", "from")])
def test_what_one_side_proposes_the_other_agrees_to(first: Side, second: Side) -> None:
    settled = cases.agree(propose(a_case(), first, "13"), second, moment())
    assert (settled.state, settled.agreed_scopes, settled.version) == ("settled", ("13",), 3)


def test_the_old_scopes_can_stay_as_an_exception_although_they_are_not_offered() -> None:
    kept = propose(a_case(), "from")
    assert kept.keeps_scopes
    assert cases.agree(kept, "to", moment()).agreed_scopes == ("26",)
    assert propose(a_case(), "from", "26").keeps_scopes


def test_other_scopes_come_from_the_new_provinces_catalogue_and_category() -> None:
    assert code_of(propose, a_case(), "to", "12") == ("scope_not_offered", 422)
    assert code_of(propose, a_case(), "to", "31") == ("scope_of_another_category", 422)
    assert code_of(propose, a_case(), "to", "11", "13") == ("too_many_scopes", 422)


def test_a_counter_proposal_replaces_the_proposal() -> None:
    one = propose(propose(a_case(), "from"), "to", "13")
    assert (one.proposed_by, one.proposed_scopes) == ("to", ("13",))
    assert code_of(cases.agree, one, "to", moment()) == ("own_proposal", 409)
    assert cases.agree(one, "from", moment()).agreed_scopes == ("13",)


def test_the_same_proposal_again_is_refused_with_what_to_do_instead() -> None:
    one = propose(a_case(), "to", "13")
    assert code_of(propose, one, "from", "13") == ("proposal_on_the_table", 409)
    assert code_of(propose, one, "to", "13") == ("proposal_on_the_table", 409)
    assert propose(one, "to", "11").proposed_scopes == ("11",)


def test_without_a_proposal_nobody_can_agree() -> None:
    assert code_of(cases.agree, a_case(), "to", moment()) == ("no_proposal", 409)


def test_who_was_proposed_something_can_state_that_there_is_no_agreement() -> None:
    one = propose(a_case(), "to", "13")
    reasons = [{"code": "training_missing", "text": "…", "note": ""}]
    refused = cases.disagree(one, "from", reasons, moment())
    assert (refused.state, list(refused.reasons)) == ("not_agreed", reasons)
    assert code_of(cases.disagree, one, "to", reasons, moment())[0] == "nothing_to_disagree_with"


@pytest.mark.parametrize(
    ("today", "may"), [(date(2026, 12, 21), False), (date(2026, 12, 22), True)]
)
def test_from_the_day_after_the_deadline_either_side_can_end_it(today: date, may: bool) -> None:
    one = propose(a_case(), "to", "13")
    assert ("disagree" in cases.actions(one, "to", moment(today))) is may
    assert ("disagree" in cases.actions(a_case(), "from", moment(today))) is may


@pytest.mark.parametrize("state", ["settled", "not_agreed", "closed"])
def test_nothing_is_done_with_a_case_that_has_come_to_an_end(state: Any) -> None:
    one = a_case(state=state, proposed_by="to", proposed_scopes=("13",))
    expected = (f"scope_case_{state}", 409)
    assert code_of(propose, one, "from", "11") == expected
    assert code_of(cases.agree, one, "from", moment()) == expected
    assert code_of(cases.disagree, one, "from", [], moment()) == expected
    assert cases.actions(one, "from", moment()) == []
    assert cases.close(one, moment().now) is None


def test_who_is_on_neither_side_can_do_nothing() -> None:
    assert cases.actions(a_case(), None, moment()) == []
    assert cases.actions(a_case(), "from", moment()) == ["propose"]
    assert cases.actions(propose(a_case(), "to", "13"), "from", moment()) == [
        "propose",
        "agree",
        "disagree",
    ]


def test_a_case_ends_with_its_application() -> None:
    closed = cases.close(a_case(), moment().now)
    assert closed is not None
    assert (closed.state, closed.version) == ("closed", 2)


def test_the_same_application_again_goes_on_with_an_open_or_settled_case() -> None:
    now = a_case(id="S2", number="")
    assert cases.taken_up_again(propose(a_case(), "to", "13"), now) is None
    settled = cases.agree(propose(a_case(), "to", "13"), "from", moment())
    assert cases.taken_up_again(settled, now) is None


@pytest.mark.parametrize(
    "before",
    [
        a_case(state="not_agreed", proposed_by="to", proposed_scopes=("13",), version=3),
        a_case(state="closed", version=3),
        a_case(scopes=("25",), version=3),
        a_case(to_region="310101", version=3),
    ],
)
def test_what_was_not_agreed_or_is_about_something_else_begins_anew(before: ScopeCase) -> None:
    later = a_case(id="S2", number="", deadline=date(2027, 1, 15))
    again = cases.taken_up_again(before, later)
    assert again is not None
    after, change = again
    assert (after.id, after.number, after.version) == ("S1", "X202611230000001", 4)
    assert (after.state, after.proposed_by, after.deadline) == ("open", None, later.deadline)
    assert change == "reopened"


def test_another_authority_in_the_same_province_goes_on_where_it_stands() -> None:
    before = propose(a_case(), "from")
    now = a_case(id="S2", to_region="110105", to_authority_id="CHAOYANG")
    again = cases.taken_up_again(before, now)
    assert again is not None
    after, change = again
    assert change == "readdressed"
    assert after == replace(
        before, to_region="110105", to_authority_id="CHAOYANG", version=3, updated_at=now.updated_at
    )
