"""A compared list as a file: CSV or XLSX."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse

from zhiye_chassis.security import Principal
from zhiye_chassis.sheets import Format
from zhiye_chassis.sheets.writing import DOWNLOAD, Row, download
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.reconciliation_lines import own_reconciliation, whole_list
from zhiye_registration.entrypoints.reconciliation_schemas import FindingCode
from zhiye_registration.entrypoints.reconciliation_views import line_view
from zhiye_registration.entrypoints.reconciliations import INSTITUTION, PATH, Id
from zhiye_registration.kit import Kit

COLUMNS: dict[str, Text] = {
    "line": Text("行号", "line"),
    "name": Text("姓名", "name"),
    "id_number": Text("身份证号", "ID number"),
    "finding_label": Text("核对结果", "finding"),
    "why": Text("原因", "why"),
    "told": Text("不同之处", "differences"),
    "institution_name": Text("注册机构", "registered at"),
    "status_label": Text("执业状态", "status"),
    "valid_until": Text("有效期截止日期", "valid until"),
    "step_label": Text("处理办法", "step"),
    "how": Text("怎么办", "what to do"),
    "step_state_label": Text("进展", "progress"),
    "started_at": Text("开始时间", "started at"),
    "started_by": Text("经办人", "started by"),
    "settled_at": Text("解决时间", "settled at"),
}


def routes(kit: Kit) -> Routes:
    router = Routes("reconciliations")

    @router.expose(
        "GET",
        PATH + "/{id}/export",
        INSTITUTION,
        response_class=StreamingResponse,
        response_model=None,
        openapi_extra=DOWNLOAD,
    )
    async def export_reconciliation(
        id: Id,
        caller: Caller,
        language: Reader,
        finding: Annotated[FindingCode | None, Query()] = None,
        format: Annotated[Format, Query()] = "xlsx",
    ) -> StreamingResponse:
        """Every line, or those of one finding. The institution gets its own list back, so with
        whole ID numbers."""
        async with kit.database.transaction() as tx:
            await own_reconciliation(tx, kit, caller, id)
        log.info("reconciliation_exported", account=caller.account_id, id=id)
        return await download(
            format,
            f"reconciliation-{kit.clock.today()}",
            [head.read(language) for head in COLUMNS.values()],
            _lines(kit, caller, id, finding, language),
        )

    return router


async def _lines(
    kit: Kit, caller: Principal, id_: str, finding: str | None, language: Language
) -> AsyncIterator[Row]:
    async for line in whole_list(kit, caller, id_, finding):
        view = line_view(kit, line, language, whole=True)
        told = [
            f"{one['field_label']}: {one['listed']} / {one['registered'] or '—'}"
            for one in view["differences"]
        ] + [f"{one.field}: {one.reason}" for one in view["reasons"]]
        view |= {"told": "; ".join(told), **(view["register"] or {})}
        yield [view.get(name) for name in COLUMNS]
