"""Routes of movements: who came to a region or an institution, and who left it (Q31)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from zhiye_chassis.pagination import Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.sheets import Format
from zhiye_chassis.sheets.writing import DOWNLOAD, download
from zhiye_chassis.sheets.writing import Row as Line
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Caller, Reader, Routes, Schema
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters.movements import Direction
from zhiye_registration.application.list_movements import (
    Asked,
    check_period,
    list_movements,
    whole_list,
)
from zhiye_registration.domain.changes import change_text
from zhiye_registration.domain.practice import location_label
from zhiye_registration.domain.roster import Profession
from zhiye_registration.entrypoints.list_schemas import Day
from zhiye_registration.kit import Kit

PATH = "/api/v1/movements"
READERS = allow("institution", "authority")
YES, NO = Text("是", "yes"), Text("否", "no")
COLUMNS: dict[str, Text] = {
    "moved_at": Text("变更时间", "moved at"),
    "name": Text("姓名", "name"),
    "id_number": Text("身份证号", "ID number"),
    "certificate_number": Text("护士证号", "certificate number"),
    "from_institution_name": Text("原执业机构", "from institution"),
    "from_region": Text("原机构区划", "from region"),
    "into_institution_name": Text("现执业机构", "into institution"),
    "into_region": Text("现机构区划", "into region"),
    "crosses_province": Text("跨省", "crosses provinces"),
    "leaves_region": Text("跨辖区", "crosses the region's border"),
    "change_label": Text("业务类型", "business type"),
    "application_number": Text("申请编号", "application number"),
}
OF_PHYSICIANS: dict[str, Text] = COLUMNS | {
    "certificate_number": Text("医师执业证书编码", "certificate number"),
    "changes_location": Text("变更执业地点", "changes the location"),
    "from_location_label": Text("原执业地点", "from location"),
    "into_location_label": Text("现执业地点", "into location"),
}


class MovementFilters(Schema):
    direction: Direction = Field(description="`in`: who came; `out`: who left")
    profession: Profession = "nurse"
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to", description="The last day, included")


class MovementQuery(MovementFilters):
    limit: int = Field(50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(
        None, max_length=1_200, description="``next_cursor`` of the page before"
    )


class MovementExportQuery(MovementFilters):
    format: Format = "xlsx"


class MovementOut(BaseModel):
    """A nurse, or a physician, who is registered at another institution than before."""

    registration_id: str = Field(examples=["01JD0000000000000000REG001"])
    name: str = Field(examples=["王芳"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    certificate_number: str = Field(examples=["202611000017"])
    from_institution_id: str
    from_institution_name: str = Field(examples=["北京示例医院"])
    from_region: str = Field(examples=["110102"])
    into_institution_id: str
    into_institution_name: str = Field(examples=["石家庄示例医院"])
    into_region: str = Field(examples=["130102"])
    moved_at: datetime
    change: str = Field(examples=["nurse-change"])
    change_label: str = Field(examples=["变更注册"])
    application_number: str | None = Field(examples=["N202611230000017"])
    crosses_province: bool = Field(description="The old authority was told (Q31)")
    leaves_region: bool = Field(
        description="Over the border of the authority's region; of an institution: of its county"
    )


class PhysicianMovementOut(MovementOut):
    """The main institution changed; whether the location of practice did with it follows from
    where they lie (Q7, Q8). A level that was changed besides widens the location, too (Q9)."""

    changes_location: bool = Field(description="变更执业地点")
    changes_main_institution: bool = Field(description="变更主要执业机构: always, on this list")
    from_location: str | None = Field(description="Where it changed", examples=["11"])
    from_location_label: str | None = Field(examples=["北京市"])
    into_location: str | None = Field(examples=["13"])
    into_location_label: str | None = Field(examples=["河北省"])


def routes(kit: Kit) -> Routes:
    router = Routes("movements")

    @router.expose(
        "GET",
        f"{PATH}/export",
        READERS,
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_movements(
        query: Annotated[MovementExportQuery, Query()], caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Every movement of the list, as a file; ID numbers are masked."""
        asked = _asked(query)
        log.info(
            "movements_exported",
            account=caller.account_id,
            direction=query.direction,
            profession=query.profession,
        )
        return await download(
            query.format,
            f"movements-{query.direction}-{kit.clock.today()}",
            [head.read(language) for head in _columns(asked).values()],
            _lines(kit, caller, asked, language),
        )

    @router.expose("GET", PATH, READERS)
    async def get_movements(
        query: Annotated[MovementQuery, Query()], caller: Caller, language: Reader
    ) -> Page[MovementOut] | Page[PhysicianMovementOut]:
        """Who came to, or left, the institutions of the authority's region, or the own
        institution, the newest first. Of physicians with the location of practice, where that
        changed."""
        before = int(decode_cursor(query.cursor, int)[0]) if query.cursor else None
        rows = await list_movements(kit, caller, _asked(query), before=before, size=query.limit + 1)
        shown = rows[: query.limit]
        next_cursor = encode_cursor(shown[-1].id) if len(rows) > query.limit else None
        views = [_view(kit, caller, query.profession, row, language) for row in shown]
        if query.profession == "physician":
            return Page[PhysicianMovementOut](
                items=[PhysicianMovementOut.model_validate(view) for view in views],
                next_cursor=next_cursor,
            )
        return Page[MovementOut](
            items=[MovementOut.model_validate(view) for view in views], next_cursor=next_cursor
        )

    return router


def _asked(query: MovementFilters) -> Asked:
    check_period(query.first, query.last)
    return Asked(query.direction, query.profession, query.first, query.last)


def _view(
    kit: Kit, caller: Principal, profession: Profession, row: Any, language: Language
) -> dict[str, Any]:
    open_ = kit.settings.cipher.open
    inside = [_is_inside(caller, row, region) for region in (row.from_region, row.region)]
    view = {
        "registration_id": row.registration_id,
        "name": row.name,
        "id_number": mask_id_number(open_(row.sealed_id_number, purposes.ID_NUMBER)),
        "certificate_number": open_(row.sealed_certificate_number, purposes.CERTIFICATE_NUMBER),
        "from_institution_id": row.from_institution_id,
        "from_institution_name": row.from_institution_name,
        "from_region": row.from_region,
        "into_institution_id": row.institution_id,
        "into_institution_name": row.institution_name,
        "into_region": row.region,
        "moved_at": row.at,
        "change": row.change,
        "change_label": change_text(row.change).read(language),
        "application_number": row.application_number,
        "crosses_province": row.from_region[:2] != row.region[:2],
        "leaves_region": not all(inside),
    }
    return view | _locations(row, language) if profession == "physician" else view


def _locations(row: Any, language: Language) -> dict[str, Any]:
    before, after = row.from_location, row.into_location
    return {
        "changes_location": after is not None,
        "changes_main_institution": True,
        "from_location": before,
        "from_location_label": before and location_label(before, language),
        "into_location": after,
        "into_location_label": after and location_label(after, language),
    }


def _is_inside(caller: Principal, row: Any, region: str) -> bool:
    if caller.role == "authority":
        return divisions.is_within(region, caller.region or "")
    return bool(row.from_region == row.region)


async def _lines(
    kit: Kit, caller: Principal, asked: Asked, language: Language
) -> AsyncIterator[Line]:
    async for row in whole_list(kit, caller, asked):
        view = _view(kit, caller, asked.profession, row, language)
        for flag in ("crosses_province", "leaves_region", "changes_location"):
            view[flag] = (YES if view.get(flag) else NO).read(language)
        yield [view[name] for name in _columns(asked)]


def _columns(asked: Asked) -> dict[str, Text]:
    return OF_PHYSICIANS if asked.profession == "physician" else COLUMNS
