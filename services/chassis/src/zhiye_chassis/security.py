"""Who is asking, and whether they may: tokens, principals, access rules."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

import jwt

from zhiye_chassis import texts
from zhiye_contracts.reasons import Reason, Refused, Text

Role = Literal["practitioner", "institution", "authority", "exam_centre", "operator"]
ROLES: tuple[Role, ...] = ("practitioner", "institution", "authority", "exam_centre", "operator")

ISSUER = "zhiye"
ACCESS_TOKEN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Principal:
    """The account behind a token, with the scope its role has.

    ``region`` is the division code of an authority, ``institution_id`` the institution of an
    institution's account, ``person_key`` the blind index of a practitioner's ID number.
    ``active`` tells whether a practitioner's account is activated (Q5, Q29).
    """

    account_id: str
    role: Role
    name: str = ""
    session_id: str = ""
    person_key: str | None = None
    active: bool = True
    institution_id: str | None = None
    authority_id: str | None = None
    region: str | None = None
    issued_at: int = field(default=0, compare=False)
    """Of the token, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Access:
    """The access rule of one route. ``roles`` empty means that anybody may, without a token.

    ``inactive`` lets in practitioners who have not activated their account yet.
    """

    roles: frozenset[Role]
    inactive: bool = False

    def __str__(self) -> str:
        return ", ".join(sorted(self.roles)) or "public"


PUBLIC = Access(frozenset())
ANYONE = Access(frozenset(ROLES), inactive=True)
"""Anyone who is logged in."""


def allow(*roles: Role, inactive: bool = False) -> Access:
    if not roles:
        raise ValueError("name the roles, or use PUBLIC")
    return Access(frozenset(roles), inactive)


TOKEN_INVALID = Reason(
    "token_invalid",
    Text("登录凭证无效或已过期。", "The token is not valid or has expired."),
    Text("请重新登录，或用刷新凭证换取新的凭证。", "Log in again, or refresh the token."),
)
ROLE_FORBIDDEN = Reason(
    "role_forbidden",
    Text("此操作不对您的账户类型开放。", "This is not open to your type of account."),
    Text("请使用有权限的账户登录。", "Log in with an account that may do this."),
)
ACCOUNT_NOT_ACTIVE = Reason(
    "account_not_active",
    Text("账户尚未激活，此功能暂不可用。", "The account is not active yet."),
    Text("请先完成手机验证和账户激活。", "Verify your phone and activate the account first."),
    source="Q5, Q29",
)


def check(access: Access, principal: Principal | None) -> None:
    """Raise the refusal that ``access`` has for ``principal``, if any."""
    if not access.roles:
        return
    if principal is None:
        raise Refused(texts.of_status(401), status=401)
    if principal.role not in access.roles:
        raise Refused(ROLE_FORBIDDEN, status=403)
    if principal.role == "practitioner" and not (principal.active or access.inactive):
        raise Refused(ACCOUNT_NOT_ACTIVE, status=403)


def claims_of(principal: Principal, now: int) -> dict[str, Any]:
    """The claims of an access token; ``now`` in seconds since the epoch."""
    return {
        "iss": ISSUER,
        "sub": principal.account_id,
        "role": principal.role,
        "name": principal.name,
        "sid": principal.session_id,
        "pk": principal.person_key,
        "act": principal.active,
        "ins": principal.institution_id,
        "aut": principal.authority_id,
        "reg": principal.region,
        "iat": now,
        "exp": now + ACCESS_TOKEN_SECONDS,
    }


class TokenVerifier:
    """Checks access tokens against a JWKS: EdDSA only, issuer, expiry.

    A checked token is remembered until it expires (by digest, at most ``remember`` of them), as
    the signature costs more than everything else a lookup does.
    """

    def __init__(self, jwks: dict[str, Any], remember: int = 10_000) -> None:
        self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(jwks).keys}
        self._remember = remember
        self._known: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    def verify(self, token: str) -> Principal:
        """The principal of a token; ``Refused`` (401) when it is no good."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        now = time.time()
        if (known := self._known.get(digest)) is not None:
            if known[0] > now:
                return known[1]
            del self._known[digest]
        try:
            key = self._keys[jwt.get_unverified_header(token).get("kid", "")]
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "role"]},
            )
            if claims["role"] not in ROLES:
                raise KeyError("role")
            principal = Principal(
                account_id=claims["sub"],
                role=claims["role"],
                name=claims.get("name") or "",
                session_id=claims.get("sid") or "",
                person_key=claims.get("pk"),
                active=bool(claims.get("act")),
                institution_id=claims.get("ins"),
                authority_id=claims.get("aut"),
                region=claims.get("reg"),
                issued_at=int(claims["iat"]),
            )
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise Refused(TOKEN_INVALID, status=401) from error
        self._known[digest] = (float(claims["exp"]), principal)
        if len(self._known) > self._remember:
            self._known.popitem(last=False)
        return principal

    def from_header(self, authorization: str | None) -> Principal | None:
        """The principal of an ``Authorization`` header; ``None`` without one."""
        if not authorization:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(TOKEN_INVALID, status=401)
        return self.verify(token.strip())
