"""Routes of practice registrations: one's own, and the look-up by certificate number."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import Path, Request, Response

from zhiye_chassis.security import allow
from zhiye_chassis.telemetry import language_var
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_registration.adapters import registrations
from zhiye_registration.application.access import not_found
from zhiye_registration.application.look_up_registration import look_up_registration
from zhiye_registration.application.read_own_registrations import (
    exam_of,
    read_own_registrations,
)
from zhiye_registration.domain.facts import STATUSES, Status
from zhiye_registration.entrypoints.own_record import (
    MyRegistrationOut,
    RegistrationOut,
    exam_view,
    history_view,
    own_view,
)
from zhiye_registration.entrypoints.own_registrations import OwnProfessionOut, profession_view
from zhiye_registration.kit import Kit


def routes(kit: Kit) -> Routes:
    router = Routes("registrations")

    @router.expose(
        "GET",
        "/api/v1/registrations/{certificate_number}",
        allow("institution", "authority", "operator"),
        direct=True,
        response_model=RegistrationOut,
    )
    async def get_registration(
        request: Request,
        certificate_number: Annotated[str, Path(max_length=40, examples=["202611000017"])],
    ) -> Response:
        """Who holds a certificate number, nationwide."""
        # The hot read: what the query gives is what the schema says (a test compares them).
        account_id = request.state.principal.account_id
        view = await look_up_registration(kit, certificate_number, language_var.get(), account_id)
        return Response(orjson.dumps(view), media_type="application/json")

    @router.expose("GET", "/api/v1/my/registration", allow("practitioner"))
    async def get_my_registration(caller: Caller, language: Reader) -> MyRegistrationOut:
        """One's own record as a nurse: every field of the register (deck 2.1), how long it is
        valid, what the exam's record says, and the history (历史沿革)."""
        if caller.person_key is None:
            raise not_found()
        async with kit.database.reading() as connection:
            row = await registrations.newest_of(connection, caller.person_key, "nurse")
            history = await registrations.history_of(connection, caller.person_key, "nurse")
            exam = await exam_of(connection, caller.person_key, "nurse")
        view = own_view(kit, row, exam, language) if row is not None else None
        status: Status = view["status"] if view else "never_registered"
        return MyRegistrationOut.model_validate(
            {
                "status": status,
                "status_label": STATUSES[status].read(language),
                "registration": view,
                "exam": exam_view(exam, language),
                "history": [history_view(entry, language) for entry in history],
            }
        )

    @router.expose("GET", "/api/v1/my/registrations", allow("practitioner"))
    async def get_my_registrations(caller: Caller, language: Reader) -> list[OwnProfessionOut]:
        """All that is on record of oneself, as a nurse and as a physician: qualifications; every
        registration with its history and, of physicians, filings at further institutions."""
        found = await read_own_registrations(kit, caller)
        return [OwnProfessionOut.model_validate(profession_view(kit, o, language)) for o in found]

    return router
