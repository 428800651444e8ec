"""Routes about special zones outside the official divisions (Q56)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, Routes, Schema, Tx
from zhiye_institutions.application.decide_zone import decide_zone
from zhiye_institutions.application.report_zone import report_zone
from zhiye_institutions.application.zones import find_zones
from zhiye_institutions.domain.regions import full_name
from zhiye_institutions.entrypoints.authorities import Region
from zhiye_institutions.kit import Kit

_EXAMPLE: dict[str, JsonValue] = {
    "name": "石家庄高新技术产业开发区",
    "parent": "130100",
    "document": "冀政函〔2020〕1 号",
}


class ZoneIn(Schema):
    """A zone that a government has set up, outside the official divisions."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=2, max_length=100)
    parent: str = Field(pattern="^[0-9]{6}$", description="Province or city that it lies in")
    document: str = Field(
        min_length=2, max_length=200, description="The government's document that set it up"
    )


class ZoneDecisionIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "assign"},
                {"decision": "refuse", "reason": "未附政府批准文件"},
            ]
        }
    )

    decision: Literal["assign", "refuse"]
    reason: str | None = Field(None, max_length=500, description="Needed for a refusal")


class ZoneOut(BaseModel):
    """A zone with its code."""

    id: str = Field(examples=["01JD0000000000000000ZON001"])
    name: str = Field(examples=["石家庄高新技术产业开发区"])
    parent: str = Field(examples=["130100"])
    parent_name: str = Field(examples=["河北省石家庄市"])
    code: str | None = Field(description="6 digits, assigned centrally", examples=["130171"])


class ZoneReportOut(ZoneOut):
    """A zone as it was reported, and what was decided."""

    document: str
    state: Literal["reported", "assigned", "refused"]
    reason: str | None = Field(description="Of a refusal")
    reported_at: datetime
    decided_at: datetime | None


class ZoneId(BaseModel):
    id: str = Field(examples=["01JD0000000000000000ZON001"])
    code: str | None = Field(None, examples=["130171"])


def _zone(row: RowMapping) -> dict[str, str | None]:
    names = ("id", "name", "parent", "code")
    return {name: row[name] for name in names} | {"parent_name": full_name(row["parent"])}


def routes(kit: Kit) -> Routes:
    api = Routes("zones")

    async def page(
        region: str | None, cursor: str | None, limit: int, *, assigned_only: bool
    ) -> tuple[list[RowMapping], str | None]:
        after = decode_cursor(cursor, str, str) if cursor else None
        async with kit.database.reading() as connection:
            rows = await find_zones(
                connection,
                region=region,
                assigned_only=assigned_only,
                after=(str(after[0]), str(after[1])) if after else None,
                limit=limit + 1,
            )
        more = len(rows) > limit
        rows = rows[:limit]
        return rows, encode_cursor(rows[-1]["parent"], rows[-1]["id"]) if more else None

    @api.expose("GET", "/api/v1/zones", PUBLIC)
    async def list_zones(
        region: Region = None, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[ZoneOut]:
        """Zones that have their code, of the whole country or inside one region."""
        rows, following = await page(region, cursor, limit, assigned_only=True)
        return Page(
            items=[ZoneOut.model_validate(_zone(row)) for row in rows], next_cursor=following
        )

    @api.expose("GET", "/api/v1/zones/reports", allow("authority", "operator"))
    async def list_reports(
        caller: Caller, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[ZoneReportOut]:
        """What was reported in the caller's region, with the decisions."""
        if caller.role == "authority" and caller.region is None:
            return Page(items=[], next_cursor=None)
        rows, following = await page(caller.region, cursor, limit, assigned_only=False)
        return Page(
            items=[ZoneReportOut.model_validate({**row, **_zone(row)}) for row in rows],
            next_cursor=following,
        )

    @api.expose("POST", "/api/v1/zones", allow("authority"), refusals=(409,), status_code=201)
    async def report(tx: Tx, caller: Caller, body: ZoneIn) -> ZoneId:
        """A province reports a zone in its region, to have a code assigned (Q56)."""
        return ZoneId(id=await report_zone(tx, kit, caller, **body.model_dump()))

    @api.expose(
        "POST",
        "/api/v1/zones/{zone_id}/decision",
        allow("authority", "operator"),
        refusals=(409,),
    )
    async def decide(tx: Tx, caller: Caller, zone_id: str, body: ZoneDecisionIn) -> ZoneId:
        """The operator, or the national authority, assigns a code or refuses (Q56)."""
        code = await decide_zone(tx, kit, caller, zone_id, body.decision, body.reason)
        return ZoneId(id=zone_id, code=code)

    return api
