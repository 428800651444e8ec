"""Routes of one's own photo."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import BaseModel, Field

from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters.images import (
    HEIGHT,
    MAXIMUM_BYTES,
    TOO_BIG,
    WIDTH,
    examine,
    media_type_of,
)
from zhiye_registration.application.access import not_found
from zhiye_registration.kit import Kit

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "354 × 472 pixels, at most 80 KB, white background (deck 2.3.2)",
        "content": {"image/jpeg": _BINARY, "image/png": _BINARY},
    }
}


class PhotoOut(BaseModel):
    media_type: str = Field(description="What the file really is", examples=["image/jpeg"])
    bytes: int
    width: int = WIDTH
    height: int = HEIGHT
    warnings: list[ReasonOut] = Field(description="What may be objected to in the review")


def routes(kit: Kit) -> Routes:
    router = Routes("photos")

    @router.expose(
        "PUT", "/api/v1/my/photo", allow("practitioner"), refusals=(413,), openapi_extra=_BODY
    )
    async def replace_my_photo(request: Request, caller: Caller, language: Reader) -> PhotoOut:
        """Upload one's photo; the last upload wins."""
        if caller.person_key is None:
            raise not_found()
        photo = examine(await _read(request))
        await kit.photos.put(caller.person_key, photo.content)
        return PhotoOut(
            media_type=photo.media_type,
            bytes=len(photo.content),
            warnings=[reason_out(warning, language) for warning in photo.warnings],
        )

    @router.expose("GET", "/api/v1/my/photo", allow("practitioner"), response_class=Response)
    async def get_my_photo(caller: Caller) -> Response:
        """One's own photo."""
        photo = await kit.photos.get(caller.person_key) if caller.person_key else None
        if photo is None:
            raise not_found()
        return Response(
            photo.content,
            media_type=media_type_of(photo.content),
            headers={"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"},
        )

    return router


async def _read(request: Request) -> bytes:
    """The body, no further than it may be long."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAXIMUM_BYTES:
            raise Refused(TOO_BIG, status=413)
    return bytes(content)
