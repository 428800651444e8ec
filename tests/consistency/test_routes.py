"""What everyone must remember about routes, checked for all of them."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from zhiye_chassis.security import ROLES, Principal
from zhiye_chassis.service import create_app
from zhiye_chassis.web import access_of
from zhiye_gateway.routes import ROUTES
from zhiye_launcher import registry

HEALTH = {"/livez", "/readyz", "/metrics"}
SERVICES = registry.detached()


@pytest.fixture(scope="module")
def services(settings_for):
    """The same services with keys that the tests can sign with; no database is ever asked."""
    settings = settings_for("postgresql+asyncpg://nobody@localhost/none", development=False)
    return {name: registry.build(name, settings) for name in registry.SERVICES}


def exposed() -> list[tuple[str, str, APIRoute]]:
    return [
        (name, method, route)
        for name, service in SERVICES.items()
        for routes in service.routes
        for route in routes.routes
        for method in sorted(route.methods)
    ]


def of(service: str, method: str, route: APIRoute) -> str:
    return f"{service} {method} {route.path}"


EXPOSED = exposed()
each_route = pytest.mark.parametrize(
    ("service", "method", "route"), EXPOSED, ids=lambda part: getattr(part, "path", part)
)
GUARDED = [entry for entry in EXPOSED if access_of(entry[2]).roles]

each_guarded_route = pytest.mark.parametrize(
    ("service", "method", "route"), GUARDED, ids=lambda part: getattr(part, "path", part)
)


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "01JD0000000000000000ABC001", path)


def principal(role: str, **more) -> Principal:
    return Principal(account_id="01JD0000000000000000ACC999", role=role, **more)


@pytest.mark.parametrize(
    ("service", "method", "route"), EXPOSED, ids=lambda x: getattr(x, "path", x)
)
def test_every_route_has_an_access_rule(service, method, route):
    access_of(route)  # raises KeyError without one


def test_nothing_is_served_beside_the_declared_routes_and_health():
    for name, own in SERVICES.items():
        app = create_app(own)
        declared = {route.path for service, _, route in EXPOSED if service == name}
        served = {getattr(route, "path", None) for route in app.routes} - {None}
        assert served - declared <= HEALTH, name


@pytest.mark.parametrize(
    ("service", "method", "route"), GUARDED, ids=lambda x: getattr(x, "path", x)
)
async def test_without_a_token_the_door_is_closed(service, method, route, services, client_for):
    async with client_for(services[service]) as client:
        answer = await client.request(method, concrete(route.path))
    assert answer.status_code == 401, of(service, method, route)
    assert answer.json()["code"] == "token_missing"


@pytest.mark.parametrize(
    ("service", "method", "route"), GUARDED, ids=lambda x: getattr(x, "path", x)
)
async def test_every_other_role_is_turned_away(
    service, method, route, services, client_for, token_for
):
    access = access_of(route)
    async with client_for(services[service]) as client:
        for role in ROLES:
            if role in access.roles:
                continue
            answer = await client.request(
                method,
                concrete(route.path),
                headers={"Authorization": token_for(principal(role))},
            )
            assert answer.status_code == 403, f"{role} at {of(service, method, route)}"
            assert answer.json()["code"] == "role_forbidden"


@pytest.mark.parametrize(
    ("service", "method", "route"), GUARDED, ids=lambda x: getattr(x, "path", x)
)
async def test_people_whose_account_is_not_active_see_only_what_leads_there(
    service, method, route, services, client_for, token_for
):
    access = access_of(route)
    if "practitioner" not in access.roles or access.inactive:
        return
    inactive = principal("practitioner", person_key="0" * 32, active=False)
    async with client_for(services[service]) as client:
        answer = await client.request(
            method, concrete(route.path), headers={"Authorization": token_for(inactive)}
        )
    assert answer.status_code == 403
    assert answer.json()["code"] == "account_not_active"


@pytest.mark.parametrize(
    ("service", "method", "route"), EXPOSED, ids=lambda x: getattr(x, "path", x)
)
def test_the_gateway_leads_to_every_route(service, method, route):
    prefixes = [r.path for r in ROUTES if r.service == service]
    path = concrete(route.path)
    assert any(path == p or path.startswith(p + "/") for p in prefixes), of(service, method, route)


def test_public_routes_are_these_and_no_others():
    public = {
        f"{method} {route.path}" for _, method, route in EXPOSED if not access_of(route).roles
    }
    assert public == {
        "POST /api/v1/captchas",
        "POST /api/v1/accounts",
        "POST /api/v1/oauth/token",
        "GET /.well-known/jwks.json",
        "GET /api/v1/accounts/security-questions",
        "POST /api/v1/recoveries",
        "POST /api/v1/recoveries/staff",
        "POST /api/v1/recoveries/personal-information",
        "POST /api/v1/recoveries/security-question",
        "POST /api/v1/recoveries/{recovery_id}/completion",
        "GET /api/v1/authorities",
        "GET /api/v1/authorities/{authority_id}",
        "GET /api/v1/authorities/{authority_id}/tree",
        "GET /api/v1/institutions",
        "GET /api/v1/institutions/{institution_id}",
        "GET /api/v1/institutions/{institution_id}/campuses",
        "GET /api/v1/institutions/{institution_id}/deciding-authorities",
        "GET /api/v1/institution-filings/kinds",
        "GET /api/v1/zones",
        "GET /api/v1/divisions",
        "GET /api/v1/divisions/{code}",
        "GET /api/v1/codes",
        "GET /api/v1/codes/{table}",
        "GET /api/v1/business-types",
        "GET /api/v1/business-types/{slug}",
        "GET /api/v1/scope-catalogues",
        "GET /api/v1/scope-catalogues/{province}",
        "GET /api/v1/practice-options",
    }
