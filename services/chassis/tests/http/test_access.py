"""Who may: each role against each rule; tokens that are no good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from services.chassis.tests.http.test_problems import problem

from zhiye_chassis import security
from zhiye_chassis.security import (
    ANYONE,
    PUBLIC,
    ROLES,
    Principal,
    Role,
    TokenVerifier,
    allow,
    check,
    claims_of,
)
from zhiye_chassis.service import Service
from zhiye_chassis.settings import generate_secrets
from zhiye_chassis.web import GuardedRoute, Routes, access_of
from zhiye_contracts.reasons import Refused


def status_of(access: security.Access, principal: Principal | None) -> int:
    try:
        check(access, principal)
    except Refused as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("allowed", ROLES)
def test_a_rule_lets_in_its_own_role_and_no_other(role: Role, allowed: Role) -> None:
    assert status_of(allow(allowed), Principal("a", role)) == (200 if role == allowed else 403)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_what_is_open_to_everybody(role: Role) -> None:
    assert status_of(PUBLIC, Principal("a", role)) == 200
    assert status_of(ANYONE, Principal("a", role, active=False)) == 200
    assert status_of(PUBLIC, None) == 200
    assert status_of(ANYONE, None) == 401


def test_a_practitioner_who_is_not_active_may_only_what_says_so() -> None:
    waiting = Principal("a", "practitioner", active=False)
    assert status_of(allow("practitioner"), waiting) == 403
    assert status_of(allow("practitioner", inactive=True), waiting) == 200
    assert status_of(allow("operator"), Principal("a", "operator", active=False)) == 200


def test_a_rule_names_its_roles() -> None:
    with pytest.raises(ValueError, match="PUBLIC"):
        allow()


def test_a_route_without_a_rule_cannot_be_defined() -> None:
    routes = Routes("x")
    with pytest.raises(KeyError, match="x-access"):

        @routes.get("/open")
        async def open_to_all() -> None: ...

    with pytest.raises(TypeError):
        routes.expose("GET", "/open")  # type: ignore[call-arg]


async def test_every_route_of_a_service_is_guarded_and_says_its_rule(service: Service) -> None:
    for routes in service.routes:
        for route in routes.routes:
            assert isinstance(route, GuardedRoute)
            access_of(route)


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_is_turned_away_from_what_is_for_others(
    service: Service, client_for: Any, token_for: Any, role: Role
) -> None:
    client = client_for(service, token_for(Principal("a", role)))
    for other in ROLES:
        response = await client.get(f"/only/{other}")
        if other == role:
            assert response.status_code == 200
        else:
            problem(response, 403, "role_forbidden")
    assert (await client.get("/anyone")).status_code == 200


async def test_without_a_token_one_is_asked_to_log_in(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/anyone")
    problem(response, 401, "token_missing")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_access_is_checked_before_the_body_is_read(anonymous: httpx.AsyncClient) -> None:
    broken = await anonymous.post(
        "/notes", content=b"{", headers={"Content-Type": "application/json"}
    )
    problem(broken, 401, "token_missing")


async def test_an_account_that_is_not_active_is_told_so(
    service: Service, client_for: Any, token_for: Any
) -> None:
    client = client_for(service, token_for(Principal("a", "practitioner", active=False)))
    problem(await client.get("/only/practitioner"), 403, "account_not_active")
    assert (await client.get("/me")).json() == "a"


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def signer(keys: dict[str, str]) -> Any:
    private = keys["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    public = json.loads(keys["JWKS"])["keys"][0]

    def sign(claims: dict[str, Any], *, key: Any = private, **headers: Any) -> str:
        good = claims_of(Principal("a", "operator"), int(time.time())) | claims
        good = {name: value for name, value in good.items() if value is not ...}
        return jwt.encode(good, key, "EdDSA", headers={"kid": public["kid"]} | headers)

    return sign


def hs256(claims: dict[str, Any], key: bytes, key_id: str) -> str:
    """What a forger makes of a public key when the verifier lets the token choose how."""
    signed = f"{segment({'alg': 'HS256', 'typ': 'JWT', 'kid': key_id})}.{segment(claims)}"
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def bad_tokens(signer: Any, keys: dict[str, str]) -> dict[str, str]:
    public = json.loads(keys["JWKS"])["keys"][0]
    kid = public["kid"]
    header, payload, signature = signer({}).split(".")
    raw = base64.urlsafe_b64decode(public["x"] + "=")
    pem = jwt.PyJWK(public).key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    now = int(time.time())
    claims = claims_of(Principal("a", "operator"), now)
    none = segment({"alg": "none", "typ": "JWT", "kid": kid})
    promoted = segment(claims | {"role": "authority"})
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    private = keys["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    return {
        "expired": signer({"exp": now - 60}),
        "issued in the future": signer({"iat": now + 600}),
        "not valid yet": signer({"nbf": now + 600}),
        "signed with another key": signer({}, key=Ed25519PrivateKey.generate()),
        "an unknown key id": signer({}, kid="other"),
        "no key id": jwt.encode(claims, private, "EdDSA"),
        "a key id that is a list": f"{segment({'alg': 'EdDSA', 'kid': ['x']})}.{payload}.x",
        "a key id that is a number": f"{segment({'alg': 'EdDSA', 'kid': 7})}.{payload}.x",
        "alg none": f"{none}.{segment(claims)}.",
        "alg none with the old signature": f"{none}.{payload}.{signature}",
        "HS256 with the public key as secret": hs256(claims, pem, kid),
        "HS256 with the raw public key as secret": hs256(claims, raw, kid),
        "another role written in": f"{header}.{promoted}.{signature}",
        "a changed signature": f"{header}.{payload}.{changed}",
        "no signature": f"{header}.{payload}.",
        "another issuer": signer({"iss": "elsewhere"}),
        "no issuer": signer({"iss": ...}),
        "no expiry": signer({"exp": ...}),
        "no subject": signer({"sub": ...}),
        "a role there is not": signer({"role": "emperor"}),
        "a role that is a list": signer({"role": ["operator"]}),
        "a subject that is a number": signer({"sub": 7}),
        "two parts": f"{header}.{payload}",
        "not base64": "!!!.???.***",
        "a header that is a list": f"{segment([1])}.{payload}.{signature}",
        "empty": "",
        "long": "x" * 100_000,
        "letters from far away": "ü.ü.ü",
    }


async def test_no_token_but_a_good_one_lets_anybody_in(
    anonymous: httpx.AsyncClient, signer: Any, keys: dict[str, str]
) -> None:
    good = {"Authorization": f"Bearer {signer({})}"}
    assert (await anonymous.get("/only/operator", headers=good)).status_code == 200
    for name, token in bad_tokens(signer, keys).items():
        header = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
        response = await anonymous.get("/anyone", headers=header)
        assert response.status_code == 401, name
        problem(response, 401, "token_invalid")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "bearer  ", "xyz", "Bearer a b"])
async def test_another_kind_of_credential_is_refused(
    anonymous: httpx.AsyncClient, header: str
) -> None:
    response = await anonymous.get("/anyone", headers={"Authorization": header})
    assert response.status_code == 401


def test_a_verifier_remembers_a_token_only_until_it_expires(
    signer: Any, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = TokenVerifier(json.loads(keys["JWKS"]), remember=2)
    token = signer({})
    assert verifier.verify(token).role == "operator"
    later = time.time() + security.ACCESS_TOKEN_SECONDS + 60
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(jwt.api_jwt, "datetime", _Later(later))
    with pytest.raises(Refused):
        verifier.verify(token)


class _Later:
    """Stands in for ``datetime`` in the library that reads tokens."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self, tz: Any = None) -> Any:
        import datetime

        return datetime.datetime.fromtimestamp(self._seconds, tz)


def test_a_verifier_remembers_no_more_tokens_than_it_is_told(
    signer: Any, keys: dict[str, str]
) -> None:
    verifier = TokenVerifier(json.loads(keys["JWKS"]), remember=2)
    for n in range(5):
        assert verifier.verify(signer({"sub": f"account-{n}"})).account_id == f"account-{n}"
    assert len(verifier._known) == 2


def test_keys_can_be_rotated_while_old_tokens_live(signer: Any, keys: dict[str, str]) -> None:
    new = json.loads(generate_secrets()["JWKS"])["keys"]
    verifier = TokenVerifier({"keys": [*new, *json.loads(keys["JWKS"])["keys"]]})
    assert verifier.verify(signer({})).account_id == "a"
    with pytest.raises(Refused):
        TokenVerifier({"keys": new}).verify(signer({}))


def test_a_principal_survives_its_token(signer: Any, keys: dict[str, str]) -> None:
    principal = Principal("a", "authority", "名", "s", "pk", False, "ins", "aut", "110000")
    token = signer(claims_of(principal, int(time.time())))
    assert TokenVerifier(json.loads(keys["JWKS"])).verify(token) == principal
