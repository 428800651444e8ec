"""A roster as a file: CSV or XLSX, the whole of any list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse

from zhiye_chassis.sheets.writing import DOWNLOAD, Row, download
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.export_roster import note_export
from zhiye_registration.application.list_roster import whole_roster
from zhiye_registration.domain.practice import LABELS
from zhiye_registration.domain.roster import PLACES, Filters
from zhiye_registration.entrypoints.physician_roster_views import physician_line
from zhiye_registration.entrypoints.roster import READERS, ROSTER, filters_of, sort_of
from zhiye_registration.entrypoints.roster_schemas import ExportQuery
from zhiye_registration.entrypoints.roster_views import item_view, line_of
from zhiye_registration.kit import Kit

COLUMNS: dict[str, Text] = {
    "name": Text("姓名", "name"),
    "gender_label": Text("性别", "gender"),
    "id_number": Text("身份证号", "ID number"),
    "birth_date": Text("出生日期", "birth date"),
    "age": Text("年龄", "age"),
    "status_label": Text("执业状态", "status"),
    "business_type_label": Text("业务类型", "business type"),
    "certificate_number": Text("护士证号", "certificate number"),
    "valid_until": Text("有效期截止日期", "valid until"),
    "days_left": Text("剩余天数", "days left"),
    "mark_label": Text("到期提示", "expiry"),
    "title_label": Text("技术职称", "title"),
    "department_label": Text("所在科室", "department"),
    "work_category_label": Text("工作类别", "work category"),
    "education_label": Text("学历", "education"),
    "account_status_label": Text("账户状态", "account status"),
    "employment_label": Text("在岗情况", "employment"),
    "employment_confirmed_on": Text("在岗情况确认日期", "employment confirmed on"),
    "interrupted_since": Text("中断执业起始日期", "interrupted since"),
}
"""The deck's columns in its order (5.1), then what it lacks."""
OF_PHYSICIANS: dict[str, Text] = {
    **{name: COLUMNS[name] for name in ("name", "gender_label", "id_number", "birth_date", "age")},
    "place_label": Text("执业机构关系", "at the institution by"),
    "status_label": COLUMNS["status_label"],
    "business_type_label": COLUMNS["business_type_label"],
    "level_label": LABELS["level"],
    "category_label": LABELS["category"],
    "scopes_label": LABELS["scopes"],
    "location_label": LABELS["location"],
    "certificate_number": Text("医师执业证书编码", "practice certificate number"),
    "qualification_certificate_number": Text(
        "医师资格证书编码", "qualification certificate number"
    ),
    "main_institution_name": PLACES["main"],
    "filed_from": Text("多机构备案起始日期", "filed from"),
    "filed_until": Text("多机构备案截止日期", "filed until"),
    "filing_state_label": Text("多机构备案状态", "state of the filing"),
    **{name: COLUMNS[name] for name in ("title_label", "department_label", "education_label")},
    "account_status_label": COLUMNS["account_status_label"],
    "off_post_on": Text("离岗备案日期", "off post since"),
    "off_post_days": Text("离岗天数", "days off post"),
    "off_post_ground_label": Text("离岗原因", "why off post"),
    "two_years_off_post_label": Text("提示", "note"),
}


def routes(kit: Kit) -> Routes:
    router = Routes("roster")

    @router.expose(
        "GET",
        f"{ROSTER}/export",
        READERS,
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_roster(
        query: Annotated[ExportQuery, Query()], caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Everybody whom the filters leave, as a file. An institution, which knows the ID numbers
        of its own people, gets them whole, but not of physicians who are only filed there; each
        export is kept with who made it."""
        filters = filters_of(kit, query)
        place = await note_export(kit, caller, query.institution_id, filters, query.format)
        return await download(
            query.format,
            f"roster-{kit.clock.today()}",
            [head.read(language) for head in _columns(filters).values()],
            _lines(kit, place.id, filters, query, language, whole=caller.role == "institution"),
        )

    return router


async def _lines(
    kit: Kit,
    institution_id: str,
    filters: Filters,
    query: ExportQuery,
    language: Language,
    *,
    whole: bool,
) -> AsyncIterator[Row]:
    today, columns = kit.clock.today(), _columns(filters)
    rows = whole_roster(kit, institution_id, filters, sort=sort_of(query), order=query.order)
    async for row in rows:
        if filters.profession == "physician":
            line = physician_line(kit, row, today, language, whole=whole)
        else:
            line = (line_of if whole else item_view)(kit, row, today, language)
        yield [line[name] for name in columns]


def _columns(filters: Filters) -> dict[str, Text]:
    return OF_PHYSICIANS if filters.profession == "physician" else COLUMNS
