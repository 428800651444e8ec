"""Routes of evidence: files in, and out again to be saved, never to be shown or run."""

from __future__ import annotations

from email.message import Message
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from zhiye_chassis.choices import one_of
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters.evidence_files import SUFFIXES
from zhiye_qualifications.application.add_evidence import (
    TOO_BIG,
    File,
    add_evidence,
    check_may_add,
)
from zhiye_qualifications.application.read_evidence import read_evidence
from zhiye_qualifications.domain.corrections import EVIDENCE_KINDS
from zhiye_qualifications.domain.reasons import about
from zhiye_qualifications.entrypoints.case_schemas import EvidenceOut
from zhiye_qualifications.entrypoints.case_views import PATH, evidence_view
from zhiye_qualifications.entrypoints.cases import FILERS, Id
from zhiye_qualifications.kit import Kit

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TYPES = dict.fromkeys(SUFFIXES, _BINARY)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, at most 5 MB; a whole JPEG, PNG or PDF. Its name is not "
        "asked for, and its type is what its content is.",
        "content": _TYPES,
    }
}
_ANSWER = {"responses": {"200": {"description": "The file as uploaded", "content": _TYPES}}}
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""A browser saves it and does nothing else with it."""


def routes(kit: Kit) -> Routes:
    r = Routes("evidence")

    @r.expose(
        "POST",
        f"{PATH}/{{id}}/evidence",
        FILERS,
        status_code=201,
        idempotent=False,
        refusals=(409, 413),
        openapi_extra=_BODY,
    )
    async def upload_evidence(
        id: Id,
        kind: Annotated[
            one_of(EVIDENCE_KINDS),  # type: ignore[valid-type]
            Query(description="What it proves", examples=["id_card"]),
        ],
        request: Request,
        caller: Caller,
        language: Reader,
    ) -> EvidenceOut:
        """Add a file to a draft or to what was returned (Q46); the province to an upgrade (Q47).
        Sending the same file again changes nothing."""
        await check_may_add(kit, caller, id)
        content = await _read(request, kit.own.evidence_bytes)
        file = await add_evidence(kit, caller, id, File(kind, content, _declared(request)))
        return EvidenceOut.model_validate(evidence_view(id, file, language))

    @r.expose(
        "GET",
        f"{PATH}/{{id}}/evidence/{{evidence_id}}",
        allow("practitioner", "institution", "authority", "exam_centre", inactive=True),
        response_class=Response,
        response_model=None,
        openapi_extra=_ANSWER,
    )
    async def download_evidence(
        id: Id, evidence_id: Annotated[str, Path(max_length=64)], caller: Caller
    ) -> Response:
        """A file as it was uploaded, to be saved: for whoever filed the case, the person, the
        province, and the exam centre once it was forwarded."""
        row, content = await read_evidence(kit, caller, id, evidence_id)
        name = f"{row['kind']}-{row['id']}.{SUFFIXES[row['media_type']]}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=row["media_type"], headers=HARMLESS | disposition)

    return r


async def _read(request: Request, most: int) -> bytes:
    """The body, no further than it may be long."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise Refused(about(TOO_BIG, "body"), status=413)
    return bytes(content)


def _declared(request: Request) -> str | None:
    header = request.headers.get("content-type")
    if not header:
        return None
    message = Message()
    message["content-type"] = header
    return message.get_content_type()
