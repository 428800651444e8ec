"""Routes about merging a non-standard name into the standard one (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, Routes, Schema, Tx
from zhiye_institutions.application import record_queries
from zhiye_institutions.application.access import not_found
from zhiye_institutions.application.merge_institutions import merge_institutions, undo_merge
from zhiye_institutions.entrypoints.institution_schemas import InstitutionName
from zhiye_institutions.kit import Kit

_PATH = "/api/v1/institution-merges"
_READERS = allow("authority", "operator")


class MergeIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_id": "01JD0000000000000000INS002",
                    "target_id": "01JD0000000000000000INS001",
                    "reason": "同一机构的非标准名称",
                }
            ]
        }
    )

    source_id: str = Field(max_length=64, description="Record under the non-standard name")
    target_id: str = Field(max_length=64, description="Record under the standard name")
    reason: str = Field(min_length=2, max_length=500)


class MergeOut(BaseModel):
    """One merge, and whether it was, or can be, undone."""

    id: str = Field(examples=["01JD0000000000000000MRG001"])
    source: InstitutionName
    target: InstitutionName
    reason: str
    merged_by: str = Field(examples=["李科长"])
    merged_at: datetime
    undo_until: datetime
    can_be_undone: bool
    undone_by: str | None
    undone_at: datetime | None


def routes(kit: Kit) -> Routes:
    api = Routes("merges")

    def shown(row: RowMapping) -> MergeOut:
        return MergeOut(
            id=row["id"],
            source=InstitutionName(id=row["source_id"], name=row["source_name"]),
            target=InstitutionName(id=row["target_id"], name=row["target_name"]),
            reason=row["reason"],
            merged_by=row["merged_by_name"],
            merged_at=row["merged_at"],
            undo_until=row["undo_until"],
            can_be_undone=row["undone_at"] is None and kit.clock.now() <= row["undo_until"],
            undone_by=row["undone_by_name"],
            undone_at=row["undone_at"],
        )

    async def one(tx: Tx, caller: Principal, merge_id: str) -> MergeOut:
        rows = await record_queries.find_merges(tx.connection, caller, merge_id=merge_id)
        if not rows:
            raise not_found()
        return shown(rows[0])

    @api.expose("POST", _PATH, allow("authority"), refusals=(409,), status_code=201)
    async def merge(tx: Tx, caller: Caller, body: MergeIn, response: Response) -> MergeOut:
        """Merge a record under a non-standard name into the standard one: people, open
        applications and names go to the standard one, nobody is lost. By an authority over both;
        it can be undone within a day."""
        merge_id = await merge_institutions(tx, kit, caller, **body.model_dump())
        response.headers["Location"] = f"{_PATH}/{merge_id}"
        return await one(tx, caller, merge_id)

    @api.expose("GET", _PATH, _READERS)
    async def list_merges(
        caller: Caller, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[MergeOut]:
        """The merges in the caller's region, the newest first."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await record_queries.find_merges(
                connection, caller, before=before, limit=limit + 1
            )
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=[shown(row) for row in rows],
            next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
        )

    @api.expose("GET", f"{_PATH}/{{merge_id}}", _READERS)
    async def read_merge(caller: Caller, merge_id: str) -> MergeOut:
        """One merge in the caller's region."""
        async with kit.database.reading() as connection:
            rows = await record_queries.find_merges(connection, caller, merge_id=merge_id)
        if not rows:
            raise not_found()
        return shown(rows[0])

    @api.expose("POST", f"{_PATH}/{{merge_id}}/undo", allow("authority"), refusals=(409,))
    async def undo(tx: Tx, caller: Caller, merge_id: str) -> MergeOut:
        """Undo a merge within a day, by an authority over both: those who were moved, and are
        still there, go back."""
        await undo_merge(tx, kit, caller, merge_id)
        return await one(tx, caller, merge_id)

    return api
