"""Routes of applications: the applicant's commands, and one application."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.reasons import Language
from zhiye_registration.adapters import applications
from zhiye_registration.application.access import not_found, of_side, side_of
from zhiye_registration.application.revise_application import revise_application
from zhiye_registration.application.start_application import Start, start_application
from zhiye_registration.application.submit_application import submit_application
from zhiye_registration.application.withdraw_application import withdraw_application
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.entrypoints.application_schemas import ApplicationOut
from zhiye_registration.entrypoints.forms import read_form
from zhiye_registration.entrypoints.schemas import ApplicationIn, RevisionIn
from zhiye_registration.entrypoints.views import application_view
from zhiye_registration.kit import Kit

Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000APP001"])]
_PATH = "/api/v1/applications"
_APPLICANT = allow("practitioner", "institution", "authority", inactive=True)
"""Also who has no active account yet: for some businesses the approval activates it (Q5.2, Q29.2);
institutions about their own people; authorities where they act by themselves (Q50)."""
_SIDES = allow("practitioner", "institution", "authority", inactive=True)


async def answer(
    tx: Transaction,
    kit: Kit,
    one: Application,
    caller: Principal,
    language: Language,
    response: Response,
) -> ApplicationOut:
    """The application after a command, with its new ETag."""
    response.headers["ETag"] = etag(one.version)
    view = await application_view(tx.connection, kit, one, caller, language)
    return ApplicationOut.model_validate(view)


def routes(kit: Kit) -> Routes:
    router = Routes("applications")

    @router.expose("POST", _PATH, _APPLICANT, status_code=201, refusals=(409,))
    async def create_application(
        body: ApplicationIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> ApplicationOut:
        """Start an application as a draft; an institution starts one about one of its own people,
        where the business type allows it (deck 7.1). 409 names the open one if there is one."""
        form = read_form(BUSINESS_TYPES[body.business_type].profession, body.form)
        start = Start(body.business_type, form, body.institution_id, body.registration_id)
        one = await start_application(tx, kit, caller, start)
        response.headers["Location"] = f"{_PATH}/{one.id}"
        return await answer(tx, kit, one, caller, language, response)

    @router.expose("PUT", f"{_PATH}/{{id}}", _APPLICANT, refusals=(409, 412, 428))
    async def replace_application(
        id: Id,
        body: RevisionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """Change a draft, or correct what was returned. Needs If-Match."""
        before = of_side(caller, await applications.find(tx.connection, id), "applicant")
        form = read_form(before.row.profession, body.form)
        one = await revise_application(tx, kit, caller, id, version, body.institution_id, form)
        return await answer(tx, kit, one, caller, language, response)

    @router.expose("POST", f"{_PATH}/{{id}}/submission", _APPLICANT, refusals=(409,))
    async def submit(
        id: Id,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """Submit, or resubmit after correction. A refusal tells every reason at once."""
        one = await submit_application(tx, kit, caller, id)
        return await answer(tx, kit, one, caller, language, response)

    @router.expose("POST", f"{_PATH}/{{id}}/withdrawal", _APPLICANT, refusals=(409,))
    async def withdraw(
        id: Id,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """Withdraw, until the authority has decided."""
        one = await withdraw_application(tx, kit, caller, id)
        return await answer(tx, kit, one, caller, language, response)

    @router.expose("GET", f"{_PATH}/{{id}}", _SIDES)
    async def get_application(
        id: Id,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> ApplicationOut:
        """One application with timeline, checklist and deadline."""
        async with kit.database.reading() as connection:
            one = await applications.find(connection, id)
            if one is None or side_of(caller, one) is None:
                raise not_found()
            view = await application_view(connection, kit, one, caller, language)
        response.headers["ETag"] = etag(one.version)
        return ApplicationOut.model_validate(view)

    return router
