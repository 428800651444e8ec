"""Scopes that two provinces settle, and departments that follow from category and scope. Through
the gateway (Q49, Q53)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.journeys.caller import Staff
from tests.journeys.conftest import Connect
from tests.journeys.physicians import FIRST, Physicians, Place, approve
from tests.journeys.practice import APPLICATIONS, message, review

CATALOGUE, CASES = "/api/v1/scope-catalogues/11", "/api/v1/scope-cases"
DROPPED = "26"
"""The scope that Beijing does not offer here."""


@pytest.fixture(scope="module")
async def physicians(connect: Connect, staff: Staff) -> Physicians:
    return await Physicians.open(connect, staff)


@pytest.fixture(scope="module")
async def without(physicians: Physicians) -> str:
    """Beijing publishes a catalogue that has all scopes but one, which nobody else uses here."""
    beijing = await physicians.staff("beijing1")
    now = await beijing.get(CATALOGUE)
    entries = [
        {"category": one["category"], "scope": one["scope"]}
        for one in now["entries"]
        if one["scope"] != DROPPED
    ]
    answer = await beijing.ask(
        "PUT",
        f"{CATALOGUE}/{now['asked_year']}",
        {"most_scopes": now["most_scopes"], "entries": entries},
        headers={"If-Match": now["etag"]},
    )
    assert answer.status_code == 200, answer.text
    return DROPPED


async def _offered(physicians: Physicians, place: Place, category: str, scope: str) -> Any:
    path = f"/api/v1/practice-options?institution_id={place.id}&category={category}&scopes={scope}"
    return (await physicians.places.xicheng.hospital.get(path))["chosen"]


async def test_q49_two_provinces_settle_a_scope_that_only_one_of_them_has(
    physicians: Physicians, without: str
) -> None:
    old, new = physicians.places.changan, physicians.places.xicheng
    department = (await _offered(physicians, old, "1", without))["departments"][0]["code"]
    assert (await _offered(physicians, new, "1", without))["offered"] is False
    form = FIRST | {"scopes": [without], "department": department}
    person = await physicians.registered(form=form, place=old)

    one = await person.apply("change", {"department": department}, new)
    case = (await person.caller.get(f"{APPLICATIONS}/{one}"))["scope_case"]
    path = f"{CASES}/{case['id']}"
    assert case["state"] == "open"
    await review(new.hospital, one)
    read = await new.authority.get(f"{APPLICATIONS}/{one}")
    await new.authority.refused(
        "POST",
        f"{APPLICATIONS}/{one}/decision",
        {"decision": "approve", "reasons": []},
        headers={"If-Match": read["etag"]},
        status=409,
        code="scopes_offered_or_settled_not_met",
        field="form.scopes",
    )
    # The province that is left proposes an exception, the new one agrees.
    read = await old.authority.get(path)
    proposal = {"keep": True, "note": "原专业继续执业"}
    await old.authority.post(f"{path}/proposal", proposal, headers={"If-Match": read["etag"]})
    read = await new.authority.get(path)
    assert read["proposal"]["keeps"]
    await new.authority.post(f"{path}/agreement", headers={"If-Match": read["etag"]})
    # The person sees how it went.
    seen = await person.caller.get(path)
    assert seen["state"] == "settled"
    actions = [step["action"] for step in seen["timeline"]]
    assert {"proposed", "agreed"} <= set(actions)
    assert await message(person, "scope_case_settled")
    await physicians.places.chaoyang.hospital.refused(
        "GET", path, status=404, code="not_found", languages=("zh",)
    )
    await review(new.authority, one)
    held = await person.held()
    assert (held["location"], held["scopes"][0]["code"]) == ("11", without)
    # Inside the province the old scope stays, and nobody has to settle anything.
    one = await person.apply("change", {"department": department}, physicians.places.clinic)
    assert (await person.caller.get(f"{APPLICATIONS}/{one}"))["scope_case"] is None
    await approve(one, physicians.places.clinic)
    assert (await person.held())["scopes"][0]["code"] == without


async def test_q53_in_a_hospital_the_department_follows_category_and_scope(
    physicians: Physicians,
) -> None:
    place = physicians.places.xicheng
    chosen = await _offered(physicians, place, "3", "41")
    offered = {one["code"] for one in chosen["departments"]}
    assert "public-health" in offered
    assert "04" not in offered
    person = await physicians.active(category="3")
    surgery = FIRST | {"scopes": ["41"], "department": "04"}
    assert await person.why_not("registration", surgery, place) == {"department_fits"}
    await person.done("registration", surgery | {"department": "public-health"}, place)
    held = await person.held()
    assert (held["category"], held["department"]) == ("3", "public-health")
