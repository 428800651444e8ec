"""Scope cases of real applications: what a submission opens, and what an approval then does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.physicians import FIT, HEBEI_CLINIC, Physicians

from zhiye_chassis.security import Principal

PATH = "/api/v1/scope-cases"


@pytest.fixture
async def p(world: Any) -> Physicians:
    """Hebei offers surgery and gynaecology; the physicians are internists of Beijing."""
    entries = [{"category": "1", "scope": scope} for scope in ("12", "13")]
    path = "/api/v1/scope-catalogues/13/2026"
    answer = await world.call(world.HEBEI, "PUT", path, {"entries": entries}, If_Match='"0"')
    assert answer.status_code == 200, answer.text
    return await Physicians(world).open()


async def moving(
    p: Physicians, kind: str = "change", form: Any = None
) -> tuple[Principal, Any, str]:
    """A physician whose application to Hebei is with the authority there, and the case's id."""
    who = await p.physician()
    one = await p.submitted(who, kind, form, institution_id="HEBEI-HOSPITAL")
    one = await p.agreed(one, HEBEI_HOSPITAL)
    return who, one, one["scope_case"]["id"]


async def step(p: Physicians, who: Principal, key: str, name: str, version: int, body: Any = None):
    return await p.world.call(who, "POST", f"{PATH}/{key}/{name}", body, If_Match=f'"{version}"')


async def application(p: Physicians, who: Principal, one: Any) -> Any:
    return (await p.world.call(who, "GET", f"/api/v1/applications/{one['id']}")).json()


async def test_whoever_reads_the_application_finds_the_case(world, p):
    who, one, key = await moving(p)
    for reader in (who, HEBEI_HOSPITAL, world.HEBEI):
        case = (await application(p, reader, one))["scope_case"]
        assert (case["id"], case["state"], case["state_label"]) == (key, "open", "协商中")
    for reader in (who, HEBEI_HOSPITAL, world.HOSPITAL, world.XICHENG, world.HEBEI):
        assert (await world.call(reader, "GET", f"{PATH}/{key}")).status_code == 200
    assert (await world.call(HEBEI_CLINIC, "GET", f"{PATH}/{key}")).status_code == 404
    plain = await p.submitted(await p.physician(), "change", {"scopes": ["12"]})
    assert plain["scope_case"] is None


async def test_an_exception_lets_the_old_scope_in_although_the_catalogue_does_not_have_it(world, p):
    who, one, key = await moving(p)
    await step(p, world.XICHENG, key, "proposal", 1, {"keep": True})
    assert (await step(p, world.HEBEI, key, "agreement", 2)).status_code == 200
    await p.agreed(one, world.HEBEI)
    after = await p.registration(who)
    assert (after.location, list(after.scopes), after.institution_id) == (
        "13",
        ["11"],
        "HEBEI-HOSPITAL",
    )
    case = (await world.call(world.XICHENG, "GET", f"{PATH}/{key}")).json()
    assert case["state"] == "settled"
    assert (await world.call(world.HOSPITAL, "GET", f"{PATH}/{key}")).status_code == 200


async def test_a_location_is_added_with_the_old_scope_as_an_exception(world, p):
    who, one, key = await moving(p, "add-location", FIT | {"department": "03"})
    await step(p, world.HEBEI, key, "proposal", 1, {"keep": True})
    assert (await step(p, world.XICHENG, key, "agreement", 2)).status_code == 200
    await p.agreed(one, world.HEBEI)
    assert [(r.location, list(r.scopes)) for r in await p.all(who)] == [
        ("11", ["11"]),
        ("13", ["11"]),
    ]


async def test_without_an_agreement_nothing_is_approved_and_the_refusal_ends_it(world, p):
    who, one, key = await moving(p)
    await step(p, world.HEBEI, key, "proposal", 1, {"scopes": ["12"]})
    body = {"reasons": [{"code": "training_missing"}]}
    assert (await step(p, world.XICHENG, key, "disagreement", 2, body)).status_code == 200
    answer = await world.review(world.HEBEI, one, "approve")
    assert (answer.status_code, world.codes(answer)[-1]) == (
        409,
        "scopes_offered_or_settled_not_met",
    )
    reasons = [{"code": "not_eligible"}]
    refused = await world.review(world.HEBEI, one, "refuse", reasons=reasons)
    assert refused.status_code == 200
    assert refused.json()["scope_case"]["state"] == "not_agreed"
    assert (await p.registration(who)).location == "11"


async def test_what_was_returned_goes_on_with_the_same_case_when_it_comes_again(world, p):
    who, one, key = await moving(p)
    await step(p, world.HEBEI, key, "proposal", 1, {"scopes": ["12"]})
    back = await world.review(
        world.HEBEI, one, "return", reasons=[{"code": "materials_incomplete"}]
    )
    assert back.status_code == 200, back.text
    assert (await world.submit(who, one["id"])).status_code == 200
    case = (await world.call(world.XICHENG, "GET", f"{PATH}/{key}")).json()
    assert (case["state"], case["version"], case["proposal"]["by"]) == ("open", 2, "to")


async def test_an_agreement_and_a_withdrawal_at_once_leave_one_of_both_ends(world, p):
    who, one, key = await moving(p)
    await step(p, world.HEBEI, key, "proposal", 1, {"scopes": ["12"]})
    agreed, withdrawn = await asyncio.gather(
        step(p, world.XICHENG, key, "agreement", 2),
        world.call(who, "POST", f"/api/v1/applications/{one['id']}/withdrawal"),
    )
    assert withdrawn.status_code == 200
    case = (await world.call(world.XICHENG, "GET", f"{PATH}/{key}")).json()
    assert (agreed.status_code, case["state"]) in ((200, "settled"), (412, "closed"))
    assert (await p.registration(who)).location == "11"


async def test_two_who_agree_at_once_settle_it_once(world, p):
    _, _, key = await moving(p)
    await step(p, world.HEBEI, key, "proposal", 1, {"scopes": ["13"]})
    answers = await asyncio.gather(
        step(p, world.XICHENG, key, "agreement", 2), step(p, world.BEIJING, key, "agreement", 2)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    changes = [event["change"] for event in await world.events("scope-case-changed")]
    assert changes == ["opened", "proposed", "agreed"]
