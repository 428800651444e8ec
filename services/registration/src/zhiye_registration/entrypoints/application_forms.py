"""The route of printed application forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Routes
from zhiye_registration.application.print_application import print_application
from zhiye_registration.kit import Kit

Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000APP001"])]
PDF = "application/pdf"
_ANSWER = {
    "responses": {
        "200": {
            "description": "The form: A4, Chinese",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


def routes(kit: Kit) -> Routes:
    router = Routes("application forms")

    @router.expose(
        "GET",
        "/api/v1/applications/{id}/form.pdf",
        allow("practitioner", "institution", "authority", inactive=True),
        response_class=Response,
        response_model=None,
        openapi_extra=_ANSWER,
    )
    async def print_application_form(id: Id, caller: Caller) -> Response:
        """The application form to be printed and signed, with what was reviewed so far and the
        materials to hand in (Q48). A draft's is marked as one."""
        printed = await print_application(kit, caller, id)
        headers = {
            "Content-Disposition": f'inline; filename="{printed.number}.pdf"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(printed.content, media_type=PDF, headers=headers)

    return router
