"""Routes of photos: one's own, and those of an institution's people (deck 2.3.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from zhiye_chassis.objects import Stored
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
from zhiye_registration.application.information_queries import read_waiting_photo
from zhiye_registration.application.read_person import read_photo
from zhiye_registration.application.replace_photo import replace_photo
from zhiye_registration.kit import Kit

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "354 × 472 pixels, at most 80 KB, white background (deck 2.3.2)",
        "content": {"image/jpeg": _BINARY, "image/png": _BINARY},
    }
}


Named = Annotated[
    str | None,
    Query(
        max_length=64, description="Of several registrations in force: whose institution reviews"
    ),
]
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000REG001"])]


class PhotoOut(BaseModel):
    media_type: str = Field(description="What the file really is", examples=["image/jpeg"])
    bytes: int
    width: int = WIDTH
    height: int = HEIGHT
    warnings: list[ReasonOut] = Field(description="What may be objected to in the review")
    state: Literal["kept", "pending"] = Field(
        description="`pending`: of somebody who is registered, it waits for the institution"
    )
    information_change_id: str | None = Field(None, description="The request that waits")
    replaced: bool = Field(description="Whether it replaces one that was waiting")


def routes(kit: Kit) -> Routes:
    router = Routes("photos")

    @router.expose(
        "PUT", "/api/v1/my/photo", allow("practitioner"), refusals=(409, 413), openapi_extra=_BODY
    )
    async def replace_my_photo(
        request: Request, caller: Caller, language: Reader, registration_id: Named = None
    ) -> PhotoOut:
        """Upload one's photo; the last upload wins. Of somebody who is registered it waits for the
        institution's review, and the present one stays until then."""
        photo = examine(await _read(request))
        done = await replace_photo(kit, caller, photo, registration_id)
        return PhotoOut(
            media_type=photo.media_type,
            bytes=len(photo.content),
            warnings=[reason_out(warning, language) for warning in photo.warnings],
            state="pending" if done.request else "kept",
            information_change_id=done.request and done.request.id,
            replaced=done.replaced is not None,
        )

    @router.expose("GET", "/api/v1/my/photo", allow("practitioner"), response_class=Response)
    async def get_my_photo(
        caller: Caller,
        pending: Annotated[bool, Query(description="The one that waits for the review")] = False,
    ) -> Response:
        """One's own photo."""
        if pending:
            return photo_response(await read_waiting_photo(kit, caller))
        photo = await kit.photos.get(caller.person_key) if caller.person_key else None
        if photo is None:
            raise not_found()
        return photo_response(photo)

    @router.expose(
        "GET",
        "/api/v1/registration-records/{id}/photo",
        allow("institution", "authority"),
        response_class=Response,
    )
    async def get_photo_of_registration(id: Id, caller: Caller) -> Response:
        """The present photo of one of an institution's people, or of an authority's region."""
        return photo_response(await read_photo(kit, caller, id))

    return router


def photo_response(photo: Stored) -> Response:
    """A photo that was examined when it came, for those eyes only."""
    return Response(
        photo.content,
        media_type=media_type_of(photo.content),
        headers={"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"},
    )


async def _read(request: Request) -> bytes:
    """The body, no further than it may be long."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAXIMUM_BYTES:
            raise Refused(TOO_BIG, status=413)
    return bytes(content)
