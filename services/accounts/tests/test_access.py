"""Every route of accounts: who may, everybody else is turned away, nobody reaches another."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute
from services.accounts.tests.world import CERTIFICATE, PASSWORD, World, phone
from sqlalchemy import text

from zhiye_chassis.security import ROLES, Principal
from zhiye_chassis.web import access_of

ME = "/api/v1/accounts/me"
STAFF, DELEGATIONS = "/api/v1/staff-accounts", "/api/v1/delegations"
DESK = "/api/v1/activation-desk"
RECOVERIES = "/api/v1/recoveries"
RULES: dict[tuple[str, str], set[str]] = {
    ("POST", "/api/v1/captchas"): set(),
    ("POST", "/api/v1/accounts"): set(),
    ("POST", "/api/v1/oauth/token"): set(),
    ("GET", "/.well-known/jwks.json"): set(),
    ("GET", ME): set(ROLES),
    ("POST", "/api/v1/oauth/revocation"): set(ROLES),
    ("POST", f"{ME}/identity-check"): {"practitioner"},
    ("POST", f"{ME}/verification-codes"): {"practitioner"},
    ("POST", f"{ME}/verifications"): {"practitioner"},
    ("POST", f"{ME}/activation"): {"practitioner"},
    ("GET", "/api/v1/accounts/security-questions"): set(),
    ("POST", f"{ME}/contact-changes"): set(ROLES),
    ("POST", f"{ME}/contact-changes/confirmation"): {"practitioner"},
    ("PUT", f"{ME}/password"): set(ROLES),
    ("PUT", f"{ME}/security-question"): {"practitioner"},
    ("GET", f"{ME}/sessions"): set(ROLES),
    ("DELETE", f"{ME}/sessions"): set(ROLES),
    ("DELETE", f"{ME}/sessions/{{session_id}}"): set(ROLES),
    ("POST", RECOVERIES): set(),
    ("POST", f"{RECOVERIES}/staff"): set(),
    ("POST", f"{RECOVERIES}/personal-information"): set(),
    ("POST", f"{RECOVERIES}/security-question"): set(),
    ("POST", f"{RECOVERIES}/{{recovery_id}}/completion"): set(),
    ("GET", f"{DESK}/people"): {"institution"},
    ("POST", f"{DESK}/codes"): {"institution"},
    ("POST", f"{DESK}/explanations"): {"institution"},
    ("POST", f"{DESK}/revocations"): {"institution", "authority"},
    ("POST", f"{DESK}/contact-resets"): {"institution"},
    ("GET", f"{DESK}/name-confirmations"): {"institution", "authority"},
    ("POST", f"{DESK}/name-confirmations"): {"institution", "authority"},
    ("POST", STAFF): {"authority", "operator"},
    ("GET", STAFF): {"institution", "authority", "operator"},
    ("GET", f"{STAFF}/acts"): {"institution", "authority", "operator"},
    ("POST", f"{STAFF}/{{account_id}}/reissue"): {"authority", "operator"},
    ("POST", f"{STAFF}/{{account_id}}/clones"): {"institution", "authority"},
    ("POST", f"{STAFF}/{{account_id}}/end"): {"institution", "authority", "operator"},
    ("POST", DELEGATIONS): {"institution", "authority"},
    ("GET", DELEGATIONS): {"institution", "authority"},
    ("POST", f"{DELEGATIONS}/{{delegation_id}}/confirmation"): {"institution", "authority"},
    ("POST", f"{DELEGATIONS}/{{delegation_id}}/token"): {"institution", "authority"},
    ("POST", f"{DELEGATIONS}/{{delegation_id}}/end"): {"institution", "authority"},
}
GUARDED = [rule for rule, roles in RULES.items() if roles]


def test_the_routes_and_who_may_use_them_are_these(world: World) -> None:
    found = {
        (method, route.path): set(access_of(route).roles)
        for routes in world.service.routes
        for route in routes.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert found == RULES


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_without_a_token_or_with_a_bad_one_nobody_gets_in(
    world: World, method: str, path: str
) -> None:
    for header in ("", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "Bearer \xff"):
        client = world.client()
        headers = {"Authorization": header.encode("latin-1")} if header else {}
        answer = await client.request(method, path, headers=headers, json={})  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_each_other_role_is_turned_away_before_the_body_is_read(
    world: World, method: str, path: str
) -> None:
    for role in ROLES:
        answer = await world.role(role).request(method, path, content=b"{broken")
        if role in RULES[method, path]:
            assert answer.status_code != 403
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


async def test_a_nurse_who_is_not_active_yet_may_do_what_leads_there(world: World) -> None:
    row = await world.account()
    for method, path in GUARDED:
        if "practitioner" in RULES[method, path]:
            answer = await world.as_(row).request(method, path, json={})
            assert answer.status_code != 403


@pytest.mark.parametrize(("method", "path"), [r for r in GUARDED if r[1].startswith(ME)])
async def test_a_token_whose_account_is_gone_is_no_token(
    world: World, method: str, path: str
) -> None:
    bodies: dict[str, dict[str, str]] = {
        "verification-codes": {"channel": "sms"},
        "verifications": {"channel": "sms", "code": "123456"},
        "activation": {"certificate_number": CERTIFICATE},
        "identity-check": {"name": "王芳"},
        "contact-changes": {"channel": "sms", "address": "13800138000", "password": PASSWORD},
        "confirmation": {"channel": "sms", "code": "123456"},
        "password": {"password": PASSWORD, "new_password": "Seacole1881"},
        "security-question": {
            "password": PASSWORD,
            "question": "primary_school",
            "answer": "育才小学",
        },
    }
    body = bodies.get(path.rpartition("/")[2])
    gone = world.token_for(Principal("nobody", "practitioner"))
    revoked = await world.ready()
    await world.revoke(revoked)
    for client in (world.client(gone), world.as_(revoked)):
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert await world.events("message-requested") == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("verification-codes", {"channel": "sms"}),
        ("verifications", {"channel": "sms", "code": "123456"}),
        ("activation", {"certificate_number": CERTIFICATE}),
        ("identity-check", {"name": "李静"}),
        (
            "contact-changes",
            {"channel": "email", "address": "wang@example.com", "password": PASSWORD},
        ),
        ("contact-changes/confirmation", {"channel": "sms", "code": "123456"}),
    ],
)
async def test_the_account_of_somebody_else_cannot_be_named(
    world: World, path: str, body: dict[str, Any]
) -> None:
    mine, other = await world.account(), await world.account()
    client = world.as_(mine)
    for name in ("account_id", "id", "person_key", "phone", "status", "identity"):
        answer = await client.post(f"{ME}/{path}", json=body | {name: other["id"]})
        assert (answer.status_code, answer.json()["code"]) == (422, "field_unknown")
        assert answer.json()["field"] == name
    await client.post(f"{ME}/{path}?account_id={other['id']}", json=body)
    assert await world.read(other["id"]) == other
    for method in ("GET", "PUT", "PATCH", "DELETE", "POST"):
        answer = await client.request(method, f"/api/v1/accounts/{other['id']}", json=body)
        assert answer.status_code == 404


async def test_everybody_reads_the_own_account_masked(world: World) -> None:
    nurse = await world.account(phone="13800138000", email="wang@example.com")
    told = (await world.as_(nurse, "zh").get(ME)).json()
    assert (told["name"], told["phone"], told["email"]) == (
        "王*",
        "138****8000",
        "w***@example.com",
    )
    assert "请核对身份证号" in told["next_step"]
    staff = await world.account(role="institution", name="北京示例医院", phone=phone())
    told = (await world.as_(staff).get(ME)).json()
    assert (told["name"], told["identity"], told["activation"]) == ("北京示例医院", None, None)
    assert told["next_step"] == "The account is ready."
    assert "argon2" not in str(told)


async def test_captcha_answers_are_told_in_development_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await world.captcha())["captcha_answer"]
    monkeypatch.setattr(world.kit.settings, "development", False)
    answer = await world.anybody.post("/api/v1/captchas")
    assert answer.status_code == 201
    assert answer.json()["development_answer"] is None
    assert answer.json()["picture"].startswith("data:image/png;base64,")
    stored = await world.rows(text("SELECT * FROM captcha"))
    assert all(len(row["answer_hash"]) == 32 for row in stored)
    key = {"Idempotency-Key": "0190a1b2-0009"}
    two = [(await world.anybody.post("/api/v1/captchas", headers=key)).json() for _ in range(2)]
    assert two[0]["captcha_id"] != two[1]["captcha_id"], "no picture is given out twice"
