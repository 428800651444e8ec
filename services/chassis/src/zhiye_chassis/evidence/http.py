"""Evidence over HTTP: files in, and out again to be saved, never to be shown or run."""

from __future__ import annotations

from datetime import datetime
from email.message import Message
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from zhiye_chassis.evidence.looking import SUFFIXES, about
from zhiye_contracts.codes import CodeTable
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Language, Refused

TOO_BIG = reason(
    "evidence_too_big",
    "文件超过允许的大小。",
    "The file is larger than allowed.",
    "请压缩或降低扫描分辨率后重新上传，每个文件不超过 5 MB。",
    "Compress it or scan it at a lower resolution: 5 MB a file at most.",
)

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TYPES = dict.fromkeys(SUFFIXES, _BINARY)
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, at most 5 MB; a whole JPEG, PNG or PDF. Its name is not "
        "asked for, and its type is what its content is.",
        "content": _TYPES,
    }
}
"""``openapi_extra`` of a route that takes a file."""
ANSWER = {"responses": {"200": {"description": "The file as uploaded", "content": _TYPES}}}
"""``openapi_extra`` of a route that hands one out."""
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""A browser saves it and does nothing else with it."""


class EvidenceOut(BaseModel):
    """A file as it was uploaded."""

    id: str = Field(examples=["01JD0000000000000000EVI001"])
    kind: str = Field(examples=["id_card"])
    kind_label: str = Field(examples=["居民身份证"])
    media_type: str = Field(description="What it really is", examples=["image/jpeg"])
    bytes: int = Field(examples=[183211])
    sha256: str
    uploaded_at: datetime
    uploaded_by: str = Field(description="Role", examples=["practitioner"])
    url: str = Field(examples=["/api/v1/qualification-cases/01JD…/evidence/01JD…"])


def evidence_view(
    file: RowMapping, kinds: CodeTable, url: str, language: Language
) -> dict[str, Any]:
    """What a reader is shown of a file; ``url`` is where it is."""
    return {
        "id": file["id"],
        "kind": file["kind"],
        "kind_label": kinds.label(file["kind"], language),
        "media_type": file["media_type"],
        "bytes": file["bytes"],
        "sha256": file["sha256"],
        "uploaded_at": file["uploaded_at"],
        "uploaded_by": file["role"],
        "url": url,
    }


async def read_file(request: Request, most: int) -> bytes:
    """The body, no further than it may be long. Raises ``Refused`` (413)."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise Refused(about(TOO_BIG, "body"), status=413)
    return bytes(content)


def declared_type(request: Request) -> str | None:
    """The Content-Type without its parameters, if there is one."""
    header = request.headers.get("content-type")
    if not header:
        return None
    message = Message()
    message["content-type"] = header
    return message.get_content_type()


def hand_out(file: RowMapping, content: bytes) -> Response:
    """A file to be saved, under a name that tells its kind and id only."""
    name = f"{file['kind']}-{file['id']}.{SUFFIXES[file['media_type']]}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=file["media_type"], headers=HARMLESS | disposition)
