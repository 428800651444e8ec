"""Routes of the files that go with applications."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response
from sqlalchemy import RowMapping

from zhiye_chassis.choices import one_of
from zhiye_chassis.evidence.http import (
    ANSWER,
    BODY,
    EvidenceOut,
    declared_type,
    evidence_view,
    hand_out,
    read_file,
)
from zhiye_chassis.evidence.keeping import File
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Language
from zhiye_registration.application.add_evidence import add_evidence, check_may_add
from zhiye_registration.application.read_evidence import list_evidence, read_evidence
from zhiye_registration.application.remove_evidence import remove_evidence
from zhiye_registration.domain.evidence import EVIDENCE_KINDS
from zhiye_registration.kit import Kit

Application = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000APP001"])]
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000EVI001"])]
_OF_ONE = "/api/v1/applications/{id}/evidence"
_FILE = "/api/v1/application-evidence/{id}"
_FILERS = allow("practitioner", "institution", "authority", inactive=True)
_READERS = allow("practitioner", "institution", "authority", inactive=True)


def _out(file: RowMapping, language: Language) -> EvidenceOut:
    url = _FILE.format(id=file["id"])
    return EvidenceOut.model_validate(evidence_view(file, EVIDENCE_KINDS, url, language))


def routes(kit: Kit) -> Routes:
    router = Routes("application evidence")

    @router.expose(
        "POST",
        _OF_ONE,
        _FILERS,
        status_code=201,
        idempotent=False,
        refusals=(409, 413),
        openapi_extra=BODY,
    )
    async def add_application_evidence(
        id: Application,
        kind: Annotated[
            one_of(EVIDENCE_KINDS),  # type: ignore[valid-type]
            Query(description="What it proves", examples=["informed"]),
        ],
        request: Request,
        caller: Caller,
        language: Reader,
    ) -> EvidenceOut:
        """Add a file to a draft or to what was returned (Q41). Sending the same file again changes
        nothing."""
        await check_may_add(kit, caller, id)
        content = await read_file(request, kit.own.evidence_bytes)
        file = File(kind, content, declared_type(request))
        return _out(await add_evidence(kit, caller, id, file), language)

    @router.expose("GET", _OF_ONE, _READERS)
    async def list_application_evidence(
        id: Application, caller: Caller, language: Reader
    ) -> list[EvidenceOut]:
        """The files of an application, the oldest first."""
        return [_out(file, language) for file in await list_evidence(kit, caller, id)]

    @router.expose(
        "GET",
        _FILE,
        _READERS,
        response_class=Response,
        response_model=None,
        openapi_extra=ANSWER,
    )
    async def download_application_evidence(id: Id, caller: Caller) -> Response:
        """A file as it was uploaded, to be saved: for whoever may see the application."""
        return hand_out(*await read_evidence(kit, caller, id))

    @router.expose("DELETE", _FILE, _FILERS, status_code=204, refusals=(409,))
    async def remove_application_evidence(id: Id, caller: Caller) -> None:
        """Take a file away again, while the application is a draft or returned."""
        await remove_evidence(kit, caller, id)

    return router
