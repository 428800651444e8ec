"""Routes of statistics: nurses and physicians for pictures, each as one call and as a file
(统计信息, deck 2.3, 8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from zhiye_chassis.security import Principal, allow
from zhiye_chassis.sheets import Format
from zhiye_chassis.sheets.writing import DOWNLOAD, Row, download
from zhiye_chassis.web import Caller, Reader, Routes, Schema
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.registration_statistics import (
    Counted,
    registration_statistics,
)
from zhiye_registration.domain.roster import Profession
from zhiye_registration.entrypoints.statistics_views import TITLES, Count, lists_of, total_of
from zhiye_registration.kit import Kit

PATH = "/api/v1/statistics/nurses"
OF_PHYSICIANS = "/api/v1/statistics/physicians"
READERS = allow("institution", "authority", "operator")
_HEAD = (
    Text("统计项", "counted by"),
    Text("代码", "code"),
    Text("名称", "label"),
    Text("人数", "count"),
)
_TOTAL = Text("在册总数", "total on the register")


class StatisticsQuery(Schema):
    institution_id: str | None = Field(
        None, max_length=64, description="For an authority: one institution of its region"
    )
    region: str | None = Field(
        None,
        pattern="^[0-9]{6}$",
        description="For an authority: a part of its region",
        examples=["110102"],
    )


class StatisticsExportQuery(StatisticsQuery):
    format: Format = "xlsx"


class PlaceCounted(BaseModel):
    """Of what the numbers are, and as of when."""

    institution_id: str | None
    institution_name: str | None = Field(examples=["北京示例医院"])
    region: str | None = Field(examples=["110000"])
    counted_at: datetime = Field(description="A region is counted every few hours at most")
    live: bool = Field(description="Whether it was counted for this answer")
    total: int = Field(description="On the register", examples=[1996])


class NurseStatistics(PlaceCounted):
    """Who is on the register, expired or not, by each of these; ``status`` has the cancelled too.
    ``levels`` are the deck's six levels of education (2.3)."""

    status: list[Count]
    education: list[Count]
    levels: list[Count]
    levels_active: list[Count] = Field(description="Of those with an active account")
    title: list[Count]
    gender: list[Count]
    age: list[Count]
    department: list[Count]
    work_category: list[Count]
    account: list[Count]
    expiry: list[Count] = Field(description="Overdue, sixty months by month, later")
    employment: list[Count] = Field(description="As last confirmed (Q51)")
    to_confirm: list[Count] = Field(description="Whose employment is to be confirmed (Q51)")


class PhysicianStatistics(PlaceCounted):
    """Registrations in force by each of these; ``status`` has those that are not, too. Somebody
    with several locations is counted in each, which are of different provinces (Q7)."""

    status: list[Count]
    place: list[Count] = Field(description="Main institution, and filed besides as of today (Q10)")
    level: list[Count]
    category: list[Count]
    scope: list[Count] = Field(description="Each scope of somebody counts")
    title: list[Count]
    education: list[Count]
    gender: list[Count]
    age: list[Count]
    department: list[Count]
    account: list[Count]


def routes(kit: Kit) -> Routes:
    router = Routes("statistics")

    @router.expose(
        "GET",
        f"{PATH}/export",
        READERS,
        refusals=(409,),
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_nurse_statistics(
        query: Annotated[StatisticsExportQuery, Query()], caller: Caller, language: Reader
    ) -> StreamingResponse:
        """The same as a file: a line for each number."""
        return await _file(kit, caller, "nurse", query, language)

    @router.expose("GET", PATH, READERS, refusals=(409,))
    async def get_nurse_statistics(
        query: Annotated[StatisticsQuery, Query()], caller: Caller, language: Reader
    ) -> NurseStatistics:
        """Nurses by everything that is pictured: of the own institution now, of the authority's
        region as last counted, for the operator of the nation."""
        return NurseStatistics(**await _numbers(kit, caller, "nurse", query, language))

    @router.expose(
        "GET",
        f"{OF_PHYSICIANS}/export",
        READERS,
        refusals=(409,),
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_physician_statistics(
        query: Annotated[StatisticsExportQuery, Query()], caller: Caller, language: Reader
    ) -> StreamingResponse:
        """The same of physicians as a file: a line for each number."""
        return await _file(kit, caller, "physician", query, language)

    @router.expose("GET", OF_PHYSICIANS, READERS, refusals=(409,))
    async def get_physician_statistics(
        query: Annotated[StatisticsQuery, Query()], caller: Caller, language: Reader
    ) -> PhysicianStatistics:
        """Physicians by level, category, scope and more: of the own institution now, of the
        authority's region as last counted, for the operator of the nation."""
        return PhysicianStatistics(**await _numbers(kit, caller, "physician", query, language))

    return router


async def _numbers(
    kit: Kit, caller: Principal, profession: Profession, query: StatisticsQuery, language: Language
) -> dict[str, Any]:
    found = await registration_statistics(
        kit, caller, profession, query.institution_id, query.region
    )
    return {
        "institution_id": found.place and found.place.id,
        "institution_name": found.place and found.place.name,
        "region": found.region,
        "counted_at": found.counted_at,
        "live": found.live,
        "total": total_of(found.counts),
        **lists_of(profession, found.counts, kit.clock.today(), language),
    }


async def _file(
    kit: Kit,
    caller: Principal,
    profession: Profession,
    query: StatisticsExportQuery,
    language: Language,
) -> StreamingResponse:
    found = await registration_statistics(
        kit, caller, profession, query.institution_id, query.region
    )
    return await download(
        query.format,
        f"{profession}s-{kit.clock.today()}",
        [head.read(language) for head in _HEAD],
        _lines(kit, profession, found, language),
    )


async def _lines(
    kit: Kit, profession: Profession, found: Counted, language: Language
) -> AsyncIterator[Row]:
    titles = TITLES[profession]
    yield [_TOTAL.read(language), "", "", total_of(found.counts)]
    for name, counts in lists_of(profession, found.counts, kit.clock.today(), language).items():
        for one in counts:
            yield [titles[name].read(language), one.code, one.label, one.count]
