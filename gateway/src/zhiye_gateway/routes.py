"""Which service answers what: the route table of the gateway, as data.

The longest prefix wins, on the boundary of a path segment. The fifth segment, an id, may be ``*``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiye_chassis.security import ANYONE, PUBLIC, Access
from zhiye_gateway.settings import LimitClass

Service = Literal["accounts", "qualifications", "registration", "institutions", "notifications"]
SERVICES: tuple[Service, ...] = (
    "accounts",
    "qualifications",
    "registration",
    "institutions",
    "notifications",
)

KB = 1024
MB = 1024 * KB


@dataclass(frozen=True, slots=True)
class Route:
    """One prefix. ``body_limit`` is in bytes, ``timeout`` in seconds until the answer begins."""

    path: str
    service: Service
    limit: LimitClass = "default"
    read_limit: LimitClass | None = None
    """Rate-limit class of GET and HEAD, when it is another than ``limit``."""
    body_limit: int | None = 1 * MB
    """``None``: of any length, as long as it keeps coming."""
    timeout: float = 15.0
    idle: float | None = None
    """Seconds in which a client must go on with its body. With it, ``timeout`` is the service's
    alone: it begins anew with each piece."""
    check_token: bool = True
    """Whether an invalid token is turned away at the door. Not where tokens are made."""
    development: bool = False
    """Reachable only in development."""

    def limit_of(self, method: str) -> LimitClass:
        return self.read_limit if self.read_limit and method in ("GET", "HEAD") else self.limit


ROUTES: tuple[Route, ...] = (
    Route("/api/v1/accounts", "accounts", limit="authentication", read_limit="default"),
    Route("/api/v1/captchas", "accounts", limit="authentication"),
    Route("/api/v1/oauth", "accounts", limit="authentication", check_token=False),
    Route("/api/v1/recoveries", "accounts", limit="authentication"),
    Route("/api/v1/activation-desk", "accounts"),
    Route("/api/v1/staff-accounts", "accounts"),
    Route("/api/v1/delegations", "accounts"),
    Route("/.well-known/jwks.json", "accounts"),
    Route(
        "/api/v1/qualification-batches",
        "qualifications",
        limit="feed",
        body_limit=None,
        timeout=900.0,
        idle=60.0,
    ),
    Route("/api/v1/qualification-cases", "qualifications", body_limit=6 * MB),
    Route("/api/v1/qualifications", "qualifications", limit="search"),
    Route("/api/v1/my/qualifications", "qualifications"),
    Route("/api/v1/applications", "registration"),
    Route("/api/v1/applications/*/evidence", "registration", body_limit=6 * MB),
    Route("/api/v1/business-types", "registration"),
    Route("/api/v1/registrations", "registration", limit="search"),
    Route("/api/v1/my/registration", "registration"),
    Route("/api/v1/my/registrations", "registration"),
    Route("/api/v1/my/eligibility", "registration"),
    Route("/api/v1/my/records", "registration"),
    Route("/api/v1/my/filings", "registration"),
    Route("/api/v1/my/photo", "registration", body_limit=200 * KB),
    Route("/api/v1/my/applications", "registration"),
    Route("/api/v1/my/information-changes", "registration"),
    Route("/api/v1/information-changes", "registration"),
    Route("/api/v1/application-evidence", "registration"),
    Route("/api/v1/roster", "registration", limit="search", timeout=60.0),
    Route("/api/v1/filings", "registration"),
    Route("/api/v1/practice-interruptions", "registration"),
    Route("/api/v1/verifications", "registration", limit="search"),
    Route("/api/v1/reconciliations", "registration", body_limit=20 * MB, timeout=120.0),
    Route("/api/v1/registration-imports", "registration", body_limit=64 * MB, timeout=120.0),
    Route("/api/v1/bulk-reviews", "registration"),
    Route("/api/v1/registration-records", "registration"),
    Route("/api/v1/movements", "registration", limit="search"),
    Route("/api/v1/statistics", "registration", limit="search", timeout=60.0),
    Route("/api/v1/renewal-windows", "registration"),
    Route("/api/v1/scope-catalogues", "registration", limit="search"),
    Route("/api/v1/scope-cases", "registration"),
    Route("/api/v1/penalties", "registration"),
    Route("/api/v1/my/penalties", "registration"),
    Route("/api/v1/duties", "registration"),
    Route("/api/v1/practice-options", "registration", limit="search"),
    Route("/api/v1/institutions", "institutions", limit="search"),
    Route("/api/v1/institution-filings", "institutions"),
    Route("/api/v1/institution-merges", "institutions"),
    Route("/api/v1/institution-merges/previews", "registration"),
    Route(
        "/api/v1/institution-imports",
        "institutions",
        limit="feed",
        body_limit=512 * MB,
        timeout=600.0,
    ),
    Route("/api/v1/zones", "institutions"),
    Route("/api/v1/authorities", "institutions", limit="search"),
    Route("/api/v1/divisions", "institutions", limit="search"),
    Route("/api/v1/codes", "institutions"),
    Route("/api/v1/my/messages", "notifications"),
    Route("/api/v1/development/messages", "notifications", development=True),
    Route("/development", "notifications", development=True),
)


_ID = 4
"""Where an id stands in the segments of ``/api/v1/things/{id}/parts``."""


def _any_id(parts: list[str]) -> str:
    return "/".join((*parts[:_ID], "*", *parts[_ID + 1 :]))


class RouteTable:
    """Finds the route of a path."""

    def __init__(self, routes: Sequence[Route] = ROUTES, *, development: bool = True) -> None:
        self._routes = {r.path: r for r in routes if development or not r.development}
        self._depth = max((path.count("/") for path in self._routes), default=0)

    def find(self, path: str) -> Route | None:
        """The route with the longest prefix of whole segments; ``None`` for an unknown path."""
        parts = path.split("/", self._depth + 1)[: self._depth + 1]
        while len(parts) > 1:
            if route := self._routes.get("/".join(parts)):
                return route
            if len(parts) > _ID + 1 and (route := self._routes.get(_any_id(parts))):
                return route
            parts.pop()
        return None


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """What the gateway answers itself. ``limit`` is ``None`` for what must always be answered."""

    path: str
    access: Access = PUBLIC
    limit: LimitClass | None = "default"
    method: str = "GET"


DOCS_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
"""What is served of the Swagger UI package."""

GATEWAY_ROUTES: tuple[OwnRoute, ...] = (
    OwnRoute("/"),
    OwnRoute("/api/v1/events", ANYONE),
    OwnRoute("/openapi.json"),
    OwnRoute("/docs"),
    OwnRoute("/docs/start.js"),
    OwnRoute("/docs/openapi.json"),
    *(OwnRoute(f"/docs/{name}") for name in DOCS_FILES),
    OwnRoute("/livez", limit=None),
    OwnRoute("/readyz", limit=None),
    OwnRoute("/metrics", limit=None),
)
