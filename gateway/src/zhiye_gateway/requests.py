"""Reading a request at the door: its path, client address, length, and headers for the service."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from starlette.types import Scope

from zhiye_chassis.telemetry import request_id_var, traceparent_var
from zhiye_gateway import refusals

Headers = list[tuple[bytes, bytes]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_CLEAN = re.compile(r"/|(?:/(?!\.{1,2}(?:/|$))[^/\\\x00-\x1f\x7f]+)+/?")
_RAW_CLEAN = re.compile(rb"[!-~]+")
_RAW_FORBIDDEN = re.compile(rb"%2f|%5c|[?#]", re.IGNORECASE)
_UNKNOWN = "0.0.0.0"  # noqa: S104 - not an address to listen on, but nobody's
_REPLACED = frozenset({b"forwarded", b"x-real-ip", b"x-request-id", b"traceparent"})


def require_clean_path(scope: Scope) -> None:
    """Refuse what a service could read as another path than the gateway did (400).

    Dot segments, empty segments, backslashes, control characters, and slashes hidden in an
    encoding have no use in our paths.
    """
    raw: bytes = scope.get("raw_path") or b"/"
    if (
        not _CLEAN.fullmatch(scope["path"])
        or not _RAW_CLEAN.fullmatch(raw)
        or _RAW_FORBIDDEN.search(raw)
    ):
        raise refusals.path_not_clean()


def _address(text: str) -> str | None:
    text = text.strip()
    return _parsed(text) if len(text) <= 64 else None


@lru_cache(maxsize=8192)
def _parsed(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def client_address(scope: Scope, trusted_hops: int) -> str:
    """Where the request comes from: the socket's peer, or what our own proxies told of it.

    With ``trusted_hops`` proxies of ours in front, the last that many entries of
    ``X-Forwarded-For`` are theirs; what stands before them is anybody's invention.
    """
    peer = _address((scope.get("client") or ("", 0))[0]) or _UNKNOWN
    if not trusted_hops:
        return peer
    told = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    chain = told.decode("latin-1").split(",")
    if len(chain) < trusted_hops:
        return peer
    return _address(chain[-trusted_hops]) or peer


@lru_cache(maxsize=8192)
def network_of(address: str) -> str:
    """What counts as one address for limits: IPv6 hands whole /64 networks to one client."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def content_length(headers: Headers) -> int | None:
    """The announced length of the body in bytes; ``None`` without one; refused (400) if odd."""
    found = [value for name, value in headers if name == b"content-length"]
    if not found:
        return None
    if len(found) > 1 or not found[0].isdigit() or len(found[0]) > 18:
        raise refusals.content_length_invalid()
    return int(found[0])


def bearer_token(headers: Headers) -> str | None:
    """The token of the ``Authorization`` header, if that is of the Bearer kind."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if scheme.lower() == "bearer" else None
    return None


def headers_for_service(headers: Headers, address: str) -> Headers:
    """The client's headers, with everything that only we may say replaced by what we say."""
    passed = [
        header
        for header in headers
        if header[0] not in _REPLACED and not header[0].startswith(b"x-forwarded-")
    ]
    passed.append((b"x-forwarded-for", address.encode()))
    passed.append((b"x-request-id", request_id_var.get().encode()))
    passed.append((b"traceparent", traceparent_var.get().encode()))
    return passed
