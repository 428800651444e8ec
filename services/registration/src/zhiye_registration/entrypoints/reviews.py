"""Routes of those who review and decide."""

from __future__ import annotations

from fastapi import Response

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx
from zhiye_registration.application.decide_application import decide_application
from zhiye_registration.application.review_application import review_application
from zhiye_registration.entrypoints.application_schemas import ApplicationOut
from zhiye_registration.entrypoints.applications import Id, answer
from zhiye_registration.entrypoints.schemas import ReviewIn
from zhiye_registration.kit import Kit


def routes(kit: Kit) -> Routes:
    router = Routes("reviews")

    @router.expose(
        "POST",
        "/api/v1/applications/{id}/institution-review",
        allow("institution"),
        refusals=(409, 412, 428),
    )
    async def review_by_institution(
        id: Id,
        body: ReviewIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """The institution agrees, returns for correction or disagrees. Needs If-Match."""
        reasons = [(reason.code, reason.text) for reason in body.reasons]
        one = await review_application(tx, kit, caller, id, version, body.decision, reasons)
        return await answer(tx, kit, one, caller, language, response)

    @router.expose(
        "POST",
        "/api/v1/applications/{id}/decision",
        allow("authority"),
        refusals=(409, 412, 428),
    )
    async def decide(
        id: Id,
        body: ReviewIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """The deciding authority approves, returns for correction or refuses. Needs If-Match."""
        reasons = [(reason.code, reason.text) for reason in body.reasons]
        one = await decide_application(tx, kit, caller, id, version, body.decision, reasons)
        return await answer(tx, kit, one, caller, language, response)

    return router
