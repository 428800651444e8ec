"""Routes of evidence: files in, and out again to be saved, never to be shown or run."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from zhiye_chassis.choices import one_of
from zhiye_chassis.evidence.http import (
    ANSWER,
    BODY,
    EvidenceOut,
    declared_type,
    hand_out,
    read_file,
)
from zhiye_chassis.evidence.keeping import File
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_qualifications.application.add_evidence import add_evidence, check_may_add
from zhiye_qualifications.application.read_evidence import read_evidence
from zhiye_qualifications.domain.corrections import EVIDENCE_KINDS
from zhiye_qualifications.entrypoints.case_views import PATH, file_view
from zhiye_qualifications.entrypoints.cases import FILERS, Id
from zhiye_qualifications.kit import Kit


def routes(kit: Kit) -> Routes:
    r = Routes("evidence")

    @r.expose(
        "POST",
        f"{PATH}/{{id}}/evidence",
        FILERS,
        status_code=201,
        idempotent=False,
        refusals=(409, 413),
        openapi_extra=BODY,
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
        content = await read_file(request, kit.own.evidence_bytes)
        file = await add_evidence(kit, caller, id, File(kind, content, declared_type(request)))
        return EvidenceOut.model_validate(file_view(id, file, language))

    @r.expose(
        "GET",
        f"{PATH}/{{id}}/evidence/{{evidence_id}}",
        allow("practitioner", "institution", "authority", "exam_centre", inactive=True),
        response_class=Response,
        response_model=None,
        openapi_extra=ANSWER,
    )
    async def download_evidence(
        id: Id, evidence_id: Annotated[str, Path(max_length=64)], caller: Caller
    ) -> Response:
        """A file as it was uploaded, to be saved: for whoever filed the case, the person, the
        province, and the exam centre once it was forwarded."""
        row, content = await read_evidence(kit, caller, id, evidence_id)
        return hand_out(row, content)

    return r
