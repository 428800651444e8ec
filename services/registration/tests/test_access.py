"""Who may do what: each route, each other role, each neighbour."""

from __future__ import annotations

import re
from typing import Any

import pytest

from zhiye_chassis.security import ROLES, Principal

PATH = "/api/v1/applications"
APPLICANT = {"practitioner"}
FILERS = {"practitioner", "institution", "authority"}
SIDES = {"practitioner", "institution", "authority"}
ROUTES = [
    ("GET", "/api/v1/my/eligibility/nurse-first", APPLICANT),
    ("POST", PATH, FILERS),
    ("PUT", f"{PATH}/x", FILERS),
    ("POST", f"{PATH}/x/submission", FILERS),
    ("POST", f"{PATH}/x/withdrawal", FILERS),
    ("GET", PATH, SIDES),
    ("GET", f"{PATH}/x", SIDES),
    ("POST", f"{PATH}/search", {"institution", "authority"}),
    ("POST", f"{PATH}/x/evidence", FILERS),
    ("GET", f"{PATH}/x/evidence", SIDES),
    ("GET", f"{PATH}/x/form.pdf", SIDES),
    ("GET", "/api/v1/application-evidence/x", SIDES),
    ("DELETE", "/api/v1/application-evidence/x", FILERS),
    ("POST", f"{PATH}/x/institution-review", {"institution"}),
    ("POST", f"{PATH}/x/decision", {"authority"}),
    ("GET", "/api/v1/my/registration", APPLICANT),
    ("GET", "/api/v1/my/registrations", APPLICANT),
    ("GET", "/api/v1/registrations/202611000001", {"institution", "authority", "operator"}),
    ("PUT", "/api/v1/my/photo", APPLICANT),
    ("GET", "/api/v1/my/photo", APPLICANT),
    ("GET", "/api/v1/registration-records/x/photo", {"institution", "authority"}),
    ("POST", "/api/v1/registration-records/search", {"authority"}),
    ("GET", "/api/v1/registration-records/x", {"authority"}),
    ("POST", "/api/v1/registration-records/x/correction", {"authority"}),
    ("POST", "/api/v1/my/information-changes", APPLICANT),
    ("GET", "/api/v1/my/information-changes", APPLICANT),
    ("GET", "/api/v1/my/information-changes/x", APPLICANT),
    ("GET", "/api/v1/my/information-changes/x/photo", APPLICANT),
    ("POST", "/api/v1/my/information-changes/x/withdrawal", APPLICANT),
    ("GET", "/api/v1/information-changes", {"institution"}),
    ("POST", "/api/v1/information-changes/search", {"institution"}),
    ("GET", "/api/v1/information-changes/x", {"institution"}),
    ("GET", "/api/v1/information-changes/x/photo", {"institution"}),
    ("POST", "/api/v1/information-changes/x/review", {"institution"}),
    ("GET", "/api/v1/institution-merges/previews/x", {"authority"}),
    ("POST", "/api/v1/bulk-reviews", {"institution", "authority"}),
    ("GET", "/api/v1/bulk-reviews", {"institution", "authority"}),
    ("GET", "/api/v1/bulk-reviews/x", {"institution", "authority"}),
    ("GET", "/api/v1/bulk-reviews/x/items", {"institution", "authority"}),
    ("POST", "/api/v1/bulk-reviews/x/cancellation", {"institution", "authority"}),
    ("GET", f"{PATH}/counts", {"institution", "authority"}),
    ("GET", f"{PATH}/export", SIDES),
    ("GET", "/api/v1/renewal-windows", SIDES),
    ("POST", "/api/v1/registration-imports?institution_id=x", {"authority", "operator"}),
    ("GET", "/api/v1/registration-imports", {"authority", "institution", "operator"}),
    ("GET", "/api/v1/registration-imports/x", {"authority", "institution", "operator"}),
    ("GET", "/api/v1/registration-imports/x/rejects", {"authority", "institution", "operator"}),
    ("POST", "/api/v1/registration-imports/x/cancellation", {"authority", "operator"}),
    ("POST", "/api/v1/reconciliations", {"institution"}),
    ("GET", "/api/v1/reconciliations", {"institution"}),
    ("GET", "/api/v1/reconciliations/merge-requests", {"authority"}),
    ("GET", "/api/v1/reconciliations/x", {"institution"}),
    ("GET", "/api/v1/reconciliations/x/lines", {"institution"}),
    ("GET", "/api/v1/reconciliations/x/export", {"institution"}),
    ("POST", "/api/v1/reconciliations/x/lines/steps", {"institution"}),
    ("POST", "/api/v1/reconciliations/x/lines/x/step", {"institution"}),
    ("POST", "/api/v1/verifications", {"institution", "authority"}),
    ("GET", "/api/v1/verifications", {"institution", "authority"}),
    ("GET", "/api/v1/my/registration/verifications", APPLICANT),
    ("PUT", "/api/v1/renewal-windows/mine", {"authority"}),
    ("GET", "/api/v1/roster", {"institution", "authority"}),
    ("GET", "/api/v1/roster/export", {"institution", "authority"}),
    ("POST", "/api/v1/roster/search", {"institution", "authority"}),
    ("GET", "/api/v1/roster/x", {"institution", "authority"}),
    ("GET", "/api/v1/roster/x/history", {"institution", "authority"}),
    ("GET", "/api/v1/roster/x/photo", {"institution", "authority"}),
    ("GET", "/api/v1/my/records", APPLICANT),
    ("GET", "/api/v1/roster/x/records", {"institution", "authority"}),
    ("POST", "/api/v1/roster/employment-confirmations", {"institution"}),
    ("POST", "/api/v1/practice-interruptions", {"institution"}),
    ("POST", "/api/v1/practice-interruptions/x/end", {"institution"}),
    ("GET", "/api/v1/practice-interruptions", {"institution"}),
    ("GET", "/api/v1/my/filings", APPLICANT),
    ("GET", "/api/v1/filings/x", SIDES),
    ("POST", "/api/v1/filings/x/end", {"practitioner", "institution"}),
    ("GET", "/api/v1/movements?direction=in", {"institution", "authority"}),
    ("GET", "/api/v1/movements/export?direction=in", {"institution", "authority"}),
    ("PUT", "/api/v1/scope-catalogues/x/x", {"authority"}),
    ("GET", "/api/v1/scope-cases", {"authority"}),
    ("GET", "/api/v1/scope-cases/x", SIDES),
    ("POST", "/api/v1/scope-cases/x/proposal", {"authority"}),
    ("POST", "/api/v1/scope-cases/x/agreement", {"authority"}),
    ("POST", "/api/v1/scope-cases/x/disagreement", {"authority"}),
    ("POST", "/api/v1/penalties", {"authority"}),
    ("GET", "/api/v1/penalties", {"institution", "authority"}),
    ("GET", "/api/v1/penalties/x", SIDES),
    ("POST", "/api/v1/penalties/x/rescission", {"authority"}),
    ("GET", "/api/v1/my/penalties", APPLICANT),
    ("GET", "/api/v1/duties", SIDES),
    ("GET", "/api/v1/duties/x", SIDES),
    ("POST", "/api/v1/duties/x/staff-confirmation", {"institution"}),
    ("GET", "/api/v1/statistics/applications", {"authority"}),
    ("GET", "/api/v1/statistics/nurses", {"institution", "authority", "operator"}),
    ("GET", "/api/v1/statistics/nurses/export", {"institution", "authority", "operator"}),
    ("GET", "/api/v1/statistics/physicians", {"institution", "authority", "operator"}),
    ("GET", "/api/v1/statistics/physicians/export", {"institution", "authority", "operator"}),
]


@pytest.mark.parametrize(("method", "path", "roles"), ROUTES)
async def test_every_other_role_is_turned_away(world, method, path, roles):
    for role in ROLES:
        answer = await world.call(Principal("A", role, person_key="p"), method, path)
        if role in roles:
            assert answer.status_code not in (401, 403)
        else:
            assert (answer.status_code, world.codes(answer)) == (403, ["role_forbidden"])
    nobody = await world.call(None, method, path)
    assert nobody.status_code == 401


INACTIVE = (
    "/api/v1/my/eligibility/",
    PATH,
    "/api/v1/application-evidence/",
    "/api/v1/scope-cases/",
)
"""Who is registered where nothing is electronic yet, or in the army, applies before the account is
active: the approval activates it (Q5.2, Q29.2, Q33)."""


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [r for r in ROUTES if r[2] >= APPLICANT and not r[1].startswith(INACTIVE)],
)
async def test_an_account_that_is_not_active_has_to_be_activated_first(world, method, path, roles):
    waiting = Principal("A", "practitioner", person_key="p", active=False)
    answer = await world.call(waiting, method, path)
    assert (answer.status_code, world.codes(answer)) == (403, ["account_not_active"])


async def test_every_route_of_the_service_is_in_this_table(world):
    public = {
        ("GET", "/api/v1/business-types"),
        ("GET", "/api/v1/business-types/{slug}"),
        ("GET", "/api/v1/scope-catalogues"),
        ("GET", "/api/v1/scope-catalogues/{province}"),
        ("GET", "/api/v1/practice-options"),
    }
    declared = {
        (method, route.path)
        for routes in world.service.routes
        for route in routes.routes
        for method in route.methods
    }
    tested = {(method, path.split("?")[0]) for method, path, _ in ROUTES}
    named = {
        (m, re.sub(r"\{[a-z_]+\}", "x", re.sub(r"/\{certificate_number\}", "/202611000001", p)))
        for m, p in declared - public
    }
    assert {(m, p.replace("eligibility/x", "eligibility/nurse-first")) for m, p in named} == tested


def strangers(world: Any) -> list[Principal]:
    return [world.OTHER_HOSPITAL, world.HEBEI, Principal("N", "practitioner", person_key="p")]


async def test_an_application_is_hidden_from_whom_it_does_not_concern(world):
    one = await world.agreed(await world.nurse())
    for who in strangers(world):
        answer = await world.call(who, "GET", f"{PATH}/{one['id']}")
        assert (answer.status_code, world.codes(answer)) == (404, ["not_found"])
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert (await world.call(who, "GET", f"{PATH}/{one['id']}")).status_code == 200


async def test_a_nurse_cannot_act_on_the_application_of_another(world):
    nurse, other = await world.nurse(), await world.nurse()
    one = await world.draft(nurse)
    body = {"institution_id": "HOSPITAL", "form": world.FORM}
    for method, step, sent in (
        ("PUT", "", body),
        ("POST", "/submission", None),
        ("POST", "/withdrawal", None),
    ):
        answer = await world.call(other, method, f"{PATH}/{one['id']}{step}", sent, If_Match='"1"')
        assert answer.status_code == 404


async def test_nobody_else_sees_a_draft(world):
    one = await world.draft(await world.nurse())
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert (await world.call(who, "GET", f"{PATH}/{one['id']}")).status_code == 404
        assert (await world.review(who, one, "approve")).status_code == 404


async def test_another_institution_cannot_review(world):
    one = await world.submitted(await world.nurse())
    answer = await world.review(world.OTHER_HOSPITAL, one, "approve")
    assert answer.status_code == 404


async def test_another_authority_cannot_decide(world):
    one = await world.agreed(await world.nurse())
    assert (await world.review(world.HEBEI, one, "approve")).status_code == 404
    above = await world.review(world.BEIJING, one, "approve")
    assert (above.status_code, world.codes(above)) == (403, ["not_deciding_authority"])
    seen = (await world.call(world.BEIJING, "GET", f"{PATH}/{one['id']}")).json()
    assert seen["actions"] == []


async def test_the_authority_cannot_decide_before_the_institution_or_after_withdrawal(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    early = await world.review(world.XICHENG, one, "approve")
    assert world.codes(early) == ["application_awaiting_institution"]
    await world.call(nurse, "POST", f"{PATH}/{one['id']}/withdrawal")
    late = await world.review(world.XICHENG, one | {"version": 3}, "approve")
    assert (late.status_code, world.codes(late)) == (409, ["application_withdrawn"])


async def test_a_person_finds_the_application_again_with_another_account(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    again = Principal("NEW-ACCOUNT", "practitioner", person_key=nurse.person_key)
    assert (await world.call(again, "GET", f"{PATH}/{one['id']}")).status_code == 200


async def test_no_answer_shows_an_id_number_whole(world):
    nurse = await world.nurse(600)
    one = await world.agreed(nurse)
    number = world.id_number(600)
    for who in (nurse, world.HOSPITAL, world.XICHENG):
        answer = await world.call(who, "GET", f"{PATH}/{one['id']}")
        assert number not in answer.text
        assert number[-4:] in answer.text
