"""Routes about what belongs to one institution: campuses, history, other names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx, etag
from zhiye_institutions.application import queries, record_queries
from zhiye_institutions.application.access import require_own
from zhiye_institutions.application.changing import institution_not_found
from zhiye_institutions.application.other_names import add_other_name, remove_other_name
from zhiye_institutions.domain.lifecycle import change_label
from zhiye_institutions.entrypoints.institution_schemas import (
    InstitutionId,
    InstitutionOut,
    Name,
    OtherNameOut,
    shown,
)
from zhiye_institutions.kit import Kit

_PATH = "/api/v1/institutions/{institution_id}"


class OtherNameIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "北京示例医院（西区）"}]})

    name: Name


class ChangeOut(BaseModel):
    """One change of an institution: what, when, by whom."""

    version: int = Field(description="Of the institution after it")
    at: datetime
    change: str = Field(examples=["change"])
    change_label: str = Field(examples=["变更登记"])
    filing_id: str | None
    filing_number: str | None = Field(examples=["J202611230000001"])
    by: str | None = Field(description="Absent for what the calendar does", examples=["李科长"])
    before: dict[str, Any] = Field(examples=[{"beds": 99}])
    after: dict[str, Any] = Field(examples=[{"beds": 120}])


def routes(kit: Kit) -> Routes:
    api = Routes("institutions")

    @api.expose("GET", f"{_PATH}/campuses", PUBLIC)
    async def list_campuses(
        institution_id: str, language: Reader, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[InstitutionOut]:
        """The campuses and branches that are on record under an institution (Q57)."""
        after = decode_cursor(cursor, str, str) if cursor else None
        async with kit.database.reading() as connection:
            if await queries.get_institution(connection, institution_id) is None:
                raise institution_not_found()
            rows = await record_queries.campuses_of(
                connection,
                institution_id,
                (str(after[0]), str(after[1])) if after else None,
                limit + 1,
            )
            zones = await record_queries.zones_of(connection, {row["region"] for row in rows})
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=[shown(row, language, zones) for row in rows],
            next_cursor=encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None,
        )

    @api.expose("GET", f"{_PATH}/history", allow("institution", "authority"))
    async def read_history(
        institution_id: str,
        caller: Caller,
        language: Reader,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[ChangeOut]:
        """What became of an institution, the newest first: to itself and to its authorities."""
        before = int(decode_cursor(cursor, int)[0]) if cursor else None
        async with kit.database.reading() as connection:
            row = await queries.get_institution(connection, institution_id)
            if row is None:
                raise institution_not_found()
            require_own(caller, institution_id, row["region"])
            rows = await record_queries.history_of(connection, institution_id, before, limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=[
                ChangeOut(
                    version=entry["version"],
                    at=entry["at"],
                    change=entry["change"],
                    change_label=change_label(entry["change"], language),
                    filing_id=entry["filing_id"],
                    filing_number=entry["filing_number"],
                    by=entry["actor_name"],
                    before=entry["before"],
                    after=entry["after"],
                )
                for entry in rows
            ],
            next_cursor=encode_cursor(rows[-1]["version"]) if more else None,
        )

    @api.expose(
        "POST",
        f"{_PATH}/other-names",
        allow("authority", "operator"),
        refusals=(409,),
        status_code=201,
    )
    async def add_name(
        tx: Tx, caller: Caller, institution_id: str, body: OtherNameIn, response: Response
    ) -> OtherNameOut:
        """Record a name under which people are recorded, beside the standard one (Q20.4.2,
        Q41.4.2): the institution is found by it. By an authority over the region."""
        name_id, version = await add_other_name(tx, kit, caller, institution_id, body.name)
        response.headers["ETag"] = etag(version)
        return OtherNameOut(id=name_id, name=body.name, kind="other")

    @api.expose(
        "DELETE",
        f"{_PATH}/other-names/{{name_id}}",
        allow("authority", "operator"),
        refusals=(409,),
    )
    async def remove_name(
        tx: Tx, caller: Caller, institution_id: str, name_id: str, response: Response
    ) -> InstitutionId:
        """Remove a name that was recorded by mistake; former names and those from a merge stay."""
        version = await remove_other_name(tx, kit, caller, institution_id, name_id)
        response.headers["ETag"] = etag(version)
        return InstitutionId(id=institution_id)

    return api
