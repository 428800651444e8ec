"""Routes of filings at further institutions (多执业机构备案, Q10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Language
from zhiye_registration.application.end_filing import end_filing
from zhiye_registration.application.read_filings import Filed, read_filing, read_own_filings
from zhiye_registration.domain.practice import location_label
from zhiye_registration.entrypoints.own_registrations import OwnFilingOut, own_filing_view
from zhiye_registration.kit import Kit

PATH = "/api/v1/filings"
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000FIL001"])]


class FilingRecordOut(OwnFilingOut):
    """A filing, with the registration in whose location it is."""

    registration_id: str = Field(examples=["01JD0000000000000000REG001"])
    name: str = Field(examples=["李明"])
    location: str = Field(examples=["11"])
    location_label: str = Field(examples=["北京市"])
    main_institution_id: str | None = Field(
        description="Where the registration is now; of what is over or ended only for those whose"
        " registration it is"
    )
    main_institution_name: str | None = Field(examples=["北京示例医院"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])


class OwnFilings(BaseModel):
    items: list[FilingRecordOut] = Field(description="The newest first, those that are over too")


def routes(kit: Kit) -> Routes:
    router = Routes("filings")

    @router.expose("GET", "/api/v1/my/filings", allow("practitioner"))
    async def get_my_filings(caller: Caller, language: Reader) -> OwnFilings:
        """Where oneself is filed besides the main institutions: in force, to come, over, ended."""
        today = kit.clock.today()
        found = await read_own_filings(kit, caller)
        return OwnFilings(items=[_view(one, today, language) for one in found])

    @router.expose("GET", f"{PATH}/{{id}}", allow("practitioner", "institution", "authority"))
    async def get_filing(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> FilingRecordOut:
        """One filing: for the physician, both institutions and the authority of the region."""
        async with kit.database.reading() as connection:
            found = await read_filing(connection, caller, id)
        return _answer(kit, found, language, response)

    @router.expose(
        "POST",
        f"{PATH}/{{id}}/end",
        allow("practitioner", "institution"),
        refusals=(409, 412, 428),
    )
    async def end_one_filing(
        id: Id, version: IfMatch, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> FilingRecordOut:
        """End a filing before its last day: the physician, or the institution where it is filed;
        not the main one. What is over or ended already stays as it is. Needs If-Match."""
        found = await end_filing(tx, kit, caller, id, version)
        return _answer(kit, found, language, response)

    return router


def _answer(kit: Kit, found: Filed, language: Language, response: Response) -> FilingRecordOut:
    response.headers["ETag"] = etag(found.filing.version)
    return _view(found, kit.clock.today(), language)


def _view(found: Filed, today: date, language: Language) -> FilingRecordOut:
    one, main = found.filing, found.main
    told = found.tells_main(today)
    location = main["location"]
    if not told and not one.region.startswith(location):
        location = divisions.province_of(one.region)[:2]  # where it was, not where it is by now
    view = own_filing_view(one, today, language) | {
        "registration_id": one.registration_id,
        "name": main["name"],
        "location": location,
        "location_label": location_label(location, language),
        "main_institution_id": main["institution_id"] if told else None,
        "main_institution_name": main["institution_name"] if told else None,
        "authority_name": one.authority_name,
    }
    return FilingRecordOut.model_validate(view)
