"""The web side of a service: routes that declare their access, commands in one transaction.

``Routes.expose`` is the only way to add a route, and it asks for an access rule. The rule is
checked before the body is read. A route that takes ``Tx`` runs as one unit of work which commits
when the response has been made, together with the answer kept for its ``Idempotency-Key``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from zhiye_chassis.database import Database, Transaction
from zhiye_chassis.problems import documented, refused
from zhiye_chassis.security import ROLES, Access, Principal, check
from zhiye_contracts.reasons import Language

_CLAIM_KEY = text(
    "INSERT INTO idempotency_key (scope, key, fingerprint) VALUES (:scope, :key, :fingerprint)"
    " ON CONFLICT DO NOTHING RETURNING key"
)
_READ_KEY = text("SELECT * FROM idempotency_key WHERE scope = :scope AND key = :key")
_KEEP_ANSWER = text(
    "UPDATE idempotency_key SET status = :status, headers = :headers, body = :body"
    " WHERE scope = :scope AND key = :key"
)
_DROP_KEY = text("DELETE FROM idempotency_key WHERE scope = :scope AND key = :key")


class Schema(BaseModel):
    """Base of request bodies: unknown fields are refused, texts are trimmed."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, str_max_length=2000, allow_inf_nan=False
    )


def _scope(principal: Principal | None) -> str:
    """Whose keys they are: the account's and, as it may act for several, the institution's."""
    if principal is None:
        return "public"
    return " ".join(filter(None, (principal.account_id, principal.institution_id)))


class _Replay(Exception):  # noqa: N818
    def __init__(self, response: Response) -> None:
        self.response = response


class UnitOfWork:
    """The transaction of one request, begun when the route first asks for it."""

    def __init__(self, request: Request, database: Database, *, idempotent: bool) -> None:
        self._request = request
        self._database = database
        self._idempotent = idempotent
        self._context: AbstractAsyncContextManager[Transaction] | None = None
        self._transaction: Transaction | None = None
        self._key: dict[str, str] | None = None

    async def begin(self) -> Transaction:
        if self._transaction is None:
            self._context = self._database.transaction()
            self._transaction = await self._context.__aenter__()
            await self._claim_key(self._transaction)
        return self._transaction

    async def _claim_key(self, transaction: Transaction) -> None:
        key = self._request.headers.get("idempotency-key")
        if not key or not self._idempotent:
            return
        if not 8 <= len(key) <= 100 or not key.isascii() or not key.isprintable():
            raise refused(
                "idempotency_key_invalid",
                ("Idempotency-Key 应为 8 至 100 个可见字符。", "8 to 100 visible characters."),
                ("请使用 UUID。", "Use a UUID."),
                field="Idempotency-Key",
            )
        principal: Principal | None = self._request.state.principal
        # Keyed with what only the client has: a body with an ID number has little entropy, and
        # its plain digest could be searched for.
        digest = hmac.new(
            key.encode(),
            f"{self._request.method} {self._request.url.path}?{self._request.url.query}\n".encode()
            + await self._request.body(),
            hashlib.sha256,
        )
        claim = {
            "scope": _scope(principal),
            "key": hashlib.sha256(key.encode()).hexdigest(),
        }
        fingerprint = {"fingerprint": digest.hexdigest()}
        claimed = await transaction.execute(_CLAIM_KEY, claim | fingerprint)
        if claimed.first() is not None:
            self._key = claim
            return
        kept = (await transaction.execute(_READ_KEY, claim)).mappings().one()
        if kept["fingerprint"] != digest.hexdigest():
            raise refused(
                "idempotency_key_reused",
                (
                    "此 Idempotency-Key 已用于另一个请求。",
                    "This Idempotency-Key was used for another request.",
                ),
                ("请为新的请求使用新的键。", "Use a new key for a new request."),
                field="Idempotency-Key",
            )
        headers = orjson.loads(kept["headers"] or "{}") | {"Idempotency-Replayed": "true"}
        raise _Replay(Response(kept["body"], status_code=kept["status"], headers=headers))

    async def complete(self, response: Response) -> None:
        if self._transaction is None or self._context is None:
            return
        if self._key is not None:
            kept = {k: v for k, v in response.headers.items() if k != "content-length"}
            await self._transaction.execute(
                _KEEP_ANSWER,
                self._key
                | {
                    "status": response.status_code,
                    "headers": orjson.dumps(kept).decode(),
                    "body": bytes(getattr(response, "body", b"")),
                },
            )
        await self._context.__aexit__(None, None, None)

    async def fail(self, error: BaseException) -> None:
        """Roll back, or commit what a refusal keeps; an answer is kept for neither."""
        if self._transaction is None or self._context is None:
            return
        if self._key is not None and getattr(error, "keep_effects", False):
            await self._transaction.execute(_DROP_KEY, self._key)
        try:
            await self._context.__aexit__(type(error), error, error.__traceback__)
        except type(error) as again:
            if again is not error:
                raise


class GuardedRoute(APIRoute):
    """Checks access, then runs the endpoint, as a unit of work if it wants one."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        original = super().get_route_handler()
        access = access_of(self)
        options = self.openapi_extra or {}
        idempotent = "POST" in (self.methods or ()) and options.get("x-idempotent", True)
        if options.get("x-direct"):
            endpoint = self.endpoint

            async def answer(request: Request) -> Response:
                _let_in(request, access)
                response: Response = await endpoint(request, **request.path_params)
                return response

            return answer

        async def handle(request: Request) -> Response:
            _let_in(request, access)
            unit = UnitOfWork(request, request.app.state.database, idempotent=idempotent)
            request.state.unit = unit
            try:
                response = await original(request)
                await unit.complete(response)
            except _Replay as replay:
                await unit.fail(replay)
                return replay.response
            except BaseException as error:
                await unit.fail(error)
                raise
            return response

        return handle


def _let_in(request: Request, access: Access) -> None:
    """Set the request's principal, or raise the refusal that the access rule has for it. Where
    anybody may, a token is not looked at."""
    principal = None
    if access.roles:
        principal = request.app.state.verifier.from_header(request.headers.get("authorization"))
        check(access, principal)
    request.state.principal = principal


def access_of(route: APIRoute) -> Access:
    """The declared access rule of a route; ``KeyError`` if there is none."""
    rule = (route.openapi_extra or {})["x-access"]
    return Access(frozenset(role for role in ROLES if role in rule["roles"]), rule["inactive"])


class Routes(APIRouter):
    """A router whose every route has an access rule."""

    def __init__(self, tag: str) -> None:
        super().__init__(route_class=GuardedRoute, tags=[tag])

    def expose(
        self,
        method: str,
        path: str,
        access: Access,
        *,
        idempotent: bool = True,
        direct: bool = False,
        refusals: tuple[int, ...] = (),
        **options: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate an endpoint. ``refusals`` are the statuses it documents beyond the usual.

        A ``direct`` endpoint takes the request and its path parameters as they came, checks them
        itself and returns a ``Response``: for hot reads, which FastAPI's own work would double.
        """
        usual = (401, 403) if access.roles else ()
        extra = {
            "x-access": {"roles": sorted(access.roles), "inactive": access.inactive},
            "x-idempotent": idempotent,
            **({"x-direct": True} if direct else {}),
            **({"security": [{"bearer": []}]} if access.roles else {}),
            **options.pop("openapi_extra", {}),
        }
        return self.api_route(
            path,
            methods=[method],
            openapi_extra=extra,
            responses=documented(*sorted({*usual, 400, 404, 422, 429, *refusals})),
            **options,
        )


async def _transaction(request: Request) -> Transaction:
    unit: UnitOfWork = request.state.unit
    return await unit.begin()


async def _principal(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


async def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", ""))


def language_of(accept_language: str) -> Language:
    """``en`` when English is asked for before Chinese, else ``zh``."""
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


async def _expected_version(
    if_match: Annotated[
        str | None, Header(description="The ETag that was read", examples=['"3"'])
    ] = None,
) -> int:
    if if_match is None:
        raise refused(
            "if_match_missing",
            ("修改时必须带上读取到的版本号。", "A change must name the version it was based on."),
            ("请先读取数据，将 ETag 放入 If-Match。", "Read it first, send its ETag as If-Match."),
            field="If-Match",
            status=428,
        )
    try:
        return int(if_match.removeprefix("W/").strip('"'))
    except ValueError:
        raise stale_version() from None


def stale_version() -> Exception:
    """412: somebody else has changed it since it was read."""
    return refused(
        "version_stale",
        ("数据已被他人修改，您看到的不是最新内容。", "It was changed since you read it."),
        ("请重新读取后再提交。", "Read it again, then send your change."),
        field="If-Match",
        status=412,
    )


Tx = Annotated[Transaction, Depends(_transaction)]
"""The unit of work of this request."""
Caller = Annotated[Principal, Depends(_principal)]
"""The account that asks."""
Reader = Annotated[Language, Depends(_language)]
"""The language to answer in."""
IfMatch = Annotated[int, Depends(_expected_version)]
"""The version that the caller read."""


def client_address(request: Request) -> str:
    """The client's address as the gateway tells it (it replaces what the client claims), or the
    peer's without a gateway."""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded or (request.client.host if request.client else "unknown")


def etag(version: int) -> str:
    return f'"{version}"'
