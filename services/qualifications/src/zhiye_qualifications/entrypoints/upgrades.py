"""Routes of the upgrade of 15-digit ID numbers (Q47)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Routes
from zhiye_qualifications.application.upgrade_report import upgrade_report
from zhiye_qualifications.application.upgrade_stored import upgrade_stored
from zhiye_qualifications.entrypoints.case_schemas import (
    UpgradeReportOut,
    UpgradesIn,
    UpgradesOut,
)
from zhiye_qualifications.entrypoints.case_views import PATH
from zhiye_qualifications.kit import Kit


def routes(kit: Kit) -> Routes:
    r = Routes("upgrades of ID numbers")

    @r.expose("POST", f"{PATH}/upgrades", allow("operator"), idempotent=False)
    async def upgrade_stored_id_numbers(body: UpgradesIn) -> UpgradesOut:
        """Go through the register, a page at a time: ID numbers that are no right 18-digit number
        are upgraded by the algorithm, or become cases for the province. Doing it again does no
        harm."""
        page = await upgrade_stored(kit, body.after or "", body.limit)
        return UpgradesOut(
            examined=page.examined,
            upgraded=page.upgraded,
            became_cases=page.became_cases,
            next=page.last,
        )

    @r.expose("GET", f"{PATH}/upgrades/report", allow("exam_centre", "operator"))
    async def report_upgrades_of_batch(
        caller: Caller, batch_id: Annotated[str, Query(max_length=64)]
    ) -> UpgradeReportOut:
        """Of a batch: how many ID numbers the algorithm upgraded, and how many became cases."""
        async with kit.database.reading() as connection:
            found = await upgrade_report(connection, caller, batch_id)
        return UpgradeReportOut(
            batch_id=batch_id,
            upgraded=found.upgraded,
            cases=found.cases,
            open_cases=found.open,
        )

    return r
