"""A list of applications as a file: CSV or XLSX, the whole of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from zhiye_chassis.security import Principal
from zhiye_chassis.sheets.writing import DOWNLOAD, Cell, Row, download
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.queries import whole_list
from zhiye_registration.domain.application_list import Filters
from zhiye_registration.entrypoints.list_schemas import ListExportQuery
from zhiye_registration.entrypoints.list_views import listed_view
from zhiye_registration.entrypoints.lists import PATH, SIDES, filters_of
from zhiye_registration.kit import Kit

COLUMNS: dict[str, Text] = {
    "number": Text("申请编号", "number"),
    "business_type_label": Text("业务类型", "business type"),
    "name": Text("姓名", "name"),
    "gender_label": Text("性别", "gender"),
    "id_number": Text("身份证号", "ID number"),
    "certificate_number": Text("执业证书编号", "certificate number"),
    "applied_on": Text("申请日期", "applied on"),
    "state_label": Text("状态", "state"),
    "institution": Text("审核机构", "reviewing institution"),
    "institution_result": Text("机构审核结果", "institution's review"),
    "institution_at": Text("机构审核时间", "reviewed at"),
    "authority": Text("审批机关", "deciding authority"),
    "authority_result": Text("审批结果", "authority's decision"),
    "authority_at": Text("审批时间", "decided at"),
    "origin": Text("原军队武警机构", "original military institution"),
    "origin_result": Text("原机构审核结果", "its review"),
    "origin_at": Text("原机构审核时间", "its review at"),
    "source_label": Text("申请来源", "source"),
    "told": Text("退回或不同意的理由", "reasons"),
    "deadline": Text("办理期限", "deadline"),
    "working_days_left": Text("剩余工作日", "working days left"),
}
"""The deck's columns (7 and 3), then what its lists lack."""


def routes(kit: Kit) -> Routes:
    router = Routes("lists of applications")

    @router.expose(
        "GET",
        f"{PATH}/export",
        SIDES,
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_applications(
        query: Annotated[ListExportQuery, Query()], caller: Caller, language: Reader
    ) -> StreamingResponse:
        """Everything on one of the caller's lists, as a file; ID numbers are masked."""
        filters, today = filters_of(kit, caller, query), kit.clock.today()
        log.info("list_exported", account=caller.account_id, list=query.list_name)
        return await download(
            query.format,
            f"applications-{today}",
            [head.read(language) for head in COLUMNS.values()],
            _lines(kit, caller, query, filters, today, language),
        )

    return router


async def _lines(
    kit: Kit,
    caller: Principal,
    query: ListExportQuery,
    filters: Filters,
    today: date,
    language: Language,
) -> AsyncIterator[Row]:
    rows = whole_list(kit, caller, query.list_name, filters, today, query.sort)
    async for row in rows:
        yield _line(listed_view(kit, caller, row, today, language))


def _line(view: dict[str, Any]) -> Row:
    flat: dict[str, Cell] = {"told": "；".join(reason["text"] for reason in view["reasons"])}
    for name, review in (
        ("institution", view["institution_review"]),
        ("authority", view["authority_decision"]),
        ("origin", view["origin_review"]),
    ):
        found = review or {}
        flat[name] = found.get("by")
        flat[f"{name}_result"] = found.get("decision_label")
        flat[f"{name}_at"] = found.get("at")
    return [flat[name] if name in flat else view[name] for name in COLUMNS]
