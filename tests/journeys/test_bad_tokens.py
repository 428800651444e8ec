"""Tokens that are missing, forged or expired, of another role, of another institution."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.people import Nurse, People
from tests.journeys.system import System

from zhiye_launcher.demo_data import CHANGAN, CHANGAN_HOSPITAL, HEAN, XICHENG

ME = "/api/v1/accounts/me"
APPROVE = {"decision": "approve"}


@pytest.fixture(scope="module")
async def nurse(people: People) -> Nurse:
    return await people.active()


def forged(token: str, system: System) -> dict[str, str]:
    """Tokens that must not pass, made from one that does."""
    header, payload, signature = token.split(".")
    secrets = json.loads((system.var / "secrets.json").read_text())
    private = secrets["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    public = json.loads(secrets["JWKS"])["keys"][0]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    operator = claims | {"role": "operator"}
    now = int(time.time())

    def encoded(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    def signed(changed: dict[str, Any], key: Any = private, **headers: str) -> str:
        given = {"kid": public["kid"]} | headers
        return jwt.encode(changed, key, "EdDSA", headers=given)

    return {
        "not a token": "x",
        "other claims": f"{header}.{encoded(operator)}.{signature}",
        "no signature": f"{header}.{payload}.",
        "no algorithm": f"{encoded({'alg': 'none'})}.{encoded(operator)}.",
        "signed with the public key": jwt.encode(
            operator, public["x"].ljust(32, "="), "HS256", headers={"kid": public["kid"]}
        ),
        "another key": signed(operator, Ed25519PrivateKey.generate()),
        "an unknown key id": signed(operator, kid="other"),
        "expired": signed(claims | {"iat": now - 700, "exp": now - 100}),
        "another issuer": signed(claims | {"iss": "elsewhere"}),
        "no expiry": signed({k: v for k, v in claims.items() if k != "exp"}),
        "an unknown role": signed(claims | {"role": "emperor"}),
    }


async def test_a_forged_or_expired_token_is_refused_everywhere(
    embedded: System, nurse: Nurse, connect: Connect
) -> None:
    for kind, token in forged(nurse.caller.token, embedded).items():
        stranger = connect()
        for path in (ME, "/api/v1/applications", "/api/v1/events", "/api/v1/my/messages"):
            headers = {"Authorization": f"Bearer {token}"}
            answer = await stranger.ask("GET", path, headers=headers)
            assert answer.status_code == 401, f"{kind}: {path}"
            assert answer.headers["www-authenticate"] == "Bearer"
            await stranger.refused(
                "GET",
                path,
                headers=headers,
                status=401,
                code="token_invalid",
                secrets=(token,) if len(token) > 10 else (),
            )


@pytest.mark.parametrize("scheme", ["Basic eDp5", "bearer", "Token x", "Bearer a b", "Bearer"])
async def test_an_odd_authorization_header_is_refused(connect: Connect, scheme: str) -> None:
    answer = await connect().ask("GET", ME, headers={"Authorization": scheme})
    assert answer.status_code == 401


async def test_a_refresh_token_is_no_access_token_and_the_other_way_round(
    nurse: Nurse, connect: Connect
) -> None:
    stranger = connect()
    headers = {"Authorization": f"Bearer {nurse.caller.refresh_token}"}
    await stranger.refused("GET", ME, headers=headers, status=401, code="token_invalid")
    form = {"grant_type": "refresh_token", "refresh_token": nurse.caller.token[:190]}
    await stranger.refused(
        "POST",
        "/api/v1/oauth/token",
        data=form,
        status=401,
        code="session_ended",
        field="refresh_token",
    )


async def test_every_route_turns_away_every_role_it_does_not_name(
    embedded: System, connect: Connect, staff: Staff, nurse: Nurse
) -> None:
    callers = {
        "practitioner": nurse.caller,
        "institution": await staff("heanyiyuan"),
        "authority": await staff("xicheng1"),
        "exam_centre": await staff("examcentre"),
        "operator": await staff("operator1"),
    }
    turned_away = 0
    document = await connect().get("/openapi.json")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            roles = operation["x-access"]["roles"]
            if not roles:
                continue
            concrete = "/".join("x" if p.startswith("{") else p for p in path.split("/"))
            await connect().refused(
                method.upper(), concrete, status=401, code="token_missing", languages=("zh",)
            )
            for role in callers.keys() - set(roles):
                await callers[role].refused(
                    method.upper(), concrete, status=403, code="role_forbidden", languages=("en",)
                )
                turned_away += 1
    assert turned_away > 80


async def test_a_nurse_who_is_not_active_is_told_what_to_do_first(people: People) -> None:
    new = await people.registered()
    for path in ("/api/v1/my/information-changes", "/api/v1/my/registration", "/api/v1/my/photo"):
        await new.caller.refused("GET", path, status=403, code="account_not_active")


async def test_the_application_of_others_looks_as_if_it_were_not_there(
    people: People, staff: Staff
) -> None:
    owner, other = await people.active(), await people.active()
    application = await owner.submitted()
    path = f"/api/v1/applications/{application['id']}"
    strangers: tuple[Caller, ...] = (
        other.caller,
        await staff("changanyy"),
        await staff("changan1"),
    )
    for stranger in strangers:
        await stranger.refused("GET", path, status=404, code="not_found")
    headers = {"If-Match": application["etag"]}
    hidden: dict[str, Any] = {"status": 404, "code": "not_found", "headers": headers}
    body = {"institution_id": HEAN, "form": {}}
    await other.caller.refused("PUT", path, body, **hidden)
    await other.caller.refused("POST", f"{path}/withdrawal", **hidden)
    await other.caller.refused("POST", f"{path}/submission", **hidden)
    elsewhere, county = await staff("changanyy"), await staff("changan1")
    await elsewhere.refused("POST", f"{path}/institution-review", APPROVE, **hidden)
    await county.refused("POST", f"{path}/decision", APPROVE, **hidden)
    found = await elsewhere.post(
        "/api/v1/applications/search", {"id_number": owner.record["id_number"]}
    )
    assert found == []
    assert (await owner.caller.get(path))["state"] == "awaiting_institution"


async def test_an_authority_above_sees_but_does_not_decide_and_nobody_decides_too_early(
    people: People, staff: Staff
) -> None:
    application = await (await people.active()).submitted()
    path = f"/api/v1/applications/{application['id']}"
    headers = {"If-Match": application["etag"]}
    county, province = await staff("xicheng1"), await staff("beijing1")
    assert (await province.get(path))["actions"] == []
    await province.refused(
        "POST",
        f"{path}/decision",
        APPROVE,
        headers=headers,
        status=403,
        code="not_deciding_authority",
    )
    await county.refused(
        "POST",
        f"{path}/decision",
        APPROVE,
        headers=headers,
        status=409,
        code="application_awaiting_institution",
    )


async def test_settings_of_another_institution_are_not_changed(staff: Staff) -> None:
    hospital, elsewhere = await staff("heanyiyuan"), await staff("changan1")
    change = {"authority_id": XICHENG}
    for caller, institution in ((hospital, CHANGAN_HOSPITAL), (elsewhere, HEAN)):
        await caller.refused(
            "PUT",
            f"/api/v1/institutions/{institution}/deciding-authorities/nurse-first",
            change,
            headers={"If-Match": '"1"'},
            status=403,
            code="institution_not_yours",
        )


async def test_an_authority_makes_no_institutions_and_no_accounts_elsewhere(staff: Staff) -> None:
    county = await staff("xicheng1")
    await county.refused(
        "POST",
        "/api/v1/institutions",
        {
            "name": "石家庄某医院",
            "region": "130102",
            "category": "A100",
            "ownership": "11",
            "registration_number": None,
        },
        status=403,
        code="region_not_yours",
        field="region",
    )
    for role, organisation in (("institution", CHANGAN_HOSPITAL), ("authority", CHANGAN)):
        answer = await county.ask(
            "POST",
            "/api/v1/staff-accounts",
            {
                "role": role,
                "name": "某机构",
                "user_name": "elsewhere1",
                "phone": "13900000099",
                "organisation_id": organisation,
            },
        )
        assert answer.status_code in (403, 404), answer.text
