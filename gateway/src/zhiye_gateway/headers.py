"""Security headers on every answer; a service's own choice is kept."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    b" img-src 'self' data:; font-src 'self' data:; connect-src 'self';"
    b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SINK_POLICY = _PAGE_POLICY.replace(b"script-src 'self'", b"script-src 'self' 'unsafe-inline'")

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


def _policy(path: str) -> bytes:
    if path == "/" or path == "/docs" or path.startswith("/docs/"):
        return _PAGE_POLICY
    if path == "/development" or path.startswith("/development/"):
        return _SINK_POLICY
    return _API_POLICY


class SecurityHeaders:
    """Pure ASGI. Nothing is cached, sniffed or framed unless an answer says otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        policy = _policy(scope["path"])

        async def guard(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers.extend(header for header in _ALWAYS if header[0] not in present)
                if b"content-security-policy" not in present:
                    headers.append((b"content-security-policy", policy))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, guard)
